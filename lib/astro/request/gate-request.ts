import type { APIContext } from 'astro';
import { hidden, isHidden, unavailable } from '../../access/refusal.js';
import type { Visitor } from '../../access/visitor.js';
import type { VisitorResolver } from '../../access/visitor-resolver.js';
import { ScopedRequest } from '../../container/request-scope.js';
import { SharedLocalsError, StoreUnavailableError } from '../../errors.js';
import { madeSession } from '../../session/made-session.js';
import { andThen, orElse, type Promised } from '../../session/promised.js';
import type { Session } from '../../session/session.js';
import { SessionRegistry } from '../../session/session-registry.js';
import { AstroSessionStore } from '../astro-session-store.js';
import { gatehouse } from '../started.js';
import {
  asErrorPage,
  asOwnNavigation,
  asPersonal,
  type Hearing,
  maySpread,
  UNHEARD,
  wholeIf,
  withCookies,
} from './answer.js';
import { hintAtOwnSession } from './astro-session-hint.js';
import { AstroSessionWatch, adoptAstroSession } from './astro-session-watch.js';
import { currentRequest } from './current-request.js';
import { noticingLateUse } from './late-use.js';
import { hearLocals, putOnLocals, requestIn } from './locals.js';
import { SessionKeeper } from './session-keeper.js';

/** Requests that were answered as if nothing were there. In a pipeline of the project's own, error pages get new locals. */
const HIDDEN = new WeakSet<Request>();

/**
 * One request, from its cookie to Set-Cookie. Astro runs the middlewares again for rewrites, within the first run, and for
 * error pages, after it; `locals` is what all runs of one request have in common, and so they share one of these.
 */
export class GateRequest extends ScopedRequest {
  /** The request that began it all. */
  readonly original: Request;
  declare readonly url: URL;
  /** The context of the latest run: a rewrite brings new cookies. */
  context: APIContext;
  /** The request of the latest run that was found to be the visitor's own doing. */
  vetted: Request | undefined;
  /** Whether the guard let in what is answered in the latest run. */
  hasPassed = false;
  /** The action that the guard let in with the request, until it is run. */
  letInAction: string | undefined;
  /** What the guard gave, or the page behind it, in the latest run: Astro takes it where a middleware gives nothing. */
  behind: Promised<Response> | undefined;
  /** Whether the answer is for this visitor alone, whatever the page says of caches: a rule, or a refusal, had a say. */
  isPersonal = false;
  readonly #keeper: SessionKeeper;
  readonly #watch: AstroSessionWatch | undefined;
  /** The visitor who came with `locals`, until the session is open that stands aside for them. */
  #given: unknown;
  #arrivedAs: Visitor | undefined;
  #isRunning = false;
  #isAnswered = false;
  /** What the latest run failed with. */
  #failure: unknown;
  /** Whether cookies would be lost because the request is in a pipeline of the application's own. */
  #addsCookies = false;

  private constructor(context: APIContext) {
    super(gatehouse.services, undefined, context.request.headers, context.url);
    this.original = context.request;
    this.context = context;
    this.#keeper = new SessionKeeper(this.original, this.url);
    if (gatehouse.lacksAstroSession) hintAtOwnSession(context, (line) => gatehouse.parts.log.misfit(line));
    if (gatehouse.site.hasOwnMiddleware) this.#watch = new AstroSessionWatch(context);
    const { standIn } = this.#keeper;
    if (standIn) this.services.replace(SessionRegistry, standIn.registry);
    this.#given = putOnLocals(context.locals, this);
  }

