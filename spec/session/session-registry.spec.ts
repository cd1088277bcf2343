import { describe, expect, it } from '@jest/globals';
import { Visitor } from '../../lib/access/visitor.js';
import { InvalidOptionsError, SessionListIncompleteError, SessionsNotListedError } from '../../lib/errors/index.js';
import { Secrets } from '../../lib/session/cookies/secrets.js';
import { SessionManager } from '../../lib/session/manager/session-manager.js';
import { SecurityEvents } from '../../lib/session/security-events.js';
import { draftOf, type Session } from '../../lib/session/session.js';
import { SessionConfig, type SessionOptions } from '../../lib/session/session-config.js';
import { SessionRegistry } from '../../lib/session/session-registry.js';
import { CookieSessionStore } from '../../lib/session/stores/cookie-session-store.js';
import { MemorySessionStore } from '../../lib/session/stores/memory-session-store.js';
import { MemoryRevocationList, NoRevocationList, RevocationList } from '../../lib/session/stores/revocation-list.js';
import type { ListSearch } from '../../lib/session/stores/session-store.js';
import { FakeCookieJar } from '../support/fake-cookie-jar.js';
import { FrozenClock } from '../support/frozen-clock.js';
import { TableSessionStore } from '../support/table-session-store.js';

class AwayList extends MemoryRevocationList {
  override async notBefore(): Promise<undefined> {
    throw new Error('The list is away');
  }
}

/** An application with a store that cannot list sessions, and with a revocation list. */
function start(makeList: (clock: FrozenClock) => RevocationList, options: SessionOptions = {}) {
  const clock = new FrozenClock();
  const config = SessionConfig.from(options, { isProduction: false });
  const store = new TableSessionStore(clock);
  const events = new SecurityEvents(clock);
  const registry = new SessionRegistry(store, makeList(clock), config, clock, events);
  const manager = new SessionManager(store, config, clock, registry, events);
  const signIn = async (userId: string, cookies = new FakeCookieJar()) => {
    const session = await manager.open(cookies);
    draftOf(session).signIn({ userId }, clock.now());
    await manager.commit(session, cookies);
    return cookies.next();
  };
  const userOf = async (cookies: FakeCookieJar) => (await manager.open(cookies.next())).all().userId;
  return { clock, config, registry, manager, signIn, userOf };
}

describe('A revocation list', () => {
  it('ends every session of one user and of no other, until the user signs in again', async () => {
    const { clock, registry, signIn, userOf } = start((clock) => new MemoryRevocationList(clock));
    const [laptop, phone, bob] = [await signIn('ada'), await signIn('ada'), await signIn('bob')];
    clock.advance(1);
    await registry.revokeAll('ada');
    const again = await signIn('ada');
    expect(await Promise.all([laptop, phone, bob, again].map(userOf))).toEqual([undefined, undefined, 'bob', 'ada']);
  });

  it('ends a session although a pending request writes it afterwards', async () => {
    const { clock, registry, manager, signIn, userOf } = start((clock) => new MemoryRevocationList(clock));
    const cookies = await signIn('ada');
    const inFlight = await manager.open(cookies);
    clock.advance(1);
    await registry.revokeAll('ada');
    clock.advance(1);
    await manager.commit(inFlight.set('cart', 1).regenerate(), cookies);
    expect(await userOf(cookies)).toBeUndefined();
  });

  it('makes sessions unavailable, without removing their cookies, while it fails', async () => {
    const { manager, signIn } = start(() => new AwayList());
    const cookies = await signIn('ada');
    const session = await manager.open(cookies);
    expect(session.isUnavailable).toBe(true);
    expect(session.all()).toEqual({});
    await manager.commit(session, cookies);
    expect(cookies.answered('gatehouse')).toBeUndefined();
  });
});

