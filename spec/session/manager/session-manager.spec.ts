import { describe, expect, it } from '@jest/globals';
import { keepForm, keepsForm, takeForm } from '../../../lib/access/forms/kept-form.js';
import { SessionCommittedError, SessionTooLargeError, StoreUnavailableError } from '../../../lib/errors/index.js';
import { Secrets } from '../../../lib/session/cookies/secrets.js';
import { FlashBag } from '../../../lib/session/flash-bag.js';
import { MadeClasses } from '../../../lib/session/made-classes.js';
import { SessionManager } from '../../../lib/session/manager/session-manager.js';
import { SessionId } from '../../../lib/session/record/session-id.js';
import type { SessionRecord } from '../../../lib/session/record/session-record.js';
import { draftOf, Session } from '../../../lib/session/session.js';
import { SessionConfig, type SessionOptions } from '../../../lib/session/session-config.js';
import { CookieSessionStore } from '../../../lib/session/stores/cookie-session-store.js';
import { MemorySessionStore } from '../../../lib/session/stores/memory-session-store.js';
import { SessionStore } from '../../../lib/session/stores/session-store.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { WatchedSessionStore } from '../../support/watched-session-store.js';

const NAME = 'gatehouse';
const HOUR = 60 * 60;

type AnyClass = abstract new (...args: never[]) => unknown;

class TeamSession extends Session {}
class TeamFlashBag extends FlashBag {}

/** A store that is unavailable. */
class BrokenStore extends SessionStore {
  override async read(): Promise<SessionRecord | undefined> {
    throw new Error('The store is away');
  }
  override async write(): Promise<string | undefined> {
    throw new Error('The store is away');
  }
  override async destroy(): Promise<void> {
    throw new Error('The store is away');
  }
}

function start(options: SessionOptions = {}, isProduction = false) {
  const clock = new FrozenClock();
  const times = { idleTimeout: HOUR - HOUR / 6, renewAfter: HOUR / 6, absoluteTimeout: 3 * HOUR, ...options };
  const config = SessionConfig.from(times, { isProduction });
  const store = new WatchedSessionStore(new MemorySessionStore(config, clock));
  const manager = SessionManager.over(store, config, clock);

  /** Runs one request, and returns the calls that it made to the store. */
  const visit = async (cookies: FakeCookieJar, page: (session: Session) => unknown = () => {}) => {
    store.forget();
    const session = await manager.open(cookies);
    page(session);
    const wasKept = await manager.commit(session, cookies);
    return { session, wasKept, calls: [...store.calls], answered: cookies.answered(config.cookieName), cookies };
  };
  /** Returns the cookies for the next request of a visitor whose session has a cart. */
  const shopper = async () => {
    const { cookies } = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    return cookies.next();
  };
  return { clock, config, store, manager, visit, shopper };
}

describe('A visitor without a session', () => {
  it('causes no store call and receives no cookie', async () => {
    const { visit } = start();
    const { session, wasKept, calls, cookies } = await visit(new FakeCookieJar());
    expect(session.isNew).toBe(true);
    expect(wasKept).toBe(true);
    expect(calls).toEqual([]);
    expect(cookies.size).toBe(0);
  });

  it('causes no store call by reading, or by setting and removing a value', async () => {
    const { visit } = start();
    const { calls, cookies } = await visit(new FakeCookieJar(), (session) => {
      session.get('cart');
      session.flash('notice');
      session.set('draft', 'x').unset('draft').regenerate();
    });
    expect(calls).toEqual([]);
    expect(cookies.size).toBe(0);
  });

  it('receives a session and its cookie as soon as a value is set', async () => {
    const { clock, config, visit } = start();
    const { session, calls, answered } = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    expect(calls).toEqual(['write']);
    expect(answered?.value).toBe(session.id);
    expect(session.isNew).toBe(false);
    expect(session.createdAt).toEqual(new Date(clock.now()));
    expect(session.expiresAt).toEqual(new Date(clock.now() + config.longestIdle));
  });
});

describe('The session cookie', () => {
  it('has the configured attributes and the lifetime of the session', async () => {
    const { visit } = start({ cookie: { path: '/app', domain: 'example.com', sameSite: 'strict', secure: true } });
    const { answered } = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    expect(answered?.attributes).toEqual({
      path: '/app',
      domain: 'example.com',
      sameSite: 'strict',
      secure: true,
      httpOnly: true,
      maxAge: HOUR,
    });
  });

  it('is bound to its host by the __Host- prefix in production', async () => {
    const { visit, config } = start({}, true);
    const { answered } = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    expect(config.cookieName).toBe('__Host-gatehouse');
    expect(answered?.attributes).toMatchObject({ path: '/', domain: undefined, sameSite: 'lax', secure: true });
  });

  it('is removed with the same attributes', async () => {
    const options = { cookie: { path: '/app', domain: 'example.com', secure: true } };
    const { visit, config, shopper } = start(options);
    const { answered } = await visit(await shopper(), (session) => session.destroy());
    expect(answered?.value).toBe('');
    expect(answered?.attributes).toEqual({ ...config.cookie, maxAge: 0 });
  });

  it('is not removed when it matches no session, because another application may own it', async () => {
    const { visit, config } = start();
    const { cookies } = await visit(FakeCookieJar.carrying(config.cookieName, 'unknown'));
    expect(cookies.size).toBe(0);
    const kept = await visit(FakeCookieJar.carrying(config.cookieName, 'unknown'), (session) => session.set('cart', 1));
    expect(kept.answered?.value).toBe(kept.session.id);
  });

  it('is removed when its session has expired', async () => {
    const { clock, visit, config, shopper } = start();
    const cookies = await shopper();
    clock.advance(HOUR);
    expect((await visit(cookies)).answered?.attributes).toEqual({ ...config.cookie, maxAge: 0 });
  });

  it('never lives longer than the absolute timeout', async () => {
    const { clock, visit, shopper } = start({ absoluteTimeout: HOUR + 60 });
    const cookies = await shopper();
    clock.advance(HOUR / 2);
    const { answered, session } = await visit(cookies, (session) => session.set('cart', 2));
    expect(answered?.attributes.maxAge).toBe(HOUR / 2 + 60);
    expect(session.expiresAt).toEqual(new Date(clock.now() + (HOUR / 2 + 60) * 1000));
  });
});

