import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../lib/base/clock.js';
import { Secrets } from '../../../lib/session/cookies/secrets.js';
import { SessionManager } from '../../../lib/session/manager/session-manager.js';
import { SessionId } from '../../../lib/session/record/session-id.js';
import { shortHash } from '../../../lib/session/security-events.js';
import { draftOf, type Session } from '../../../lib/session/session.js';
import { SessionConfig, type SessionOptions } from '../../../lib/session/session-config.js';
import { SessionRegistry } from '../../../lib/session/session-registry.js';
import { CookieSessionStore } from '../../../lib/session/stores/cookie-session-store.js';
import { MemorySessionStore } from '../../../lib/session/stores/memory-session-store.js';
import { MigratingSessionStore } from '../../../lib/session/stores/migrating-session-store.js';
import {
  MemoryRevocationList,
  NoRevocationList,
  type RevocationList,
} from '../../../lib/session/stores/revocation-list.js';
import type { SessionStore } from '../../../lib/session/stores/session-store.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { RememberingEvents } from '../../support/remembering-events.js';
import { TableSessionStore } from '../../support/table-session-store.js';

const NAME = 'gatehouse';
const HOUR = 60 * 60;
const SECRETS = new Secrets(['k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa']);

type MakeStore = (config: SessionConfig, clock: Clock) => SessionStore;
const memory: MakeStore = (config, clock) => new MemorySessionStore(config, clock);
const table: MakeStore = (_, clock) => new TableSessionStore(clock);
const cookie: MakeStore = (config) => new CookieSessionStore(SECRETS, config);
const migrating: MakeStore = (config, clock) =>
  new MigratingSessionStore({ from: cookie(config, clock), to: table(config, clock) });

interface Parts extends SessionOptions {
  list?: (clock: Clock) => RevocationList;
}

/** An application and the security events that it emits. */
function start(makeStore: MakeStore = memory, { list = () => new NoRevocationList(), ...options }: Parts = {}) {
  // Seals use the system clock.
  const clock = new FrozenClock(Date.now());
  const times = { idleTimeout: HOUR - HOUR / 6, renewAfter: HOUR / 6, absoluteTimeout: 3 * HOUR, ...options };
  const config = SessionConfig.from(times, { isProduction: false });
  const store = makeStore(config, clock);
  const events = new RememberingEvents(clock);
  const registry = new SessionRegistry(store, list(clock), config, clock, events);
  const manager = new SessionManager(store, config, clock, registry, events);

  const visit = async (cookies: FakeCookieJar, page: (session: Session) => unknown = () => {}) => {
    const session = await manager.open(cookies);
    page(session);
    await manager.commit(session, cookies);
    return cookies.next();
  };
  const signedIn = async (userId = 'ada') => {
    let session = '';
    const cookies = await visit(new FakeCookieJar(), (opened) => {
      draftOf(opened).signIn({ userId }, clock.now());
      session = shortHash(opened.id);
    });
    events.take();
    return { cookies, session };
  };
  return { clock, config, store, events, registry, manager, visit, signedIn };
}

const tokenIn = (cookies: FakeCookieJar) => cookies.values(NAME)[0] ?? '';
const carrying = (...tokens: string[]) => FakeCookieJar.carrying(NAME, ...tokens);
/** Returns the token with one letter in its middle changed. */
function tamperedWith(token: string): string {
  const at = Math.floor(token.length / 2);
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
}

