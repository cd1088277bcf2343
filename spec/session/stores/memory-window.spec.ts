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

describe('A memory window of sessions that expire together', () => {
  it('returns the keys of a user, whether none, one or several', () => {
    expect(windowWith().keysOf('ada')).toEqual([]);
    expect(windowWith('a').keysOf('ada')).toEqual(['a']);
    expect(windowWith('a', 'a', 'b', 'c', 'b').keysOf('ada')).toEqual(['a', 'b', 'c']);
    expect(windowWith('a').keysOf('bob')).toEqual([]);
  });

  it('forgets a key when its entry is deleted', () => {
    const window = windowWith('a', 'b');
    expect(window.delete('a')).toBe(true);
    expect(window.delete('a')).toBe(false);
    expect(window.keysOf('ada')).toEqual(['b']);
    window.delete('b');
    expect(window.keysOf('ada')).toEqual([]);
    expect(window.size).toBe(0);
  });

  it('forgets a key that no longer belongs to the user, and keeps its text', () => {
    const window = windowWith('a', 'b', 'c');
    window.unlist('ada', 'b');
    window.unlist('ada', 'x');
    window.unlist('bob', 'a');
    expect(window.keysOf('ada')).toEqual(['a', 'c']);
    expect(window.has('b')).toBe(true);
  });

  it('keeps the key of another user whose id has the same hash', () => {
    const [ada, bob] = ['user449599', 'user612382'];
    const window = new MemoryWindow(1);
    window.put('a', textOf(ada), ada);
    expect(window.keysOf(bob)).toEqual(['a']);
    window.unlist(bob, 'a');
    expect(window.keysOf(ada)).toEqual(['a']);
    window.delete('a');
    expect(window.keysOf(ada)).toEqual([]);
  });

  it('stores texts that are not sessions', () => {
    const window = new MemoryWindow(1);
    window.put('a', '', undefined);
    window.put('b', '{"to":"x"}', undefined);
    window.put('c', textOf(), undefined);
    expect(['a', 'b', 'c', 'd'].map((key) => window.get(key))).toEqual(['', '{"to":"x"}', textOf(), undefined]);
    for (const key of ['a', 'b', 'c']) expect(window.delete(key)).toBe(true);
  });

  it('returns the oldest keys one after another, and continues when more are added', () => {
    const window = windowWith('a', 'b');
    const first = window.nextToGo();
    window.delete('a');
    expect([first, window.nextToGo()]).toEqual(['a', 'b']);
    window.put('c', '', undefined);
    expect(window.nextToGo()).toBe('c');
    expect(window.nextToGo()).toBe('b');
  });
});
