import { describe, expect, it } from '@jest/globals';
import { draftOf, type Session } from '../../../lib/session/session.js';
import { MemorySessionStore } from '../../../lib/session/stores/memory-session-store.js';
import { MemoryRevocationList } from '../../../lib/session/stores/revocation-list.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { RacedBrowser } from '../../support/raced-browser.js';

const DAY = 24 * 60 * 60;
const HOME = 'gatehouse';

const signOut = (session: Session) => session.destroy();
const fill = (session: Session) => session.set('cart', 1);
const setRole = (role: string) => (session: Session) => draftOf(session).updateVisitor({ role });

/** Changes that a late response may make to a session whose visitor has sent other requests in the meantime. */
const LATE: [string, (browser: RacedBrowser) => (session: Session) => unknown][] = [
  ['sets a value', () => fill],
  ['changes its id', () => (session) => session.regenerate()],
  ['changes roles', () => (session) => draftOf(session).updateVisitor({ role: 'admin' })],
  ['signs in the same user again', (browser) => browser.signIn('ada', 'admin')],
  ['clears it', () => (session) => session.clear()],
];

async function signedIn(role = 'member'): Promise<RacedBrowser> {
  const browser = new RacedBrowser();
  await browser.visit(browser.signIn('ada', role));
  return browser;
}

describe('A sign-out, with sessions in the cookie,', () => {
  it.each(LATE)('is not undone by a late response that %s', async (_, page) => {
    const browser = await signedIn();
    const late = await browser.send();
    await browser.visit(signOut);
    await late.answer(page(browser));
    expect(await browser.found()).toEqual({});
    await browser.visit();
    expect(browser.cookies.names).toHaveLength(1);
  });

  it('is not undone by a late response that only renews the session', async () => {
    const browser = await signedIn();
    browser.clock.advance(2 * DAY);
    const late = await browser.send();
    await browser.visit(signOut);
    expect((await late.answer()).size).toBe(1);
    expect(await browser.found()).toEqual({});
  });

  it('is not undone by several late responses, in any order, that change the id', async () => {
    const browser = await signedIn();
    const [one, other, third] = [await browser.send(), await browser.send(), await browser.send()];
    await other.answer((session) => session.regenerate());
    await browser.visit(signOut);
    await third.answer((session) => session.regenerate());
    await one.answer(fill);
    expect(await browser.found()).toEqual({});
  });

  it('is not undone when its own response arrives last', async () => {
    const browser = await signedIn();
    const leaving = await browser.send();
    await browser.visit((session) => session.regenerate());
    await leaving.answer(signOut);
    expect(await browser.found()).toEqual({});
  });

  it('is not undone when it was done by clear(), or by removing the user id', async () => {
    for (const leave of [(session: Session) => session.clear(), (session: Session) => session.unset('userId')]) {
      const browser = await signedIn();
      const late = await browser.send();
      await browser.visit(leave);
      await late.answer(fill);
      expect((await browser.found()).userId).toBeUndefined();
    }
  });

  it('is not undone while a flash message waits, nor after its delivery', async () => {
    const browser = await signedIn();
    const late = [await browser.send(), await browser.send()];
    await browser.visit((session) => session.destroy().flash('notice', 'Bye'));
    await late[0]?.answer(fill);
    let shown: unknown;
    await browser.visit((session) => {
      shown = session.flash('notice');
    });
    await late[1]?.answer(fill);
    expect([shown, await browser.found()]).toEqual(['Bye', {}]);
  });

  it('allows a new guest session, which no late response replaces', async () => {
    const browser = await signedIn();
    const late = await browser.send();
    await browser.visit(signOut);
    await browser.visit((session) => session.set('theme', 'dark'));
    await late.answer(fill);
    expect(await browser.found()).toEqual({ theme: 'dark' });
  });

  it('allows repeated sign-ins afterwards', async () => {
    const browser = await signedIn();
    const late = [await browser.send()];
    for (const name of ['grace', 'ada', 'joan']) {
      await browser.visit(signOut);
      late.push(await browser.send());
      await browser.visit(browser.signIn(name));
      late.push(await browser.send());
      expect(await browser.found()).toEqual({ userId: name, role: 'member' });
    }
    for (const each of late.reverse()) await each.answer(fill);
    expect(await browser.found()).toEqual({ userId: 'joan', role: 'member', cart: 1 });
    for (let visit = 0; visit < 2; visit++) await browser.visit();
    expect(browser.cookies.names).toHaveLength(1);
  });

  it('is not undone by the late response to an earlier sign-in', async () => {
    const browser = new RacedBrowser();
    const entering = await browser.send();
    await browser.visit(browser.signIn());
    await browser.visit(signOut);
    await entering.answer(browser.signIn());
    expect(await browser.found()).toEqual({});
  });

  it('leaves a cookie without data, which is removed 15 minutes later', async () => {
    const browser = await signedIn();
    await browser.visit(signOut);
    const [name = '', ...others] = browser.cookies.names;
    expect([name, others]).toEqual([expect.stringMatching(/^gatehouse~[a-z0-9]{8}$/), []]);
    expect((browser.cookies.values(name)[0] ?? '').length).toBeLessThan(370);

    browser.clock.advance(14 * 60);
    expect((await browser.visit()).size).toBe(0);
    browser.clock.advance(2 * 60);
    expect((await browser.visit()).answered(name)?.attributes.maxAge).toBe(0);
    expect(browser.cookies.names).toEqual([]);
  });

  it('leaves a cookie that outlives every session it invalidates', async () => {
    const browser = new RacedBrowser({ idleTimeout: DAY, rememberMe: { idleTimeout: 9 * DAY } });
    await browser.visit((session) =>
      draftOf(session).signIn({ userId: 'ada' }, browser.clock.now(), { rememberMe: true }),
    );
    const late = await browser.send();
    const left = await browser.visit(signOut);
    const [mark] = browser.cookies.names;
    const kept = await late.answer(fill);
    expect(left.answered(mark ?? '')?.attributes.maxAge).toBeGreaterThan(kept.answered(HOME)?.attributes.maxAge ?? 0);
  });

  it('leaves no cookie when there was no session', async () => {
    const browser = new RacedBrowser();
    expect((await browser.visit(signOut)).size).toBe(0);
    expect((await browser.visit((session) => session.set('cart', 1).unset('cart'))).size).toBe(0);
  });

  it('ends the session of a guest, too', async () => {
    const browser = new RacedBrowser();
    await browser.visit(fill);
    const late = await browser.send();
    await browser.visit(signOut);
    await late.answer(fill);
    expect(await browser.found()).toEqual({});
  });
});

