import type { APIContext } from 'astro';
import type { CookieJar } from '../../session/cookie-jar.js';
import { andThen, type Promised } from '../../session/promised.js';
import { draftOf, type Session } from '../../session/session.js';
import type { SessionDraft } from '../../session/session-draft.js';
import type { SessionManager } from '../../session/session-manager.js';
import { AstroSessionStore } from '../astro-session-store.js';
import { gatehouse } from '../started.js';
import { withRemovals } from './answer.js';
import { AstroCookieJar } from './astro-cookie-jar.js';
import type { StandIn } from './dev-tools.js';
import { MessageDelivery } from './message-delivery.js';

/** Opens the session of one request, with the messages that wait in it, and commits it. */
export class SessionKeeper {
  /** In development: whom pages are to see in place of the visitor. */
  readonly standIn: StandIn | undefined;
  #session: Session | undefined;
  #isOpen = false;
  /** Whether a change could not reach the browser any more. */
  #isCommitted = false;
  /** Where messages wait. */
  #delivery: MessageDelivery | undefined;
  #cookies: AstroCookieJar | undefined;

  /** @param request The request that began it all. @param url Its address, as Astro vouches for it. */
  constructor(
    private readonly request: Request,
    private readonly url: URL,
  ) {
    this.standIn = gatehouse.devTools?.standInFor(request);
  }

  /** The session, where a cookie stands for one or something has asked for it. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** Whether the visitor has a session that is stored. */
  get hasSession(): boolean {
    return this.draft?.isNew === false;
  }

  get draft(): SessionDraft | undefined {
    return this.#session && draftOf(this.#session);
  }

  /** Begins the session of a visitor who brought none. */
  begin(): Session {
    this.#session = this.#sessions.begin();
    if (this.#isCommitted) draftOf(this.#session).close();
    return this.#session;
  }

  /**
   * Opens the session that a cookie may stand for, or opens it again for another answer to the request.
   *
   * @param isAhead Whether it is ahead of a pipeline of the application's own.
   */
  open(context: APIContext, isAhead: boolean): Promised<void> {
    this.#isCommitted = false;
    this.#cookies = undefined;
    if (this.#isOpen) return this.draft?.reopen();
    return andThen(this.#sessions.find(this.#cookiesOf(context)), (session) => {
      // Where that failed, an error page is not to take the visitor for a guest, whose session would replace theirs.
      this.#isOpen = true;
      this.#session = session;
      const { draft } = this;
      if (session && draft?.isNew === false) return this.#holdMessages(session, draft, context, isAhead);
      if (draft?.failure) reportOutage(draft.failure);
      const { store } = gatehouse.parts;
      return store instanceof AstroSessionStore && !this.standIn ? store.dropUnclaimed() : undefined;
    });
  }

  /** Goes on in another run of the middlewares, whose answer may be shown to others. */
  continue(context: APIContext): Promised<void> {
    return this.#delivery?.continue(context);
  }

  /** Whether a component that has yet to render may change what is stored. */
  mayChangeLate(): boolean {
    const { tokens } = gatehouse.parts;
    const mayBegin = tokens?.mayBeginLate(this.#session ?? this.begin());
    return mayBegin === true || this.draft?.flashes.isDeliverable === true;
  }

  /** Whether somebody signs in with a request that another site has the browser send: a redirect would go without the cookie. */
  withholdsSignIn(context: APIContext): boolean {
    const isStrict = gatehouse.parts.config.cookie.sameSite === 'strict';
    return isStrict && this.draft?.hasSignedIn === true && this.#cookiesOf(context).withholds('strict');
  }

  /**
   * Stores what changed. A session that is begun from here on is closed: it could not reach the browser any more.
   *
   * @param isAside Whether the session is another user's than the request.
   * @returns The answer, with the cookies that are to go.
   */
  commit(context: APIContext, answer: Response, isAside: boolean): Promised<Response> {
    this.#isCommitted = true;
    const session = this.#session;
    if (!session) return answer;
    const cookies = this.#cookiesOf(context);
    const isPassing = this.#sessions.isInPassing(session, cookies);
    if (isPassing || isAside) gatehouse.parts.unkept.tellOf(session, isAside, isPassing);
    if (this.draft?.flashes.hasDelivered) this.#delivery ??= this.#deliveryOf(session);
    const commit = () => this.#sessions.commit(session, cookies);
    const committed = this.#delivery ? this.#delivery.commit(context, answer, commit) : commit();
    return andThen<unknown, Response>(committed, () => withRemovals(answer, this.#cookies?.removals));
  }

  /** Whether the answer sets a cookie, and so is nobody else's. */
  get setsCookies(): boolean {
    return this.#cookies?.isChanged === true;
  }

  /**
   * Has a session that is begun from here on be closed, where the visitor's own could not be opened: an error page that no
   * middleware runs for sees a guest then.
   */
  closeUnopened(): void {
    if (!this.#isOpen) this.#isCommitted = true;
  }

  /** Ends what the request ended, and gives messages back: all that is done where no answer carries a cookie. */
  async abandon(): Promise<void> {
    if (this.#session) await this.#sessions.abandon(this.#session);
  }

  /** Answers for a store that cannot be asked. */
  giveUp(failure: Error): void {
    this.draft?.flashes.claims?.end();
    reportOutage(failure);
  }

  /** The cookies of a run: a rewrite brings others, and another answer begins with none. */
  #cookiesOf(context: APIContext): CookieJar {
    if (this.standIn) return this.standIn.cookies;
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

/** Tells the log that the store cannot be asked: pages go on for guests, and nobody else would notice. */
function reportOutage(failure: Error): void {
  gatehouse.parts.log.failure('Sessions cannot be had.', failure);
}
