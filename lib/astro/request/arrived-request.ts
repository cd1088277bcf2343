import type { APIContext } from 'astro';
import { type AccessRequest, clientAddressOf } from '../../access/guard/guarded-request.js';
import type { AskedQuietly } from '../../access/quiet-requests.js';
import type { ReturningRequest } from '../../access/sign-in/returning-request.js';
import type { Visitor } from '../../access/visitor.js';
import type { VisitorResolver } from '../../access/visitor-resolver.js';
import type { Identification } from '../../access/visitors/identification.js';
import { andThen, type Promised } from '../../base/promised.js';
import { currentRequest } from '../../container/scope/current-request.js';
import { PageChecks } from '../../container/scope/page-checks.js';
import { ScopedRequest } from '../../container/scope/request-scope.js';
import { registryOf } from '../../container/services.js';
import { madeSession } from '../../session/made-session.js';
import type { Session } from '../../session/session.js';
import { SessionRegistry } from '../../session/session-registry.js';
import { gatehouse } from '../start/started.js';
import { AstroSessionWatch, adoptAstroSession, hintAtOwnSession } from './astro-sessions.js';
import { hearLocals, putOnLocals } from './locals.js';
import { SessionKeeper } from './session-keeper.js';

/**
 * A request as it arrived in Astro: its address, its session, and its visitor, whichever part of the application named
 * them.
 */
export class ArrivedRequest extends ScopedRequest {
  /** The original request, before any rewrite. */
  readonly original: Request;
  /** The address of the original request, as Astro validated it. */
  declare readonly url: URL;
  /** True while the page that explains a refusal is rendered in the place of the page that was opened. */
  rendersRefusal = false;
  /** The answer with which the visitor was refused in place, and the run in which its page was rendered. */
  refusedWith: { readonly answer: Response; readonly run: APIContext } | undefined;
  /** The context of the latest run. A rewrite brings other cookies. */
  context: APIContext;
  protected readonly keeper: SessionKeeper;
  protected readonly watch: AstroSessionWatch | undefined;
  /** The visitor that the caller of the server put on `locals`, until the session is opened and adopts them. */
  #given: unknown;
  /** True once the request was opened: `identify` is called then, or never. */
  #isAsked = false;
  #arrivedAs: Visitor | undefined;

  constructor(context: APIContext) {
    super(gatehouse.services, undefined, context.request.headers, context.url);
    this.original = context.request;
    this.context = context;
    this.keeper = new SessionKeeper(this.original, this.url);
    if (gatehouse.lacksAstroSession) hintAtOwnSession(context, (line) => gatehouse.parts.log.misfit(line));
    if (gatehouse.site.hasOwnMiddleware) this.watch = new AstroSessionWatch(context);
    const { standIn } = this.keeper;
    if (standIn) this.services.replace(SessionRegistry, standIn.registry);
    this.#given = putOnLocals(context.locals, this);
  }

  /** The visitor before the request ended their session; `undefined` when it ended none, unless the visitor was looked up at the start. */
  get arrivedAs(): Visitor | undefined {
    const { ended } = this.draft;
    if (this.#arrivedAs || !ended) return this.#arrivedAs;
    return this.resolver.fromSession(madeSession(registryOf(gatehouse.services).madeClasses, ended));
  }

  /** True when the visitor has signed in, or out, with this request. */
  get hasSignedInOrOut(): boolean {
    const { draft } = this.keeper;
    return draft?.hasSignedIn === true || draft?.wasEnded === true;
  }

  /**
   * Takes over a visitor whom the application's own code has named since the session was opened, in any of the
   * supported ways.
   */
  learnVisitor(): Promised<void> {
    const isOwn = gatehouse.looksIntoAstroSessions && !this.keeper.standIn;
    const adopted = isOwn ? adoptAstroSession(this, gatehouse.parts.store, this.watch) : undefined;
    return andThen(adopted, () => {
      currentRequest.hear();
      hearLocals(this.context.locals, this);
      this.adoptAnew();
    });
  }

  /** Records the route that the request leads to: it decides whether the request counts as activity. */
  hearRoute(guarded: AskedQuietly): void {
    this.keeper.hear(guarded);
  }

  override returning(operation: string): ReturningRequest {
    const { original, url, context } = this;
    const copy = () => (context.request.bodyUsed || context.request.body?.locked ? undefined : context.request.clone());
    const cookies = this.keeper.cookiesBeside(context, operation);
    return { method: original.method, url, headers: original.headers, cookies, copy };
  }

  protected override get openedSession(): Session | undefined {
    return this.keeper.session;
  }

  protected override beginSession(): Session {
    return this.keeper.begin();
  }

  protected override get resolver(): VisitorResolver {
    return this.keeper.standIn?.resolver ?? gatehouse.parts.resolver;
  }

  /** Opens the session, and looks up a visitor who has to be looked up before any code needs them. */
  protected open(isAhead: boolean): Promised<void> {
    this.checks = new PageChecks();
    return andThen(this.keeper.open(this.context, isAhead), () => {
      const given = this.#given;
      const { identification } = gatehouse.parts;
      if (identification && given === undefined && !this.#isAsked) return this.#identify(identification);
      if (given !== undefined) this.identity.adopt(given, true);
      this.#given = undefined;
      // An error page must not ask, either, who sent a request whose visitor the caller has named.
      this.#isAsked = true;
      return this.keeper.hasSession && (this.looksElsewhere || given !== undefined) ? this.#lookUp() : undefined;
    });
  }

  /** True when the visitor is not just anybody: the browser sent a session, or `identify` named them. */
  protected get isKnown(): boolean {
    return this.keeper.hasSession || this.isIdentified;
  }

  /** Asks the application who sent the request. A stand-in exists for the toolbar alone, and sends nothing. */
  #identify(identification: Identification): Promised<void> {
    this.#isAsked = true;
    const asked = this.keeper.standIn ? undefined : identification.visitorOf(this.original, this.described);
    return andThen(asked, (visitor) => {
      if (visitor) this.identity.identify(visitor);
      return visitor || (this.keeper.hasSession && this.looksElsewhere) ? this.#lookUp() : undefined;
    });
  }

  protected override get described(): AccessRequest {
    const { context, original, cookies, url } = this;
    const { params, routePattern } = context;
    return {
      params,
      routePattern,
      method: original.method.toUpperCase(),
      url,
      headers: original.headers,
      cookies,
      signedInFor: undefined,
      get clientAddress() {
        return clientAddressOf(context);
      },
    };
  }

  async #lookUp(): Promise<void> {
    const visitor = await this.identity.resolve();
    this.#arrivedAs ??= visitor;
  }
}