describe('A sign-in, with sessions in the cookie,', () => {
  it.each(LATE.filter(([what]) => !/roles|signs in/.test(what)))(
    'is not undone by a late response to the guest that %s',
    async (_, page) => {
      const browser = new RacedBrowser();
      await browser.visit((session) => session.set('cart', 0));
      const late = await browser.send();
      await browser.visit(browser.signIn('grace'));
      await late.answer(page(browser));
      expect(await browser.found()).toMatchObject({ userId: 'grace', cart: 0 });
    },
  );

  it('is not undone by a late response to a guest who had no session yet', async () => {
    const browser = new RacedBrowser();
    const late = [await browser.send(), await browser.send()];
    await browser.visit(browser.signIn());
    for (const each of late) await each.answer(fill);
    expect(await browser.found()).toEqual({ userId: 'ada', role: 'member' });
  });

  it('is not undone by a guest session that began during its request', async () => {
    const browser = new RacedBrowser();
    const entering = await browser.send();
    await browser.visit(fill);
    await browser.visit((session) => session.regenerate());
    await entering.answer(browser.signIn());
    expect(await browser.found()).toEqual({ userId: 'ada', role: 'member' });
  });

  it('uses the cookie of the plain name unless a pending response could overwrite it', async () => {
    const browser = new RacedBrowser();
    await browser.visit(fill);
    expect(browser.cookies.names).toEqual(['gatehouse~guest']);
    await browser.visit(browser.signIn());
    expect(browser.cookies.names).toEqual([HOME]);
    await browser.visit(signOut);
    await browser.visit(browser.signIn());
    expect(browser.cookies.names).toEqual([expect.stringMatching(/^gatehouse~[a-z0-9]{8}$/)]);
  });

  it('in two tabs keeps the one that was sent last, whichever response arrives last', async () => {
    const browser = await signedIn();
    await browser.visit(signOut);
    const [one, other] = [await browser.send(), await browser.send()];
    await other.answer(browser.signIn('grace'));
    await one.answer(browser.signIn('ada'));
    expect(await browser.found()).toEqual({ userId: 'grace', role: 'member' });
  });

  it('ends copies of the previous cookie when there is a revocation list', async () => {
    const clock = new FrozenClock();
    const browser = new RacedBrowser({}, undefined, new MemoryRevocationList(clock));
    await browser.visit(browser.signIn());
    const copy = browser.cookies.next();
    await browser.visit(browser.signIn());
    await browser.visit(signOut);
    expect((await browser.manager.open(copy)).all()).toEqual({});
  });

  it('is kept, with a revocation list, when only the role or the id changes', async () => {
    const clock = new FrozenClock();
    const browser = new RacedBrowser({}, undefined, new MemoryRevocationList(clock));
    await browser.visit(browser.signIn());
    await browser.visit(setRole('admin'));
    await browser.visit((session) => session.regenerate());
    expect(await browser.found()).toEqual({ userId: 'ada', role: 'admin' });
  });
});

