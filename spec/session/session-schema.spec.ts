import { describe, expect, it } from '@jest/globals';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type } from 'arktype';
import * as v from 'valibot';
import * as z from 'zod';
import { InvalidSessionDataError, StoreUnavailableError } from '../../lib/errors/index.js';
import { Secrets } from '../../lib/session/cookies/secrets.js';
import { SessionManager } from '../../lib/session/manager/session-manager.js';
import { draftOf, type Session } from '../../lib/session/session.js';
import { SessionConfig } from '../../lib/session/session-config.js';
import { SessionRegistry } from '../../lib/session/session-registry.js';
import type { SessionDataOptions } from '../../lib/session/session-schema.js';
import { SessionSchema } from '../../lib/session/session-schema.js';
import { CookieSessionStore } from '../../lib/session/stores/cookie-session-store.js';
import { MemorySessionStore } from '../../lib/session/stores/memory-session-store.js';
import { MemoryRevocationList } from '../../lib/session/stores/revocation-list.js';
import { FakeCookieJar } from '../support/fake-cookie-jar.js';
import { FrozenClock } from '../support/frozen-clock.js';
import { RememberingEvents } from '../support/remembering-events.js';
import { WatchedSessionStore } from '../support/watched-session-store.js';

const SECRET = 'k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa';
type Page = (session: Session) => unknown;

/** An application whose versions have different schemas and share one store. */
function start(kind: 'memory' | 'cookie' = 'memory') {
  const clock = new FrozenClock();
  const config = SessionConfig.from({}, { isProduction: false });
  const plain =
    kind === 'memory' ? new MemorySessionStore(config, clock) : new CookieSessionStore(new Secrets([SECRET]), config);
  const store = new WatchedSessionStore(plain);
  const events = new RememberingEvents(clock);
  const revocations = new MemoryRevocationList(clock);
  const registry = new SessionRegistry(store, revocations, config, clock, events);
  const lines: string[] = [];
  const version = (options?: SessionDataOptions, own = config) => {
    const schema = new SessionSchema(options);
    schema.reportTo((line) => lines.push(line));
    const manager = new SessionManager(store, own, clock, registry, events, schema);
    const visit = async (cookies: FakeCookieJar, page: Page = () => {}) => {
      store.forget();
      const session = await manager.open(cookies);
      page(session);
      await manager.commit(session, cookies);
      return { session, cookies: cookies.next(), calls: [...store.calls] };
    };
    return { manager, visit };
  };
  const left = async (values: Record<string, unknown>) => {
    const { cookies } = await version().visit(new FakeCookieJar(), (session) => {
      draftOf(session).signIn({ userId: 'ada', role: 'admin', plan: 'gold' }, clock.now());
      for (const [key, value] of Object.entries(values)) session.set(key, value);
    });
    events.take();
    return cookies;
  };
  return { clock, config, store, events, revocations, lines, version, left };
}

const VISITOR = { userId: 'ada', role: 'admin', plan: 'gold' };
const SCHEMAS: [string, StandardSchemaV1][] = [
  ['zod', z.object({ visits: z.number(), theme: z.string().default('light') })],
  ['valibot', v.object({ visits: v.number(), theme: v.optional(v.string(), 'light') })],
  ['arktype', type({ visits: 'number', theme: "string = 'light'" })],
];

describe.each(SCHEMAS)('A session with a schema of %s', (_, schema) => {
  it('has the values that the schema returns, and keeps keys that the schema does not name', async () => {
    const { version, left } = start();
    const { session, calls } = await version({ schema }).visit(await left({ visits: 3 }));
    expect(session.all()).toEqual({ ...VISITOR, visits: 3, theme: 'light' });
    expect(session.isDirty).toBe(false);
    expect(calls).toEqual(['read']);
  });

  it('is dropped when it does not match the schema', async () => {
    const { version, left, events, lines, store } = start();
    const stale = await left({ visits: 'three, which is private' });
    const token = stale.values('gatehouse')[0] ?? '';
    const { session, cookies } = await version({ schema }).visit(stale);
    expect(session.isNew).toBe(true);
    expect(session.all()).toEqual({});
    expect(cookies.values('gatehouse')).toEqual([]);
    expect(await store.read(token)).toBeUndefined();
    expect(events.take()).toMatchObject([{ name: 'session.rejected', reason: 'misfit', userId: 'ada' }]);
    expect(lines).toEqual([
      expect.stringMatching(/"visits" does not match sessionData\.schema \(expected (?:a )?number\)\.$/),
    ]);
    expect(lines.join()).not.toContain('private');
  });

  it('is migrated, and written in the same request under its own id', async () => {
    const { version, left, events } = start();
    const { visit } = version({
      schema,
      migrate: async ({ visits, ...rest }) => ({ ...rest, visits: Number(visits) }),
    });
    const first = await visit(await left({ visits: '3' }));
    expect(first.session.get('visits')).toBe(3);
    expect(first.calls).toEqual(['read', 'write']);
    expect(events.take()).toEqual([]);
    const second = await version({ schema }).visit(first.cookies);
    expect(second.session.id).toBe(first.session.id);
    expect(second.session.all()).toEqual({ ...VISITOR, visits: 3, theme: 'light' });
  });

  it('is not stored when a page sets a value that does not match, and the commit rejects', async () => {
    const { version, left } = start();
    const { visit } = version({ schema });
    const cookies = await left({ visits: 3 });
    await expect(visit(cookies, (session) => session.set('visits', 'many, in private'))).rejects.toThrow(
      InvalidSessionDataError,
    );
    await expect(visit(cookies, (session) => session.set('visits', 'many, in private'))).rejects.not.toThrow('private');
    expect((await visit(cookies)).session.get('visits')).toBe(3);
  });
});

