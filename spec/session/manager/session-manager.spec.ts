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

/** A store that cannot be asked. */
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

  /** One request, and what it asked of the store. */
  const visit = async (cookies: FakeCookieJar, page: (session: Session) => unknown = () => {}) => {
    store.forget();
    const session = await manager.open(cookies);
    page(session);
    const wasKept = await manager.commit(session, cookies);
    return { session, wasKept, calls: [...store.calls], answered: cookies.answered(config.cookieName), cookies };
  };
  /** The next request of somebody whose session holds a cart. */
  const shopper = async () => {
    const { cookies } = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    return cookies.next();
  };
  return { clock, config, store, manager, visit, shopper };
}

describe('A visitor without a session', () => {
  it('costs the store nothing and gets no cookie', async () => {
    const { visit } = start();
    const { session, wasKept, calls, cookies } = await visit(new FakeCookieJar());
    expect(session.isNew).toBe(true);
    expect(wasKept).toBe(true);
    expect(calls).toEqual([]);
    expect(cookies.size).toBe(0);
  });

  it('costs nothing by being asked for something, either', async () => {
    const { visit } = start();
    const { calls, cookies } = await visit(new FakeCookieJar(), (session) => {
      session.get('cart');
      session.flash('notice');
      session.set('draft', 'x').unset('draft').regenerate();
    });
    expect(calls).toEqual([]);
    expect(cookies.size).toBe(0);
  });

  it('gets one as soon as something is set', async () => {
    const { clock, config, visit } = start();
    const { session, calls, answered } = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    expect(calls).toEqual(['write']);
    expect(answered?.value).toBe(session.id);
    expect(session.isNew).toBe(false);
    expect(session.createdAt).toEqual(new Date(clock.now()));
    expect(session.expiresAt).toEqual(new Date(clock.now() + config.longestIdle));
  });
});