  /**
   * The request that a context belongs to.
   *
   * @throws {SharedLocalsError} When `locals` came with another visitor's request, whose session is in it.
   */
  static of(context: APIContext): GateRequest {
    const known = GateRequest.find(context.locals);
    if (!known) return new GateRequest(context);
    if (!known.#includes(context)) throw new SharedLocalsError();
    return known;
  }

  /** The request that `locals` belongs to, if it has come to the first middleware. */
  static find(locals: object): GateRequest | undefined {
    const request = requestIn(locals);
    return request instanceof GateRequest ? request : undefined;
  }

  /** Lets the rest of the chain answer, between opening the session and committing it. A rewrite is a part of the run it happens in. */
  run(context: APIContext, next: () => Promised<Response>, hearing: Hearing<Response>): Promised<Response> {
    this.context = context;
    this.hasPassed = false;
    this.behind = undefined;
    return andThen(this.#keeper.continue(context), () => {
      if (this.#isRunning) return next();
      this.#isRunning = true;
      this.#failure = undefined;
      const answer = this.#within(() => this.#answer(next, hearing));
      return this.#addsCookies ? andThen(answer, (to) => withCookies(to, this.context.cookies.headers())) : answer;
    });
  }

  /**
   * Opens the session before any middleware runs. An answer that is given there is committed, cookies included; without
   * one the middlewares go on with the same session.
   */
  async ahead(context: APIContext, answer: () => Promise<Response | undefined>): Promise<Response | undefined> {
    this.context = context;
    const response = await this.#within(() => this.#answer(answer, UNHEARD));
    // Astro's own pipeline would add them, and its development server does in any.
    this.#addsCookies = gatehouse.site.isProduction;
    return response && withCookies(response, context.cookies.headers());
  }

  /** Whether nobody has answered it yet: otherwise an error page is made for it. */
  get isUnanswered(): boolean {
    return !this.#isAnswered && !this.isHidden;
  }

  /** Whether it was answered as if nothing were at its address. */
  get isHidden(): boolean {
    return HIDDEN.has(this.original);
  }

  /** From here on the answer is that nothing is there: whatever else was done for it would tell that something is. */
  hide(): void {
    HIDDEN.add(this.original);
    this.#switchOffRouteCache();
  }

  /** The visitor before anything was done for them; `undefined` for one who brought no session. */
  get arrivedAs(): Visitor | undefined {
    const { ended } = this.draft;
    if (this.#arrivedAs || !ended) return this.#arrivedAs;
    return this.resolver.fromSession(madeSession(gatehouse.services.madeClasses, ended));
  }

  /** Takes over a visitor whom the application's own code has named since the session was opened, wherever it did. */
  learnVisitor(): Promised<void> {
    const isOwn = gatehouse.looksIntoAstroSessions && !this.#keeper.standIn;
    const adopted = isOwn ? adoptAstroSession(this, gatehouse.parts.store, this.#watch) : undefined;
    return andThen(adopted, () => {
      currentRequest.hear();
      hearLocals(this.context.locals, this);
      this.adoptAnew();
    });
  }

  protected override get openedSession(): Session | undefined {
    return this.#keeper.session;
  }

  protected override beginSession(): Session {
    return this.#keeper.begin();
  }

  protected override get resolver(): VisitorResolver {
    return this.#keeper.standIn?.resolver ?? gatehouse.parts.resolver;
  }

  /**
   * Error pages are made for the same request; a rewrite brings another, from within. Where Astro itself rewrites, for
   * want of a translation, it does so after the run; an earlier context then reads the cookies of the later one.
   */
  #includes({ request, cookies }: APIContext): boolean {
    const isKnown = request === this.original || request === this.context.request;
    return isKnown || currentRequest.is(this) || this.context.cookies === cookies;
  }

  /** Opens the session, has the request answered, and commits: by one promise, for each costs a microsecond. */
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
    const opened = orElse<Response | undefined>(() => andThen(this.#open(), () => undefined), fail);
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
    // What is answered ahead of every middleware may still be answered by them.
    this.#isAnswered ||= this.#isRunning;
    this.#isRunning = false;
    return answer;
  }

  /** Opens the session, and looks up a visitor who has to be looked up before anything asks. */
  #open(): Promised<void> {
    return andThen(this.#keeper.open(this.context, !this.#isRunning), () => {
      const given = this.#given;
      if (given !== undefined) this.identity.adopt(given, true);
      this.#given = undefined;
      return this.#keeper.hasSession && (this.looksElsewhere || given !== undefined) ? this.#lookUp() : undefined;
    });
  }

  async #lookUp(): Promise<void> {
    const visitor = await this.identity.resolve();
    this.#arrivedAs ??= visitor;
  }

  /** Stores what changed, and says by cookies and headers for whom the answer is. */
  #commit(response: Response): Promised<Response> {
    return andThen(
      wholeIf(() => this.#mustWait(response), response, this.isForPage),
      (answer) => {
        const isPersonal = this.#isPersonalAnswer(answer);
        const isWithheld = this.#keeper.withholdsSignIn(this.context);
        this.#watch?.forgetEnded(this.openedSession);
        return andThen(this.#keeper.commit(this.context, answer, this.standsAside), (kept) => {
          if (!isPersonal && !this.#keeper.setsCookies) return noticingLateUse(kept, this.#keeper.draft, this.context);
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

  /** Whether a component that has yet to render may change the session, or read it though the answer may be kept for others. */
  #mustWait(response: Response): boolean {
    return this.#keeper.mayChangeLate() || (!this.#wasUsed && maySpread(response, this.context));
  }

  /** Whether an answer is for this visitor alone. A page of a visitor who has a session is, unless it says otherwise. */
  #isPersonalAnswer(answer: Response): boolean {
    return this.#wasUsed || (this.#keeper.hasSession && !this.guarded?.isEndpoint && !maySpread(answer, this.context));
  }

  get #wasUsed(): boolean {
    return this.isPersonal || this.#keeper.draft?.wasUsed === true;
  }

  /** The 404 page is made for the same request, and commits; where it is a file, nobody does for what is not there. */
  async #answerHidden(): Promise<Response> {
    this.rollBack();
    await this.#keeper.abandon();
    return this.#end(asErrorPage(hidden(), gatehouse.site.hasOwnPipeline));
  }

  async #fail(error: unknown): Promise<Response> {
    // Where the application's own context hands it on, it has been seen to.
    if (this.#failure === error) throw error;
    this.#failure = error;
    this.#end(undefined);
    this.rollBack();
    this.#keeper.closeUnopened();
    if (error instanceof StoreUnavailableError) {
      this.#keeper.giveUp(error);
      this.#switchOffRouteCache();
      return unavailable();
    }
    await this.#keeper.abandon();
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