describe('An unchanged session', () => {
  it('is not written, and no cookie is sent, until its renewal is due', async () => {
    const { clock, visit, shopper } = start();
    const cookies = await shopper();
    const first = await visit(cookies, (session) => session.get('cart'));
    clock.advance(HOUR / 6 - 1);
    const second = await visit(cookies.next());
    expect([first.calls, second.calls]).toEqual([['read'], ['read']]);
    expect([first.answered, second.answered]).toEqual([undefined, undefined]);

    clock.advance(1);
    const third = await visit(cookies.next());
    const fourth = await visit(third.cookies.next());
    expect(third.calls).toEqual(['read', 'write']);
    expect(third.answered?.attributes.maxAge).toBe(HOUR);
    expect(fourth.calls).toEqual(['read']);
    expect(fourth.answered).toBeUndefined();
  });

  it('is not renewed when that would not extend its life', async () => {
    const { clock, visit, shopper } = start({ absoluteTimeout: HOUR });
    const cookies = await shopper();
    clock.advance(HOUR - 1);
    const { calls, answered } = await visit(cookies);
    expect(calls).toEqual(['read']);
    expect(answered).toBeUndefined();
  });

  it('keeps its id when it is renewed', async () => {
    const { clock, visit, shopper } = start();
    const cookies = await shopper();
    clock.advance(HOUR / 2);
    const { answered } = await visit(cookies);
    expect([answered?.value]).toEqual(cookies.values(NAME));
  });
});

describe('A changed session', () => {
  it('is written once', async () => {
    const { visit, shopper } = start();
    const { calls, session } = await visit(await shopper(), (session) => session.set('cart', 2).set('theme', 'dark'));
    expect(calls).toEqual(['read', 'write']);
    expect(session.isDirty).toBe(false);
    expect(session.all()).toEqual({ cart: 2, theme: 'dark' });
  });

  it('rejects further changes as soon as its commit begins', async () => {
    const { manager } = start();
    const session = await manager.open(new FakeCookieJar());
    session.set('cart', 1);
    const committing = manager.commit(session, new FakeCookieJar());
    expect(() => session.set('cart', 2)).toThrow(SessionCommittedError);
    await committing;
    expect(() => session.set('cart', 2)).toThrow(SessionCommittedError);
  });

  it('is removed from the store and the browser when its only message has been delivered', async () => {
    const { store, visit } = start();
    const first = await visit(new FakeCookieJar(), (session) => session.flash('notice', 'Saved'));
    const second = await visit(first.cookies.next(), (session) => session.flash('notice'));
    expect(second.calls).toEqual(['read', 'write']);
    expect(second.answered?.attributes.maxAge).toBe(0);
    expect(second.session.flash('notice')).toBe('Saved');
    store.forget();
    const third = await visit(first.cookies.next(), (session) => expect(session.flash('notice')).toBeUndefined());
    expect(third.session.isNew).toBe(true);
  });

  it('is removed from the store and the browser when it becomes empty', async () => {
    const { visit, shopper } = start();
    const cookies = await shopper();
    const { calls, answered } = await visit(cookies, (session) => session.clear());
    expect(calls).toEqual(['read', 'write']);
    expect(answered).toMatchObject({ value: '', attributes: { maxAge: 0 } });
    expect((await visit(cookies)).session.isNew).toBe(true);
  });

  it('gets a new token when its id changes, and the old one stops working after ten seconds', async () => {
    const { clock, visit, shopper } = start();
    const before = await shopper();
    const { cookies } = await visit(before, (session) => session.regenerate());
    expect(cookies.next().values(NAME)).not.toEqual(before.values(NAME));
    expect((await visit(cookies.next())).session.all()).toEqual({ cart: 1 });
    clock.advance(10);
    expect((await visit(FakeCookieJar.carrying(NAME, ...before.values(NAME)))).session.all()).toEqual({});
  });
});

describe('A destroyed session', () => {
  it('is ended in the store, and its cookie is removed', async () => {
    const { visit, shopper } = start();
    const cookies = await shopper();
    const { calls, answered, wasKept } = await visit(cookies, (session) => session.destroy());
    expect(calls).toEqual(['read', 'destroy']);
    expect(answered).toMatchObject({ value: '', attributes: { maxAge: 0 } });
    expect(wasKept).toBe(true);
  });

  it('is replaced by a new session when a value is set afterwards', async () => {
    const { visit, shopper } = start();
    const before = await shopper();
    const { calls, cookies } = await visit(before, (session) => session.destroy().set('theme', 'dark'));
    expect(calls).toEqual(['read', 'destroy', 'write']);
    expect((await visit(cookies.next())).session.all()).toEqual({ theme: 'dark' });
    expect((await visit(FakeCookieJar.carrying(NAME, ...before.values(NAME)))).session.all()).toEqual({});
  });

  it('is ended in the store even when the request fails and sends no cookie', async () => {
    const { manager, store, shopper } = start();
    const cookies = await shopper();
    const session = await manager.open(cookies);
    session.destroy().set('theme', 'dark');
    draftOf(session).rollBack();
    store.forget();
    await manager.abandon(session);
    expect(store.calls).toEqual(['destroy']);
    expect(cookies.size).toBe(0);
    expect((await manager.open(cookies)).isNew).toBe(true);
  });

  it('is removed from the store and the browser by manager.end(), too', async () => {
    const { manager, shopper } = start();
    const cookies = await shopper();
    const session = await manager.open(cookies);
    await manager.end(session, cookies);
    expect(cookies.answered(NAME)).toMatchObject({ value: '', attributes: { maxAge: 0 } });
    expect((await manager.open(cookies)).isNew).toBe(true);
    expect(session.all()).toEqual({});
  });
});

