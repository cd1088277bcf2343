import assert from 'node:assert/strict';
import { SessionManager } from '../session/manager/session-manager.js';
import type { SessionRecord } from '../session/record/session-record.js';
import { SecurityEvents } from '../session/security-events.js';
import { draftOf, type Session } from '../session/session.js';
import { SessionConfig, type SessionOptions } from '../session/session-config.js';
import { SessionRegistry } from '../session/session-registry.js';
import { NoRevocationList } from '../session/stores/revocation-list.js';
import type { SessionStore } from '../session/stores/session-store.js';
import type { MakeStore } from './abilities.js';
import { FakeCookieJar } from './fake-cookie-jar.js';
import { FrozenClock } from './frozen-clock.js';
import { type ChangesParts, changesOf } from './records.js';

export const COOKIE = 'gatehouse';
/** In seconds. */
export const HOUR = 60 * 60;

/** A manager and a registry over the store under test, with a clock that tests control. */
export class Application<Store extends SessionStore = SessionStore> {
  readonly manager: SessionManager;
  readonly registry: SessionRegistry;

  private constructor(
    readonly store: Store,
    readonly config: SessionConfig,
    readonly clock: FrozenClock,
  ) {
    const events = new SecurityEvents(clock);
    this.registry = new SessionRegistry(store, new NoRevocationList(), config, clock, events);
    this.manager = new SessionManager(store, config, clock, this.registry, events);
  }

  static async start<Store extends SessionStore>(
    make: MakeStore<Store>,
    options: SessionOptions = {},
  ): Promise<Application<Store>> {
    // The first two add up to an hour: an unused session lives that long after it was written. A database that is emulated
    // on a busy machine is slow, and not unavailable.
    const times = {
      idleTimeout: HOUR - HOUR / 6,
      renewAfter: HOUR / 6,
      absoluteTimeout: 3 * HOUR,
      storeTimeout: 60,
      ...options,
    };
    const config = SessionConfig.from(times, { isProduction: false });
    const clock = new FrozenClock();
    return new Application(await make({ config, clock }), config, clock);
  }

  /** Runs one request, from its cookies to Set-Cookie. @returns The cookies of the browser's next request. */
  async visit(cookies: FakeCookieJar, page: (session: Session) => unknown = () => {}): Promise<FakeCookieJar> {
    const session = await this.open(cookies);
    page(session);
    await this.manager.commit(session, cookies);
    return cookies.next();
  }

  /** Returns a manager like that of another process with the same store. */
  elsewhere(): SessionManager {
    const { store, config, clock, registry } = this;
    return new SessionManager(store, config, clock, registry, new SecurityEvents(clock));
  }

  async open(cookies: FakeCookieJar, readsMessages = true): Promise<Session> {
    const session = await this.manager.open(cookies, readsMessages);
    // A store that throws leads to an unavailable session. Its own error explains more than a failed comparison.
    const { failure } = draftOf(session);
    if (failure) throw failure.cause ?? failure;
    return session;
  }

  /** Returns the values that a request with these cookies finds. */
  async find(cookies: FakeCookieJar): Promise<Record<string, unknown>> {
    return (await this.open(cookies)).all();
  }

  /** Returns the cookies of a browser whose session holds these values. */
  async visitorWith(values: Record<string, unknown>): Promise<FakeCookieJar> {
    return this.visit(new FakeCookieJar(), (session) => {
      for (const [key, value] of Object.entries(values)) session.set(key, value);
    });
  }

  async tokenOf(values: Record<string, unknown>): Promise<string> {
    return (await this.visitorWith(values)).tokens[0] ?? '';
  }

  /** Writes directly into the store. @returns The token, and the record that it identifies. */
  async write(parts: ChangesParts): Promise<{ token: string; record: SessionRecord }> {
    const now = this.clock.now();
    const times = { createdAt: now, renewedAt: now, expiresAt: now + HOUR * 1000 };
    const token = await this.store.write(changesOf({ ...times, ...parts }));
    assert.ok(token !== undefined, 'the store did not keep what was written');
    return { token, record: await this.read(token) };
  }

  /** Returns the record that a token identifies, and fails if there is none. */
  async read(token: string): Promise<SessionRecord> {
    const record = await this.store.read(token);
    assert.ok(record, 'the store does not find what it has kept');
    return record;
  }
}
