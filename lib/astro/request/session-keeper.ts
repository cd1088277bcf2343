import type { APIContext } from 'astro';
import type { AskedQuietly } from '../../access/quiet-requests.js';
import { partsOf } from '../../base/address.js';
import { andThen, type Promised } from '../../base/promised.js';
import { SessionCommittedError } from '../../errors/index.js';
import type { CookieJar } from '../../session/cookies/cookie-jar.js';
import type { SessionDraft } from '../../session/draft/session-draft.js';
import type { SessionManager } from '../../session/manager/session-manager.js';
import { draftOf, type Session } from '../../session/session.js';
import { AstroSessionStore } from '../start/astro-session-store.js';
import { gatehouse } from '../start/started.js';
import { withCookies } from './answer.js';
import { AstroCookieJar } from './astro-cookie-jar.js';
import type { StandIn } from './dev-tools.js';
import { MessageDelivery } from './message-delivery.js';

/** Opens the session of one request, handles its waiting messages, and commits it. */
export class SessionKeeper {
  /** The visitor that pages see instead of the real one. In development only. */
  readonly standIn: StandIn | undefined;
  #session: Session | undefined;
  #isOpen = false;
  /** True when a change of the session can no longer reach the browser. */
  #isCommitted = false;
  /** Delivers the waiting messages; `undefined` while there are none. */
  #delivery: MessageDelivery | undefined;
  #cookies: AstroCookieJar | undefined;

  /**
   * @param request The original request, before any rewrite.
   * @param url Its address, as Astro validated it.
   */
  constructor(
    private readonly request: Request,
    private readonly url: URL,
  ) {
    this.standIn = gatehouse.devTools?.standInFor(request);
  }

  /** The session, if a cookie identifies one or code has used it. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** True when the visitor has a stored session. */
  get hasSession(): boolean {
    return this.draft?.isNew === false;
  }

  get draft(): SessionDraft | undefined {
    return this.#session && draftOf(this.#session);
  }