describe('An abandoned request that ended no session', () => {
  it('causes no store call', async () => {
    const { manager, store, shopper } = start();
    const session = await manager.open(await shopper());
    session.set('cart', 2);
    store.forget();
    await manager.abandon(session);
    expect(store.calls).toEqual([]);
  });
});

describe('A session that was ended by another request', () => {
  it('is not stored again, and no cookie is sent', async () => {
    const { manager, visit, shopper } = start();
    const cookies = await shopper();
    const inFlight = await manager.open(cookies);
    inFlight.set('cart', 2);
    await visit(cookies.next(), (session) => session.destroy());

    expect(await manager.commit(inFlight, cookies)).toBe(false);
    expect(cookies.size).toBe(0);
    expect(inFlight.isNew).toBe(true);
    expect(inFlight.all()).toEqual({});
    expect((await visit(cookies)).session.isNew).toBe(true);
  });

  it('is not stored again by a renewal either', async () => {
    const { clock, manager, visit, shopper } = start();
    const cookies = await shopper();
    clock.advance(HOUR / 2);
    const inFlight = await manager.open(cookies);
    await visit(cookies.next(), (session) => session.destroy());
    expect(await manager.commit(inFlight, cookies)).toBe(false);
    expect((await manager.open(cookies)).isNew).toBe(true);
  });
});

describe('A second response to the same request', () => {
  it('commits its additional changes', async () => {
    const { manager, visit } = start();
    const { session, cookies } = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    draftOf(session).reopen();
    session.set('theme', 'dark');
    expect(await manager.commit(session, cookies)).toBe(true);
    expect((await visit(cookies.next())).session.all()).toEqual({ cart: 1, theme: 'dark' });
  });

  it('keeps the cookie of the first when it changes nothing', async () => {
    const { manager, store, visit } = start();
    const { session, cookies, answered } = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    draftOf(session).reopen();
    store.forget();
    await manager.commit(session, cookies);
    expect(store.calls).toEqual([]);
    expect(cookies.answered(NAME)).toEqual(answered);
  });

  it('removes the cookie of the first when it destroys the session', async () => {
    const { manager, visit } = start();
    const { session, cookies } = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    draftOf(session).reopen();
    session.destroy();
    await manager.commit(session, cookies);
    expect(cookies.answered(NAME)).toMatchObject({ value: '', attributes: { maxAge: 0 } });
  });

  it('removes the cookie of the first when it empties the session', async () => {
    const { manager, visit } = start();
    const { session, cookies } = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    draftOf(session).reopen();
    session.clear();
    await manager.commit(session, cookies);
    expect(cookies.answered(NAME)).toMatchObject({ value: '', attributes: { maxAge: 0 } });
  });
});

describe('Shortened timeouts', () => {
  it('apply to sessions that were stored with longer ones', async () => {
    const clock = new FrozenClock();
    const long = SessionConfig.from({ idleTimeout: 10 * HOUR }, { isProduction: false });
    const short = SessionConfig.from({ idleTimeout: HOUR }, { isProduction: false });
    const store = new MemorySessionStore(long, clock);
    const cookies = new FakeCookieJar();
    const before = SessionManager.over(store, long, clock);
    const session = await before.open(cookies);
    await before.commit(session.set('cart', 1), cookies);

    const after = SessionManager.over(store, short, clock);
    clock.advance(short.longestIdle / 1000 - 1);
    expect((await after.open(cookies.next())).isNew).toBe(false);
    clock.advance(1);
    expect((await after.open(cookies.next())).isNew).toBe(true);
  });

  it('apply to sessions that are in use, too', async () => {
    const clock = new FrozenClock();
    const long = SessionConfig.from({ idleTimeout: HOUR }, { isProduction: false });
    const short = SessionConfig.from({ idleTimeout: HOUR, absoluteTimeout: HOUR }, { isProduction: false });
    const store = new MemorySessionStore(long, clock);
    const cookies = new FakeCookieJar();
    const before = SessionManager.over(store, long, clock);
    const session = await before.open(cookies);
    await before.commit(session.set('cart', 1), cookies);
    clock.advance(HOUR - 1);
    await before.commit((await before.open(cookies.next())).set('cart', 2), cookies);

    const after = SessionManager.over(store, short, clock);
    expect((await after.open(cookies.next())).get('cart')).toBe(2);
    clock.advance(1);
    expect((await after.open(cookies.next())).isNew).toBe(true);
  });
});

