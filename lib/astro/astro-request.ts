import { getActionContext } from 'astro:actions';
import type { APIContext } from 'astro';
import { type ChangingRequest, mayChange } from '../access/csrf/csrf-guard.js';
import { formTypeOf } from '../access/csrf/form-field.js';
import { ErrorPages } from '../access/error-pages.js';
import { FormConfig } from '../access/forms/form-config.js';
import { keepsForm } from '../access/forms/kept-form.js';
import { type CalledAction, isNavigation } from '../access/guarded-request.js';
import { canonicalActionName } from '../access/internal-path.js';
import type { RequestScope } from '../container/request-scope.js';
import { Clock } from '../session/clock.js';
import { subjectOf } from '../session/security-events.js';
import { draftOf } from '../session/session.js';
import { formPage, formPlace } from './forms/form-page.js';
import type { ProjectRoutes } from './project-routes.js';

/** The request that began it all, and its address as Astro vouches for it. */
export interface Arrival {
  readonly request: Request;
  readonly url: URL;
  /** Whether nobody has answered it yet: otherwise an error page is made for it. */
  readonly isUnanswered: boolean;
  /** Whether it was answered as if nothing were at its address. */
  readonly isHidden: boolean;
}

/** The route that a request is taken for. */
type Route = Pick<APIContext, 'routePattern' | 'params'>;

/** What the guard needs to know of a request, as Astro tells it. What few rules ask about is found out when they do. */
export class AstroRequest implements ChangingRequest {
  readonly pathname: string;
  readonly search: string;
  readonly action: CalledAction | undefined;
  readonly originalPathname: string | undefined;
  readonly wasRefused: boolean;
  isOwnAnswer = false;

  /** @param arrived The request that began it all. */
  constructor(
    private readonly context: APIContext,
    private readonly scope: RequestScope,
    private readonly routes: Omit<ProjectRoutes, 'pages'>,
    private readonly arrived: Arrival,
    readonly islandNames?: readonly (readonly string[])[] | undefined,
    private readonly errorPages = new ErrorPages(),
    private readonly route: Route = context,
  ) {
    const [, pathname = '/', search = ''] = partsOf(context.request.url);
    this.pathname = pathname;
    this.search = search;
    this.originalPathname = arrived.request === context.request ? undefined : partsOf(arrived.request.url)[1];
    this.wasRefused = arrived.isHidden || scope.decision?.isGranted === false;
    this.action = context.request.method === 'POST' ? calledAction(context) : undefined;
  }

  hasRoute(path: string): boolean {
    return this.routes.fixedPaths.has(path);
  }

  /** In production Astro shows a language's own page where there is one, but not if that of the site is made on demand. */
  asMissing(path: string): AstroRequest | undefined {
    const { notFoundPages } = this.routes;
    const ofLanguage = this.errorPages.notFoundIn(path);
    const isOfLanguage =
      ofLanguage !== undefined && notFoundPages.has(ofLanguage) && notFoundPages.get('/404') === true;
    const routePattern = isOfLanguage ? ofLanguage : '/404';
    if (notFoundPages.get(routePattern)) return undefined;
    const { context, scope, routes, arrived, errorPages } = this;
    return new AstroRequest(context, scope, routes, arrived, undefined, errorPages, {
      routePattern,
      params: {},
    });
  }

  /**
   * In production Astro begins with the site's own 404 page, or not at all; a language's page comes in when there is no
   * answer. Where that one is a file, something else would be shown than now.
   */
  leadsNowhere(path: string): boolean {
    const { notFoundPages, rewrittenLanguages } = this.routes;
    if (rewrittenLanguages.has(path.split('/', 2)[1] ?? '')) return false;
    const isFirst = this.routePattern === '/404' || !notFoundPages.has(this.routePattern);
    if (!isFirst || !this.arrived.isUnanswered || this.errorPages.statusOf(this.routePattern) !== 404) return false;
    const ofLanguage = this.errorPages.notFoundIn(path);
    return ofLanguage === undefined || notFoundPages.get(ofLanguage) !== true;
  }

  get pagesMayHide(): boolean {
    return this.routes.pagesMayHide;
  }

  get openedAddress(): string | undefined {
    if (this.originalPathname === undefined || mayChange(this.sentMethod)) return undefined;
    return this.originalPathname + (partsOf(this.arrived.request.url)[2] ?? '');
  }

  get method(): string {
    return this.context.request.method;
  }

  get headers(): Headers {
    return this.arrived.request.headers;
  }

  get sentTo(): URL {
    return this.arrived.url;
  }

  get sentMethod(): string {
    return this.arrived.request.method;
  }

  copy(): Request {
    return this.context.request.clone();
  }

  get routePattern(): string {
    return this.route.routePattern;
  }

  get params(): APIContext['params'] {
    return this.route.params;
  }

  get url(): URL {
    return this.context.url;
  }

  get isNavigation(): boolean {
    const { headers } = this.context.request;
    return isNavigation(headers, !this.isEndpoint) || this.#isFormOfScript(headers);
  }

  /** Whether the route is that of a page, however it is asked for. */
  get isForPage(): boolean {
    return !this.routes.endpoints.has(this.routePattern);
  }

  get sessionHash(): string | undefined {
    return subjectOf(this.scope.session).session;
  }

  get isEndpoint(): boolean {
    return this.routes.endpoints.has(this.routePattern);
  }

  get formPage(): string | undefined {
    return this.method === 'POST' && this.#keepsForms ? formPage(this.arrived.request) : undefined;
  }

  get showsForm(): boolean {
    const { flashes } = draftOf(this.scope.session);
    return (
      this.method === 'GET' &&
      this.#keepsForms &&
      keepsForm(flashes, formPlace(new URL(this.arrived.request.url).pathname))
    );
  }

  get isVisitorUnknown(): boolean {
    return this.scope.asked.isUnavailable && this.scope.visitor.isGuest;
  }

  get signedInFor(): number | undefined {
    return secondsSignedIn(this.scope);
  }

  /** Astro's ClientRouter sends a page's forms by fetch, and shows what that is led to: it is to be led to the login page. */
  #isFormOfScript(headers: Headers): boolean {
    const takesPages = (headers.get('accept') ?? '*/*').includes('*/*');
    return takesPages && !this.isEndpoint && this.formPage !== undefined && formTypeOf(headers) !== undefined;
  }

  get #keepsForms(): boolean {
    return this.scope.get(FormConfig).isOn;
  }
}

/** Seconds since the visitor signed in; `undefined` when that is not known. */
export function secondsSignedIn(scope: RequestScope): number | undefined {
  const { signedInAt } = scope;
  return signedInAt && (scope.get(Clock).now() - signedInAt.getTime()) / 1000;
}

/** Path and query as they stand in a URL; parsing it once more for every request would cost more than the guard. */
export function partsOf(url: string): readonly (string | undefined)[] {
  return /^[^:]+:\/\/[^/?#]*([^?#]*)(\?[^#]*)?/.exec(url) ?? [];
}

/** A name that cannot be decoded is no action's: it stays as it is, and nothing but a rule for all matches it. */
function calledAction(context: APIContext): CalledAction | undefined {
  const { action } = getActionContext(context);
  if (!action) return undefined;
  try {
    return { name: canonicalActionName(action.name), calledFrom: action.calledFrom };
  } catch {
    return { name: action.name, calledFrom: action.calledFrom };
  }
}