  /** Begins the session of a visitor who has none. */
  begin(): Session {
    this.#session = this.#sessions.begin();
    if (this.#isCommitted) draftOf(this.#session).close();
    return this.#session;
  }

  /**
   * Opens the session that a cookie may identify, or reopens it for another answer to the request.
   *
   * @param isAhead True when this runs ahead of a pipeline of the application's own.
   */
  open(context: APIContext, isAhead: boolean): Promised<void> {
    this.#isCommitted = false;
    this.#cookies = undefined;
    if (this.#isOpen) return this.draft?.reopen();
    return andThen(this.#sessions.find(this.#cookiesOf(context)), (session) => {
      // If this failed, an error page must not treat the visitor as a guest, whose new session would replace theirs.
      this.#isOpen = true;
      this.#session = session;
      const { draft } = this;
      this.#hush(context);
      if (session && draft?.isNew === false) return this.#holdMessages(session, draft, context, isAhead);
      if (draft?.failure) reportOutage(draft.failure);
      const { store } = gatehouse.parts;
      return store instanceof AstroSessionStore && !this.standIn ? store.dropUnclaimed() : undefined;
    });
  }

  /** Continues in another run of the middlewares, whose answer may have another audience. */
  continue(context: APIContext): Promised<void> {
    this.#hush(context);
    return this.#delivery?.continue(context);
  }

  /** Records whether the request counts as activity, once the route that it leads to is known. */
  hear(request: AskedQuietly): void {
    const { draft } = this;
    if (draft) draft.isQuiet = gatehouse.parts.quiet.has(request);
  }

  /** Checks whether a component that is still to render may change what is stored. */
  mayChangeLate(): boolean {
    const { tokens } = gatehouse.parts;
    const mayBegin = tokens?.mayBeginLate(this.#session ?? this.begin());
    return mayBegin === true || this.draft?.flashes.isDeliverable === true;
  }

  /**
   * Checks whether a visitor signs in by a request that another site caused: a redirect would then be followed without
   * the cookie.
   */
  withholdsSignIn(context: APIContext): boolean {
    const isStrict = gatehouse.parts.config.cookie.sameSite === 'strict';
    return isStrict && this.draft?.hasSignedIn === true && this.#cookiesOf(context).withholds('strict');
  }

  /**
   * Stores the changes. A session that is begun later is closed, because its cookie could not reach the browser any
   * more.
   *
   * @param isAside True when the session belongs to another user than the request.
   * @returns The answer, with the Set-Cookie headers that remove old cookies.
   */
  commit(context: APIContext, answer: Response, isAside: boolean): Promised<Response> {
    this.#isCommitted = true;
    const session = this.#session;
    if (!session) return this.#withRemovals(answer);
    const cookies = this.#cookiesOf(context);
    const isPassing = this.#sessions.isInPassing(session, cookies);
    const draft = draftOf(session);
    const isLost = isPassing || isAside || draft.impersonatorId !== undefined;
    if (isLost) gatehouse.parts.unkept.warnOf(session, isAside, isPassing);
    if (draft.flashes.hasDelivered) this.#delivery ??= this.#deliveryOf(session);
    const signsIn = draft.hasSignedIn;
    const commit = () => this.#sessions.commit(session, cookies);
    const { set, unset, flashesAdded } = draft.own;
    const committed = this.#delivery ? this.#delivery.commit(context, answer, commit) : commit();
    return andThen<unknown, Response>(committed, () => {
      // Only the store knows whether another request has given the session a new id meanwhile.
      if (draft.isSuperseded) gatehouse.parts.unkept.warnOfNewId([set, flashesAdded], unset);
      if (signsIn) gatehouse.parts.accounts.selectUnseen(this.#ownCookies(context));
      return this.#withRemovals(answer);
    });
  }

  /** Adds the Set-Cookie headers that remove old cookies. Most answers remove none, and are returned unchanged. */
  #withRemovals(answer: Response): Response {
    const cookies = this.#cookies;
    if (!cookies || cookies.removals.length === 0) return answer;
    // Astro's development server sends its own cookies first, where a removal would remove the one that was just set.
    const again = gatehouse.site.isProduction ? [] : cookies.context.cookies.headers();
    return withCookies(answer, [...cookies.removals, ...again]);
  }

  /** True when the answer sets a cookie, and so must not be shared with other visitors. */
  get setsCookies(): boolean {
    return this.#cookies?.isChanged === true;
  }

  /**
   * Makes every session that is begun later a closed one, if the visitor's own could not be opened. An error page for
   * which no middleware runs then sees a guest.
   */
  closeUnopened(): void {
    if (!this.#isOpen) this.#isCommitted = true;
  }

  /**
   * Ends the sessions that the request ended, and returns messages. Without an answer that carries cookies, nothing
   * more can be done.
   */
  async abandon(): Promise<void> {
    if (this.#session) await this.#sessions.abandon(this.#session);
  }

  /** Handles a request whose session store is unavailable. */
  giveUp(failure: Error): void {
    this.draft?.flashes.claims?.end();
    reportOutage(failure);
  }

  /**
   * Returns the cookies of a run, to set some beside those of the session.
   *
   * @param operation The caller, for the error.
   * @throws {SessionCommittedError} When they could not reach the browser any more.
   */
  cookiesBeside(context: APIContext, operation: string): CookieJar {
    if (this.#isCommitted) throw new SessionCommittedError(operation);
    return this.#ownCookies(context);
  }

  /** Does the same by what is known before the guard describes the request. */
  #hush({ request, routePattern, params }: APIContext): void {
    if (!this.draft) return;
    const pathOf = ({ url }: Request) => partsOf(url)[1] ?? '/';
    const originalPathname = request === this.request ? undefined : pathOf(this.request);
    const { headers } = this.request;
    this.hear({ headers, pathname: pathOf(request), originalPathname, routePattern, params });
  }

  /** Returns the cookies of a run. A rewrite has other cookies, and another answer starts without any. */
  #cookiesOf(context: APIContext): CookieJar {
    return this.standIn?.cookies ?? gatehouse.parts.accounts.ofCurrent(this.#ownCookies(context));
  }

  #ownCookies(context: APIContext): AstroCookieJar {
    if (this.#cookies?.context !== context) this.#cookies = new AstroCookieJar(context, this.url);
    return this.#cookies;
  }

  #holdMessages(session: Session, { flashes }: SessionDraft, context: APIContext, isAhead: boolean): Promised<void> {
    if (flashes.isEmpty) return undefined;
    this.#delivery = this.#deliveryOf(session);
    return this.#delivery.begin(context, this.#sessions, isAhead);
  }

  #deliveryOf(session: Session): MessageDelivery {
    return new MessageDelivery(this.request, session, gatehouse.parts.errorPages);
  }

  get #sessions(): SessionManager {
    return this.standIn?.sessions ?? gatehouse.parts.sessions;
  }
}

/** Logs that the store is unavailable. Pages continue to work for guests, so otherwise nobody would notice. */
function reportOutage(failure: Error): void {
  gatehouse.parts.log.failure('The session store is unavailable.', failure);
}