describe('A session registry whose store cannot list sessions', () => {
  it.each([
    ['list', (registry: SessionRegistry) => registry.list('ada')],
    ['revoke', (registry: SessionRegistry) => registry.revoke('x'.repeat(43))],
    ['revokeAll', (registry: SessionRegistry) => registry.revokeAll('ada')],
  ])('rejects %s() with an error that names the store', async (_, ask) => {
    const { registry } = start(() => new NoRevocationList());
    const error = await ask(registry).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(SessionsNotListedError);
    expect(String(error)).toContain('TableSessionStore cannot list');
  });

  it('rejects revokeOthers() with an error', async () => {
    const { registry, manager, signIn } = start(() => new NoRevocationList());
    const session = await manager.open(await signIn('ada'));
    await expect(registry.revokeOthers(session)).rejects.toThrow(SessionsNotListedError);
  });

  it('throws at startup when maxSessionsPerUser is set', () => {
    const counting = () => start(() => new MemoryRevocationList(), { maxSessionsPerUser: 3 });
    expect(counting).toThrow(InvalidOptionsError);
    expect(counting).toThrow("choose 'sqlite', 'postgres', 'redis' or 'memory'");
  });
});

describe('A session registry', () => {
  it('lists and revokes no sessions for a guest', async () => {
    const clock = new FrozenClock();
    const config = SessionConfig.from({}, { isProduction: false });
    const store = new MemorySessionStore(config, clock);
    const events = new SecurityEvents(clock);
    const registry = new SessionRegistry(store, new NoRevocationList(), config, clock, events);
    const manager = new SessionManager(store, config, clock, registry, events);
    const session = await manager.open(new FakeCookieJar());
    draftOf(session).signIn({ userId: 'ada' }, clock.now());
    await manager.commit(session, new FakeCookieJar());
    const [listed] = await registry.list('ada');
    const guest = new Visitor().id;
    expect(await registry.list(guest)).toEqual([]);
    expect(await registry.revoke(listed?.id ?? '', guest)).toBe(false);
    expect(await registry.list('ada')).toHaveLength(1);
    expect(await registry.revoke(listed?.id ?? '')).toBe(true);
  });

  it('ends all sessions but the current one, although its id has changed in the meantime', async () => {
    const clock = new FrozenClock();
    const config = SessionConfig.from({}, { isProduction: false });
    const store = new MemorySessionStore(config, clock);
    const events = new SecurityEvents(clock);
    const registry = new SessionRegistry(store, new NoRevocationList(), config, clock, events);
    const manager = new SessionManager(store, config, clock, registry, events);
    const signIn = async () => {
      const cookies = new FakeCookieJar();
      const session = await manager.open(cookies);
      draftOf(session).signIn({ userId: 'ada' }, clock.now());
      await manager.commit(session, cookies);
      return cookies.next();
    };
    const [cookies, phone] = [await signIn(), await signIn()];
    const asking = await manager.open(cookies);
    await manager.commit((await manager.open(cookies)).regenerate(), cookies);
    expect(await registry.revokeOthers(asking)).toBe(1);
    const userOf = async (jar: FakeCookieJar) => (await manager.open(jar.next())).all().userId;
    expect(await Promise.all([cookies, phone].map(userOf))).toEqual(['ada', undefined]);
  });

  it('ends a session of a user under both ids under which a store has it, and none that begins afterwards', async () => {
    const clock = new FrozenClock();
    const config = SessionConfig.from({}, { isProduction: false });
    // As a cluster that lost the second of the two steps in which an id changes, when it replaced a node.
    class ForgetfulStore extends TableSessionStore {
      forgets = false;
      override get abilities() {
        return { ...super.abilities, listsSessions: true };
      }
      protected override async keysOf() {
        return [...this.rows.keys()];
      }
      protected override async replace(key: string, ...change: [string, number, string | number]) {
        const before = this.rows.get(key);
        const version = await super.replace(key, ...change);
        if (this.forgets && before) this.rows.set(key, before);
        return version;
      }
      override async revoke(key: string) {
        const hasEnded = await super.revoke(key);
        clock.advance(1);
        later ??= await signIn();
        return hasEnded;
      }
    }
    let later: FakeCookieJar | undefined;
    const store = new ForgetfulStore(clock);
    const events = new SecurityEvents(clock);
    const registry = new SessionRegistry(store, new NoRevocationList(), config, clock, events);
    const manager = new SessionManager(store, config, clock, registry, events);
    const signIn = async (cookies = new FakeCookieJar()) => {
      const session = await manager.open(cookies);
      draftOf(session).signIn({ userId: 'ada' }, clock.now());
      await manager.commit(session, cookies);
      return cookies.next();
    };
    const former = await signIn();
    store.forgets = true;
    const latter = await signIn(former);
    store.forgets = false;
    clock.advance(1);
    const userOf = async (cookies: FakeCookieJar) => (await manager.open(cookies.next())).all().userId;
    expect(await Promise.all([former, latter].map(userOf))).toEqual(['ada', 'ada']);
    expect(await registry.list('ada')).toHaveLength(1);
    await registry.revokeAll('ada');
    expect(await Promise.all([former, latter].map(userOf))).toEqual([undefined, undefined]);
    expect(later && (await userOf(later))).toBe('ada');
  });

  it('does not list sessions that have expired under the current timeouts', async () => {
    const clock = new FrozenClock();
    const long = SessionConfig.from({}, { isProduction: false });
    const short = SessionConfig.from({ idleTimeout: 50, renewAfter: 10 }, { isProduction: false });
    const store = new MemorySessionStore(long, clock);
    const events = new SecurityEvents(clock);
    const before = new SessionRegistry(store, new NoRevocationList(), long, clock, events);
    const manager = new SessionManager(store, long, clock, before, events);
    const session = await manager.open(new FakeCookieJar());
    draftOf(session).signIn({ userId: 'ada' }, clock.now());
    await manager.commit(session, new FakeCookieJar());
    clock.advance(60);
    expect(await before.list('ada')).toHaveLength(1);
    const after = new SessionRegistry(store, new NoRevocationList(), short, clock, events);
    expect(await after.list('ada')).toEqual([]);
  });
});