describe.each([
  ['memory', memory],
  ['a table', table],
  ['the cookie', cookie],
  ['a store that is being migrated', migrating],
])('The security events of sessions in %s', (name, makeStore) => {
  it('are none for reads and plain writes', async () => {
    const { events, visit } = start(makeStore);
    await visit(new FakeCookieJar());
    await visit(new FakeCookieJar(), (session) => session.get('cart'));
    const cookies = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    events.take();
    await visit(await visit(cookies), (session) => session.set('cart', 2).flash('notice', 'Saved'));
    expect(events.take()).toEqual([]);
  });

  it('report a new session by the hash of its id', async () => {
    const { events, visit } = start(makeStore);
    let id = '';
    await visit(new FakeCookieJar(), (session) => {
      id = session.set('cart', 1).id;
    });
    expect(events.take()).toEqual([{ name: 'session.created', session: shortHash(id) }]);
  });

  it('report a sign-in without a session, a changed id, and a sign-in within a session', async () => {
    const { clock, events, visit } = start(makeStore);
    const signIn = (session: Session) => draftOf(session).signIn({ userId: 'ada' }, clock.now());
    const first = await visit(new FakeCookieJar(), signIn);
    const [created, login] = events.take();
    expect([created, login]).toMatchObject([{ name: 'session.created' }, { name: 'login' }]);
    expect(created).toEqual({ ...login, name: 'session.created' });
    const second = await visit(first, (session) => session.regenerate());
    const [rotated, ...others] = events.take();
    expect(rotated).toMatchObject({ name: 'session.rotated', previous: login?.session, userId: 'ada' });
    expect(others).toEqual([]);
    await visit(second, signIn);
    const names = ['session.rotated', 'login'];
    expect(events.take()).toMatchObject(names.map((event) => ({ name: event, userId: 'ada' })));
  });

  it.each<[string, (session: Session) => unknown]>([
    ['destroyed', (session) => session.destroy()],
    ['emptied', (session) => session.clear()],
  ])('report the end of a session and the sign-out once when it is %s', async (_, end) => {
    const { manager, events, signedIn } = start(makeStore);
    const { cookies, session } = await signedIn();
    const opened = await manager.open(cookies);
    end(opened);
    await manager.commit(opened, cookies);
    await manager.commit(opened, cookies);
    const subject = { session, userId: 'ada' };
    expect(events.take()).toEqual([
      { name: 'session.ended', ...subject },
      { name: 'logout', ...subject },
    ]);
  });

  it('report the end once when the request fails afterwards and an error page is rendered', async () => {
    const { manager, events, signedIn } = start(makeStore);
    const { cookies } = await signedIn();
    const session = await manager.open(cookies);
    draftOf(session.destroy()).rollBack();
    await manager.abandon(session);
    draftOf(session).reopen();
    await manager.commit(session, cookies);
    expect(events.take()).toMatchObject([{ name: 'session.ended' }, { name: 'logout' }]);
  });

  it('report only the end when the session belonged to a guest', async () => {
    const { events, visit } = start(makeStore);
    const cookies = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    events.take();
    await visit(cookies, (session) => session.destroy().set('cart', 2));
    expect(events.take()).toMatchObject([{ name: 'session.ended' }, { name: 'session.created' }]);
  });

  it('report a sign-out that keeps the session', async () => {
    const { events, visit, signedIn } = start(makeStore);
    const { cookies, session } = await signedIn();
    await visit(cookies, (opened) => opened.unset('userId').set('cart', 1));
    expect(events.take()).toEqual([{ name: 'logout', session, userId: 'ada' }]);
  });

  it('report a renewal, but not every write', async () => {
    const { clock, events, visit, signedIn } = start(makeStore);
    const { cookies, session } = await signedIn();
    clock.advance(HOUR / 6);
    const renewed = await visit(cookies);
    expect(events.take()).toEqual([{ name: 'session.renewed', session, userId: 'ada' }]);
    await visit(renewed);
    expect(events.take()).toEqual([]);
  });

  it('report an expired session once, when a request sends its cookie', async () => {
    const { clock, events, visit, signedIn } = start(makeStore);
    const { cookies, session } = await signedIn();
    clock.advance(HOUR);
    const next = await visit(cookies, (opened) => opened.flash('notice'));
    expect(events.take()).toEqual([{ name: 'session.expired', session, userId: 'ada' }]);
    await visit(next);
    expect(events.take()).toEqual([]);
  });

  it('report cookies that were never issued', async () => {
    const { events, visit } = start(makeStore);
    await visit(carrying('login\nname'));
    expect(events.take()).toMatchObject([{ name: 'session.rejected', reason: 'malformed' }]);
    const madeUp = SessionId.generate();
    await visit(carrying(madeUp));
    const reason = name === 'the cookie' ? 'malformed' : 'unknown';
    expect(events.take()).toEqual([{ name: 'session.rejected', reason, session: shortHash(madeUp) }]);
    await visit(carrying(madeUp));
    expect(events.take()).toEqual([]);
  });

  it('report several valid cookies as ambiguous, but no invalid cookie beside a valid one', async () => {
    const { events, visit, signedIn } = start(makeStore);
    const [ada, eve] = [await signedIn('ada'), await signedIn('eve')];
    await visit(carrying(tokenIn(ada.cookies), 'rubbish', tokenIn(eve.cookies)));
    expect(events.take()).toEqual([{ name: 'session.rejected', reason: 'ambiguous' }]);
    await visit(carrying(tokenIn(ada.cookies), 'rubbish'));
    expect(events.take()).toEqual([]);
    await visit(carrying(...['1', '2', '3', '4', '5', '6', '7', '8']));
    expect(events.take()).toHaveLength(6);
  });

  it('report revoked sessions, also when a revocation list revokes them', async () => {
    const { clock, events, registry, visit, signedIn } = start(makeStore, {
      list: (clock) => new MemoryRevocationList(clock),
    });
    const { cookies, session } = await signedIn();
    clock.advance(1);
    await registry.revokeAll('ada');
    const lists = name === 'memory';
    expect(events.take()).toEqual([{ name: 'session.revoked', userId: 'ada', ...(lists && { session }) }]);
    await visit(cookies);
    const revoked = { name: 'session.rejected', reason: 'revoked', session, userId: 'ada' };
    const gone = { name: 'session.rejected', reason: 'unknown', session };
    expect(events.take()).toEqual([lists ? gone : revoked]);
  });

  it('contain neither values of a session nor cookies', async () => {
    const { clock, events, manager, visit } = start(makeStore);
    const secrets = ['Ada Street 1', 'ada@site.example', 'tea and scones', 'Saved the scones'];
    const [address, email, cart, notice] = secrets;
    const tokens: string[] = [];
    const next = async (cookies: FakeCookieJar, page?: (session: Session) => unknown) => {
      const answer = await visit(cookies, page);
      tokens.push(tokenIn(answer));
      return answer;
    };
    let cookies = await next(new FakeCookieJar(), (session) => session.set('cart', cart));
    cookies = await next(cookies, (session) => draftOf(session).signIn({ userId: 'ada', email, address }, clock.now()));
    cookies = await next(cookies, (session) => session.regenerate());
    clock.advance(HOUR / 6);
    cookies = await next(cookies);
    cookies = await next(cookies, (session) => session.flash('notice', notice));
    const ids = [(await manager.open(cookies)).id];
    await visit(carrying(tamperedWith(tokenIn(cookies))));
    await visit(carrying(tokenIn(cookies), tokens[0] ?? ''));
    clock.advance(HOUR);
    await visit(cookies);
    await visit(await next(new FakeCookieJar(), (session) => session.set('cart', cart)), (session) =>
      session.destroy(),
    );
    const told = JSON.stringify(events.all);
    const names = ['created', 'rotated', 'renewed', 'rejected', 'expired', 'ended'].map((name) => `session.${name}`);
    expect(events.all.map(({ name }) => name)).toEqual(expect.arrayContaining([...names, 'login']));
    for (const hidden of [...secrets, ...tokens, ...ids].filter((text) => text !== ''))
      expect(told).not.toContain(hidden);
  });
});