const VISITS = z.object({ visits: z.number().optional() });

describe.each(['memory', 'cookie'] as const)('A session in %s', (kind) => {
  it.each([
    ['returns nothing', () => undefined],
    ['returns values that do not match either', () => ({ visits: 'three' })],
    [
      'throws',
      () => {
        throw new RangeError('the value is private');
      },
    ],
    ['returns a value that cannot be stored', () => ({ visits: 3, run: () => 3 })],
    ['returns something other than an object', () => 3 as never],
  ])('is dropped when migrate() %s', async (_, migrate) => {
    const { version, left, events, lines } = start(kind);
    const { session, cookies } = await version({ schema: VISITS, migrate }).visit(await left({ visits: '3' }));
    expect(session.isNew).toBe(true);
    expect(cookies.values('gatehouse')).toEqual([]);
    expect(events.take()).toMatchObject([{ name: 'session.rejected', reason: 'misfit' }]);
    expect(lines.at(-1)).toMatch(/^A stored session was dropped/);
    expect(lines.join()).not.toContain('private');
  });

  it('is written with its migrated values and the changes of the page', async () => {
    const { version, left } = start(kind);
    const { visit } = version({
      schema: VISITS,
      migrate: ({ visits, plan, ...rest }) => ({ ...rest, visits: Number(visits) }),
    });
    const { session, cookies } = await visit(await left({ visits: '3', note: 'x' }), (session) => {
      session.set('visits', (visits = 0) => Number(visits) + 1).unset('note');
    });
    expect(session.all()).toEqual({ userId: 'ada', role: 'admin', visits: 4 });
    expect((await version({ schema: VISITS }).visit(cookies)).session.all()).toEqual(session.all());
  });

  it('still has its migrated values after a roll-back', async () => {
    const { version, left } = start(kind);
    const { manager } = version({
      schema: VISITS,
      migrate: ({ visits, ...rest }) => ({ ...rest, visits: Number(visits) }),
    });
    const session = await manager.open(await left({ visits: '3' }));
    draftOf(session.set('visits', 9)).rollBack();
    expect(session.get('visits')).toBe(3);
    expect(session.isDirty).toBe(false);
  });

  it('has the default of a key until the key is unset, without storing it', async () => {
    const schema = z.object({ theme: z.string().optional().default('light') });
    const { version, left } = start(kind);
    const { visit } = version({ schema });
    const { session, cookies } = await visit(await left({}), (session) => session.set('a', 1));
    expect(session.get('theme')).toBe('light');
    const without = await version().visit(cookies);
    expect(without.session.all()).toEqual({ ...VISITOR, a: 1 });
    const gone = await visit(without.cookies, (session) => session.unset('theme'));
    expect(gone.session.has('theme')).toBe(false);
  });

  it('is unavailable while the schema throws or does not answer, and available again afterwards', async () => {
    for (const validate of [
      () => {
        throw new Error('no');
      },
      () => new Promise<never>(() => {}),
    ]) {
      const { version, left, events } = start(kind);
      // Only what hangs is waited for in vain, but a cookie is opened within the same limit.
      const impatient = SessionConfig.from({ storeTimeout: kind === 'memory' ? 0.05 : 0.3 }, { isProduction: false });
      const schema: StandardSchemaV1 = { '~standard': { version: 1, vendor: 'spec', validate } };
      const failing = version({ schema }, impatient);
      const cookies = await left({ visits: 3 });
      const { session } = await failing.visit(cookies);
      expect(session.isUnavailable).toBe(true);
      expect(session.get('userId')).toBeUndefined();
      expect(events.take()).toMatchObject([{ name: 'store.failed', operation: 'schema' }]);
      const change: Page = (session) => session.set('a', 1);
      await expect(failing.visit(cookies, change)).rejects.toThrow(StoreUnavailableError);
      await expect(failing.visit(new FakeCookieJar(), change)).rejects.toThrow(/sessionData\.schema/);
      expect((await version({ schema: VISITS }).visit(cookies)).session.get('userId')).toBe('ada');
    }
  });
});

