import type { APIContext } from 'astro';
import { hidden, isHidden, unavailable } from '../../access/refusal/refusal.js';
import { andThen, orElse, type Promised } from '../../base/promised.js';
import { currentRequest } from '../../container/scope/current-request.js';
import { SharedLocalsError, StoreUnavailableError } from '../../errors/index.js';
import { AstroSessionStore } from '../start/astro-session-store.js';
import { gatehouse } from '../start/started.js';
import {
  asErrorPage,
  asOwnNavigation,
  asPersonal,
  type Hearing,
  maySpread,
  noticingLateUse,
  UNHEARD,
  wholeIf,
  withCookies,
} from './answer.js';
import { ArrivedRequest } from './arrived-request.js';
import { requestIn } from './locals.js';

/**
 * Requests that were answered as if the page did not exist. In a pipeline of the application's own, error pages get new
 * locals.
 */
const HIDDEN = new WeakSet<Request>();

/**
 * One request, from its Cookie header to Set-Cookie. Astro runs the middlewares again for rewrites (within the first
 * run) and for error pages (after it). All runs of one request have `locals` in common, and so share one instance.
 */
export class GateRequest extends ArrivedRequest {
  /** The request of the latest run that passed the check for forged requests. */
  vetted: Request | undefined;
  /** True when the guard allowed the page that is answered in the latest run. */
  hasPassed = false;
  /** The action that the guard allowed with the request, until the action is run. */
  letInAction: string | undefined;
  /**
   * The answer of the guard, or of the page behind it, in the latest run. Astro uses it when a middleware returns
   * nothing.
   */
  behind: Promised<Response> | undefined;
  /**
   * True when the answer is for this visitor only, whatever caching the page allows, because a rule or a refusal
   * affected it.
   */
  isPersonal = false;
  #isRunning = false;
  #isAnswered = false;
  /** The error that the latest run failed with. */
  #failure: unknown;
  /** True when cookies would be lost because the request is in a pipeline of the application's own. */
  #addsCookies = false;

