import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { Clock } from '../../../lib/base/clock.js';
import {
  ExclusiveOutcomeLostError,
  InvalidSessionDataError,
  SessionCommittedError,
  StoreUnavailableError,
} from '../../../lib/errors/index.js';
import { Secrets } from '../../../lib/session/cookies/secrets.js';
import { SessionManager } from '../../../lib/session/manager/session-manager.js';
import { SecurityEvents } from '../../../lib/session/security-events.js';
import { draftOf, type Session } from '../../../lib/session/session.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { SessionRegistry } from '../../../lib/session/session-registry.js';
import { type SessionDataOptions, SessionSchema } from '../../../lib/session/session-schema.js';
import { CookieSessionStore } from '../../../lib/session/stores/cookie-session-store.js';
import { MemorySessionStore } from '../../../lib/session/stores/memory-session-store.js';
import { MigratingSessionStore } from '../../../lib/session/stores/migrating-session-store.js';
import { NoRevocationList } from '../../../lib/session/stores/revocation-list.js';
import type { SessionStore } from '../../../lib/session/stores/session-store.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';
import { SECRET } from '../../support/secret.js';

const clock = new Clock();
const config = SessionConfig.from({}, { isProduction: false });
const inMemory = () => new MemorySessionStore(config, clock);
const inCookie = () => new CookieSessionStore(new Secrets([SECRET]), config);

function managerOver(store: SessionStore, sessionData?: SessionDataOptions): SessionManager {
  const events = new SecurityEvents(clock);
  const registry = new SessionRegistry(store, new NoRevocationList(), config, clock, events);
  return new SessionManager(store, config, clock, registry, events, new SessionSchema(sessionData));
}

/** Returns the cookies of a visitor whose session has these values. */
async function visitorWith(manager: SessionManager, values: Record<string, unknown>): Promise<FakeCookieJar> {
  return visit(manager, new FakeCookieJar(), (session) => {
    for (const [key, value] of Object.entries(values)) session.set(key, value);
  });
}

async function visit(
  manager: SessionManager,
  cookies: FakeCookieJar,
  page: (session: Session) => unknown,
): Promise<FakeCookieJar> {
  const session = await manager.open(cookies);
  await page(session);
  await manager.commit(session, cookies);
  return cookies.next();
}