describe('A session', () => {
  it('is migrated once by concurrent requests, and keeps the changes of all of them', async () => {
    const schema = z.object({ cart: z.array(z.string()).optional() });
    const migrate: SessionDataOptions['migrate'] = ({ cart, ...rest }) => ({ ...rest, cart: String(cart).split(',') });
    const { version, left } = start();
    const { manager, visit } = version({ schema, migrate });
    const cookies = await left({ cart: 'tea,milk' });
    const [one, two, three] = [await manager.open(cookies), await manager.open(cookies), await manager.open(cookies)];
    two?.set('cart', (cart) => [...(cart as string[]), 'jam']);
    three?.set('cart', (cart) => [...(cart as string[]), 'salt']);
    for (const session of [two, one, three]) await manager.commit(session, cookies);
    expect((await visit(cookies)).session.get('cart')).toEqual(['tea', 'milk', 'jam', 'salt']);
  });

  it('is migrated without being stored when the result is too large', async () => {
    const { version, left, lines } = start('cookie');
    const migrate: SessionDataOptions['migrate'] = ({ visits: _, ...rest }) => ({ ...rest, text: 'x'.repeat(9000) });
    const { visit } = version({ schema: VISITS, migrate });
    const { session } = await visit(await left({ visits: '3' }));
    expect(session.get('text')).toHaveLength(9000);
    expect(lines).toEqual([expect.stringContaining('SESSION_TOO_LARGE')]);
  });

  it('is still renewed when the result of its migration is too large to store', async () => {
    const { version, left, clock, config } = start('cookie');
    const migrate: SessionDataOptions['migrate'] = ({ visits: _, ...rest }) => ({ ...rest, text: 'x'.repeat(9000) });
    const { visit } = version({ schema: VISITS, migrate });
    let cookies = await left({ visits: '3' });
    for (let day = 0; day < 3; day++) {
      clock.advance((config.idleTimeout * 0.6) / 1000);
      ({ cookies } = await visit(cookies));
    }
    expect((await visit(cookies)).session.get('userId')).toBe('ada');
  });

  it('is ended when its migration leaves nothing in it', async () => {
    const { version, left, events } = start();
    const { cookies, session } = await version({ schema: VISITS, migrate: () => ({}) }).visit(
      await left({ visits: '3' }),
    );
    expect(session.isEmpty).toBe(true);
    expect(cookies.values('gatehouse')).toEqual([]);
    expect(events.take()).toMatchObject([{ name: 'session.ended' }, { name: 'logout' }]);
  });

  it('is accepted by any schema when it holds only flash messages', async () => {
    const { version } = start();
    const { visit } = version({ schema: z.object({ visits: z.number() }) });
    const { cookies } = await visit(new FakeCookieJar(), (session) => session.flash('notice', 'Hello'));
    let message: string | undefined;
    await visit(cookies, (session) => {
      message = session.flash('notice');
    });
    expect(message).toBe('Hello');
  });

  it('is not validated when no schema is configured', async () => {
    expect(new SessionSchema().isOn).toBe(false);
  });

  it('is unavailable when the schema returns something other than an object', async () => {
    const { version, left } = start();
    const { session } = await version({ schema: z.any().transform(() => 3) }).visit(await left({ a: 1 }));
    expect(session.isUnavailable).toBe(true);
  });

  it.each([undefined, null, {}, { value: undefined }, { value: null }, 'fits'])(
    'is unavailable when the schema returns the invalid result %j',
    async (answer) => {
      const { version, left } = start();
      const validate = (() => answer) as () => never;
      const schema: StandardSchemaV1 = { '~standard': { version: 1, vendor: 'own', validate } };
      const { session } = await version({ schema }).visit(await left({ a: 1 }));
      expect(session.isUnavailable).toBe(true);
    },
  );

  it.each([
    ['a default', z.object({ userId: z.string().default('guest'), role: z.string().default('admin') })],
    ['a value of catch()', z.object({ userId: z.string().catch('undefined') })],
  ])('of a guest is not signed in by a user id that the schema adds: %s', async (_, schema) => {
    const { version } = start();
    const { visit } = version({ schema });
    const { cookies } = await version().visit(new FakeCookieJar(), (session) => session.set('visits', 1));
    const { session } = await visit(cookies);
    expect(session.get('visits')).toBe(1);
    expect(session.has('userId')).toBe(false);
  });

  it('keeps its stored user id even when the schema transforms it', async () => {
    const { version, left } = start();
    const schema = z.object({ userId: z.string().transform((text) => text.toUpperCase()), plan: z.string() });
    const { session } = await version({ schema }).visit(await left({}));
    expect(session.get('userId')).toBe('ada');
  });

  it('is ended when it was revoked for a user id that only its migration adds', async () => {
    const { version, clock, events, revocations, store } = start();
    const { cookies } = await version().visit(new FakeCookieJar(), (session) => session.set('user', { id: 'ada' }));
    clock.advance(1);
    await revocations.revokeBefore('ada', clock.now(), clock.now() + 60_000);
    const schema = z.looseObject({ user: z.undefined().optional() });
    const migrate: SessionDataOptions['migrate'] = () => ({ userId: 'ada' });
    const { session } = await version({ schema, migrate }).visit(cookies);
    expect(session.has('userId')).toBe(false);
    expect(store.calls).toContain('destroy');
    expect(events.take()).toContainEqual(expect.objectContaining({ name: 'session.rejected', reason: 'revoked' }));
  });
});