  /**
   * Returns the request that a context belongs to.
   *
   * @throws {SharedLocalsError} When `locals` belongs to another visitor's request and holds their session.
   */
  static of(context: APIContext): GateRequest {
    const known = GateRequest.find(context.locals);
    if (!known) return new GateRequest(context);
    if (!known.#includes(context)) throw new SharedLocalsError();
    return known;
  }

  /** Returns the request that `locals` belongs to, if the first middleware has seen it. */
  static find(locals: object): GateRequest | undefined {
    const request = requestIn(locals);
    return request instanceof GateRequest ? request : undefined;
  }

  /**
   * Opens the session, lets the rest of the chain answer, and commits the session. A rewrite is part of the run that it
   * happens in.
   */
  run(context: APIContext, next: () => Promised<Response>, hearing: Hearing<Response>): Promised<Response> {
    this.context = context;
    this.hasPassed = false;
    if (!this.rendersRefusal) this.behind = undefined;
    return andThen(this.keeper.continue(context), () => {
      if (this.#isRunning || this.rendersRefusal) return next();
      this.#isRunning = true;
      this.#failure = undefined;
      const answer = this.#within(() => this.#answer(next, hearing));
      return this.#addsCookies ? andThen(answer, (to) => withCookies(to, this.context.cookies.headers())) : answer;
    });
  }

  /**
   * Opens the session before any middleware runs. If `answer` returns an answer, the session is committed and the
   * cookies are added to it. Otherwise the middlewares continue with the same session.
   */
  async ahead(context: APIContext, answer: () => Promise<Response | undefined>): Promise<Response | undefined> {
    this.context = context;
    const response = await this.#within(() => this.#answer(answer, UNHEARD));
    // Astro's own pipeline would add the cookies, and its development server adds them in any pipeline.
    this.#addsCookies = gatehouse.site.isProduction;
    return response && withCookies(response, this.context.cookies.headers());
  }

  /** True while the request has no answer. After that, a further run is for an error page. */
  get isUnanswered(): boolean {
    return !this.#isAnswered && !this.isHidden;
  }

  /** True when the request was answered as if the page did not exist. */
  get isHidden(): boolean {
    return HIDDEN.has(this.original);
  }

  /** Makes every further answer "not found". Any other effect of the request would reveal that the page exists. */
  hide(): void {
    HIDDEN.add(this.original);
    this.#switchOffRouteCache();
  }

  /**
   * Checks whether a context belongs to this request. Error pages have the same request; a rewrite has another, and
   * runs within the first. When Astro itself rewrites because a translation is missing, it does so after the run; the
   * earlier context then reads the cookies of the later one.
   */
  #includes({ request, cookies }: APIContext): boolean {
    const isKnown = request === this.original || request === this.context.request;
    return isKnown || currentRequest.is(this) || this.context.cookies === cookies;
  }

  /**
   * Opens the session, lets the request be answered, and commits. It uses a single promise, because each promise costs
   * a microsecond.
   */
  #answer<Answer extends Response | undefined>(
    next: () => Promised<Answer>,
    { judge, rescue }: Hearing<Answer>,
  ): Promised<Response | Answer> {
    const fail = (error: unknown) => this.#fail(error);
    const settle = (hear: () => Promised<Answer>) =>
      orElse<Response | Answer>(() => andThen(hear(), (answer) => this.#finish(answer)), fail);
    const judged = (answer: Answer) => settle(() => judge(answer));
    const rescued = (error: unknown) => settle(() => rescue(error));
    const follow = () => {
      try {
        const answer = next();
        return answer instanceof Promise ? answer.then(judged, rescued) : judged(answer);
      } catch (error) {
        return rescued(error);
      }
    };
    const opened = orElse<Response | undefined>(() => andThen(this.open(!this.#isRunning), () => undefined), fail);
    return andThen(opened, (failure) => failure ?? currentRequest.run(this, follow, fail));
  }

  #finish<Answer extends Response | undefined>(response: Answer): Promised<Response | Answer> {
    const { behind } = this;
    this.behind = undefined;
    if (response === undefined && behind && this.#isRunning) return andThen(behind, (answer) => this.#finish(answer));
    if (response && this.isHidden && isHidden(response)) return this.#answerHidden();
    if (response) return andThen(this.#commit(response), (answer) => this.#end(answer));
    return this.#end(response);
  }

  #end<Answer extends Response | undefined>(answer: Answer): Answer {
    // An answer that is given ahead of every middleware may be followed by one from the middlewares.
    this.#isAnswered ||= this.#isRunning;
    this.#isRunning = false;
    return answer;
  }

  /** Stores the changes, and sets the cookies and the headers that restrict caching. */
  #commit(response: Response): Promised<Response> {
    return andThen(
      wholeIf(() => this.#mustWait(response), response, this.isForPage),
      (answer) => {
        const isPersonal = this.#isPersonalAnswer(answer);
        const isWithheld = this.keeper.withholdsSignIn(this.context);
        this.watch?.forgetEnded(this.openedSession);
        return andThen(this.keeper.commit(this.context, answer, this.standsAside), (kept) => {
          if (!isPersonal && !this.keeper.setsCookies) return noticingLateUse(kept, this.keeper.draft, this.context);
          return this.#asPersonal(isWithheld ? asOwnNavigation(kept, this.original, this.url.origin) : kept);
        });
      },
    );
  }

  #asPersonal(answer: Response): Response {
    this.#switchOffRouteCache();
    const isGuests = !this.hasVisitor || this.visitor.isGuest;
    const { signedInPages } = gatehouse.parts.config;
    return asPersonal(answer, isGuests ? 'no-cache' : signedInPages, this.clearsSiteData);
  }

  /**
   * Checks whether a component that is still to render may change the session, or read it although the answer may be
   * stored for others.
   */
  #mustWait(response: Response): boolean {
    return this.keeper.mayChangeLate() || (!this.#wasUsed && maySpread(response, this.context));
  }

  /**
   * Checks whether an answer is for this visitor only. A page for a visitor with a session is, unless the page allows
   * caching.
   */
  #isPersonalAnswer(answer: Response): boolean {
    return this.#wasUsed || (this.isKnown && !this.guarded?.isEndpoint && !maySpread(answer, this.context));
  }

  get #wasUsed(): boolean {
    return this.isPersonal || this.keeper.draft?.wasUsed === true;
  }

  /**
   * Lets Astro render the 404 page for the same request, which then commits. If that page is a static file, nothing is
   * committed.
   */
  async #answerHidden(): Promise<Response> {
    this.rollBack();
    await this.keeper.abandon();
    return this.#end(asErrorPage(hidden(), gatehouse.site.hasOwnPipeline));
  }

  async #fail(error: unknown): Promise<Response> {
    // The application's own context threw the same error again: it has been handled.
    if (this.#failure === error) throw error;
    this.#failure = error;
    this.#end(undefined);
    this.rollBack();
    this.keeper.closeUnopened();
    if (error instanceof StoreUnavailableError) {
      this.keeper.giveUp(error);
      this.#switchOffRouteCache();
      return unavailable();
    }
    await this.keeper.abandon();
    throw error;
  }

  /** @see https://docs.astro.build/en/reference/api-reference/#cache */
  #switchOffRouteCache(): void {
    const { cache } = this.context;
    if (cache?.enabled) cache.set(false);
  }

  #within<Result>(run: () => Result): Result {
    const { store } = gatehouse.parts;
    return store instanceof AstroSessionStore ? store.within(this.context, run) : run();
  }
}
