import { Clock } from '../../base/clock.js';
import type { Services } from '../../container/services.js';
import type { CookieJar } from '../../session/cookies/cookie-jar.js';
import { SessionCookie } from '../../session/cookies/session-cookie.js';
import { MadeClasses } from '../../session/made-classes.js';
import { SessionManager } from '../../session/manager/session-manager.js';
import { noChanges } from '../../session/record/session-changes.js';
import type { FittedValues } from '../../session/record/session-record.js';
import { SecurityEvents } from '../../session/security-events.js';
import { draftOf, type Session } from '../../session/session.js';
import { SessionConfig } from '../../session/session-config.js';
import { SessionRegistry } from '../../session/session-registry.js';
import { SessionSchema } from '../../session/session-schema.js';
import { SessionStore } from '../../session/stores/session-store.js';

/** The toolbar's operations on the visitor's own session. */
export class OwnSessions {
  readonly #store: SessionStore;
  readonly #config: SessionConfig;
  readonly #clock: Clock;
  readonly #onlookers: SessionManager;

  constructor(private readonly services: Services) {
    this.#store = services.get(SessionStore);
    this.#config = services.get(SessionConfig);
    this.#clock = services.get(Clock);
    const registry = services.get(SessionRegistry);
    const events = new NoEvents(this.#clock);
    const schema = new GlancingSchema(services.get(SessionSchema));
    this.#onlookers = services
      .get(MadeClasses)
      .during(() => new SessionManager(this.#store, this.#config, this.#clock, registry, events, schema));
  }

  get store(): SessionStore {
    return this.#store;
  }

  /** Opens the session of a request for display: without a lease on its messages, and never committed. */
  async look(cookies: CookieJar): Promise<Session> {
    return this.#onlookers.open(cookies, false);
  }

  /**
   * Ends the session, as a page would.
   *
   * @returns True if there was one.
   * @throws When the store is unavailable.
   */
  async clear(cookies: CookieJar): Promise<boolean> {
    const sessions = this.services.get(SessionManager);
    const session = await sessions.open(cookies, false);
    const { failure, isNew } = draftOf(session);
    if (failure) throw failure;
    const isThere = !isNew;
    if (isThere) session.destroy();
    await sessions.commit(session, cookies);
    return isThere;
  }

  /** Lets the session expire, while the browser still has its cookie. @returns True if there was one. */
  async expire(cookies: CookieJar): Promise<boolean> {
    const { opened, failure, origin } = draftOf(await this.look(cookies));
    if (failure) throw failure;
    if (!opened) return false;
    const now = this.#clock.now();
    const token = await this.#store.write({ ...noChanges(opened), renewedAt: now, expiresAt: now });
    if (token === undefined) return false;
    const maxAge = Math.max(60, Math.ceil((opened.expiresAt - now) / 1000));
    const cookie = new SessionCookie(this.#config);
    cookie.set(
      cookies,
      origin.cookie ?? cookie.home,
      token,
      this.#config.hasLastingCookie(opened) ? maxAge : undefined,
    );
    return true;
  }
}

/**
 * Validates sessions for display, as pages see them. Displaying neither migrates nor ends a session, and a stand-in may
 * lack required values.
 */
export class GlancingSchema extends SessionSchema {
  constructor(private readonly own: SessionSchema) {
    super();
  }

  override get isOn(): boolean {
    return this.own.isOn;
  }

  override fit(stored: ReadonlyMap<string, unknown>): Promise<FittedValues> {
    return this.own.glance(stored);
  }

  override async assertFits(): Promise<void> {}
}

/** Discards security events, because displaying a session, or using a stand-in, is not one. */
export class NoEvents extends SecurityEvents {
  override publish(): void {}
}
