import type { APIContext } from 'astro';
import { hidden, isHidden, unavailable } from '../access/refusal.js';
import type { Visitor } from '../access/visitor.js';
import type { RequestScope } from '../container/request-scope.js';
import { SharedLocalsError, StoreUnavailableError } from '../errors.js';
import type { CookieJar } from '../session/cookie-jar.js';
import { andThen, type Promised } from '../session/promised.js';
import { draftOf, type Session } from '../session/session.js';
import type { SessionManager } from '../session/session-manager.js';
import { SessionRegistry } from '../session/session-registry.js';
import { adoptAstroSession } from './adopt-astro-session.js';
import { AstroCookieJar } from './astro-cookie-jar.js';
import type { Arrival, AstroRequest } from './astro-request.js';
import { AstroSessionStore } from './astro-session-store.js';
import { AstroSessionWatch } from './astro-session-watch.js';
import { currentScope } from './current-scope.js';
import type { StandIn } from './dev-tools.js';
import type { Gatehouse } from './gatehouse.js';
import { hearLocals, putOnLocals } from './locals.js';
import { MessageDelivery } from './message-delivery.js';
import { asErrorPage, asOwnNavigation, asPersonal, maySpread, wholeIf, withCookies, withRemovals } from './response.js';

/** Where a request's cycle is kept: a WeakMap would do the same, and cost the garbage collector more than the rest. */
const CYCLE = Symbol('astro-gatehouse.request-cycle');

/** Requests that were answered as if nothing were there. In a pipeline of the project's own, error pages get new locals. */
const HIDDEN = new WeakSet<Request>();

/**
 * One request from cookie to Set-Cookie. Astro runs the middlewares again for rewrites, within the first run, and for
 * error pages, after it; `locals` is what all runs of one request have in common, and so they share one cycle.
 */
export class RequestCycle {
  /** The request that began it all. */
  readonly #request: Request;
  readonly #url: URL;
  /** In development: whom pages are to see in place of the visitor. */
  readonly #standIn: StandIn | undefined;
  /** The request of the latest run that was found to be the visitor's own doing. */
  #vetted: Request | undefined;
  /** The context of the latest run: a rewrite brings new cookies. */
  #context: APIContext;
  #watch: AstroSessionWatch | undefined;
  #scope: RequestScope | undefined;
  #isRunning = false;
  /** Whether the guard let in what is answered in the latest run. */
  #hasPassed = false;
  #letInAction: string | undefined;
  #arrivedAs: Visitor | undefined;
  #isUnanswered = true;
  /** Where messages wait. */
  #delivery: MessageDelivery | undefined;
  /** Whether cookies would be lost because the request is in a pipeline of the application's own. */
  #addsCookies = false;

  private constructor(
    private readonly gatehouse: Gatehouse,
    context: APIContext,
  ) {
    this.#request = context.request;
    this.#url = context.url;
    this.#standIn = gatehouse.devTools?.standInFor(context.request);
    this.#context = context;
    if (gatehouse.hasOwnMiddleware) this.#watch = new AstroSessionWatch(context);
  }