describe('A sign-out with a store that cannot end sessions', () => {
  async function inCookies(list: RevocationList) {
    const clock = new FrozenClock();
    const config = SessionConfig.from({}, { isProduction: false });
    const secrets = Secrets.from('k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa', { source: 'here', isProduction: false });
    const store = new CookieSessionStore(secrets, config);
    const registry = new SessionRegistry(store, list, config, clock, new SecurityEvents(clock));
    const manager = new SessionManager(store, config, clock, registry, new SecurityEvents(clock));
    const change = async (cookies: FakeCookieJar, how: (session: Session) => unknown) => {
      const session = await manager.open(cookies);
      how(session);
      await manager.commit(session, cookies);
      return cookies.next();
    };
    const signIn = () =>
      change(new FakeCookieJar(), (session) => draftOf(session).signIn({ userId: 'ada' }, clock.now()));
    const userOf = async (cookies: FakeCookieJar) => (await manager.open(cookies.next())).all().userId;
    return { clock, change, signIn, userOf };
  }

  it('ends every copy of the cookie, but no other session, when there is a revocation list', async () => {
    const { clock, change, signIn, userOf } = await inCookies(new MemoryRevocationList(new FrozenClock()));
    const first = await signIn();
    clock.advance(1);
    const phone = await signIn();
    const second = await change(first.next(), (session) => session.set('visits', 1));
    const third = await change(second.next(), (session) => session.regenerate());
    const copies = [first, second, third].map((cookies) => cookies.next());
    await change(third, (session) => session.destroy());
    expect(await Promise.all(copies.map(userOf))).toEqual([undefined, undefined, undefined]);
    expect(await userOf(phone)).toBe('ada');
    clock.advance(1);
    expect(await userOf(await signIn())).toBe('ada');
  });

  it('does not end copies when the revocation list supports only users, or is missing', async () => {
    class UsersOnly extends RevocationList {
      override async notBefore() {
        return undefined;
      }
      override async revokeBefore() {}
    }
    for (const list of [new UsersOnly(), new NoRevocationList()]) {
      const { change, signIn, userOf } = await inCookies(list);
      const cookies = await signIn();
      const copy = cookies.next();
      await change(cookies, (session) => session.destroy());
      expect(await userOf(copy)).toBe('ada');
    }
  });
});