describe('A sealed cookie', () => {
  it.each([
    ['with another letter', 'tampered', tamperedWith],
    ['with an additional part', 'tampered', (seal: string) => seal.replace('~', '*~')],
    ['that is cut off', 'tampered', (seal: string) => seal.slice(0, -10)],
    ['that is too long', 'malformed', (seal: string) => seal.padEnd(5000, 'A')],
    ['of another format', 'malformed', (seal: string) => seal.replace('Fe26.2', 'Fe26.1')],
    // The time in the seal is not authenticated here, so it proves nothing.
    ['that claims to have expired', 'unknown', (seal: string) => seal.replace(/\*\d{13}\*/, '*1000000000000*')],
  ])('%s is reported as %s', async (_, reason, change) => {
    const { events, visit, signedIn } = start(cookie);
    const seal = tokenIn((await signedIn()).cookies);
    expect(change(seal)).not.toBe(seal);
    await visit(carrying(change(seal)));
    expect(events.take()).toEqual([{ name: 'session.rejected', reason, session: shortHash(change(seal)) }]);
  });

  it('sealed with another secret is reported as tampered with', async () => {
    const { cookies } = await start((config) => new CookieSessionStore(new Secrets(['another']), config)).signedIn();
    const { events, visit } = start(cookie);
    await visit(cookies);
    expect(events.take()).toMatchObject([{ name: 'session.rejected', reason: 'tampered' }]);
  });
});

