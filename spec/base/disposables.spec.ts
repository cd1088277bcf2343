import { describe, expect, it, jest } from '@jest/globals';
import { Disposables, isDisposable } from '../../lib/base/disposables.js';

const ended: string[] = [];
const reported: [string, unknown][] = [];
const report = (name: string, error: unknown) => reported.push([name, error]);

async function dispose(...instances: unknown[]): Promise<string[]> {
  ended.length = 0;
  reported.length = 0;
  const disposables = new Disposables();
  for (const instance of instances) disposables.add(instance);
  await disposables.dispose(report);
  await disposables.dispose(report);
  expect(disposables.isEmpty).toBe(true);
  return [...ended];
}

class Plain {
  constructor(readonly name: string) {}
  dispose() {
    ended.push(this.name);
  }
}

describe('Disposable instances', () => {
  it('are disposed once, in reverse order, one after another', async () => {
    const slow = {
      async dispose() {
        await new Promise((wake) => setTimeout(wake, 20));
        ended.push('slow');
      },
    };
    const first = new Plain('first');
    expect(await dispose(first, slow, first, new Plain('last'))).toEqual(['last', 'slow', 'first']);
  });

  it('are disposed by Symbol.asyncDispose, else Symbol.dispose, else dispose()', async () => {
    const name = (text: string) => () => ended.push(text);
    const all = { dispose: name('dispose'), [Symbol.dispose]: name('sync'), [Symbol.asyncDispose]: name('async') };
    const { [Symbol.asyncDispose]: _, ...two } = all;
    expect(await dispose({ dispose: name('own') }, two, all)).toEqual(['async', 'sync', 'own']);
  });

  it('do not prevent the disposal of others when they fail', async () => {
    class Failing {
      dispose() {
        throw new Error('no');
      }
    }
    class Late {
      async [Symbol.asyncDispose]() {
        throw new Error('later');
      }
    }
    expect(await dispose(new Plain('first'), new Failing(), new Late())).toEqual(['first']);
    expect(reported).toEqual([
      ['Late', new Error('later')],
      ['Failing', new Error('no')],
    ]);
  });

  it('do not prevent the disposal of others when they hang, and are reported', async () => {
    class Hanging {
      dispose() {
        return new Promise(() => {});
      }
    }
    ended.length = 0;
    reported.length = 0;
    const disposables = new Disposables(20);
    disposables.add(new Plain('needed'));
    disposables.add(new Hanging());
    await disposables.dispose(report);
    expect(ended).toEqual(['needed']);
    expect(reported).toEqual([['Hanging', new Error('It did not answer within 20 ms.')]]);
  });

  it('do not prevent the disposal of others when even the report fails', async () => {
    const failing = {
      dispose() {
        throw new Error('no');
      },
    };
    ended.length = 0;
    const disposables = new Disposables();
    disposables.add(new Plain('needed'));
    disposables.add(failing);
    const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    await disposables.dispose(() => {
      throw new Error('the log is full');
    });
    expect(ended).toEqual(['needed']);
    expect(printed).toHaveBeenCalledWith(new Error('the log is full'));
    printed.mockRestore();
  });

  it('are not disposed when they are left to another owner', async () => {
    ended.length = 0;
    const [lent, own] = [new Plain('lent'), new Plain('own')];
    const disposables = new Disposables();
    disposables.leave(lent);
    for (const instance of [lent, own]) disposables.add(instance);
    expect([lent, own, new Plain('other')].map((instance) => disposables.knows(instance))).toEqual([true, true, false]);
    await disposables.dispose(report);
    expect(ended).toEqual(['own']);
  });

  it('are distinguished from instances without a dispose method', async () => {
    for (const instance of [undefined, null, 'text', {}, { dispose: true }, () => 1])
      expect(isDisposable(instance)).toBe(false);
    expect(isDisposable(Plain.prototype)).toBe(true);
    expect(await dispose(undefined, {}, 7)).toEqual([]);
  });

  it('may be objects without a class', async () => {
    const bare = Object.assign(Object.create(null), {
      dispose() {
        throw new Error('bare');
      },
    });
    await dispose(bare);
    expect(reported).toEqual([['A service', new Error('bare')]]);
  });
});
