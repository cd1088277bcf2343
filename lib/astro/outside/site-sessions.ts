import { CsrfConfig } from '../../access/csrf/csrf-config.js';
import { DecisionLog } from '../../access/guard/decision-log.js';
import { Clock } from '../../base/clock.js';
import { AstroSessionMissingError, InvalidCallError } from '../../errors/index.js';
import { SecurityEvents } from '../../session/security-events.js';
import { SessionConfig } from '../../session/session-config.js';
import { SessionRegistry } from '../../session/session-registry.js';
import { MemorySessionStore } from '../../session/stores/memory-session-store.js';
import { SessionStore } from '../../session/stores/session-store.js';
import { AstroSessionStore } from '../start/astro-session-store.js';
import { addressOf, opensWebSocket, originProblem } from './handshake.js';
import { type HeaderSource, readSource, type SentHeaders } from './header-source.js';
import { OpenedSession, type SessionRefusal } from './opened-session.js';
import { guestOf, type Look, lookAt, type SiteParts } from './outside-request.js';
import { SessionWatch, type WatchParts } from './session-watch.js';

/** Seconds. */
const CHECK_EVERY = 30;

/** Options of `openSession`. */
export interface OpenSessionOptions {
  /**
   * Seconds between two looks at the session, one read of the store each, for what other processes do to it. Default: 30.
   * `Infinity` looks again only when the session may have expired.
   */
  checkEvery?: number | undefined;
  /**
   * True to refuse a request that no page of this site or of `csrf.trustedOrigins` sent, false to check nothing. Default:
   * true for a request that opens a WebSocket, because browsers let the pages of all sites do that.
   */
  checkOrigin?: boolean | undefined;
  /** The name of the session cookie of the site that is meant, where several run in one process. */
  site?: string | undefined;
}

/** Opens sessions of one running site, outside its pages. */
export class SiteSessions {
  /** @param parts Returns the shared services. They are created when they are first needed. */
  constructor(private readonly parts: () => SiteParts) {}

  /** The name of the site: that of its session cookie. */
  get name(): string {
    return this.parts().services.get(SessionConfig).cookieName;
  }

  /** Lists and ends the sessions of the site, for the command line. */
  get registry(): SessionRegistry {
    return this.parts().services.get(SessionRegistry);
  }

  /** True when no other process can read the sessions. */
  get isInMemory(): boolean {
    return this.parts().services.get(SessionStore) instanceof MemorySessionStore;
  }

  /** Opens the session that headers identify. */
  async open(
    source: HeaderSource,
    { checkEvery = CHECK_EVERY, checkOrigin }: OpenSessionOptions,
  ): Promise<OpenedSession> {
    if (typeof checkEvery !== 'number' || !(checkEvery > 0)) {
      throw new InvalidCallError('openSession(headers, { checkEvery: 30 })', `was given the checkEvery ${checkEvery}`);
    }
    const parts = this.parts();
    const { services } = parts;
    if (services.get(SessionStore) instanceof AstroSessionStore) throw new AstroSessionMissingError();
    const sent = readSource(source);
    const isChecked = checkOrigin ?? opensWebSocket(sent);
    const problem = isChecked ? this.#originProblem(sent, parts) : undefined;
    if (problem !== undefined) return this.#refused(sent, parts, problem);
    const begun = await SessionWatch.begin(this.#watching(sent, parts, checkEvery * 1000));
    if (!(begun instanceof SessionWatch)) return this.#unknown(begun, parts);
    // Another request has ended the session while it was read: nobody could hear of it any more.
    return begun.ended.aborted ? new OpenedSession(guestOf(parts), undefined) : new OpenedSession(begun.last, begun);
  }

  #originProblem(sent: SentHeaders, { services }: SiteParts): string | undefined {
    return originProblem(sent, services.get(CsrfConfig), services.get(SessionConfig).cookie.secure);
  }

  #refused(sent: SentHeaders, parts: SiteParts, reason: string): OpenedSession {
    const { services } = parts;
    const refusal: SessionRefusal = { status: 403, code: 'CSRF_REFUSED', reason };
    const { pathname: path } = addressOf(sent, services.get(SessionConfig).cookie.secure);
    services.get(SecurityEvents).emit('csrf.refused', () => ({ method: 'GET', path, code: 'CSRF_REFUSED', reason }));
    return new OpenedSession(guestOf(parts), undefined, refusal);
  }

  #unknown(look: Look, { services }: SiteParts): OpenedSession {
    const reason = look.failure?.message ?? 'unknown';
    services.get(DecisionLog).failure('The session store is unavailable.', look.failure);
    return new OpenedSession(look, undefined, { status: 503, code: 'STORE_UNAVAILABLE', reason });
  }

  #watching(sent: SentHeaders, parts: SiteParts, interval: number): WatchParts {
    const [config, clock] = [parts.services.get(SessionConfig), parts.services.get(Clock)];
    return {
      look: (before) => lookAt(sent, parts, before?.known),
      endOf: (record) => {
        const end = Math.min(record.expiresAt, config.expiryOf(record, record.renewedAt));
        const { until = 0 } = record.impersonation ?? {};
        // One that is over stays in the record until a page stores its end.
        return until > clock.now() ? Math.min(end, until) : end;
      },
      now: () => clock.now(),
      interval,
    };
  }
}
