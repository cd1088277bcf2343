import { describe, expect, it } from '@jest/globals';
import { upToDate } from '../../lib/session/former-record.js';
import { parseRecord } from '../../lib/session/record-text.js';
import { recordOf } from '../support/records.js';

const NOON = Date.UTC(2030, 0, 1, 12);
const QUARTER = 15 * 60 * 1000;

describe('A record of before', () => {
  // Written out as it was stored: an empty session that lasts for a token, a form in it, and a message.
  const form = { name: 'join', input: [['email', 'ada']], at: NOON };
  const text = JSON.stringify([
    ...[1, NOON, 0, 1000],
    [
      ['astro-gatehouse:kept', true],
      ['cart', 2],
    ],
    [
      ['astro-gatehouse:form:/join', { id: 'f1', value: form }],
      ['notice', { id: 'm1', value: 'Saved' }],
    ],
    [],
  ]);

  it('is read as one that is kept, and holds what the application put there', () => {
    const record = parseRecord(text, 'an id');
    expect(record).toMatchObject({ isKept: true, values: new Map([['cart', 2]]) });
  });

  it('has messages of the package yield, and end when they would have', () => {
    expect([...(parseRecord(text, 'an id')?.flashes ?? [])]).toEqual([
      ['astro-gatehouse:form:/join', { id: 'f1', value: form, until: NOON + QUARTER, yields: true }],
      ['notice', { id: 'm1', value: 'Saved' }],
    ]);
  });

  it('ends a message of the package at once that does not say since when it is there', () => {
    for (const value of [{}, null, 'x', { at: 'noon' }]) {
      const { flashes } = upToDate(recordOf({ flashes: { 'astro-gatehouse:form:/': value } }));
      expect(flashes.get('astro-gatehouse:form:/')).toMatchObject({ until: QUARTER, yields: true });
    }
  });

  it('is told from one of today, which stays the same object', () => {
    const today = recordOf({ values: { cart: 1 }, flashes: { notice: 'Saved' }, isKept: true });
    const flashes = new Map(today.flashes).set('astro-gatehouse:form:/', {
      id: 'a',
      value: {},
      until: 1,
      yields: true,
    });
    for (const record of [today, { ...today, flashes }]) expect(upToDate(record)).toBe(record);
  });
});
