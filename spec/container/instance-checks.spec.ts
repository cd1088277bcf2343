import { describe, expect, it } from '@jest/globals';
import { assertAnswers, assertFits, assertPrompt, assertThere, nameOf } from '../../lib/container/instance-checks.js';

class Port {
  hasRole(role: string): boolean {
    return role === 'admin';
  }
  async isKnown(): Promise<boolean> {
    return true;
  }
  name(): string {
    return 'port';
  }
  get isOpen(): boolean {
    throw new Error('It is not asked.');
  }
}
class Harbour extends Port {}

describe('What makes an instance', () => {
  it('is refused by its name when it is async', () => {
    const makeHarbour = async () => new Harbour();
    expect(() => assertPrompt(Port, makeHarbour)).toThrow(
      'makeHarbour cannot replace Port: it is async, and is not awaited. Pass one that waits in its methods',
    );
    expect(() => assertPrompt(Port, async () => new Harbour())).toThrow('The function passed cannot replace Port');
  });

  it('is taken when it answers at once', () => {
    expect(() => assertPrompt(Port, () => new Harbour())).not.toThrow();
    expect(() => assertPrompt(Port, Harbour)).not.toThrow();
    expect(nameOf(Harbour)).toBe('Harbour');
  });
});

describe('What is given for a class', () => {
  it.each<[string, unknown, string]>([
    ['a promise', Promise.reject(new Error('unheard')), 'it is a promise, and is not awaited'],
    ['nothing', undefined, 'it is undefined. Pass an instance of Port, or of'],
    ['null', null, 'it is null. Pass'],
    ['a string, which may be secret', 'secret', 'it is string. Pass'],
  ])('is refused when it is %s', (_, given, sentence) => {
    expect(() => assertThere(Port, given, 'value')).toThrow(
      `The value passed to value() cannot replace Port: ${sentence}`,
    );
    expect(() => assertFits(Port, given, 'factory')).toThrow(
      `The result of the function passed cannot replace Port: ${sentence}`,
    );
  });

  it('may look like an instance where it is a class of the application’s own, and else must be one', () => {
    const lookalike = { hasRole: () => false };
    expect(() => assertThere(Port, lookalike, 'value')).not.toThrow();
    expect(() => assertFits(Port, lookalike, 'value')).toThrow(
      'it is not a Port. Pass an instance of a class that extends Port.',
    );
    expect(() => assertFits(Port, new Harbour(), 'value')).not.toThrow();
  });

  it('may have a method named then, when it is an instance', () => {
    class Chain extends Port {
      // biome-ignore lint/suspicious/noThenProperty: what this is about.
      then() {}
    }
    expect(() => assertThere(Port, new Chain(), 'value')).not.toThrow();
  });
});

describe('A question that is answered at once', () => {
  it('may not be answered later', () => {
    class Late extends Harbour {
      override hasRole(): never;
      override async hasRole() {
        return false;
      }
    }
    class Later extends Late {}
    for (const each of [Late, Later]) {
      expect(() => assertAnswers(Port, each.prototype)).toThrow(
        `${each.name} cannot replace Port: its hasRole() is async, and a caller takes a promise for true.`,
      );
    }
    expect(() => assertAnswers(Port, Object.assign(new Port(), { hasRole: async () => false }))).toThrow('hasRole()');
  });

  it('may be answered by another function, and what is no question, or was asked later before, in any way', () => {
    class Other extends Port {
      override hasRole() {
        return true;
      }
      override async isKnown() {
        return false;
      }
      override name(): never;
      override async name() {
        return 'other';
      }
      override get isOpen() {
        return false;
      }
    }
    expect(() => assertAnswers(Port, Other.prototype)).not.toThrow();
    expect(() => assertAnswers(Port, Port.prototype)).not.toThrow();
  });
});
