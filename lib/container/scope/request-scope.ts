import type { AccessDecision } from '../../access/access-decision.js';
import type { KeptForm } from '../../access/forms/kept-form.js';
import type { GuardedRequest } from '../../access/guard/guarded-request.js';
import type { Verdict } from '../../access/guard/verdict.js';
import type { ReturningRequest } from '../../access/sign-in/returning-request.js';
import { Visitor } from '../../access/visitor.js';
import type { Promised } from '../../base/promised.js';
import { FlashBag } from '../../session/flash-bag.js';
import { draftOf, Session } from '../../session/session.js';
import type { Class } from '../registration.js';
import { registryOf } from '../services.js';
import type { PageChecks } from './page-checks.js';
import { RequestParts } from './request-parts.js';
import { RequestServices } from './request-services.js';

/**
 * One request, for the guard, the helper functions and the middlewares: its session and visitor, its services, and what
 * the guard found.
 */
export class ScopedRequest extends RequestParts {
  /** True when the answer must make the browser delete what it has stored of this site. */
  clearsSiteData = false;
  /** The request as the guard saw it last; `undefined` before the first check. */
  guarded: GuardedRequest | undefined;
  /** The guard's last verdict; `undefined` before the first check. */
  verdict: Verdict | undefined;
  /** The form that the visitor posted to this page before it is shown. */
  keptForm: KeptForm | undefined;
  /** The checks of the code that answers; `undefined` when no answer waits for them. */
  checks: PageChecks | undefined;
  #services: RequestServices | undefined;
  #scope: RequestScope | undefined;

  /** Returns the request with its cookies; `undefined` without HTTP. @throws {SessionCommittedError} When it is too late. */
  returning(_operation: string): ReturningRequest | undefined {
    return undefined;
  }

  get services(): RequestServices {
    this.#services ??= new RequestServices(this.shared, () => this.#parts());
    return this.#services;
  }

  /** The public view of this request. */
  get scope(): RequestScope {
    this.#scope ??= new (registryOf(this.shared).madeClasses.of(RequestScope))(this);
    return this.#scope;
  }

  /** True when the answer is known to be a page. */
  get isForPage(): boolean {
    return this.guarded?.isEndpoint === false;
  }

  /** True when an instance that was created for this request must be disposed of. */
  get mayEnd(): boolean {
    return this.#services?.mayEnd === true;
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

/** Returns the request behind a scope. For this package only. */
export let requestOf: (scope: RequestScope) => ScopedRequest;

/**
 * The parts of one request: its session, its visitor, and the per-request services that were requested from it.
 *
 * @example
 * const flashes = context.locals.services.get(FlashBag);
 */
export class RequestScope {
  /**
   * The session that the request arrived with, even if the application has assigned something else to `locals.session`.
   */
  readonly session: Session;
  /** The headers that the request arrived with; `undefined` when there is no request. */
  readonly headers: Headers | undefined;
  readonly #request: ScopedRequest;

  /** @param request The request whose parts are exposed. A subclass passes it on to `super()`. */
  constructor(request: ScopedRequest) {
    this.session = request.session;
    this.headers = request.headers;
    this.#request = request;
  }

  static {
    requestOf = (scope) => scope.#request;
  }

  /**
   * Returns an instance of a registered class: the shared one, or this request's.
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

  /**
   * The current visitor, as the session describes it. Where `access.reload` looks the user up, the previous visitor is
   * returned until it has finished.
   */
  get visitor(): Visitor {
    draftOf(this.session).isUsed = true;
    return this.#request.visitor;
  }

  /**
   * Returns the visitor after the resolver has finished its lookup, if it needs one.
   *
   * @throws The error that the resolver throws.
   */
  resolveVisitor(): Promised<Visitor> {
    draftOf(this.session).isUsed = true;
    return this.#request.identity.resolve();
  }

  /** The request as the guard saw it; `undefined` before the first check. */
  get request(): GuardedRequest | undefined {
    return this.#request.guarded;
  }

  /** The last decision of the guard, or of a check in the page's code; `undefined` when nothing was checked. */
  get decision(): AccessDecision | undefined {
    return this.#request.verdict?.decision;
  }

  /**
   * Disposes of the instances that were created for this request. The package does this after the answer has been sent.
   * A later {@link get} creates new instances.
   */
  async dispose(): Promise<void> {
    await this.#request.services.dispose();
  }
}
