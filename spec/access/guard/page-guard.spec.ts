import { describe, expect, it } from '@jest/globals';
import { AccessRule } from '../../../lib/access/access-rule.js';
import { type Guard, PageGuard, PageGuards } from '../../../lib/access/guard/page-guard.js';
import { MadeClasses } from '../../../lib/session/made-classes.js';

describe('A page guard', () => {
  it.each<[Guard, { isPublic: boolean; admitsGuests: boolean; isForGuestsOnly: boolean; rules: number }]>([
    ['public', { isPublic: true, admitsGuests: true, isForGuestsOnly: false, rules: 0 }],
    ['guest', { isPublic: false, admitsGuests: true, isForGuestsOnly: true, rules: 0 }],
    ['user', { isPublic: false, admitsGuests: false, isForGuestsOnly: false, rules: 1 }],
    [{ role: 'admin' }, { isPublic: false, admitsGuests: false, isForGuestsOnly: false, rules: 1 }],
    [['guest', { role: 'admin' }], { isPublic: false, admitsGuests: true, isForGuestsOnly: false, rules: 1 }],
    [[{ role: 'a' }, { permission: 'b' }], { isPublic: false, admitsGuests: false, isForGuestsOnly: false, rules: 2 }],
  ])('knows whom it admits as %j', (guard, expected) => {
    const pageGuard = new PageGuard(guard);
    const { isPublic, admitsGuests, isForGuestsOnly } = pageGuard;
    const rules = pageGuard.rulesFor('GET').length;
    expect({ isPublic, admitsGuests, isForGuestsOnly, rules }).toEqual(expected);
  });

  it('applies to the methods it names, or to all methods if it names none', () => {
    const writing = new PageGuard({ role: 'admin', methods: ['POST'] });
    expect([writing.isFor('POST'), writing.isFor('GET')]).toEqual([true, false]);
    expect(new PageGuard('guest').isFor('DELETE')).toBe(true);
    expect(new PageGuard({ role: 'admin' }).isFor('DELETE')).toBe(true);
  });

  it('may be public for some methods', () => {
    const reading = new PageGuard([{ public: true, methods: ['GET'] }, { role: 'admin' }]);
    expect(['GET', 'HEAD', 'POST'].map((method) => reading.isPublicFor(method))).toEqual([true, true, false]);
    expect([reading.isPublic, reading.admitsGuests, reading.isFor('POST')]).toEqual([false, false, true]);
    const only = new PageGuard({ public: true, methods: ['GET'] });
    expect([only.isFor('GET'), only.isFor('POST'), only.isPublic]).toEqual([true, false, false]);
    expect(new PageGuard({ public: true })).toMatchObject({ isPublic: true, admitsGuests: true });
  });

  it.each<[Guard, string]>([
    [[{ public: true, methods: ['GET'] }, 'user'], 'GET everybody, or signed in'],
    ['public', 'public'],
    ['user', 'signed in'],
    [['guest', { role: 'admin', methods: ['GET'] }], 'guest, or GET role admin'],
    [{ permission: 'a:b', enforce: false }, 'permissions a:b, report only'],
  ])('describes %j in words as "%s"', (guard, words) => {
    expect(`${new PageGuard(guard)}`).toBe(words);
  });

  it('instantiates the registered subclass of AccessRule', () => {
    class TeamRule extends AccessRule {}
    expect(new PageGuard('user', TeamRule).rulesFor('GET')[0]).toBeInstanceOf(TeamRule);
  });
});

/** Creates the module of a page that counts how often it is loaded. */
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

describe('The page guards', () => {
  it('are loaded once and then available synchronously', async () => {
    const file = pageFile({ role: 'admin' });
    const guards = new PageGuards(file.load);
    expect(`${await guards.of('/admin')}`).toBe('role admin');
    expect(guards.of('/admin')).not.toBeInstanceOf(Promise);
    expect(`${guards.of('/admin')}`).toBe('role admin');
    expect(file.asked).toBe(1);
  });

  it('remember that a page exports no guard', async () => {
    const file = pageFile(undefined);
    const guards = new PageGuards(file.load);
    expect(await guards.of('/about')).toBeUndefined();
    expect(guards.of('/about')).toBeUndefined();
    expect(file.asked).toBe(1);
  });

  it('are loaded for every request in development', async () => {
    const file = pageFile('user');
    const guards = new PageGuards(file.load, false);
    await guards.of('/a');
    await guards.of('/a');
    expect(file.asked).toBe(2);
  });

  it('reject every time when the module of the page cannot be loaded', async () => {
    const guards = new PageGuards(() => Promise.reject(new Error('broken')));
    await expect(guards.of('/a')).rejects.toThrow('broken');
    await expect(guards.of('/a')).rejects.toThrow('broken');
  });

  it('instantiate the registered subclass of AccessRule', async () => {
    class TeamRule extends AccessRule {}
    const made = new MadeClasses(new Map([[AccessRule, TeamRule]]));
    const guards = made.during(() => new PageGuards(pageFile('user').load));
    expect((await guards.of('/a'))?.rulesFor('GET')[0]).toBeInstanceOf(TeamRule);
  });

  it('are loaded by the route pattern of their page', async () => {
    const guards = new PageGuards(async (route) => (route === '/a' ? 'user' : undefined));
    expect([`${await guards.of('/a')}`, await guards.of('/b')]).toEqual(['signed in', undefined]);
  });

  it('are empty only without a function that loads pages', () => {
    expect(new PageGuards().isEmpty).toBe(true);
    expect(new PageGuards(pageFile('user').load).isEmpty).toBe(false);
  });

  it('list the paths on which users sign in again', async () => {
    const pages: Record<string, Guard> = {
      '/a': { authenticatedWithin: 60, redirectTo: '/again?x' },
      '/b': ['guest', { authenticatedWithin: 60 }],
      '/c': { authenticatedWithin: 60, redirectTo: 'https://sso.example/' },
      '/e': { remembered: false, redirectTo: '/confirm' },
      '/d': { role: 'x', redirectTo: '/elsewhere' },
    };
    const guards = new PageGuards(
      async (route) => pages[route],
      true,
      async () => Object.keys(pages),
    );
    expect(await guards.signInPaths()).toEqual(['/again?x', '/confirm']);
    expect(await new PageGuards().signInPaths()).toEqual([]);
  });
});