describe('The cookies of a request', () => {
  it('cause six store reads at most', async () => {
    const { visit, shopper } = start();
    const [token = ''] = (await shopper()).values(NAME);
    const planted = Array.from({ length: 50 }, () => SessionId.generate());
    const { calls, session } = await visit(FakeCookieJar.carrying(NAME, ...planted, token));
    expect(calls).toEqual(Array(6).fill('read'));
    expect(session.isNew).toBe(true);
  });

  it('are ignored when they do not have the name of the session cookie', async () => {
    const { visit, shopper } = start();
    const [token = ''] = (await shopper()).values(NAME);
    const { calls, session } = await visit(FakeCookieJar.carrying('other', token));
    expect(calls).toEqual([]);
    expect(session.isNew).toBe(true);
  });
});

describe('manager.save()', () => {
  it('writes a session even when it did not change', async () => {
    const { manager, store, shopper } = start();
    const cookies = await shopper();
    const session = await manager.open(cookies);
    store.forget();
    expect(await manager.save(session, cookies)).toBe(true);
    expect(store.calls).toEqual(['write']);
    expect(cookies.answered(NAME)?.value).toBe(session.id);
  });

  it('leaves the session open for more changes', async () => {
    const { manager } = start();
    const cookies = new FakeCookieJar();
    const session = await manager.open(cookies);
    await manager.save(session.set('cart', 1), cookies);
    await manager.save(session.set('cart', 2), cookies);
    expect((await manager.open(cookies.next())).all()).toEqual({ cart: 2 });
  });
});

describe('A store that fails', () => {
  const config = SessionConfig.from({}, { isProduction: false });
  const manager = SessionManager.over(new BrokenStore(), config, new FrozenClock());

  it('makes the visitor a guest for this request, and the cookie is kept', async () => {
    const cookies = FakeCookieJar.carrying(NAME, SessionId.generate());
    const session = await manager.open(cookies);
    expect([session.isUnavailable, session.isNew, session.all()]).toEqual([true, true, {}]);
    expect(await manager.commit(session, cookies)).toBe(true);
    expect(cookies.size).toBe(0);
  });

  it('makes the commit reject after a value was set', async () => {
    const cookies = FakeCookieJar.carrying(NAME, SessionId.generate());
    const session = (await manager.open(cookies)).set('cart', 1);
    await expect(manager.commit(session, cookies)).rejects.toThrow(StoreUnavailableError);
    expect(cookies.size).toBe(0);
  });

  it.each<[string, (session: Session) => unknown]>([
    ['destroyed', (session) => session.destroy()],
    ['given a new id', (session) => session.regenerate()],
    ['cleared', (session) => session.clear()],
    ['changed by unset()', (session) => session.unset('cart')],
  ])('makes the commit reject after the session was %s', async (_, change) => {
    const cookies = FakeCookieJar.carrying(NAME, SessionId.generate());
    const session = await manager.open(cookies);
    change(session);
    await expect(manager.commit(session, cookies)).rejects.toThrow(StoreUnavailableError);
    expect(cookies.size).toBe(0);
    draftOf(session).rollBack();
    expect(await manager.commit(session, cookies)).toBe(true);
  });

  it('is not called for a visitor without a cookie', async () => {
    const cookies = new FakeCookieJar();
    expect(await manager.commit(await manager.open(cookies), cookies)).toBe(true);
  });

  it('makes the commit of a new session reject without a cookie', async () => {
    const cookies = new FakeCookieJar();
    const session = (await manager.open(cookies)).set('cart', 1);
    await expect(manager.commit(session, cookies)).rejects.toThrow('The store is away');
    expect(cookies.size).toBe(0);
  });
});

describe('A session too large for its cookie', () => {
  it('makes the commit reject, and the stored session stays unchanged', async () => {
    const config = SessionConfig.from({}, { isProduction: false });
    const secrets = Secrets.from('k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa', { source: 'the spec', isProduction: true });
    const manager = SessionManager.over(new CookieSessionStore(secrets, config), config, new FrozenClock());
    const first = new FakeCookieJar();
    await manager.commit((await manager.open(first)).set('cart', 1), first);

    const second = first.next();
    const session = (await manager.open(second)).set('cart', 'x'.repeat(5000));
    await expect(manager.commit(session, second)).rejects.toThrow(SessionTooLargeError);
    expect(second.size).toBe(0);
    expect((await manager.open(second.next())).all()).toEqual({ cart: 1 });
  });
});

describe('Subclasses that replace Session and FlashBag', () => {
  it('are instantiated for the sessions that the manager opens', async () => {
    const config = SessionConfig.from({}, { isProduction: false });
    const clock = new FrozenClock();
    const made = new MadeClasses(
      new Map<AnyClass, AnyClass>([
        [Session, TeamSession],
        [FlashBag, TeamFlashBag],
      ]),
    );
    const manager = made.during(() => SessionManager.over(new MemorySessionStore(config, clock), config, clock));
    const session = await manager.open(new FakeCookieJar());
    expect(session).toBeInstanceOf(TeamSession);
    expect(session.flashes).toBeInstanceOf(TeamFlashBag);
  });
});

