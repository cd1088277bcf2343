import type { AccessDecision } from '../access/access-decision.js';
import type { KeptForm } from '../access/forms/kept-form.js';
import type { GuardedRequest } from '../access/guarded-request.js';
import { RequestIdentity } from '../access/request-identity.js';
import type { Verdict } from '../access/verdict.js';
import { Visitor } from '../access/visitor.js';
import { VisitorResolver } from '../access/visitor-resolver.js';
import { Clock } from '../session/clock.js';
import { FlashBag } from '../session/flash-bag.js';
import { madeSession } from '../session/made-session.js';
import type { Promised } from '../session/promised.js';
import { draftOf, Session } from '../session/session.js';
import type { SessionDraft } from '../session/session-draft.js';
import type { Class } from './registration.js';
import { RequestServices } from './request-services.js';
import type { Services } from './services.js';

/** The parts of one request, as the guard, the helper functions and the middlewares know them. Each is created when it is first asked for. */
export class ScopedRequest {
  /** Those that the request arrived with; `undefined` for one that nobody sent. */
  readonly headers: Headers | undefined;
  /** Its address, as Astro vouches for it. */
  readonly url: URL | undefined;
  /** Whether the browser is told to drop what it has kept of this site. */
  clearsSiteData = false;
  /** The request as the guard saw it last; `undefined` until the guard was asked. */
  guarded: GuardedRequest | undefined;
  /** The guard's last answer; `undefined` until it was asked. */
  verdict: Verdict | undefined;
  /** The form that was sent to this page before it is shown. */
  keptForm: KeptForm | undefined;
  #session: Session | undefined;
  #identity: RequestIdentity | undefined;
  #services: RequestServices | undefined;
  #scope: RequestScope | undefined;

  constructor(
    private readonly shared: Services,
    session?: Session,
    headers?: Headers,
    url?: URL,
  ) {
    this.#session = session;
    this.headers = headers;
    this.url = url;
  }

  get session(): Session {
    return this.openedSession ?? this.beginSession();
  }

  /** The inside of the session, which nothing that is asked of it marks as used. */
  get draft(): SessionDraft {
    return draftOf(this.session);
  }

  /** The session, where there is one by now: opened, or asked for. */
  protected get openedSession(): Session | undefined {
    return this.#session;
  }

  /** Begins the session of a visitor who brought none. */
  protected beginSession(): Session {
    this.#session = madeSession(this.shared.madeClasses);
    return this.#session;
  }

  /** Says who the visitors of sessions are. */
  protected get resolver(): VisitorResolver {
    return this.shared.get(VisitorResolver);
  }

  /** Whether a visitor may have to be looked up somewhere first. */
  get looksElsewhere(): boolean {
    return this.resolver.looksElsewhere;
  }

  get identity(): RequestIdentity {
    this.#identity ??= new RequestIdentity(
      this.session,
      this.resolver,
      () => new (this.shared.madeClasses.of(Visitor))(),
    );
    return this.#identity;
  }

  get visitor(): Visitor {
    return this.identity.visitor;
  }

  /** Whether anything tells who asks: without it there is nobody but a guest. */
  protected get hasVisitor(): boolean {
    return this.#identity !== undefined || this.openedSession !== undefined;
  }

  /** Looks again at what the application says of a visitor: it may have filled that in since. */
  protected adoptAnew(): void {
    this.#identity?.adoptAnew();
  }

  /** The value of `locals.session`. */
  get shown(): unknown {
    return this.#identity ? this.#identity.shown : this.session;
  }

  /** Whether what is put into the session is stored nowhere, because it is another user's than the request. */
  get standsAside(): boolean {
    return this.#identity?.standsAside === true;
  }

  /** Seconds since the visitor signed in here; `undefined` for guests, and for visitors whom another part knows. */
  get signedInFor(): number | undefined {
    const signedInAt = this.standsAside ? undefined : this.draft.signedInAt;
    return signedInAt === undefined ? undefined : (this.services.get(Clock).now() - signedInAt) / 1000;
  }

  /** Whether nobody knows who asks, because sessions cannot be had. */
  get isVisitorUnknown(): boolean {
    return this.identity.session.isUnavailable && this.visitor.isGuest;
  }

  get services(): RequestServices {
    this.#services ??= new RequestServices(this.shared, () => this.#parts());
    return this.#services;
  }

  /** The face of this request to users. */
  get scope(): RequestScope {
    this.#scope ??= new (this.shared.madeClasses.of(RequestScope))(this);
    return this.#scope;
  }

  /** Whether the answer is known to be that of a page. */
  get isForPage(): boolean {
    return this.guarded?.isEndpoint === false;
  }

  /** Whether something that was created for this request is to be ended. */
  get mayEnd(): boolean {
    return this.#services?.mayEnd === true;
  }

  /** Undoes what the request did: it failed. */
  rollBack(): void {
    if (this.#identity) this.#identity.rollBack();
    else if (this.openedSession) draftOf(this.openedSession).rollBack();
  }

  #parts(): ReadonlyMap<Class, () => object> {
    return new Map<Class, () => object>([
      [Session, () => this.session],
      [FlashBag, () => this.session.flashes],
      [Visitor, () => this.scope.visitor],
      [RequestScope, () => this.scope],
    ]);
  }
}

/** Gives the request behind a scope, to this package alone. */
export let requestOf: (scope: RequestScope) => ScopedRequest;

/**
 * What belongs to one request: its session, its visitor, and the per-request services somebody asked for.
 *
 * @example
 * const flashes = context.locals.services.get(FlashBag);
 */
export class RequestScope {
  /** The session that the request came with, whatever the application has assigned to `locals.session`. */
  readonly session: Session;
  /** Those that the request arrived with; `undefined` for one that nobody sent. */
  readonly headers: Headers | undefined;
  readonly #request: ScopedRequest;

  /** @param request The request whose parts it gives: what a subclass is constructed with. */
  constructor(request: ScopedRequest) {
    this.session = request.session;
    this.headers = request.headers;
    this.#request = request;
  }

  static {
    requestOf = (scope) => scope.#request;
  }

  /**
   * An instance of a registered class: the shared one, or this request's.
   *
   * @throws {MissingServiceError} When the class is not registered.
   */
  get<Instance>(token: Class<Instance>): Instance;
  get(token: Class): unknown {
    if (token === Session) return this.session;
    if (token === FlashBag) return this.session.flashes;
    if (token === Visitor) return this.visitor;
    if (token === RequestScope) return this;
    return this.#request.services.get(token);
  }

  /** The visitor, as the session says at this moment. Where `access.reload` looks a user up, it is who it was until that has answered. */
  get visitor(): Visitor {
    draftOf(this.session).isUsed = true;
    return this.#request.visitor;
  }

  /** Gives the visitor once a resolver that has to look somewhere has looked. @throws What the resolver throws. */
  resolveVisitor(): Promised<Visitor> {
    draftOf(this.session).isUsed = true;
    return this.#request.identity.resolve();
  }

  /** The request as the guard saw it; `undefined` until the guard was asked. */
  get request(): GuardedRequest | undefined {
    return this.#request.guarded;
  }

  /** The last decision of the guard, or of a check of the page's own; `undefined` where nobody was asked. */
  get decision(): AccessDecision | undefined {
    return this.#request.verdict?.decision;
  }

  /** Ends what was created for this request, as is done when its answer has been sent. What is asked for afterwards is created anew. */
  async dispose(): Promise<void> {
    await this.#request.services.dispose();
  }
}