describe('A session registry', () => {
  it('reports each session that it ends, and none that did not exist', async () => {
    const { events, manager, registry, signedIn } = start();
    const [one, two, three] = [await signedIn(), await signedIn(), await signedIn()];
    const [id = ''] = [SessionId.fingerprint(tokenIn(one.cookies))];
    const [{ id: listed } = { id: '' }] = (await registry.list('ada')).filter((device) => id.startsWith(device.id));
    expect(await registry.revoke(listed, 'eve')).toBe(false);
    expect(events.take()).toEqual([]);
    expect(await registry.revoke(listed)).toBe(true);
    expect(await registry.revoke(listed)).toBe(false);
    expect(events.take()).toEqual([{ name: 'session.revoked', session: one.session }]);
    await registry.revokeOthers(await manager.open(two.cookies));
    expect(events.take()).toEqual([{ name: 'session.revoked', session: three.session, userId: 'ada' }]);
    await registry.revokeAll('ada');
    expect(events.take()).toEqual([{ name: 'session.revoked', session: two.session, userId: 'ada' }]);
  });

  it('reports the oldest session when a sign-in exceeds maxSessionsPerUser', async () => {
    const { clock, events, visit, signedIn } = start(memory, { maxSessionsPerUser: 1 });
    const { session } = await signedIn();
    clock.advance(1);
    await visit(new FakeCookieJar(), (opened) => draftOf(opened).signIn({ userId: 'ada' }, clock.now()));
    const names = ['session.revoked', 'session.created', 'login'];
    expect(events.all.map(({ name }) => name)).toEqual(names);
    expect(events.take()[0]).toEqual({ name: 'session.revoked', session, userId: 'ada' });
  });
});

describe('Two concurrent requests', () => {
  it('are reported as one change of the id when both change it', async () => {
    const { events, manager, signedIn } = start();
    const { cookies, session } = await signedIn();
    const [one, other] = [await manager.open(cookies), await manager.open(cookies)];
    await manager.commit(one.regenerate(), cookies);
    await manager.commit(other.regenerate(), cookies);
    expect(events.take()).toEqual([
      { name: 'session.rotated', previous: session, session: shortHash(one.id), userId: 'ada' },
    ]);
  });

  it('cause no event when one of them still sends the previous id', async () => {
    const { clock, events, visit, signedIn } = start();
    const { cookies } = await signedIn();
    await visit(cookies, (session) => draftOf(session).signIn({ userId: 'ada' }, clock.now()));
    events.take();
    await visit(cookies);
    expect(events.take()).toEqual([]);
  });

  it('report no end when one from before a sign-in empties the session that it no longer finds', async () => {
    const { clock, events, manager, visit } = start();
    const guest = await visit(new FakeCookieJar(), (session) => session.set('cart', 1));
    const late = await manager.open(guest);
    await visit(guest, (session) => draftOf(session).signIn({ userId: 'ada' }, clock.now()));
    events.take();
    await manager.commit(late.unset('cart'), guest);
    expect(events.take()).toEqual([]);
  });

  it('report one end when a late one signs out and its page then fails', async () => {
    const { clock, events, manager, visit, signedIn } = start();
    const { cookies, session } = await signedIn();
    await visit(cookies, (again) => draftOf(again).signIn({ userId: 'ada' }, clock.now()));
    events.take();
    const late = await manager.open(cookies);
    late.destroy();
    draftOf(late).rollBack();
    await manager.abandon(late);
    draftOf(late).reopen();
    const answered = cookies.next();
    await manager.commit(late, answered);
    expect(events.take()).toEqual([
      { name: 'session.ended', session, userId: 'ada' },
      { name: 'logout', session, userId: 'ada' },
    ]);
    expect(answered.answered(NAME)?.value).toBe('');
  });

  it('report one end, and no sign-in, when one ends the session that the other signs in to', async () => {
    const { clock, events, manager, visit, signedIn } = start();
    const { cookies } = await signedIn();
    const late = await manager.open(cookies);
    await visit(cookies, (session) => session.destroy());
    draftOf(late).signIn({ userId: 'eve' }, clock.now());
    await manager.commit(late, cookies);
    expect(events.take()).toMatchObject([{ name: 'session.ended' }, { name: 'logout' }]);
  });
});

describe('An unavailable store', () => {
  const away = async () => {
    throw new Error('redis://user:password@host is away');
  };

  it.each(['read', 'write', 'destroy'] as const)(
    'is reported once with the failed operation: %s',
    async (operation) => {
      const { events, manager, store, signedIn } = start();
      const { cookies } = await signedIn();
      store[operation] = away;
      const session = await manager.open(cookies);
      if (operation === 'destroy') session.destroy();
      else session.set('cart', 1);
      await expect(manager.commit(session, cookies)).rejects.toThrow('away');
      expect(events.take()).toEqual([{ name: 'store.failed', operation }]);
    },
  );

  it('is not reported when a session is merely too large', async () => {
    const { events, manager } = start(cookie);
    const session = await manager.open(new FakeCookieJar());
    session.set('cart', 'x'.repeat(5000));
    await expect(manager.commit(session, new FakeCookieJar())).rejects.toThrow('4096');
    expect(events.take()).toEqual([]);
  });
});