describe('A change of the role, with sessions in the cookie,', () => {
  it.each(['member', undefined])('is not undone by late responses that still have the old role: %s', async (role) => {
    const browser = await signedIn('admin');
    const late = [await browser.send(), await browser.send(), await browser.send()];
    await browser.visit((session) => (role ? draftOf(session).updateVisitor({ role }) : session.unset('role')));
    await late[2]?.answer((session) => session.regenerate());
    await late[1]?.answer(fill);
    await late[0]?.answer(browser.signIn('ada', 'admin'));
    expect(await browser.found()).toEqual({ userId: 'ada', ...(role && { role }) });
  });

  it.each([
    ['first', 0],
    ['last', 1],
  ])('is not undone by a later request that changes the id, when its own response arrives %s', async (_, at) => {
    const browser = await signedIn('admin');
    const change = await browser.send();
    const other = await browser.send();
    const answers = [() => change.answer(setRole('member')), () => other.answer((session) => session.regenerate())];
    for (const answer of at === 1 ? answers : answers.reverse()) await answer();
    expect(await browser.found()).toEqual({ userId: 'ada', role: 'member' });
  });

  it('is not undone by a request that is pending during three of them', async () => {
    const browser = await signedIn('a');
    const late = await browser.send();
    for (const role of ['b', 'c', 'd']) await browser.visit(setRole(role));
    await late.answer(fill);
    expect(await browser.found()).toEqual({ userId: 'ada', role: 'd' });
    await browser.visit();
    expect(browser.cookies.names).toHaveLength(1);
  });
});

describe('A change of other data of the user, with sessions in the cookie,', () => {
  it('is not undone by late responses that still have the old data', async () => {
    const browser = new RacedBrowser();
    await browser.visit((session) => draftOf(session).signIn({ userId: 'ada', isOwner: true }, browser.clock.now()));
    const late = [await browser.send(), await browser.send()];
    await browser.visit((session) => draftOf(session).updateVisitor({ isOwner: false }));
    await late[1]?.answer((session) => session.regenerate());
    await late[0]?.answer(fill);
    expect(await browser.found()).toEqual({ userId: 'ada', isOwner: false });
  });

  it('keeps the name of the cookie when it changes nothing', async () => {
    const browser = await signedIn();
    await browser.visit((session) => draftOf(session).updateVisitor({ role: 'member' }));
    expect(browser.cookies.names).toEqual([HOME]);
  });
});

describe('Many concurrent requests, with sessions in the cookie, that all', () => {
  it.each<[string, (browser: RacedBrowser) => (session: Session) => unknown]>([
    ['change the id', () => (session) => session.regenerate()],
    ['set the same role again', () => setRole('admin')],
    ['set another role', () => setRole('member')],
    ['set a new token', () => (session) => draftOf(session).updateVisitor({ token: crypto.randomUUID() })],
    ['sign in the same user', (browser) => browser.signIn('ada', 'admin')],
    ['sign out', () => signOut],
  ])('%s leave no more than three cookies, and one after the next request', async (_, page) => {
    const browser = await signedIn('admin');
    browser.clock.advance(60);
    const sent = [];
    for (let count = 0; count < 30; count++) sent.push(await browser.send());
    for (const each of sent) await each.answer(page(browser));
    expect(browser.cookies.names.length).toBeLessThanOrEqual(3);
    await browser.visit();
    expect(browser.cookies.names).toHaveLength(1);
  });
});

