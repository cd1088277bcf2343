import type { VisitorData } from '../../access/visitor.js';
import { VisitorResolver } from '../../access/visitor-resolver.js';
import { Clock } from '../../base/clock.js';
import type { Services } from '../../container/services.js';
import {
  type CarriedCookie,
  type CookieAttributes,
  CookieJar,
  removesCookie,
} from '../../session/cookies/cookie-jar.js';
import { MadeClasses } from '../../session/made-classes.js';
import { SessionManager } from '../../session/manager/session-manager.js';
import { SessionId } from '../../session/record/session-id.js';
import { draftOf, type Session } from '../../session/session.js';
import { SessionConfig } from '../../session/session-config.js';
import { SessionRegistry } from '../../session/session-registry.js';
import { SessionSchema } from '../../session/session-schema.js';
import { MemorySessionStore } from '../../session/stores/memory-session-store.js';
import { NoRevocationList } from '../../session/stores/revocation-list.js';
import { cookieValues } from '../request/astro-cookie-jar.js';
import type { StandIn } from '../request/dev-tools.js';
import { GlancingSchema, NoEvents } from './own-sessions.js';

const MOST_STAND_INS = 50;

/** The part of the stand-ins that survives changes of the project's code, until the development server stops. */
export interface StandInMemory {
  readonly jars: Map<string, CookieJar>;
  store?: MemorySessionStore;
}

/**
 * Sessions of made-up visitors, in the memory of the development server. The visitor's own session is never changed.
 */
export class StandIns {
  /**
   * The cookie with the random name of a stand-in, which only the memory of this development server knows. Another
   * server on this host has another cookie.
   */
  readonly cookieName: string;
  readonly #sessions: SessionManager;
  readonly #registry: SessionRegistry;
  readonly #clock: Clock;
  readonly #resolver: VisitorResolver;

  constructor(
    services: Services,
    private readonly memory: StandInMemory = { jars: new Map() },
  ) {
    const config = services.get(SessionConfig);
    const made = services.get(MadeClasses);
    this.cookieName = `${config.cookieName.replace(/^__(?:Host|Secure)-/i, '')}-view-as`;
    this.#clock = services.get(Clock);
    memory.store ??= new MemorySessionStore(config, this.#clock);
    const events = new NoEvents(this.#clock);
    const schema = new GlancingSchema(services.get(SessionSchema));
    const parts = [config, this.#clock] as const;
    const { store } = memory;
    const registry = new StandInRegistry(store, new NoRevocationList(), ...parts, events);
    this.#registry = registry;
    this.#sessions = made.during(() => new SessionManager(store, ...parts, registry, events, schema));
    this.#resolver = trusting(services.get(VisitorResolver));
  }

  /**
   * Begins a stand-in.
   *
   * @param visitor The visitor to see the site as. Default: a guest.
   * @returns The value for the cookie.
   */
  async begin(visitor?: VisitorData): Promise<string> {
    const jar = new MemoryCookieJar();
    if (visitor) {
      const session = await this.#sessions.open(jar, false);
      draftOf(session).signIn(visitor, this.#clock.now());
      await this.#sessions.commit(session, jar);
    }
    const { jars } = this.memory;
    const name = SessionId.generate();
    jars.set(name, jar);
    for (const oldest of [...jars.keys()].slice(0, Math.max(0, jars.size - MOST_STAND_INS))) jars.delete(oldest);
    return name;
  }

  /** Returns the stand-in of a request; `undefined` when there is none, or when its name is unknown. */
  of(headers: Headers): StandIn | undefined {
    const cookies = this.#namesIn(headers).map((name) => this.memory.jars.get(name));
    const jar = cookies.find((known) => known !== undefined);
    return jar && { sessions: this.#sessions, cookies: jar, registry: this.#registry, resolver: this.#resolver };
  }

  end(headers: Headers): void {
    for (const name of this.#namesIn(headers)) this.memory.jars.delete(name);
  }

  #namesIn(headers: Headers): readonly string[] {
    return cookieValues(headers.get('cookie'), this.cookieName);
  }
}

/** The cookies of a stand-in's session, which no browser has: what ends that session ends nothing outside. */
class MemoryCookieJar extends CookieJar {
  readonly #cookies = new Map<string, string>();

  override values(name: string): readonly string[] {
    const value = this.#cookies.get(name);
    return value === undefined ? [] : [value];
  }

  override named(name: string, mark: string): readonly CarriedCookie[] {
    const own = [...this.#cookies].filter(([other]) => other === name || other.startsWith(name + mark));
    return own.map(([other, value]) => ({ name: other, value }));
  }

  override set(name: string, value: string, attributes: CookieAttributes): void {
    if (removesCookie(attributes)) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

/**
 * A registry without a limit, so that two developers who view the site as the same user do not end each other's
 * stand-in.
 */
class StandInRegistry extends SessionRegistry {
  override async endSurplus(): Promise<void> {}
}

/**
 * Returns the application's resolver without its lookups, because a made-up visitor is not in any database. A visitor
 * that another part of the application names is ignored.
 */
function trusting(own: VisitorResolver): VisitorResolver {
  const fromSession = (session: Session) => own.fromSession(session);
  return Object.create(own, {
    resolve: { value: fromSession },
    fromSession: { value: fromSession },
    looksElsewhere: { value: false },
    looksAtRoutes: { value: false },
    fromValues: { value: (values: VisitorData) => own.fromValues(values) },
    adopted: { value: () => undefined },
  });
}
