import { describe, expect, it } from '@jest/globals';
import { Disposables, isDisposable } from '../../lib/session/disposables.js';

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

describe('Instances that have something to end', () => {
  it('are ended once, the last that was made first, each before the next begins', async () => {
    const slow = {
      async dispose() {
        await new Promise((wake) => setTimeout(wake, 20));
        ended.push('slow');
      },
    };
    const first = new Plain('first');
    expect(await dispose(first, slow, first, new Plain('last'))).toEqual(['last', 'slow', 'first']);
  });

  it('are ended by the plainest method they have', async () => {
    const name = (text: string) => () => ended.push(text);
    const all = { dispose: name('dispose'), [Symbol.dispose]: name('sync'), [Symbol.asyncDispose]: name('async') };
    const { [Symbol.asyncDispose]: _, ...two } = all;
    expect(await dispose({ dispose: name('own') }, two, all)).toEqual(['async', 'sync', 'own']);
  });

  it('keep no other from ending when they fail', async () => {
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

  it('are told from those that have not', async () => {
    for (const instance of [undefined, null, 'text', {}, { dispose: true }, () => 1])
      expect(isDisposable(instance)).toBe(false);
    expect(isDisposable(Plain.prototype)).toBe(true);
    expect(await dispose(undefined, {}, 7)).toEqual([]);
  });

  it('may be without a class', async () => {
    const bare = Object.assign(Object.create(null), {
      dispose() {
        throw new Error('bare');
      },
    });
    await dispose(bare);
    expect(reported).toEqual([['A service', new Error('bare')]]);
  });
});