describe('A session too large for its store', () => {
  it('is rejected with its size and its largest keys before anything is stored', async () => {
    const { visit, shopper } = start({ maxSize: 1000 });
    const cookies = await shopper();
    const added = visit(cookies, (session) => session.set('notes', 'x'.repeat(1000)));
    await expect(added).rejects.toMatchObject({
      name: 'SessionTooLargeError',
      limit: 1000,
      largestKeys: ['"notes" (about 1004 bytes)', '"cart" (about 3 bytes)'],
      message: expect.stringMatching(
        /would have 1\d\d\d characters, but session.maxSize allows only 1000.*raise session.maxSize/,
      ),
    });
    expect(cookies.size).toBe(0);
    expect((await visit(cookies)).session.all()).toEqual({ cart: 1 });
  });

  it('can be read, renewed and reduced when it was stored under a higher limit', async () => {
    const { visit, clock, config, store } = start({ maxSize: 5000 });
    const { cookies } = await visit(new FakeCookieJar(), (session) => session.set('a', 'x'.repeat(900)).set('b', 1));
    const strict = SessionConfig.from(
      { idleTimeout: HOUR, renewAfter: HOUR / 6, maxSize: 500 },
      { isProduction: false },
    );
    const manager = SessionManager.over(store, strict, clock);
    const later = async (page: (session: Session) => unknown) => {
      clock.advance(HOUR / 3);
      const jar = cookies.next();
      const session = await manager.open(jar);
      page(session);
      await manager.commit(session, jar);
      return { session, answered: jar.answered(config.cookieName) };
    };
    expect((await later(() => {})).answered?.value).not.toBe('');
    expect((await later((session) => session.unset('b'))).session.isNew).toBe(false);
    await expect(later((session) => session.set('b', 2))).rejects.toThrow(SessionTooLargeError);
    const { session } = await later((full) => full.unset('a').set('b', 3));
    expect(session.all()).toEqual({ b: 3 });
  });
});

describe('A session whose user cannot be looked up', () => {
  const opened = async () => {
    const { manager, visit, shopper } = start();
    const cookies = await shopper();
    const session = await manager.open(cookies);
    draftOf(session).failure = new StoreUnavailableError('reload', new Error('away'));
    return { manager, visit, cookies, session };
  };

  it('can be destroyed, because the store itself is available', async () => {
    const { manager, visit, cookies, session } = await opened();
    session.destroy();
    const [token = ''] = cookies.values(NAME);
    expect(await manager.commit(session, cookies)).toBe(true);
    expect(cookies.answered(NAME)).toMatchObject({ value: '', attributes: { maxAge: 0 } });
    expect((await visit(FakeCookieJar.carrying(NAME, token))).session.isNew).toBe(true);
    // An error page is rendered for the same request.
    draftOf(session).reopen();
    expect(await manager.commit(session, cookies)).toBe(true);
  });

  it.each<[string, (session: Session) => unknown]>([
    ['changed', (session) => session.set('cart', 2)],
    ['destroyed and started again', (session) => session.destroy().set('cart', 2)],
  ])('cannot be %s', async (_, change) => {
    const { manager, cookies, session } = await opened();
    change(session);
    await expect(manager.commit(session, cookies)).rejects.toThrow(StoreUnavailableError);
  });
});

describe('manager.canKeep()', () => {
  it('returns true while the store is available', async () => {
    const { manager, shopper } = start();
    expect(await manager.canKeep((await manager.open(await shopper())).set('notes', 'short'))).toBe(true);
    expect(await manager.canKeep((await manager.open(new FakeCookieJar())).set('notes', 'short'))).toBe(true);
  });

  it('returns false while the store is unavailable', async () => {
    const { manager, shopper } = start();
    const session = await manager.open(await shopper());
    draftOf(session).failure = new StoreUnavailableError('read', new Error('away'));
    expect(await manager.canKeep(session)).toBe(false);
  });

  it('returns false once another request has changed the id, unless a user signs in', async () => {
    const { manager, shopper } = start();
    const session = await manager.open(await shopper());
    draftOf(session).superseded = 'a former token';
    expect(await manager.canKeep(session)).toBe(false);
    draftOf(session).signIn({ userId: 'ada' }, 0);
    expect(await manager.canKeep(session)).toBe(true);
  });
});

describe('A request that comes later after a change of the id than its own id is valid', () => {
  const late = async () => {
    const clock = new FrozenClock();
    const config = SessionConfig.from({}, { isProduction: false });
    const store = new MemorySessionStore(config, clock);
    const manager = SessionManager.over(store, config, clock);
    const visit = async (cookies: FakeCookieJar, page: (session: Session) => unknown = () => {}) => {
      const session = await manager.open(cookies);
      page(session);
      return { session, wasKept: await manager.commit(session, cookies) };
    };
    const first = new FakeCookieJar();
    await visit(first, (session) => session.set('cart', 1));
    const former = first.next();
    const renamed = first.next();
    await visit(renamed, (session) => session.regenerate());
    clock.advance(11);
    return { manager, store, visit, former, current: renamed.next() };
  };

  it('ends the session when it signs out', async () => {
    const { visit, former, current } = await late();
    const { session } = await visit(former, (guest) => guest.destroy());
    expect(session.get('cart')).toBeUndefined();
    expect((await visit(current)).session.isNew).toBe(true);
  });

  it('leaves the session as it is otherwise', async () => {
    const { visit, former, current } = await late();
    const { wasKept } = await visit(former, (guest) => guest.set('cart', 2));
    expect(wasKept).toBe(false);
    expect((await visit(current)).session.get('cart')).toBe(1);
  });

  it('fails when the session cannot be ended', async () => {
    const { manager, store, former } = await late();
    const session = await manager.open(former);
    session.destroy();
    store.take = () => Promise.reject(new Error('away'));
    await expect(manager.commit(session, former)).rejects.toThrow(StoreUnavailableError);
  });
});