describe('A delivered flash message, with sessions in the cookie,', () => {
  const SHORT_WHILE = 120;
  const read = (session: Session) => session.flash('notice');

  it('does not reappear with a late response that still contains it', async () => {
    const browser = await signedIn();
    await browser.visit((session) => session.flash('notice', 'Saved'));
    const late = await browser.send();
    await browser.visit((session) => expect(read(session)).toBe('Saved'));
    await late.answer(fill);
    browser.clock.advance(SHORT_WHILE);
    await browser.visit((session) => expect(read(session)).toBeUndefined());
  });

  it('does not reappear when responses arrive in another order', async () => {
    const browser = await signedIn();
    await browser.visit((session) => session.flash('notice', 'Saved'));
    const [other, page] = [await browser.send(), await browser.send()];
    await other.answer(fill);
    const afterOther = browser.cookies;
    await page.answer((session) => expect(read(session)).toBe('Saved'));
    browser.cookies = afterOther;
    await browser.visit((session) => expect(read(session)).toBeUndefined());
    browser.clock.advance(SHORT_WHILE);
    await browser.visit((session) => expect(read(session)).toBeUndefined());
  });
});

describe('A session in the cookie of the plain name', () => {
  it('is read from there, and not replaced by a late response after its id has changed', async () => {
    const browser = new RacedBrowser();
    await browser.visit(browser.signIn());
    const [token = ''] = browser.cookies.values(HOME);
    expect((await browser.manager.open(browser.cookies.next())).all()).toEqual({ userId: 'ada', role: 'member' });
    const late = await browser.send();
    await browser.visit((session) => session.regenerate());
    expect(browser.cookies.values(HOME)).not.toContain(token);
    await late.answer(fill);
    expect(await browser.found()).toEqual({ userId: 'ada', role: 'member' });
  });
});

describe('A cookie that matches no session', () => {
  const SEVERAL = { cookie: { chunks: true } };
  const OVER = [HOME, `${HOME}.1`, `${HOME}.2`, `${HOME}~guest`, `${HOME}~mjuohs00`, `${HOME}~mjuohs00.1`];
  const ANOTHERS = `${HOME}-view-as`;

  function withCookies(...names: string[]): RacedBrowser {
    const browser = new RacedBrowser(SEVERAL);
    browser.cookies = new FakeCookieJar(new Map(names.map((name) => [name, ['over']])));
    return browser;
  }

  it.each<[string, (browser: RacedBrowser) => (session: Session) => unknown]>([
    ['begins for a guest', () => fill],
    ['begins with a sign-in', (browser) => browser.signIn()],
  ])('is removed when the next session %s, unless it belongs to another application', async (_, page) => {
    const browser = withCookies(...OVER, ANOTHERS);
    expect((await browser.visit()).size).toBe(0);
    await browser.visit(page(browser));
    expect([ANOTHERS, ...browser.cookies.names.filter((name) => name !== ANOTHERS)]).toHaveLength(2);
    expect(browser.cookies.names).toContain(ANOTHERS);
    expect(await browser.found()).not.toEqual({});
  });

  it('is removed even when only its later parts exist', async () => {
    const browser = withCookies(`${HOME}.2`, `${HOME}~mjuohs00.1`);
    await browser.visit(fill);
    expect([browser.cookies.names, await browser.found()]).toEqual([[HOME], { cart: 1 }]);
  });

  it('does not prevent a sign-in or a sign-out when late responses replace it', async () => {
    const browser = withCookies(...OVER);
    const late = [await browser.send(), await browser.send(), await browser.send()];
    await browser.visit(fill);
    await late[0]?.answer(fill);
    await browser.visit(browser.signIn('grace'));
    await late[1]?.answer(fill);
    expect(await browser.found()).toMatchObject({ userId: 'grace' });
    await browser.visit(signOut);
    await late[2]?.answer(fill);
    expect(await browser.found()).toEqual({});
  });
});

describe('A store that can end sessions', () => {
  it('uses one cookie with one name, and leaves none after a sign-out', async () => {
    const clock = new FrozenClock();
    const browser = new RacedBrowser({}, (config) => new MemorySessionStore(config, clock));
    await browser.visit(fill);
    await browser.visit(browser.signIn());
    await browser.visit((session) => session.regenerate());
    expect(browser.cookies.names).toEqual([HOME]);
    await browser.visit(signOut);
    expect(browser.cookies.names).toEqual([]);
  });
});
