import { describe, expect, it } from '@jest/globals';
import { KeysAhead } from '../../../../lib/session/stores/listing/keys-ahead.js';

const KEYS = Array.from({ length: 50_000 }, (_, at) => String(at).padStart(6, '0'));

function start() {
  const keys = new Set(KEYS);
  let reads = 0;
  const ahead = new KeysAhead((after, limit) => {
    reads += 1;
    return [...keys]
      .filter((key) => key > after)
      .sort()
      .slice(0, limit);
  });
  return { keys, ahead, reads: () => reads };
}

describe('Keys that are read ahead', () => {
  it('are all keys, in their order, in few reads', () => {
    const { ahead, reads } = start();
    const found: string[] = [];
    for (let after = ''; ; after = found.at(-1) ?? '') {
      const page = ahead.next(after, 999, 0);
      found.push(...page);
      if (page.length < 999) break;
    }
    expect(found).toEqual(KEYS);
    expect(reads()).toBe(4);
  });

  it('are read again by a list that begins, from another place, and after ten seconds', () => {
    const { ahead, reads } = start();
    ahead.next('', 10, 0);
    ahead.next('', 10, 0);
    expect(reads()).toBe(2);
    ahead.next('040000', 10, 0);
    expect(reads()).toBe(3);
    expect(ahead.next('000100', 2, 0)).toEqual(['000101', '000102']);
    expect(reads()).toBe(4);
    ahead.next('000102', 2, 9_999);
    expect(reads()).toBe(4);
    ahead.next('000104', 2, 10_000);
    expect(reads()).toBe(5);
  });

  it('continue after a key that is not there any more', () => {
    const { ahead, keys } = start();
    ahead.next('', 10, 0);
    keys.delete('000009');
    expect(ahead.next('0000090', 2, 0)).toEqual(['000010', '000011']);
  });
});