describe('Form input kept in a session', () => {
  it.each(['memory', 'cookie'])('is dropped when the session needs the room, with a %s store', async (kind) => {
    const clock = new FrozenClock();
    const config = SessionConfig.from({ maxSize: 2_800 }, { isProduction: false });
    const secrets = Secrets.from('k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa', { source: 'a spec', isProduction: false });
    const store = kind === 'memory' ? new MemorySessionStore(config, clock) : new CookieSessionStore(secrets, config);
    const manager = SessionManager.over(store, config, clock);
    const cookies = new FakeCookieJar();
    const first = await manager.open(cookies);
    keepForm(draftOf(first).flashes, '/comment', { input: [['text', 'y'.repeat(2_000)]] }, clock.now());
    first.flashes.set('notice', 'Sign in first');
    await manager.commit(first, cookies);
    const next = cookies.next();
    const second = await manager.open(next);
    draftOf(second).signIn({ userId: 'ada', permissions: ['p'.repeat(1_000)] }, clock.now());
    await manager.commit(second, next);
    const third = await manager.open(next.next());
    expect(third.get('userId')).toBe('ada');
    expect(third.flashes.peek('notice')).toBe('Sign in first');
    expect(keepsForm(draftOf(third).flashes, '/comment')).toBe(false);
  });

  it.each([
    ['ends the session after 15 minutes when nothing else is in it', () => {}, 15 * 60],
    ['does not shorten the lifetime of a session with a value', (session: Session) => session.set('cart', 1), HOUR],
    [
      'does not shorten the lifetime of a session with a flash message',
      (session: Session) => session.flash('notice', 'Saved'),
      HOUR,
    ],
  ])('%s', async (_, put, seconds) => {
    const { visit, clock } = start();
    const { session } = await visit(new FakeCookieJar(), (begun) => {
      keepForm(draftOf(begun).flashes, '/comment', { input: [] }, clock.now());
      put(begun);
    });
    expect(session.expiresAt?.getTime()).toBe(clock.now() + seconds * 1000);
  });
});

describe('Kept form input', () => {
  it('is available to its page while another page is still being rendered', async () => {
    const { config, clock } = start();
    const manager = SessionManager.over(new MemorySessionStore(config, clock), config, clock);
    const cookies = new FakeCookieJar();
    const sent = await manager.open(cookies);
    keepForm(draftOf(sent).flashes, '/comment', { input: [] }, clock.now());
    await manager.commit(sent, cookies);
    const next = cookies.next();
    const slow = await manager.open(next);
    const page = await manager.open(next);
    expect(keepsForm(draftOf(page).flashes, '/comment')).toBe(true);
    takeForm(draftOf(page).flashes, '/comment');
    await manager.commit(page, next);
    await manager.commit(slow, next);
    expect(keepsForm(draftOf(await manager.open(next.next())).flashes, '/comment')).toBe(false);
  });
});

describe('A session that ends with the browser', () => {
  const lastingOf = (cookies: FakeCookieJar, name: string) => cookies.answered(name)?.attributes.maxAge;

  it.each(['memory', 'cookie'])(
    'has a cookie without Max-Age in the store %s, also when it is renewed',
    async (kind) => {
      const clock = new FrozenClock();
      const config = SessionConfig.from(
        { endsWithBrowser: true, idleTimeout: 7 * HOUR, renewAfter: HOUR, cookie: { chunks: true } },
        { isProduction: false },
      );
      const sealed = () => new CookieSessionStore(new Secrets(['x'.repeat(32)]), config);
      const manager = SessionManager.over(
        kind === 'memory' ? new MemorySessionStore(config, clock) : sealed(),
        config,
        clock,
      );
      const visit = async (cookies: FakeCookieJar, page: (session: Session) => unknown = () => {}) => {
        const session = await manager.open(cookies);
        page(session);
        await manager.commit(session, cookies);
        return cookies;
      };
      const setOn = (cookies: FakeCookieJar) => cookies.next().names.filter((name) => cookies.answered(name));
      const guest = await visit(new FakeCookieJar(), (session) => session.set('cart', 'x'.repeat(4000)));
      expect(setOn(guest).length).toBe(kind === 'memory' ? 1 : 2);
      for (const name of setOn(guest)) expect(lastingOf(guest, name)).toBeUndefined();
      clock.advance(2 * HOUR);
      const renewed = await visit(guest.next());
      expect(setOn(renewed).length).toBe(kind === 'memory' ? 1 : 2);
      for (const name of setOn(renewed)) expect(lastingOf(renewed, name)).toBeUndefined();
      const signedIn = await visit(renewed.next(), (session) =>
        draftOf(session).signIn({ userId: 'ada' }, clock.now(), {}),
      );
      for (const name of setOn(signedIn)) expect(lastingOf(signedIn, name)).toBeUndefined();
      const remembered = await visit(signedIn.next(), (session) =>
        draftOf(session).signIn({ userId: 'ada' }, clock.now(), { rememberMe: true }),
      );
      const [presence] = setOn(remembered).filter((name) => name.endsWith('.open'));
      expect([presence, lastingOf(remembered, presence ?? '')]).toEqual([`${NAME}.open`, undefined]);
      for (const name of setOn(remembered).filter((other) => other !== presence)) {
        expect(lastingOf(remembered, name)).toBe(30 * 24 * HOUR + HOUR);
      }
      const again = await visit(remembered.next(), (session) =>
        draftOf(session).signIn({ userId: 'ada' }, clock.now()),
      );
      for (const name of setOn(again)) expect(lastingOf(again, name)).toBeUndefined();
      expect(again.answered(`${NAME}.open`)?.attributes.maxAge).toBe(0);
      clock.advance(8 * HOUR);
      expect((await manager.open(again.next())).isNew).toBe(true);
    },
  );
});