/** A store that can return empty lists of a user's sessions. */
class ForgetfulStore extends MemorySessionStore {
  #forgets = 0;
  /** True when a thorough search finds what the list has lost. */
  isSearchable = false;

  /** @param times How many of the next lists are empty; all of them by default. */
  forget(times = Number.POSITIVE_INFINITY): void {
    this.#forgets = times;
  }

  override async list(userId: string, search?: ListSearch) {
    if (search?.isThorough && this.isSearchable) return super.list(userId);
    this.#forgets -= 1;
    return this.#forgets >= 0 ? [] : super.list(userId);
  }
}

describe('A list of sessions that lacks the current one', () => {
  async function ada() {
    const clock = new FrozenClock();
    const config = SessionConfig.from({}, { isProduction: false });
    const store = new ForgetfulStore(config, clock);
    const registry = new SessionRegistry(store, new NoRevocationList(), config, clock, new SecurityEvents(clock));
    const manager = new SessionManager(store, config, clock, registry, new SecurityEvents(clock));
    const signIn = async (userId: string) => {
      const cookies = new FakeCookieJar();
      const session = await manager.open(cookies);
      draftOf(session).signIn({ userId }, clock.now());
      await manager.commit(session, cookies);
      return cookies.next();
    };
    const cookies = await signIn('ada');
    await signIn('ada');
    return { store, registry, manager, cookies, signIn, session: await manager.open(cookies) };
  }

  it('is rejected as incomplete, and no session is ended', async () => {
    const { store, registry, session } = await ada();
    store.forget();
    await expect(registry.list('ada', session)).rejects.toBeInstanceOf(SessionListIncompleteError);
    await expect(registry.revokeOthers(session)).rejects.toBeInstanceOf(SessionListIncompleteError);
    store.forget(0);
    expect(await registry.list('ada', session)).toHaveLength(2);
  });

  it('is read a second time, because a session whose id is changing may be missing briefly', async () => {
    const { store, registry, session } = await ada();
    store.forget(1);
    expect(await registry.list('ada', session)).toHaveLength(2);
    store.forget(1);
    expect(await registry.revokeOthers(session)).toBe(1);
  });

  it('is replaced by a search of all sessions, and so is an empty list of a user whose sessions are all to end', async () => {
    const { store, registry, manager, cookies, session } = await ada();
    store.isSearchable = true;
    store.forget();
    expect(await registry.list('ada', session)).toHaveLength(2);
    expect(await registry.revokeOthers(session)).toBe(1);
    await registry.revokeAll('ada');
    expect((await manager.open(cookies.next())).all()).toEqual({});
  });

  it('is accepted when that session has ended, is not stored yet, or belongs to another user', async () => {
    const { store, registry, manager, cookies, signIn, session } = await ada();
    const bob = await manager.open(await signIn('bob'));
    expect(await registry.list('ada', bob)).toHaveLength(2);
    store.forget();
    expect(await registry.list('ada', await manager.open(new FakeCookieJar()))).toEqual([]);
    expect(await registry.list('ada', bob)).toEqual([]);
    await manager.end(await manager.open(cookies), cookies);
    expect(await registry.list('ada', session)).toEqual([]);
    expect(await registry.revokeOthers(session)).toBe(0);
  });
});