describe('A one-time value', () => {
  it('is taken before the request is committed, and stays taken when it fails', async () => {
    const manager = managerOver(inMemory());
    const cookies = await visitorWith(manager, { token: 'abc', cart: 1 });
    const failed = await manager.open(cookies.next());
    expect([await failed.take('token'), await failed.take('token'), failed.has('token'), failed.isDirty]).toEqual([
      'abc',
      undefined,
      false,
      false,
    ]);
    await manager.abandon(failed);
    expect((await manager.open(cookies.next())).all()).toEqual({ cart: 1 });
  });

  it('can be set again by another request, whose value stays', async () => {
    const manager = managerOver(inMemory());
    const cookies = await visitorWith(manager, { token: 'abc', cart: 1 });
    await visit(manager, cookies.next(), async (session) => {
      await session.take('token');
      await visit(manager, cookies.next(), (other) => other.set('token', 'new'));
      session.set('cart', 2);
    });
    expect((await manager.open(cookies.next())).all()).toEqual({ cart: 2, token: 'new' });
  });

  it('leaves the session under the id that another request has given it meanwhile', async () => {
    const store = inMemory();
    const manager = managerOver(store);
    const before = await visitorWith(manager, { token: 'abc', cart: 1 });
    const slow = await manager.open(before.next());
    const after = await visit(manager, before.next(), (session) => session.regenerate());
    expect(await slow.take('token')).toBe('abc');
    expect([slow.isDirty, slow.has('token')]).toEqual([false, false]);
    slow.set('seen', true);
    const late = before.next();
    await manager.commit(slow, late);
    expect([(await manager.open(after.next())).id, (await manager.open(late.next())).id]).toEqual(
      Array.from({ length: 2 }, () => after.tokens[0]),
    );
    expect((await manager.open(before.next())).all()).toEqual({ cart: 1, seen: true });
  });

  it('that was alone in its session ends it, and its cookie', async () => {
    const manager = managerOver(inMemory());
    const cookies = await visitorWith(manager, { token: 'abc' });
    const after = await visit(manager, cookies, (session) => session.take('token'));
    expect(after.tokens).toEqual([]);
  });

  it('includes what this request has added to it, and is its own when it has set it', async () => {
    const manager = managerOver(inMemory());
    const cookies = await visitorWith(manager, { jobs: ['a'], token: 'abc', cart: 1 });
    const after = await visit(manager, cookies, async (session) => {
      session.push('jobs', 'b').set('token', 'own');
      expect([await session.take('jobs'), await session.take('token')]).toEqual([['a', 'b'], 'own']);
    });
    expect((await manager.open(after)).all()).toEqual({ cart: 1 });
  });

  it('is removed by the commit in a cookie, where two requests at once both get it', async () => {
    const manager = managerOver(inCookie());
    const cookies = await visitorWith(manager, { token: 'abc', cart: 1 });
    const [one, other] = [await manager.open(cookies.next()), await manager.open(cookies.next())];
    expect([await one.take('token'), await other.take('token')]).toEqual(['abc', 'abc']);
    const after = await visit(manager, cookies.next(), (session) => session.take('token'));
    expect((await manager.open(after)).all()).toEqual({ cart: 1 });
  });

  it('is not taken when the session would not match its schema, or its store fails', async () => {
    const store = inMemory();
    const cookies = await visitorWith(managerOver(store), { token: 'abc', cart: '1' });
    const schema = z.object({ token: z.string(), cart: z.string().transform(Number) });
    const strict = await managerOver(store, { schema }).open(cookies.next());
    await expect(strict.take('token')).rejects.toThrow(InvalidSessionDataError);
    const lenient = await managerOver(store, { schema: schema.partial() }).open(cookies.next());
    store.alter = () => Promise.reject(new Error('down'));
    await expect(lenient.take('cart')).rejects.toThrow(StoreUnavailableError);
    Reflect.deleteProperty(store, 'alter');
    expect([await lenient.take('cart'), lenient.get('cart'), lenient.get('token')]).toEqual([1, undefined, 'abc']);
    expect((await managerOver(store).open(cookies.next())).all()).toEqual({ token: 'abc' });
  });

  it('that a migration has made is taken once, and none is made of a session that was migrated meanwhile', async () => {
    const store = inMemory();
    const cookies = await visitorWith(managerOver(store), { invite: 'abc', cart: 1 });
    const schema = z.strictObject({ invitation: z.string().optional(), cart: z.number() });
    const migrate = ({ invite, ...others }: Record<string, unknown>) => ({ ...others, invitation: invite });
    const manager = managerOver(store, { schema, migrate });
    const sessions = await Promise.all(Array.from({ length: 5 }, () => manager.open(cookies.next())));
    const taken = await Promise.all(sessions.map((session) => session.take('invitation')));
    expect(taken.filter((value) => value !== undefined)).toEqual(['abc']);
    await Promise.all(sessions.map((session) => manager.commit(session, cookies.next())));
    expect((await managerOver(store).open(cookies.next())).all()).toEqual({ cart: 1 });
  });

  it('is taken in the store in which the session is, while sessions migrate', async () => {
    const from = inMemory();
    const cookies = await visitorWith(managerOver(from), { token: 'abc', cart: 1 });
    const manager = managerOver(new MigratingSessionStore({ from, to: inMemory() }));
    const other = await manager.open(cookies.next());
    const after = await visit(manager, cookies, async (session) => {
      expect(await session.take('token')).toBe('abc');
      session.set('cart', 2);
    });
    expect(await other.take('token')).toBeUndefined();
    expect((await manager.open(after)).all()).toEqual({ cart: 2 });
  });

  it('is not taken once the session is closed', async () => {
    const manager = managerOver(inMemory());
    const cookies = await visitorWith(manager, { token: 'abc' });
    const session = await manager.open(cookies);
    await manager.commit(session, cookies);
    await expect(session.take('token')).rejects.toThrow(SessionCommittedError);
  });
});