describe('An impersonation', () => {
  const asCleo = (clock: FrozenClock) => (session: Session) =>
    draftOf(session).impersonate({ userId: 'cleo' }, clock.now(), clock.now() + 60_000);
  const stores: [string, MakeStore][] = [
    ['memory', memory],
    ['table', table],
    ['cookie', cookie],
    ['migrating', migrating],
  ];
  const list = (clock: Clock) => new MemoryRevocationList(clock);
  const BOTH = { userId: 'cleo', impersonator: 'sam' };

  it.each(stores)('is reported where it begins, lasts and ends, in the store %s', async (_, makeStore) => {
    const { clock, events, visit, signedIn } = start(makeStore, { list });
    const { cookies, session: before } = await signedIn('sam');
    const during = await visit(cookies, asCleo(clock));
    const [rotated, begun] = events.take();
    expect(rotated).toEqual({ name: 'session.rotated', session: expect.any(String), previous: before, ...BOTH });
    expect(begun).toEqual({ name: 'impersonation.started', session: rotated?.session, ...BOTH });
    const next = await visit(during, (session) => session.flash('notice', 'x'));
    expect(events.take()).toEqual([]);
    await visit(next, (session) => draftOf(session).stopImpersonating());
    const [back, ended] = events.take();
    expect(back).toMatchObject({ name: 'session.rotated', userId: 'sam' });
    expect(back).not.toHaveProperty('impersonator');
    expect(ended).toEqual({ name: 'impersonation.ended', session: back?.session, ...BOTH, reason: 'stopped' });
  });

  it.each(stores)('that is over ends once, however many requests find it so, in the store %s', async (_, makeStore) => {
    const { clock, events, manager, visit, signedIn } = start(makeStore, { list });
    const { cookies } = await signedIn('sam');
    const during = await visit(cookies, asCleo(clock));
    clock.advance(60);
    events.take();
    const opened = await Promise.all([1, 2, 3].map(() => manager.open(during)));
    expect(opened.map((session) => session.get('userId'))).toEqual(['sam', 'sam', 'sam']);
    for (const session of opened) await manager.commit(session, during);
    const ended = events.take().filter(({ name }) => name === 'impersonation.ended');
    expect(ended).toEqual([expect.objectContaining({ ...BOTH, reason: 'expired' })]);
    expect((await manager.open(during.next())).get('userId')).toBe('sam');
  });

  it.each(stores)('does not come back with a slow request, in the store %s', async (_, makeStore) => {
    const { clock, manager, visit, signedIn } = start(makeStore, { list });
    const { cookies } = await signedIn('sam');
    const during = await visit(cookies, asCleo(clock));
    const slow = await manager.open(during);
    draftOf(slow).updateVisitor({ plan: 'basic' });
    const stopping = await manager.open(during);
    draftOf(stopping).stopImpersonating();
    await manager.commit(stopping, during);
    await manager.commit(slow, during);
    expect((await manager.open(during.next())).all()).toEqual({ userId: 'sam' });
  });

  it.each(stores)('is over in a copy of a cookie from before its end, in the store %s', async (_, makeStore) => {
    const { clock, manager, visit, signedIn } = start(makeStore, { list });
    const { cookies } = await signedIn('sam');
    const during = await visit(cookies, asCleo(clock));
    const copy = during.next();
    await visit(during, (session) => draftOf(session).stopImpersonating());
    expect((await manager.open(copy)).get('userId')).toBe('sam');
  });

  it('does not outlive the sign-out of a concurrent request', async () => {
    const { clock, manager, visit, signedIn } = start();
    const { cookies } = await signedIn('sam');
    const leaving = await manager.open(cookies);
    leaving.unset('userId');
    const copy = cookies.next();
    await visit(cookies, asCleo(clock));
    await manager.commit(leaving, copy);
    const left = await manager.open(copy.next());
    expect([left.get('userId'), draftOf(left).impersonatorId]).toEqual([undefined, undefined]);
  });

  it('counts for the size of the session', async () => {
    const { clock, manager, signedIn } = start(memory, { maxSize: 500 });
    const { cookies } = await signedIn('sam');
    const session = await manager.open(cookies);
    draftOf(session).impersonate({ userId: 'cleo', note: 'x'.repeat(500) }, clock.now(), clock.now() + 1000);
    await expect(manager.commit(session, cookies)).rejects.toThrow('"note" of the impersonated user');
  });
});
