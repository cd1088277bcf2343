import { describe, expect, it } from '@jest/globals';
import { serializeRecord } from '../../../lib/session/record/record-text.js';
import { MemoryWindow } from '../../../lib/session/stores/memory-window.js';
import { recordOf } from '../../support/records.js';

const textOf = (userId?: string) => serializeRecord(recordOf({ values: userId === undefined ? {} : { userId } }));

function windowWith(...keys: string[]): MemoryWindow {
  const window = new MemoryWindow(1);
  for (const key of keys) window.put(key, textOf('ada'), 'ada');
  return window;
}

describe('A stretch of time in which sessions expire', () => {
  it('knows the keys of a user, however many there are', () => {
    expect(windowWith().keysOf('ada')).toEqual([]);
    expect(windowWith('a').keysOf('ada')).toEqual(['a']);
    expect(windowWith('a', 'a', 'b', 'c', 'b').keysOf('ada')).toEqual(['a', 'b', 'c']);
    expect(windowWith('a').keysOf('bob')).toEqual([]);
  });

  it('forgets a key with what was kept under it', () => {
    const window = windowWith('a', 'b');
    expect(window.delete('a')).toBe(true);
    expect(window.delete('a')).toBe(false);
    expect(window.keysOf('ada')).toEqual(['b']);
    window.delete('b');
    expect(window.keysOf('ada')).toEqual([]);
    expect(window.size).toBe(0);
  });

  it("forgets a key that is none of the user's any more, and keeps the text", () => {
    const window = windowWith('a', 'b', 'c');
    window.unlist('ada', 'b');
    window.unlist('ada', 'x');
    window.unlist('bob', 'a');
    expect(window.keysOf('ada')).toEqual(['a', 'c']);
    expect(window.has('b')).toBe(true);
  });

  it("keeps a key of another user's whose id makes the same number", () => {
    const [ada, bob] = ['user449599', 'user612382'];
    const window = new MemoryWindow(1);
    window.put('a', textOf(ada), ada);
    expect(window.keysOf(bob)).toEqual(['a']);
    window.unlist(bob, 'a');
    expect(window.keysOf(ada)).toEqual(['a']);
    window.delete('a');
    expect(window.keysOf(ada)).toEqual([]);
  });

  it('keeps texts that are no sessions', () => {
    const window = new MemoryWindow(1);
    window.put('a', '', undefined);
    window.put('b', '{"to":"x"}', undefined);
    window.put('c', textOf(), undefined);
    expect(['a', 'b', 'c', 'd'].map((key) => window.get(key))).toEqual(['', '{"to":"x"}', textOf(), undefined]);
    for (const key of ['a', 'b', 'c']) expect(window.delete(key)).toBe(true);
  });

  it('names what came first, one after another, and goes on when more comes', () => {
    const window = windowWith('a', 'b');
    const first = window.nextToGo();
    window.delete('a');
    expect([first, window.nextToGo()]).toEqual(['a', 'b']);
    window.put('c', '', undefined);
    expect(window.nextToGo()).toBe('c');
    expect(window.nextToGo()).toBe('b');
  });
});