describe('A sign-in that sets timeouts', () => {
  const lifetime = { idleTimeout: 700_000, absoluteTimeout: 1_000_000 };
  const signIn = (session: Session, clock: FrozenClock, how: object = { lifetime }) =>
    draftOf(session).signIn({ userId: 'ada' }, clock.now(), how);

  it('lets the session, its cookie and its renewal follow them', async () => {
    const { clock, visit } = start();
    const { cookies, answered } = await visit(new FakeCookieJar(), (session) => signIn(session, clock));
    expect(answered?.attributes.maxAge).toBe(800);
    clock.advance(99);
    expect((await visit(cookies.next())).calls).not.toContain('write');
    clock.advance(1);
    expect((await visit(cookies.next())).answered?.attributes.maxAge).toBe(800);
    clock.advance(700);
    const late = await visit(cookies.next());
    expect(late.answered?.attributes.maxAge).toBe(200);
    clock.advance(200);
    expect((await visit(cookies.next())).session.isNew).toBe(true);
  });

  it('counts until the next sign-in, which may set none', async () => {
    const { clock, visit } = start();
    const { cookies } = await visit(new FakeCookieJar(), (session) => signIn(session, clock));
    const later = await visit(cookies.next(), (session) => session.set('cart', 1));
    expect(later.answered?.attributes.maxAge).toBe(800);
    const again = await visit(cookies.next(), (session) => signIn(session, clock, {}));
    expect(again.answered?.attributes.maxAge).toBe(HOUR);
    expect(draftOf(again.session).opened).not.toHaveProperty('lifetime');
  });
});

describe('A remembered session', () => {
  it('stays only remembered once it has outlived other sessions, until the next sign-in', async () => {
    const { clock, config, visit } = start({ absoluteTimeout: 24 * HOUR });
    const signIn = (session: Session) => draftOf(session).signIn({ userId: 'ada' }, clock.now(), { rememberMe: true });
    const isOnly = async (cookies: FakeCookieJar) => {
      const { opened } = draftOf((await visit(cookies)).session);
      return opened && config.isOnlyRemembered(opened, clock.now());
    };
    let { cookies } = await visit(new FakeCookieJar(), signIn);
    clock.advance(HOUR - 1);
    ({ cookies } = await visit(cookies.next()));
    expect(await isOnly(cookies.next())).toBe(false);
    clock.advance(HOUR);
    ({ cookies } = await visit(cookies.next()));
    expect(await isOnly(cookies.next())).toBe(true);
    ({ cookies } = await visit(cookies.next(), (session) => session.set('cart', 1).regenerate()));
    expect(await isOnly(cookies.next())).toBe(true);
    ({ cookies } = await visit(cookies.next(), signIn));
    expect(await isOnly(cookies.next())).toBe(false);
  });
});

describe('A quiet request', () => {
  const hush = (session: Session) => {
    draftOf(session).isQuiet = true;
  };
  const secondsLeft = (session: Session, clock: FrozenClock) => {
    const end = session.expiresAt;
    return end && (end.getTime() - clock.now()) / 1000;
  };

  it('neither renews nor writes an unchanged session, and sets no cookie', async () => {
    const { clock, shopper, visit } = start();
    const cookies = await shopper();
    clock.advance(HOUR - 60);
    const { calls, cookies: after, session } = await visit(cookies, hush);
    expect([calls, after.size, session.get('cart')]).toEqual([['read'], 0, 1]);
    clock.advance(60);
    expect((await visit(after.next())).session.isNew).toBe(true);
  });

  it('stores what it changes, without more time for the session', async () => {
    const { clock, shopper, visit } = start();
    const cookies = await shopper();
    clock.advance(HOUR - 60);
    const { answered, cookies: after } = await visit(cookies, (session) => {
      hush(session);
      expect(secondsLeft(session.set('cart', 2), clock)).toBe(60);
    });
    // The browser has the cookie, and another request may have renewed it meanwhile.
    expect(answered).toBeUndefined();
    const { session } = await visit(after.next(), hush);
    expect([session.get('cart'), secondsLeft(session, clock)]).toEqual([2, 60]);
    clock.advance(60);
    expect((await visit(after.next())).session.isNew).toBe(true);
  });

  it('gives a session that it begins, and a user who signs in with it, the full time', async () => {
    const { clock, visit } = start();
    const { answered, cookies } = await visit(new FakeCookieJar(), (session) => {
      hush(session);
      session.set('cart', 1);
    });
    expect(answered?.attributes.maxAge).toBe(HOUR);
    clock.advance(HOUR - 1);
    const signedIn = await visit(cookies.next(), (session) => {
      hush(session);
      draftOf(session).signIn({ userId: 'ada' }, clock.now());
      expect(secondsLeft(session, clock)).toBe(HOUR);
    });
    expect(signedIn.answered?.attributes.maxAge).toBe(HOUR);
  });

  it('ends a session that it destroys', async () => {
    const { shopper, visit } = start();
    const { cookies, calls } = await visit(await shopper(), (session) => {
      hush(session);
      session.destroy();
      expect(session.expiresAt).toBeUndefined();
    });
    expect(calls).toEqual(['read', 'destroy']);
    expect(cookies.next().tokens).toEqual([]);
  });

  it('sends the new id of a session that another request has changed, and gives it no more time', async () => {
    const { clock, config, shopper, visit } = start();
    const [old = ''] = (await shopper()).tokens;
    const { answered } = await visit(FakeCookieJar.carrying(config.cookieName, old), (session) => session.regenerate());
    clock.advance(5);
    const quiet = await visit(FakeCookieJar.carrying(config.cookieName, old), hush);
    expect(quiet.answered).toMatchObject({ value: answered?.value, attributes: { maxAge: HOUR - 5 } });
  });

  it('leaves cookies alone that another request will remove', async () => {
    const { clock, config, store, visit, manager } = start();
    const { cookies } = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    const [token = ''] = cookies.next().tokens;
    const several = () => new FakeCookieJar(new Map([[config.cookieName, [token, token]]]));
    clock.advance(HOUR / 2);
    const quiet = several();
    const session = await manager.open(quiet);
    hush(session);
    store.forget();
    await manager.commit(session, quiet);
    expect([quiet.size, store.calls]).toEqual([0, []]);
  });
});