describe('The cookie', () => {
  it('has the attributes that were configured, and lives as long as the session', async () => {
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

  it('is locked to its host in production', async () => {
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

  it('is left alone where it stands for nothing, for it may be another application’s', async () => {
    const { visit, config } = start();
    const { cookies } = await visit(FakeCookieJar.carrying(config.cookieName, 'unknown'));
    expect(cookies.size).toBe(0);
    const kept = await visit(FakeCookieJar.carrying(config.cookieName, 'unknown'), (session) => session.set('cart', 1));
    expect(kept.answered?.value).toBe(kept.session.id);
  });

  it('is removed where it stands for a session that is over', async () => {
    const { clock, visit, config, shopper } = start();
    const cookies = await shopper();
    clock.advance(HOUR);
    expect((await visit(cookies)).answered?.attributes).toEqual({ ...config.cookie, maxAge: 0 });
  });

  it('promises no more than the absolute timeout', async () => {
    const { clock, visit, shopper } = start({ absoluteTimeout: HOUR + 60 });
    const cookies = await shopper();
    clock.advance(HOUR / 2);
    const { answered, session } = await visit(cookies, (session) => session.set('cart', 2));
    expect(answered?.attributes.maxAge).toBe(HOUR / 2 + 60);
    expect(session.expiresAt).toEqual(new Date(clock.now() + (HOUR / 2 + 60) * 1000));
  });
});

describe('A session that did not change', () => {
  it('is not written and its cookie not sent until it is to be renewed', async () => {
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

  it('is not renewed when that would not make it live any longer', async () => {
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

describe('A session that changed', () => {
  it('is written once', async () => {
    const { visit, shopper } = start();
    const { calls, session } = await visit(await shopper(), (session) => session.set('cart', 2).set('theme', 'dark'));
    expect(calls).toEqual(['read', 'write']);
    expect(session.isDirty).toBe(false);
    expect(session.all()).toEqual({ cart: 2, theme: 'dark' });
  });

  it('refuses changes from the first moment of the commit on', async () => {
    const { manager } = start();
    const session = await manager.open(new FakeCookieJar());
    session.set('cart', 1);
    const committing = manager.commit(session, new FakeCookieJar());
    expect(() => session.set('cart', 2)).toThrow(SessionCommittedError);
    await committing;
    expect(() => session.set('cart', 2)).toThrow(SessionCommittedError);
  });

  it('delivers a message with the answer that read it, and leaves nothing behind', async () => {
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

  it('is gone, and its cookie with it, when nothing is left in it', async () => {
    const { visit, shopper } = start();
    const cookies = await shopper();
    const { calls, answered } = await visit(cookies, (session) => session.clear());
    expect(calls).toEqual(['read', 'write']);
    expect(answered).toMatchObject({ value: '', attributes: { maxAge: 0 } });
    expect((await visit(cookies)).session.isNew).toBe(true);
  });

  it('gets a new token when its id changes, and the old one is worth nothing ten seconds later', async () => {
    const { clock, visit, shopper } = start();
    const before = await shopper();
    const { cookies } = await visit(before, (session) => session.regenerate());
    expect(cookies.next().values(NAME)).not.toEqual(before.values(NAME));
    expect((await visit(cookies.next())).session.all()).toEqual({ cart: 1 });
    clock.advance(10);
    expect((await visit(FakeCookieJar.carrying(NAME, ...before.values(NAME)))).session.all()).toEqual({});
  });
});

describe('A session that is destroyed', () => {
  it('is ended in the store, and its cookie removed', async () => {
    const { visit, shopper } = start();
    const cookies = await shopper();
    const { calls, answered, wasKept } = await visit(cookies, (session) => session.destroy());
    expect(calls).toEqual(['read', 'destroy']);
    expect(answered).toMatchObject({ value: '', attributes: { maxAge: 0 } });
    expect(wasKept).toBe(true);
  });

  it('gives way to a new one when something is set afterwards', async () => {
    const { visit, shopper } = start();
    const before = await shopper();
    const { calls, cookies } = await visit(before, (session) => session.destroy().set('theme', 'dark'));
    expect(calls).toEqual(['read', 'destroy', 'write']);
    expect((await visit(cookies.next())).session.all()).toEqual({ theme: 'dark' });
    expect((await visit(FakeCookieJar.carrying(NAME, ...before.values(NAME)))).session.all()).toEqual({});
  });

  it('is ended even when the request fails and no answer carries a cookie', async () => {
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

  it('can be ended by hand', async () => {
    const { manager, shopper } = start();
    const cookies = await shopper();
    const session = await manager.open(cookies);
    await manager.end(session, cookies);
    expect(cookies.answered(NAME)).toMatchObject({ value: '', attributes: { maxAge: 0 } });
    expect((await manager.open(cookies)).isNew).toBe(true);
    expect(session.all()).toEqual({});
  });
});

describe('A request that changed nothing the store has to end', () => {
  it('abandons without asking it', async () => {
    const { manager, store, shopper } = start();
    const session = await manager.open(await shopper());
    session.set('cart', 2);
    store.forget();
    await manager.abandon(session);
    expect(store.calls).toEqual([]);
  });
});

describe('A session that was ended by another request', () => {
  it('is not kept, and the cookie of whoever signed in since is left alone', async () => {
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

  it('is not kept by a renewal, either', async () => {
    const { clock, manager, visit, shopper } = start();
    const cookies = await shopper();
    clock.advance(HOUR / 2);
    const inFlight = await manager.open(cookies);
    await visit(cookies.next(), (session) => session.destroy());
    expect(await manager.commit(inFlight, cookies)).toBe(false);
    expect((await manager.open(cookies)).isNew).toBe(true);
  });
});

describe('A second answer to the same request', () => {
  it('commits what it adds', async () => {
    const { manager, visit } = start();
    const { session, cookies } = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    draftOf(session).reopen();
    session.set('theme', 'dark');
    expect(await manager.commit(session, cookies)).toBe(true);
    expect((await visit(cookies.next())).session.all()).toEqual({ cart: 1, theme: 'dark' });
  });

  it('that changes nothing leaves the cookie of the first in place', async () => {
    const { manager, store, visit } = start();
    const { session, cookies, answered } = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    draftOf(session).reopen();
    store.forget();
    await manager.commit(session, cookies);
    expect(store.calls).toEqual([]);
    expect(cookies.answered(NAME)).toEqual(answered);
  });

  it('that ends the session takes back the cookie that the first put on the answer', async () => {
    const { manager, visit } = start();
    const { session, cookies } = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    draftOf(session).reopen();
    session.destroy();
    await manager.commit(session, cookies);
    expect(cookies.answered(NAME)).toMatchObject({ value: '', attributes: { maxAge: 0 } });
  });

  it('that empties the session takes that cookie back, too', async () => {
    const { manager, visit } = start();
    const { session, cookies } = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    draftOf(session).reopen();
    session.clear();
    await manager.commit(session, cookies);
    expect(cookies.answered(NAME)).toMatchObject({ value: '', attributes: { maxAge: 0 } });
  });
});

describe('Timeouts that were shortened', () => {
  it('hold for sessions that were promised more', async () => {
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

  it('hold for sessions that are in use, too', async () => {
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

describe('Cookies of the session’s name', () => {
  it('are looked up a few at most', async () => {
    const { visit, shopper } = start();
    const [token = ''] = (await shopper()).values(NAME);
    const planted = Array.from({ length: 50 }, () => SessionId.generate());
    const { calls, session } = await visit(FakeCookieJar.carrying(NAME, ...planted, token));
    expect(calls).toEqual(Array(6).fill('read'));
    expect(session.isNew).toBe(true);
  });

  it('do not count under another name', async () => {
    const { visit, shopper } = start();
    const [token = ''] = (await shopper()).values(NAME);
    const { calls, session } = await visit(FakeCookieJar.carrying('other', token));
    expect(calls).toEqual([]);
    expect(session.isNew).toBe(true);
  });
});

describe('Saving by hand', () => {
  it('writes a session that did not change', async () => {
    const { manager, store, shopper } = start();
    const cookies = await shopper();
    const session = await manager.open(cookies);
    store.forget();
    expect(await manager.save(session, cookies)).toBe(true);
    expect(store.calls).toEqual(['write']);
    expect(cookies.answered(NAME)?.value).toBe(session.id);
  });

  it('leaves the session open for more', async () => {
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

  it('is not taken for one that has no session: the visitor looks like a guest, and keeps the cookie', async () => {
    const cookies = FakeCookieJar.carrying(NAME, SessionId.generate());
    const session = await manager.open(cookies);
    expect([session.isUnavailable, session.isNew, session.all()]).toEqual([true, true, {}]);
    expect(await manager.commit(session, cookies)).toBe(true);
    expect(cookies.size).toBe(0);
  });

  it('is told nothing of what was changed while it could not be asked', async () => {
    const cookies = FakeCookieJar.carrying(NAME, SessionId.generate());
    const session = (await manager.open(cookies)).set('cart', 1);
    await expect(manager.commit(session, cookies)).rejects.toThrow(StoreUnavailableError);
    expect(cookies.size).toBe(0);
  });

  it.each<[string, (session: Session) => unknown]>([
    ['signed out', (session) => session.destroy()],
    ['given another id', (session) => session.regenerate()],
    ['cleared', (session) => session.clear()],
    ['rid of a value', (session) => session.unset('cart')],
  ])('lets nobody believe to be %s', async (_, change) => {
    const cookies = FakeCookieJar.carrying(NAME, SessionId.generate());
    const session = await manager.open(cookies);
    change(session);
    await expect(manager.commit(session, cookies)).rejects.toThrow(StoreUnavailableError);
    expect(cookies.size).toBe(0);
    draftOf(session).rollBack();
    expect(await manager.commit(session, cookies)).toBe(true);
  });

  it('is not asked for a visitor who has no cookie', async () => {
    const cookies = new FakeCookieJar();
    expect(await manager.commit(await manager.open(cookies), cookies)).toBe(true);
  });

  it('sends no cookie for what it did not keep', async () => {
    const cookies = new FakeCookieJar();
    const session = (await manager.open(cookies)).set('cart', 1);
    await expect(manager.commit(session, cookies)).rejects.toThrow('The store is away');
    expect(cookies.size).toBe(0);
  });
});

describe('A session too large for its cookie', () => {
  it('fails the commit and leaves the session that was there', async () => {
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

describe('Classes that were replaced', () => {
  it('are the ones that are made', async () => {
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
  it('is refused with its size and the largest of its keys, before anything is kept', async () => {
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

  it('that was kept when more was allowed is read, renewed and emptied as ever', async () => {
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

  it('can be ended, for the store can be asked', async () => {
    const { manager, visit, cookies, session } = await opened();
    session.destroy();
    const [token = ''] = cookies.values(NAME);
    expect(await manager.commit(session, cookies)).toBe(true);
    expect(cookies.answered(NAME)).toMatchObject({ value: '', attributes: { maxAge: 0 } });
    expect((await visit(FakeCookieJar.carrying(NAME, token))).session.isNew).toBe(true);
    // An error page is made for the same request.
    draftOf(session).reopen();
    expect(await manager.commit(session, cookies)).toBe(true);
  });

  it.each<[string, (session: Session) => unknown]>([
    ['changed', (session) => session.set('cart', 2)],
    ['ended and begun anew', (session) => session.destroy().set('cart', 2)],
  ])('cannot be %s', async (_, change) => {
    const { manager, cookies, session } = await opened();
    change(session);
    await expect(manager.commit(session, cookies)).rejects.toThrow(StoreUnavailableError);
  });
});

describe('Before something is put into it, a session', () => {
  it('is known to be kept, while the store has it', async () => {
    const { manager, shopper } = start();
    expect(await manager.canKeep((await manager.open(await shopper())).set('notes', 'short'))).toBe(true);
    expect(await manager.canKeep((await manager.open(new FakeCookieJar())).set('notes', 'short'))).toBe(true);
  });

  it('is known not to be kept when the store is away', async () => {
    const { manager, shopper } = start();
    const session = await manager.open(await shopper());
    draftOf(session).failure = new StoreUnavailableError('read', new Error('away'));
    expect(await manager.canKeep(session)).toBe(false);
  });

  it('is known not to be kept once another request has given it another id, but for whoever signs in', async () => {
    const { manager, shopper } = start();
    const session = await manager.open(await shopper());
    draftOf(session).isSuperseded = true;
    expect(await manager.canKeep(session)).toBe(false);
    draftOf(session).signIn({ userId: 'ada' }, 0);
    expect(await manager.canKeep(session)).toBe(true);
  });
});

describe('Forms that are kept in a session', () => {
  it.each(['memory', 'cookie'])('give way when it has no room for something else, with a %s store', async (kind) => {
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
    ['nothing else', () => {}, 15 * 60],
    ['a value', (session: Session) => session.set('cart', 1), HOUR],
    ['a message', (session: Session) => session.flash('notice', 'Saved'), HOUR],
  ])('are all that it lives for when it holds %s beside them', async (_, put, seconds) => {
    const { visit, clock } = start();
    const { session } = await visit(new FakeCookieJar(), (begun) => {
      keepForm(draftOf(begun).flashes, '/comment', { input: [] }, clock.now());
      put(begun);
    });
    expect(session.expiresAt?.getTime()).toBe(clock.now() + seconds * 1000);
  });
});

describe('A form that is kept', () => {
  it('is there for its page while another page is still being made', async () => {
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
