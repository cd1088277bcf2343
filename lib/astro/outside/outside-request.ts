import type { Visitor } from '../../access/visitor.js';
import type { Identification } from '../../access/visitors/identification.js';
import { RequestParts } from '../../container/scope/request-parts.js';
import type { Services } from '../../container/services.js';
import { AccountCookies } from '../../session/cookies/account-cookies.js';
import type { CookieJar } from '../../session/cookies/cookie-jar.js';
import type { SessionManager } from '../../session/manager/session-manager.js';
import type { SessionRecord } from '../../session/record/session-record.js';
import { draftOf, type Session } from '../../session/session.js';
import { SessionConfig } from '../../session/session-config.js';
import { addressOf } from './handshake.js';
import { HeaderCookieJar, type KnownId } from './header-cookie-jar.js';
import type { SentHeaders } from './header-source.js';

/** The parts of a running site that open sessions. */
export interface SiteParts {
  readonly services: Services;
  readonly sessions: SessionManager;
  /** `undefined` where only the session says who the visitor is. */
  readonly identification: Identification | undefined;
}

/** The session and the visitor, as they were read at one moment. */
export interface Look {
  readonly session: Session;
  readonly visitor: Visitor;
  /** The stored session; `undefined` for a visitor without one. */
  readonly record: SessionRecord | undefined;
  /** The session's current id, and its cookie. */
  readonly known: KnownId | undefined;
  /** The reason why the session or the visitor is unknown. */
  readonly failure: Error | undefined;
}

/** One look at the session that headers identify. Nothing is written, renewed, leased or claimed. */
class OutsideRequest extends RequestParts {
  async look(identification: Identification | undefined): Promise<Look> {
    const { session } = this;
    const { opened, origin } = draftOf(session);
    try {
      const named = await identification?.visitorOf(this, this.described);
      if (named) this.identity.identify(named);
      const visitor = await this.identity.resolve();
      const known = opened && origin.cookie !== undefined ? { cookie: origin.cookie, id: opened.id } : undefined;
      const failure = this.isVisitorUnknown ? draftOf(this.identity.session).failure : undefined;
      return { session, visitor, record: opened, known, failure };
    } catch (error) {
      return { ...this.nobody(error), session };
    }
  }

  /** Returns a guest, because it is unknown who the visitor is. */
  nobody(error: unknown): Look {
    const failure = error instanceof Error ? error : new Error(String(error));
    const guest = new OutsideRequest(this.shared);
    return { session: guest.session, visitor: guest.visitor, record: undefined, known: undefined, failure };
  }
}

/** Opens the session that headers identify, as a page's request would. @param known The session's id since. */
export async function lookAt(sent: SentHeaders, site: SiteParts, known?: KnownId): Promise<Look> {
  const { services } = site;
  const url = addressOf(sent, services.get(SessionConfig).cookie.secure);
  try {
    const session =
      (await site.sessions.find(cookiesOf(sent.headers, services.get(SessionConfig), known))) ?? undefined;
    // Before any code of the application sees it, which may change the session of a page.
    if (session) draftOf(session).close();
    return await new OutsideRequest(services, session, sent.headers, url).look(site.identification);
  } catch (error) {
    return new OutsideRequest(services, undefined, sent.headers, url).nobody(error);
  }
}

/** Returns the cookies of the account that was the current one when the headers were sent. */
function cookiesOf(headers: Headers, config: SessionConfig, known: KnownId | undefined): CookieJar {
  const accounts = new AccountCookies(config);
  if (!accounts.isOn) return new HeaderCookieJar(headers, known);
  const inBrowser = known && { ...known, cookie: accounts.nameIn(new HeaderCookieJar(headers), known.cookie) };
  return accounts.ofCurrent(new HeaderCookieJar(headers, inBrowser));
}

/** Returns a guest without looking. */
export function guestOf({ services }: SiteParts): Pick<Look, 'session' | 'visitor'> {
  const { session, visitor } = new OutsideRequest(services);
  return { session, visitor };
}
