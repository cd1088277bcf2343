import { describe, expect, it } from '@jest/globals';
import { AccessRule } from '../../../lib/access/access-rule.js';
import { type Guard, PageGuard, PageGuards } from '../../../lib/access/guard/page-guard.js';
import { MadeClasses } from '../../../lib/session/made-classes.js';

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

/** A file of a page that counts how often it is asked. */
function pageFile(guard: Guard | undefined) {
  const file = {
    asked: 0,
    load: async () => {
      file.asked += 1;
      return guard;
    },
  };
  return file;
}

describe('The guards beside pages', () => {
  it('are loaded once, and are at hand from then on', async () => {
    const file = pageFile({ role: 'admin' });
    const guards = new PageGuards(file.load);
    expect(`${await guards.of('/admin')}`).toBe('role admin');
    expect(guards.of('/admin')).not.toBeInstanceOf(Promise);
    expect(`${guards.of('/admin')}`).toBe('role admin');
    expect(file.asked).toBe(1);
  });

  it('are known not to be there when a file exports none', async () => {
    const file = pageFile(undefined);
    const guards = new PageGuards(file.load);
    expect(await guards.of('/about')).toBeUndefined();
    expect(guards.of('/about')).toBeUndefined();
    expect(file.asked).toBe(1);
  });

  it('are loaded for every request while files are being written', async () => {
    const file = pageFile('user');
    const guards = new PageGuards(file.load, false);
    await guards.of('/a');
    await guards.of('/a');
    expect(file.asked).toBe(2);
  });

  it('refuse to be read when their file cannot be loaded, each time anew', async () => {
    const guards = new PageGuards(() => Promise.reject(new Error('broken')));
    await expect(guards.of('/a')).rejects.toThrow('broken');
    await expect(guards.of('/a')).rejects.toThrow('broken');
  });

  it('are made of the class that stands for a rule', async () => {
    class TeamRule extends AccessRule {}
    const made = new MadeClasses(new Map([[AccessRule, TeamRule]]));
    const guards = made.during(() => new PageGuards(pageFile('user').load));
    expect((await guards.of('/a'))?.rulesFor('GET')[0]).toBeInstanceOf(TeamRule);
  });

  it('are loaded by the route they are for', async () => {
    const guards = new PageGuards(async (route) => (route === '/a' ? 'user' : undefined));
    expect([`${await guards.of('/a')}`, await guards.of('/b')]).toEqual(['signed in', undefined]);
  });

  it('know whether any file could have one', () => {
    expect(new PageGuards().isEmpty).toBe(true);
    expect(new PageGuards(pageFile('user').load).isEmpty).toBe(false);
  });

  it('tell where they have visitors sign in again', async () => {
    const pages: Record<string, Guard> = {
      '/a': { authenticatedWithin: 60, redirectTo: '/again?x' },
      '/b': ['guest', { authenticatedWithin: 60 }],
      '/c': { authenticatedWithin: 60, redirectTo: 'https://sso.example/' },
      '/d': { role: 'x', redirectTo: '/elsewhere' },
    };
    const guards = new PageGuards(
      async (route) => pages[route],
      true,
      async () => Object.keys(pages),
    );
    expect(await guards.signInPaths()).toEqual(['/again?x']);
    expect(await new PageGuards().signInPaths()).toEqual([]);
  });
});