  /**
   * The cycle that a request is in.
   *
   * @throws {SharedLocalsError} When `locals` came with another visitor's request, whose session is in it.
   */
  static of(gatehouse: Gatehouse, context: APIContext): RequestCycle {
    const locals = context.locals as { [CYCLE]?: RequestCycle };
    locals[CYCLE] ??= new RequestCycle(gatehouse, context);
    if (!locals[CYCLE].#includes(context)) throw new SharedLocalsError();
    return locals[CYCLE];
  }

  /** The cycle that a request is in, if it has come to the first middleware. */
  static find(locals: object): RequestCycle | undefined {
    return (locals as { [CYCLE]?: RequestCycle })[CYCLE];
  }

  /** The request that began it all. */
  get arrival(): Arrival {
    const isHidden = HIDDEN.has(this.#request);
    return { request: this.#request, url: this.#url, isUnanswered: this.#isUnanswered && !isHidden, isHidden };
  }

  /** Whether a run needs no other look at where its request comes from. Error pages do nothing that was not asked. */
  wasVetted({ request, routePattern }: APIContext): boolean {
    if (this.#vetted === request) return true;
    return this.#vetted !== undefined && this.gatehouse.errorPages.has(routePattern);
  }

  /** Notes that the request of this run is the visitor's own doing. */
  vet({ request }: APIContext): void {
    this.#vetted = request;
  }

  /** Notes that the guard let a request in. Error pages are let in as such, whatever address they are shown under. */
  letIn({ routePattern, isOwnAnswer, action }: AstroRequest): void {
    this.#letInAction = action?.name;
    this.#hasPassed = isOwnAnswer || !this.gatehouse.errorPages.has(routePattern);
  }

  /** Whether the guard has let in this action with the request that calls it. It is asked again about any other call. */
  takeLetIn(action: string): boolean {
    if (this.#letInAction !== action) return false;
    this.#letInAction = undefined;
    return true;
  }

  /** Whether what is answered now has passed the guard. */
  get hasPassed(): boolean {
    return this.#hasPassed;
  }

  /** Who asked, before anything was done for them; `undefined` for somebody who brought no session. */
  get arrivedAs(): Visitor | undefined {
    return this.#arrivedAs;
  }

  /** Opens the session, lets the rest of the chain answer, and commits. A rewrite is a part of the run it happens in. */
  run(context: APIContext, next: () => Promised<Response>): Promised<Response> {
    this.#context = context;
    this.#hasPassed = false;
    return andThen(this.#delivery?.continue(context), () => {
      if (this.#isRunning) return next();
      this.#isRunning = true;
      const answer = this.#within(() => this.#answer(next));
      return this.#addsCookies ? answer.then((to) => withCookies(to, this.#context.cookies.headers())) : answer;
    });
  }

  /**
   * Opens the session before any middleware runs. An answer that is given there is committed, cookies included; without
   * one the middlewares go on with the same session.
   */
  async ahead(context: APIContext, answer: () => Promise<Response | undefined>): Promise<Response | undefined> {
    this.#context = context;
    const response = await this.#within(() => this.#answer(answer));
    // Astro's own pipeline would add them, and its development server does in any.
    this.#addsCookies = this.gatehouse.isProduction;
    return response && withCookies(response, context.cookies.headers());
  }

  /**
   * Error pages are made for the same request; a rewrite brings another, from within. Where Astro itself rewrites, for
   * want of a translation, it does so after the run; an earlier context then reads the cookies of the later one.
   */
  #includes({ request, cookies }: APIContext): boolean {
    const isKnown = request === this.#request || request === this.#context.request;
    const isWithin = this.#scope !== undefined && currentScope.get() === this.#scope;
    return isKnown || isWithin || this.#context.cookies === cookies;
  }

  /** From here on the answer is that nothing is there: whatever else was done for it would tell that something is. */
  hide(): void {
    HIDDEN.add(this.#request);
    this.#switchOffRouteCache();
  }

  /** From here on the answer is for this visitor alone, whatever the page says of caches. */
  makePersonal(): void {
    if (this.#scope) draftOf(this.#scope.session).isUsed = true;
    this.#switchOffRouteCache();
  }

  /** Takes over a visitor whom the application's own code has named since the session was opened, wherever it did. */
  learnVisitor(scope: RequestScope): Promised<void> {
    const { looksIntoAstroSessions, store } = this.gatehouse;
    const isOwn = looksIntoAstroSessions && !this.#standIn;
    const adopted = isOwn ? adoptAstroSession(scope, store, this.#watch) : undefined;
    return andThen(adopted, () => {
      currentScope.hear();
      hearLocals(this.#context.locals, scope);
      scope.adoptAnew();
    });
  }

  async #answer<Answer extends Response | undefined>(answer: () => Promised<Answer>): Promise<Response | Answer> {
    let scope: RequestScope | undefined;
    try {
      scope = await (this.#scope ?? this.#opened());
      draftOf(scope.session).reopen();
      const response = await currentScope.run(scope, answer);
      if (response && HIDDEN.has(this.#request) && isHidden(response)) {
        // The 404 page is made for the same request, and commits; where it is a file, nobody does for what is not there.
        scope.rollBack();
        await this.#sessions.abandon(scope.session);
        return asErrorPage(hidden(), this.gatehouse.hasOwnPipeline);
      }
      return response && (await this.#commit(scope.session, response));
    } catch (error) {
      if (!scope) throw error;
      scope.rollBack();
      if (error instanceof StoreUnavailableError) return this.#unavailable(error, scope.session);
      await this.#sessions.abandon(scope.session);
      throw error;
    } finally {
      // What is answered ahead of every middleware may still be answered by them.
      if (this.#isRunning) this.#isUnanswered = false;
      this.#isRunning = false;
    }
  }

  #unavailable(failure: StoreUnavailableError, session: Session): Response {
    draftOf(session).flashes.claims?.end();
    this.gatehouse.reportOutage(failure);
    this.#switchOffRouteCache();
    return unavailable();
  }

  #opened(): Promised<RequestScope> {
    return andThen(this.#sessions.open(this.#cookies), (session) =>
      andThen(this.#prepare(session), () => this.#scopeOf(session)),
    );
  }

  #prepare(session: Session): Promised<void> {
    if (!draftOf(session).flashes.isEmpty) {
      this.#delivery = this.#deliveryOf(session);
      return this.#delivery.begin(this.#context, this.#sessions, !this.#isRunning);
    }
    const { store } = this.gatehouse;
    return draftOf(session).isNew && store instanceof AstroSessionStore && !this.#standIn
      ? store.dropUnclaimed()
      : undefined;
  }

  #scopeOf(session: Session): Promised<RequestScope> {
    const scope = this.gatehouse.scopeFor(session, this.#standIn?.resolver);
    if (this.#standIn) scope.replace(SessionRegistry, this.#standIn.registry);
    scope.headers = this.#request.headers;
    this.#scope = scope;
    putOnLocals(this.#context.locals, scope);
    const failure = draftOf(session).failure;
    if (failure) this.gatehouse.reportOutage(failure);
    if (draftOf(session).isNew) return scope;
    this.#switchOffRouteCache();
    return andThen(scope.resolveVisitor(), (visitor) => {
      this.#arrivedAs = visitor;
      return scope;
    });
  }

  #deliveryOf(session: Session): MessageDelivery {
    return new MessageDelivery(this.#request, session, this.gatehouse.errorPages);
  }

  #commit(session: Session, response: Response): Promised<Response> {
    // Components render on after the page has answered: while there is something in it for one, the head waits too.
    const mayChange = () => draftOf(session).flashes.isDeliverable || this.gatehouse.mayBeginLate(session);
    const mustWait = () => mayChange() || maySpread(draftOf(session), response, this.#context);
    return andThen(wholeIf(mustWait, response), (answer) => this.#commitWhole(session, answer));
  }

  #commitWhole(session: Session, answer: Response): Promised<Response> {
    this.#watch?.forgetEnded(session);
    const cookies = this.#cookies;
    this.gatehouse.unkept.tellOf(session, this.#scope?.standsAside, this.#sessions.isInPassing(session, cookies));
    const wasAsked = !draftOf(session).isNew || draftOf(session).wasUsed;
    // A sign-in that another site has the browser arrive with: a redirect would go without the cookie.
    const isAhead = this.gatehouse.sameSite === 'strict' && draftOf(session).hasSignedIn && cookies.withholds('strict');
    const commit = () => this.#sessions.commit(session, cookies);
    if (draftOf(session).flashes.hasDelivered) this.#delivery ??= this.#deliveryOf(session);
    const committed = this.#delivery ? this.#delivery.commit(this.#context, answer, commit) : commit();
    return andThen<unknown, Response>(committed, () => {
      const kept = cookies instanceof AstroCookieJar ? withRemovals(answer, cookies.removals) : answer;
      if (!wasAsked && !(cookies instanceof AstroCookieJar && cookies.isChanged)) return kept;
      this.#switchOffRouteCache();
      const led = isAhead ? asOwnNavigation(kept, this.#request, this.#url.origin) : kept;
      const policy = this.#scope?.visitor.isGuest ? 'no-cache' : this.gatehouse.signedInPages;
      return asPersonal(led, policy, this.#scope?.clearsSiteData);
    });
  }

  /** @see https://docs.astro.build/en/reference/api-reference/#cache */
  #switchOffRouteCache(): void {
    const { cache } = this.#context;
    if (cache?.enabled) cache.set(false);
  }

  get #sessions(): SessionManager {
    return this.#standIn?.sessions ?? this.gatehouse.sessions;
  }

  get #cookies(): CookieJar {
    return this.#standIn?.cookies ?? new AstroCookieJar(this.#context, this.#url);
  }

  #within<Result>(run: () => Result): Result {
    const { store } = this.gatehouse;
    return store instanceof AstroSessionStore ? store.within(this.#context, run) : run();
  }
}
