import { describe, expect, it } from '@jest/globals';
import { AccessRule } from '../../lib/access/access-rule.js';
import { type Guard, PageGuard } from '../../lib/access/page-guard.js';

describe('A guard beside a page', () => {
  it.each<[Guard, { isPublic: boolean; admitsGuests: boolean; isForGuestsOnly: boolean; rules: number }]>([
    ['public', { isPublic: true, admitsGuests: true, isForGuestsOnly: false, rules: 0 }],
    ['guest', { isPublic: false, admitsGuests: true, isForGuestsOnly: true, rules: 0 }],
    ['user', { isPublic: false, admitsGuests: false, isForGuestsOnly: false, rules: 1 }],
    [{ role: 'admin' }, { isPublic: false, admitsGuests: false, isForGuestsOnly: false, rules: 1 }],
    [['guest', { role: 'admin' }], { isPublic: false, admitsGuests: true, isForGuestsOnly: false, rules: 1 }],
    [[{ role: 'a' }, { permission: 'b' }], { isPublic: false, admitsGuests: false, isForGuestsOnly: false, rules: 2 }],
  ])('says of %j whom it admits', (guard, expected) => {
    const pageGuard = new PageGuard(guard);
    const { isPublic, admitsGuests, isForGuestsOnly } = pageGuard;
    const rules = pageGuard.rulesFor('GET').length;
    expect({ isPublic, admitsGuests, isForGuestsOnly, rules }).toEqual(expected);
  });

  it('has a say about the methods it names, and about all when it names none', () => {
    const writing = new PageGuard({ role: 'admin', methods: ['POST'] });
    expect([writing.isFor('POST'), writing.isFor('GET')]).toEqual([true, false]);
    expect(new PageGuard('guest').isFor('DELETE')).toBe(true);
    expect(new PageGuard({ role: 'admin' }).isFor('DELETE')).toBe(true);
  });

  it.each<[Guard, string]>([
    ['public', 'public'],
    ['user', 'signed in'],
    [['guest', { role: 'admin', methods: ['GET'] }], 'guest, or GET role admin'],
    [{ permission: 'a:b', enforce: false }, 'permissions a:b, report only'],
  ])('reads %j in words: %s', (guard, words) => {
    expect(`${new PageGuard(guard)}`).toBe(words);
  });

  it('is made of the class that stands for a rule', () => {
    class TeamRule extends AccessRule {}
    expect(new PageGuard('user', TeamRule).rulesFor('GET')[0]).toBeInstanceOf(TeamRule);
  });
});
