import { Secrets } from '../../lib/session/cookies/secrets.js';
import { SessionManager } from '../../lib/session/manager/session-manager.js';
import { SecurityEvents } from '../../lib/session/security-events.js';
import { draftOf, type Session } from '../../lib/session/session.js';
import { SessionConfig, type SessionOptions } from '../../lib/session/session-config.js';
import { SessionRegistry } from '../../lib/session/session-registry.js';
import { CookieSessionStore } from '../../lib/session/stores/cookie-session-store.js';
import { NoRevocationList, type RevocationList } from '../../lib/session/stores/revocation-list.js';
import type { SessionStore } from '../../lib/session/stores/session-store.js';
import { FakeCookieJar } from './fake-cookie-jar.js';
import { FrozenClock } from './frozen-clock.js';
import { SECRET } from './secret.js';

type Page = (session: Session) => unknown;

export interface UnderWay {
  /** Has the page answer now, and the browser take the answer's cookies. */
  answer(page?: Page): Promise<FakeCookieJar>;
}

/** A browser whose requests are answered in an order of the spec's choosing. */
export class RacedBrowser {
  readonly clock = new FrozenClock();
  readonly config: SessionConfig;
  readonly manager: SessionManager;
  cookies = new FakeCookieJar();

  constructor(
    options: SessionOptions = {},
    makeStore?: (config: SessionConfig) => SessionStore,
    list: RevocationList = new NoRevocationList(),
  ) {
    this.config = SessionConfig.from(options, { isProduction: false });
    const events = new SecurityEvents(this.clock);
    const store = makeStore?.(this.config) ?? new CookieSessionStore(new Secrets([SECRET]), this.config);
    const registry = new SessionRegistry(store, list, this.config, this.clock, events);
    this.manager = new SessionManager(store, this.config, this.clock, registry, events);
  }

  /** Sends a request a moment after the last. */
  async send(cookies = this.cookies.next()): Promise<UnderWay> {
    this.clock.advance(0.01);
    const session = await this.manager.open(cookies);
    return {
      answer: async (page = () => {}) => {
        this.clock.advance(0.01);
        page(session);
        await this.manager.commit(session, cookies);
        this.cookies = cookies.after(this.cookies);
        return cookies;
      },
    };
  }

  async visit(page?: Page): Promise<FakeCookieJar> {
    return (await this.send()).answer(page);
  }

  signIn(userId = 'ada', role = 'member'): Page {
    return (session) => draftOf(session).signIn({ userId, role }, this.clock.now());
  }

  /** What the next page would find. */
  async found(): Promise<Record<string, unknown>> {
    return (await this.manager.open(this.cookies.next())).all();
  }
}
