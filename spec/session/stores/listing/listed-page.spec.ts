import { describe, expect, it } from '@jest/globals';
import { serializeRecord } from '../../../../lib/session/record/record-text.js';
import type { SessionRecord } from '../../../../lib/session/record/session-record.js';
import { listedPage } from '../../../../lib/session/stores/listing/listed-page.js';
import type { TextSource } from '../../../../lib/session/stores/listing/listing.js';
import { recordOf } from '../../../support/records.js';

const everything = () => true;
const textOf = (userId: string, more: Partial<SessionRecord> = {}) =>
  serializeRecord({ ...recordOf({ values: { userId } }), ...more });
const leadTo = (to: string) => JSON.stringify({ to, until: Number.MAX_SAFE_INTEGER });

/** A source whose texts tests can change, and which calls a function before each step but the first. */
function sourceOf(texts: Map<string, string>, step: number, before: () => void = () => {}): TextSource {
  let steps = 0;
  return {
    now: () => 0,
    find: (key) => {
      const text = texts.get(key);
      return text === undefined ? undefined : { text };
    },
    entriesAfter: (after = '', limit) => {
      if (steps > 0) before();
      steps += 1;
      const keys = [...texts.keys()].filter((key) => key > after).sort();
      const entries = keys.slice(0, Math.min(limit, step)).map((key) => ({ key, text: texts.get(key) ?? '' }));
      return { entries, next: keys.length > entries.length ? entries.at(-1)?.key : undefined };
    },
  };
}

const usersOf = async (source: TextSource, limit = 10) => {
  const { filed } = await listedPage(source, { limit, matches: everything });
  return filed.map(({ key, record }) => `${key}:${record.values.get('userId')}`);
};

describe('One page of all sessions', () => {
  it('contains a session once that is found under its old and its new id', async () => {
    const texts = new Map([
      ['a', leadTo('b')],
      ['b', textOf('ada')],
    ]);
    expect(await usersOf(sourceOf(texts, 10))).toEqual(['b:ada']);
  });

  it('contains a session once whose id changes after it was read', async () => {
    const texts = new Map([
      ['a', textOf('ada')],
      ['b', textOf('bob')],
    ]);
    const change = () => texts.set('a', leadTo('c')).set('c', textOf('ada'));
    expect(await usersOf(sourceOf(texts, 1, change))).toEqual(['b:bob', 'c:ada']);
  });

  it('contains a session once whose id changes twice, and is read under the old one and under the one between', async () => {
    const texts = new Map([
      ['a', textOf('ada')],
      ['b', textOf('bob')],
      ['d', textOf('dan')],
    ]);
    const changes = [
      () => texts.set('a', leadTo('c')).set('c', textOf('ada')),
      () => {},
      () => texts.set('c', leadTo('0')).set('0', textOf('ada')),
    ];
    expect((await usersOf(sourceOf(texts, 1, () => changes.shift()?.()))).sort()).toEqual(['0:ada', 'b:bob', 'd:dan']);
  });

  it('contains a session once whose id changes while the first texts are looked at', async () => {
    const texts = new Map([
      ['a', leadTo('b')],
      ['b', textOf('ada')],
    ]);
    const source = sourceOf(texts, 10);
    const find: TextSource['find'] = (key) => {
      if (!texts.has('c')) texts.set('b', leadTo('c')).set('c', textOf('ada'));
      return source.find(key);
    };
    expect(await usersOf({ ...source, find })).toEqual(['c:ada']);
  });

  it('contains a session once, as its browser knows it, while a store has it under both ids', async () => {
    const texts = new Map([
      ['a', textOf('ada', { createdAt: 1 })],
      ['b', textOf('ada', { createdAt: 2, movedFrom: 'a' })],
    ]);
    expect(await usersOf(sourceOf(texts, 10))).toEqual(['a:ada']);
    const change = () => texts.set('a', leadTo('b'));
    expect(await usersOf(sourceOf(texts, 1, change))).toEqual(['b:ada']);
  });

  it('contains both of two sessions of one user that began at the same moment', async () => {
    const texts = new Map(['a', 'b'].map((key) => [key, textOf('ada')] as const));
    expect(await usersOf(sourceOf(texts, 10))).toEqual(['a:ada', 'b:ada']);
  });

  it('does not contain a session that ends while it may be a second one', async () => {
    const texts = new Map(['a', 'b', 'c'].map((key) => [key, textOf('ada')] as const));
    expect(await usersOf(sourceOf(texts, 2, () => texts.delete('a')))).toEqual(['b:ada', 'c:ada']);
  });

  it('does not contain a session that no longer fits when it is read again', async () => {
    const texts = new Map(['a', 'b', 'c'].map((key) => [key, textOf('ada')] as const));
    const source = sourceOf(texts, 2, () => texts.set('a', textOf('bob')));
    const matches = ({ values }: Pick<SessionRecord, 'values'>) => values.get('userId') === 'ada';
    const { filed } = await listedPage(source, { limit: 10, matches });
    expect(filed.map(({ key }) => key)).toEqual(['b', 'c']);
  });

  it('contains a session whose new id belongs to a part that was read before', async () => {
    const texts = new Map([
      ['b', textOf('bob')],
      ['c', textOf('ada')],
    ]);
    const change = () => texts.set('c', leadTo('a')).set('a', textOf('ada'));
    expect(await usersOf(sourceOf(texts, 1, change))).toEqual(['b:bob', 'a:ada']);
  });

  it('ends with the last session that fits, and says whether there is another page', async () => {
    const texts = new Map(['a', 'b', 'c'].map((key) => [key, textOf(key)] as const));
    const pageOf = (limit: number, after?: string) =>
      listedPage(sourceOf(texts, 10), { limit, after, matches: everything });
    expect(await pageOf(2)).toMatchObject({ filed: [{ key: 'a' }, { key: 'b' }], next: 'b' });
    expect(await pageOf(2, 'b')).toMatchObject({ filed: [{ key: 'c' }], next: undefined });
    expect((await pageOf(3)).next).toBeUndefined();
  });

  it('leaves out what is no session, what leads nowhere, and what leads in a circle', async () => {
    const texts = new Map([
      ['a', ''],
      ['b', '1700000000000'],
      ['c', leadTo('gone')],
      ['d', leadTo('d')],
      ['e', serializeRecord(recordOf())],
      ['f', textOf('ada')],
    ]);
    expect(await usersOf(sourceOf(texts, 2))).toEqual(['f:ada']);
  });
});
