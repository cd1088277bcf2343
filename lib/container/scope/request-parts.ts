import { type AccessRequest, NO_REQUEST } from '../../access/guard/guarded-request.js';
import { Impersonations } from '../../access/impersonation/impersonations.js';
import { RequestIdentity } from '../../access/request-identity.js';
import { Visitor } from '../../access/visitor.js';
import { VisitorResolver } from '../../access/visitor-resolver.js';
import { Clock } from '../../base/clock.js';
import { RequestCookies } from '../../base/request-cookies.js';
import type { SessionDraft } from '../../session/draft/session-draft.js';
import { madeSession } from '../../session/made-session.js';
import { draftOf, type Session } from '../../session/session.js';
import { SessionConfig } from '../../session/session-config.js';
import { registryOf, type Services } from '../services.js';

/** One request as far as its session and its visitor are concerned. Each part is created when it is first needed. */
export class RequestParts {
  /** The headers that the request arrived with; `undefined` when there is no request. */
  readonly headers: Headers | undefined;
  /** The address of the request, as Astro vouches for it; `undefined` outside a request. */
  readonly url: URL | undefined;
  #cookies: RequestCookies | undefined;
  #session: Session | undefined;
  #identity: RequestIdentity | undefined;

  constructor(
    protected readonly shared: Services,
    session?: Session,
    headers?: Headers,
    url?: URL,
  ) {
    this.#session = session;
    this.headers = headers;
    this.url = url;
  }

  /** The cookies that the request arrived with. */
  get cookies(): RequestCookies {
    this.#cookies ??= new RequestCookies(this.headers);
    return this.#cookies;
  }

  get session(): Session {
    return this.openedSession ?? this.beginSession();
  }

  /** The draft of the session. Reading it does not mark the session as used. */
  get draft(): SessionDraft {
    return draftOf(this.session);
  }

  /** The session, if it was opened or begun. */
  protected get openedSession(): Session | undefined {
    return this.#session;
  }

  /** Begins the session of a visitor who brought none. */
  protected beginSession(): Session {
    this.#session = madeSession(registryOf(this.shared).madeClasses);
    return this.#session;
  }

  /** The resolver that derives the visitor from a session. */
  protected get resolver(): VisitorResolver {
    return this.shared.get(VisitorResolver);
  }

  /** True when a visitor may have to be looked up, for example in a database. */
  get looksElsewhere(): boolean {
    const { openedSession } = this;
    const isImpersonated = openedSession && draftOf(openedSession).impersonatorId !== undefined;
    return isImpersonated || this.resolver.looksElsewhere;
  }

  /** True when the visitor may have further roles on the route. */
  get looksAtRoutes(): boolean {
    return this.resolver.looksAtRoutes;
  }

  get identity(): RequestIdentity {
    this.#identity ??= new RequestIdentity(
      this.session,
      this.resolver,
      () => new (registryOf(this.shared).madeClasses.of(Visitor))(),
      (impersonator, target) => this.shared.get(Impersonations).decideAgain(impersonator, target, this.described),
    );
    return this.#identity;
  }

  /** The request as the application's own code sees it before anybody knows who sent it. */
  protected get described(): AccessRequest {
    const { headers = NO_REQUEST.headers, cookies, url = NO_REQUEST.url } = this;
    return { ...NO_REQUEST, headers, cookies, url };
  }

  get visitor(): Visitor {
    return this.identity.visitor;
  }

  /** True when something may identify the visitor. Otherwise the visitor is a guest. */
  protected get hasVisitor(): boolean {
    return this.#identity !== undefined || this.openedSession !== undefined;
  }

  /** True when `identify` named the visitor. */
  protected get isIdentified(): boolean {
    return this.#identity?.isIdentified === true;
  }

  /** Reads again the visitor that the application named, because the application may have changed that object since. */
  protected adoptAnew(): void {
    this.#identity?.adoptAnew();
  }

  /** The value of `locals.session`. */
  get shown(): unknown {
    return this.#identity ? this.#identity.shown : this.session;
  }

  /**
   * True when values that are set in the session are not stored, because the session belongs to another user than the
   * request.
   */
  get standsAside(): boolean {
    return this.#identity?.standsAside === true;
  }

  /**
   * Seconds since the visitor signed in with this session; `undefined` for guests, for visitors that another part of
   * the application named, for those whom `identify` named, and for a user who is impersonated.
   */
  get signedInFor(): number | undefined {
    const signedInAt = this.#signedInAt;
    return signedInAt === undefined ? undefined : (this.#now - signedInAt) / 1000;
  }

  /**
   * True when the session would have ended if its visitor had not asked to be remembered; `undefined` for those for whom
   * {@link signedInFor} is.
   */
  get isOnlyRemembered(): boolean | undefined {
    if (this.#signedInAt === undefined) return undefined;
    return this.draft.isOnlyRemembered(this.shared.get(SessionConfig), this.#now);
  }

  /** When the visitor signed in with this session; `undefined` when they did not, or another visitor is meant. */
  get #signedInAt(): number | undefined {
    const isImpersonated = this.draft.impersonatorId !== undefined;
    const isOthers = isImpersonated || this.standsAside || this.#identity?.isIdentified;
    return isOthers ? undefined : this.draft.signedInAt;
  }

  get #now(): number {
    return this.shared.get(Clock).now();
  }

  /** True when the visitor is unknown because the session store is unavailable. */
  get isVisitorUnknown(): boolean {
    return this.identity.session.isUnavailable && this.visitor.isGuest;
  }

  /** Undoes the changes of the request, because it failed. */
  rollBack(): void {
    if (this.#identity) this.#identity.rollBack();
    else if (this.openedSession) draftOf(this.openedSession).rollBack();
  }
}