describe('A step that concurrent requests share', () => {
  it.each([
    ['in memory', inMemory],
    ['in the cookie', inCookie],
  ])('is run once for all that were opened before its request was committed, %s', async (_, make) => {
    const manager = managerOver(make());
    const cookies = await visitorWith(manager, { token: 'old' });
    let runs = 0;
    const renew = async (session: Session) => {
      if (session.get('token') !== 'old') return session.get('token');
      const token = await session.exclusive('renew', async () => `new ${++runs}`);
      session.set('token', token);
      return token;
    };
    const jars = Array.from({ length: 10 }, () => cookies.next());
    const sessions = await Promise.all(jars.map((jar) => manager.open(jar)));
    expect(new Set(await Promise.all(sessions.slice(1).map(renew)))).toEqual(new Set(['new 1']));
    await Promise.all(sessions.slice(1).map((session, at) => manager.commit(session, jars[at + 1] ?? cookies)));
    // These were under way with the old session, and go on only now.
    const [late] = sessions;
    expect(late && (await renew(late))).toBe('new 1');
    expect(await renew(await manager.open(cookies.next()))).toBe('new 1');
    const next = await manager.open((jars[1] ?? cookies).next());
    expect([next.get('token'), await next.exclusive('renew', () => 'again'), runs]).toEqual(['new 1', 'again', 1]);
  });

  it('leaves what it set in the session to all that share it, whose own changes stay, in the cookie', async () => {
    const manager = managerOver(inCookie());
    const cookies = await visitorWith(manager, { token: 'old', count: 1 });
    const [one, other, last] = await Promise.all([cookies, cookies, cookies].map((jar) => manager.open(jar.next())));
    other?.set('cart', 2);
    const renew = (session?: Session) =>
      session?.exclusive('renew', () => {
        session.set('token', 'new').increment('count');
      });
    await Promise.all([renew(one), renew(other), renew(last)]);
    await renew(other);
    expect([other?.all(), last?.get('count'), last?.isDirty]).toEqual([{ token: 'new', count: 2, cart: 2 }, 2, false]);
    const jar = cookies.next();
    if (other) await manager.commit(other, jar);
    expect((await manager.open(jar.next())).all()).toEqual({ token: 'new', count: 2, cart: 2 });
  });

  it('is stored before the request ends, so that nothing of it is stored again by the commit', async () => {
    const store = inMemory();
    const manager = managerOver(store);
    const cookies = await visitorWith(manager, { count: 1 });
    const session = await manager.open(cookies.next());
    await Promise.all([
      session.exclusive('one', () => void session.increment('count', 10)),
      session.exclusive('other', () => void session.increment('count', 100)),
    ]);
    expect([session.isDirty, session.get('count')]).toEqual([false, 111]);
    expect((await managerOver(store).open(cookies.next())).get('count')).toBe(111);
    session.increment('count', 1000);
    await manager.commit(session, cookies.next());
    expect((await manager.open(cookies.next())).get('count')).toBe(1111);
  });

  it('is not run when the store fails, and keeps its changes when it fails afterwards', async () => {
    const store = inMemory();
    const manager = managerOver(store);
    const cookies = await visitorWith(manager, { cart: 1 });
    const session = await manager.open(cookies.next());
    let runs = 0;
    const fail = () => {
      store.alter = () => Promise.reject(new Error('down'));
    };
    const run = () => {
      runs += 1;
      session.set('cart', 2);
      fail();
    };
    await expect(session.exclusive('step', run)).rejects.toThrow(StoreUnavailableError);
    expect([runs, session.get('cart'), session.isDirty]).toEqual([1, 2, true]);
    await expect(session.exclusive('other', run)).rejects.toThrow(StoreUnavailableError);
    store.read = () => Promise.reject(new Error('down'));
    const unavailable = await manager.open(cookies.next());
    await expect(unavailable.exclusive('step', run)).rejects.toThrow(StoreUnavailableError);
    expect(runs).toBe(1);
  });

  it('is refused when the session would not match its schema, and can be tried again', async () => {
    const store = inMemory();
    const schema = z.object({ cart: z.number() });
    const manager = managerOver(store, { schema });
    const cookies = await visitorWith(managerOver(store), { cart: 1 });
    const session = await manager.open(cookies.next());
    const step = session.exclusive('step', () => void session.set('cart', 'two'));
    await expect(step).rejects.toThrow(InvalidSessionDataError);
    const other = await managerOver(store, { schema }).open(cookies.next());
    await other.exclusive('step', () => void other.set('cart', 2));
    expect([other.get('cart'), other.isDirty]).toEqual([2, false]);
  });

  it('stores no sign-in, which its commit does, and is not shared with another user', async () => {
    const manager = managerOver(inMemory());
    const cookies = await visitorWith(manager, { userId: 'ada' });
    const [one, other] = [await manager.open(cookies.next()), await manager.open(cookies.next())];
    const user = await manager.open(cookies.next());
    draftOf(other).standAsideFor(draftOf(await manager.open(new FakeCookieJar())));
    const jar = cookies.next();
    await one.exclusive('step', () => draftOf(one).signIn({ userId: 'bob' }, clock.now()));
    expect([await other.exclusive('step', () => 'own'), user.get('userId')]).toEqual(['own', 'ada']);
    expect((await manager.open(cookies.next())).get('userId')).toBe('ada');
    await manager.commit(one, jar);
    expect((await manager.open(jar.next())).get('userId')).toBe('bob');
  });

  it.each<[string, (session: Session) => void]>([
    ['has signed in', (session) => draftOf(session).signIn({ userId: 'bob' }, clock.now())],
    ['has set another user', (session) => session.set('userId', 'bob')],
    ['has signed out', (session) => session.destroy()],
    [
      'impersonates somebody',
      (session) => draftOf(session).impersonate({ userId: 'bob' }, clock.now(), clock.now() + 60_000),
    ],
  ])('is neither got from nor given to the other requests by one that %s', async (_, change) => {
    const store = inMemory();
    const [manager, elsewhere] = [managerOver(store), managerOver(store)];
    const cookies = await visitorWith(manager, { userId: 'ada' });
    const open = (by: SessionManager) => by.open(cookies.next());
    const [ada, same, other, changed] = [
      await open(manager),
      await open(manager),
      await open(elsewhere),
      await open(manager),
    ];
    change(changed);
    const slowly = (name: string) => async () => {
      await new Promise((wake) => setTimeout(wake, 30));
      return name;
    };
    const first = changed.exclusive('step', slowly('bob'));
    const others = [ada, same, other].map((session) => session.exclusive('step', slowly('ada')));
    const late = changed.exclusive('step', slowly('bob again'));
    expect(await Promise.all([first, late, ...others])).toEqual(['bob', 'bob again', 'ada', 'ada', 'ada']);
  });

  it('is not run for one user in a session in which another is impersonated by now', async () => {
    const manager = managerOver(inMemory());
    const cookies = await visitorWith(manager, { userId: 'ada' });
    const slow = await manager.open(cookies.next());
    const now = clock.now();
    await visit(manager, cookies.next(), (session) => {
      draftOf(session).impersonate({ userId: 'bob' }, now, now + 60_000);
    });
    await expect(slow.exclusive('step', () => 'ada')).rejects.toThrow(ExclusiveOutcomeLostError);
    expect(slow.get('userId')).toBe('ada');
  });

  it('is run again by a request that begins after the one that ran it, and by another session', async () => {
    const manager = managerOver(inMemory());
    const cookies = await visitorWith(manager, { cart: 1 });
    const order = async (session: Session) => session.exclusive('order', () => crypto.randomUUID());
    const [first, other] = [await manager.open(cookies.next()), await manager.open(new FakeCookieJar())];
    const orders = [await order(first), await order(first), await order(other)];
    await manager.abandon(first);
    orders.push(await order(await manager.open(cookies.next())));
    expect(new Set(orders).size).toBe(3);
    expect(orders[0]).toBe(orders[1]);
  });
});