describe('session.expiresAt', () => {
  const secondsLeft = (session: Session, clock: FrozenClock) => {
    const end = session.expiresAt;
    return end && (end.getTime() - clock.now()) / 1000;
  };

  it('is when the session ends if no further request comes, whether this one renews it or not', async () => {
    const { clock, shopper, visit } = start();
    let cookies = await shopper();
    const look = async (page: (session: Session) => unknown = () => {}) => {
      let before: number | undefined;
      const { session, cookies: after } = await visit(cookies, (opened) => {
        page(opened);
        before = secondsLeft(opened, clock);
      });
      cookies = after.next();
      // The page sees in advance what the commit does.
      expect(secondsLeft(session, clock)).toBe(before);
      return before;
    };
    expect(await look()).toBe(HOUR);
    clock.advance(HOUR / 6 - 1);
    expect(await look()).toBe(HOUR - (HOUR / 6 - 1));
    clock.advance(1);
    expect(await look()).toBe(HOUR);
    clock.advance(10);
    expect(await look((session) => session.set('cart', 2))).toBe(HOUR);
    expect(await look((session) => draftOf(session).flashes.append('notice', 'Saved'))).toBe(HOUR);
    for (let hours = 0; hours < 2; hours++) {
      clock.advance(HOUR - 10);
      await look();
    }
    clock.advance(HOUR / 2);
    expect(await look()).toBeLessThan(HOUR / 2);
  });

  it('is known as soon as there is something to store', async () => {
    const { clock, visit } = start();
    await visit(new FakeCookieJar(), (session) => {
      expect(session.expiresAt).toBeUndefined();
      expect(secondsLeft(session.set('cart', 1), clock)).toBe(HOUR);
      expect(session.unset('cart').expiresAt).toBeUndefined();
    });
  });

  it('is the earlier time when the options allow less than at the last write', async () => {
    const { clock, shopper, store } = start();
    const cookies = await shopper();
    const shorter = SessionConfig.from({ idleTimeout: 600, renewAfter: 60 }, { isProduction: false });
    clock.advance(59);
    const session = await SessionManager.over(store, shorter, clock).open(cookies);
    expect(secondsLeft(session, clock)).toBe(601);
  });
});

describe('A browser that is closed', () => {
  const PRESENCE = `${NAME}.open`;
  const without = (cookies: FakeCookieJar) =>
    new FakeCookieJar(
      new Map(cookies.names.filter((name) => name !== PRESENCE).map((name) => [name, cookies.values(name)])),
    );
  const rig = (options: SessionOptions = {}) => {
    const parts = start({ endsWithBrowser: true, ...options });
    const isOnly = async (cookies: FakeCookieJar) =>
      draftOf((await parts.visit(cookies)).session).isOnlyRemembered(parts.config, parts.clock.now());
    const signIn = (session: Session, how: object = { rememberMe: true }) =>
      draftOf(session).signIn({ userId: 'ada' }, parts.clock.now(), how);
    return { ...parts, isOnly, signIn };
  };

  it('leaves a session that is only remembered, where other sessions end', async () => {
    const { clock, visit, isOnly, signIn } = rig();
    const { cookies } = await visit(new FakeCookieJar(), signIn);
    expect(await isOnly(cookies.next())).toBe(false);
    expect(await isOnly(without(cookies.next()))).toBe(true);
    const forged = new FakeCookieJar(
      new Map([
        ...without(cookies.next()).names.map((name) => [name, cookies.next().values(name)] as const),
        [PRESENCE, ['x']],
      ]),
    );
    expect(await isOnly(forged)).toBe(true);
    const changed = await visit(without(cookies.next()), (session) => session.set('cart', 1));
    expect(await isOnly(changed.cookies.next())).toBe(true);
    const again = await visit(changed.cookies.next(), signIn);
    expect(draftOf(again.session).isOnlyRemembered(rig().config, clock.now())).toBe(false);
    expect(await isOnly(again.cookies.next())).toBe(false);
  });

  it('is not noticed where other sessions outlive it, nor with a session that is not remembered', async () => {
    const { visit, isOnly, signIn } = rig({ endsWithBrowser: false });
    const lasting = await visit(new FakeCookieJar(), signIn);
    expect(lasting.cookies.next().names).toEqual([NAME]);
    expect(await isOnly(lasting.cookies.next())).toBe(false);
    const { visit: visitUntilClosed, signIn: signInUntilClosed } = rig();
    const until = await visitUntilClosed(new FakeCookieJar(), (session) => signInUntilClosed(session, {}));
    expect(until.cookies.next().names).toEqual([NAME]);
  });

  it('drops nothing that could be used without it: a sign-out removes the cookie as well', async () => {
    const { visit, signIn } = rig();
    const { cookies } = await visit(new FakeCookieJar(), signIn);
    expect(cookies.next().names).toEqual([NAME, PRESENCE]);
    expect(draftOf((await visit(cookies.next())).session).opened?.presence).not.toBe(
      cookies.next().values(PRESENCE)[0],
    );
    const out = await visit(cookies.next(), (session) => session.destroy());
    expect(out.cookies.next().names).toEqual([]);
  });
});
