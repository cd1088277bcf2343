import { describe, expect, it } from '@jest/globals';
import { eachOnce } from '../../../../lib/session/stores/listing/each-once.js';
import type { FiledRecord } from '../../../../lib/session/stores/listing/listing.js';
import { recordOf } from '../../../support/records.js';

const filed = (key: string, userId: string, more: Partial<FiledRecord['record']> = {}): FiledRecord => ({
  key,
  record: { ...recordOf({ values: { userId } }), ...more },
});

/** Leaves each of these sessions once. @param led Where each key leads whenever it is read again, the last time for good. */
const keysOf = async (sessions: readonly FiledRecord[], led: Record<string, readonly (string | undefined)[]> = {}) => {
  const left = new Map(Object.entries(led).map(([key, places]) => [key, [...places]]));
  const read: string[] = [];
  const once = await eachOnce(sessions, async (key) => {
    read.push(key);
    const places = left.get(key) ?? [key];
    const to = places.length > 1 ? places.shift() : places[0];
    return to === undefined ? undefined : filed(to, 'ada');
  });
  return { keys: once.map(({ key }) => key), read };
};

describe('A list with each session once', () => {
  it('reads no session again when none can be a repeat of another', async () => {
    const sessions = [filed('a', 'ada'), filed('b', 'bob'), filed('c', 'ada', { createdAt: 1 })];
    expect(await keysOf(sessions)).toEqual({ keys: ['a', 'b', 'c'], read: [] });
  });

  it('contains a session under the id that it has by now', async () => {
    expect((await keysOf([filed('a', 'ada'), filed('b', 'ada')], { a: ['b'] })).keys).toEqual(['b']);
  });

  it('contains a session under the id that it has after the last of several changes', async () => {
    const sessions = [filed('a', 'ada'), filed('c', 'ada')];
    expect((await keysOf(sessions, { a: ['b'], b: ['c'], c: ['c', 'd'] })).keys).toEqual(['d']);
  });

  it('contains two sessions of one user that began at the same moment', async () => {
    expect((await keysOf([filed('a', 'ada'), filed('b', 'ada')])).keys).toEqual(['a', 'b']);
  });

  it('does not contain a session that ends meanwhile', async () => {
    expect((await keysOf([filed('a', 'ada'), filed('b', 'ada')], { a: [undefined] })).keys).toEqual(['b']);
  });

  it('contains a session that is stored under two ids under the one that its browser has', async () => {
    const sessions = [filed('a', 'ada', { createdAt: 1 }), filed('b', 'ada', { movedFrom: 'abc' })];
    const stored = new Map(sessions.map((each) => [each.key, each]));
    const once = await eachOnce(sessions, async (key) => stored.get(key));
    expect(once.map(({ key }) => key)).toEqual(['a']);
  });

  it('ends although the ids never stop changing', async () => {
    const sessions = [filed('0', 'ada'), filed('1', 'ada')];
    let at = 1;
    const once = await eachOnce(sessions, async () => filed(String(++at), 'ada'));
    expect(once).toHaveLength(2);
  });
});
