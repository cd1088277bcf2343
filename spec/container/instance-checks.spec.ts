import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { assertAnswers, assertFits, assertPrompt, assertThere, nameOf } from '../../lib/container/instance-checks.js';
import type { Class } from '../../lib/container/registration.js';
import { floorPlan } from '../support/services.js';

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

interface Question {
  readonly token: Class;
  readonly name: string;
  readonly method: string;
}

/** Lists the methods of replaceable classes that return a boolean, as the sources declare them. */
async function questions(): Promise<Question[]> {
  const lib = join(import.meta.dirname, '../../lib');
  const services = floorPlan();
  const found: Question[] = [];
  for (const file of readdirSync(lib, { recursive: true, encoding: 'utf8' })) {
    if (!/^(?:session|access|container)\b.*\.ts$/.test(file)) continue;
    const { statements } = ts.createSourceFile(file, readFileSync(join(lib, file), 'utf8'), ts.ScriptTarget.Latest);
    for (const { name, members } of statements.filter(ts.isClassDeclaration)) {
      const methods = members.filter(ts.isMethodDeclaration).flatMap(({ type, name: method }) => {
        return type?.kind === ts.SyntaxKind.BooleanKeyword && ts.isIdentifier(method) ? [method.text] : [];
      });
      if (!name || methods.length === 0) continue;
      const { [name.text]: token } = (await import(join(lib, file))) as Record<string, Class>;
      if (!token || services.lifetimeOf(token) === undefined) continue;
      for (const method of methods) found.push({ token, name: name.text, method });
    }
  }
  return found;
}

const QUESTIONS = await questions();

describe('A factory', () => {
  it('is rejected with its name in the error when it is async', () => {
    const makeHarbour = async () => new Harbour();
    expect(() => assertPrompt(Port, makeHarbour)).toThrow(
      'makeHarbour cannot replace Port: it is async, and is not awaited. Pass one that waits in its methods',
    );
    expect(() => assertPrompt(Port, async () => new Harbour())).toThrow('The function passed cannot replace Port');
  });

  it('is accepted when it is synchronous', () => {
    expect(() => assertPrompt(Port, () => new Harbour())).not.toThrow();
    expect(() => assertPrompt(Port, Harbour)).not.toThrow();
    expect(nameOf(Harbour)).toBe('Harbour');
  });
});

describe('A replacement instance', () => {
  it.each<[string, unknown, string]>([
    ['a promise', Promise.reject(new Error('unheard')), 'it is a promise, and is not awaited'],
    ['undefined', undefined, 'it is undefined. Pass an instance of Port, or of'],
    ['null', null, 'it is null. Pass'],
    ['a string, which may be secret', 'secret', 'it is string. Pass'],
  ])('is rejected when it is %s', (_, given, sentence) => {
    expect(() => assertThere(Port, given, 'value')).toThrow(
      `The value passed to value() cannot replace Port: ${sentence}`,
    );
    expect(() => assertFits(Port, given, 'factory')).toThrow(
      `The result of the function passed cannot replace Port: ${sentence}`,
    );
  });

  it('may merely resemble a class of the application, but must extend a class of the package', () => {
    const lookalike = { hasRole: () => false };
    expect(() => assertThere(Port, lookalike, 'value')).not.toThrow();
    expect(() => assertFits(Port, lookalike, 'value')).toThrow(
      'it is not a Port. Pass an instance of a class that extends Port.',
    );
    expect(() => assertFits(Port, new Harbour(), 'value')).not.toThrow();
  });

  it('may have a method named then', () => {
    class Chain extends Port {
      // biome-ignore lint/suspicious/noThenProperty: this case has such a method.
      then() {}
    }
    expect(() => assertThere(Port, new Chain(), 'value')).not.toThrow();
  });
});

describe('A synchronous boolean method', () => {
  it('may not be overridden by an async method', () => {
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

  it.each(QUESTIONS)('may not be async in a replacement of $name: $method', ({ token, method }) => {
    const Late = class extends (token as typeof Port) {};
    Object.defineProperty(Late.prototype, method, { value: async () => true });
    expect(() => assertAnswers(token, Late.prototype)).toThrow(`its ${method}() is async`);
  });

  it('may be overridden synchronously, and other methods in any way', () => {
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
