import { getActionContext } from 'astro:actions';
import type { APIContext } from 'astro';
import { type ChangingRequest, mayChange } from '../../access/csrf/csrf-guard.js';
import { formTypeOf } from '../../access/csrf/form-field.js';
import { keepsForm } from '../../access/forms/kept-form.js';
import { type CalledAction, clientAddressOf } from '../../access/guard/guarded-request.js';
import type { RequestedPage } from '../../access/pages/requested-page.js';
import { actionPath, canonicalActionName } from '../../access/paths/special-paths.js';
import { clientOf, pageShown, type RefusedClient } from '../../access/refusal/client.js';
import type { Visitor } from '../../access/visitor.js';
import { partsOf } from '../../base/address.js';
import type { RequestCookies } from '../../base/request-cookies.js';
import type { CookieJar } from '../../session/cookies/cookie-jar.js';
import { type RequestSubject, subjectOf } from '../../session/security-events.js';
import { formPage, formPlace } from '../forms/form-page.js';
import { ISLAND_ROUTE, type ProjectRoutes } from '../start/project-routes.js';
import { gatehouse } from '../start/started.js';
import { AstroCookieJar } from './astro-cookie-jar.js';
import type { GateRequest } from './gate-request.js';

/** The route of actions that are called at their own address, as Astro writes it. */
const ACTION_ROUTE = actionPath('[...path]');

/** The route that a request is judged as. */
type Route = Pick<APIContext, 'routePattern' | 'params'>;

/** A request as the guard sees it: one run of the middlewares, and the route that the run leads to. */
export class RoutedRequest implements ChangingRequest {
  readonly pathname: string;
  readonly search: string;
  readonly action: CalledAction | undefined;
  readonly originalPathname: string | undefined;
  readonly wasRefused: boolean;
  isOwnAnswer = false;
  #client: RefusedClient | undefined;
  /** The page that the request belongs to, where it is not its own route. */
  #ofPage: { readonly page: RequestedPage | undefined } | undefined;
  hasOptionsHandler = false;

  constructor(
    private readonly request: GateRequest,
    private readonly context: APIContext,
    private readonly routes: Omit<ProjectRoutes, 'pages'>,
    readonly islandNames?: readonly (readonly string[])[] | undefined,
    private readonly route: Route = context,
  ) {
    const { original } = request;
    const [, pathname = '/', search = ''] = partsOf(context.request.url);
    this.pathname = pathname;
    this.search = search;
    // The page that explains a refusal is judged as itself, and not as the page that was opened.
    const isOriginal = original === context.request || request.rendersRefusal;
    this.originalPathname = isOriginal ? undefined : partsOf(original.url)[1];
    this.wasRefused = request.isHidden || request.verdict?.decision?.isGranted === false;
    this.action = context.request.method === 'POST' ? calledAction(context) : undefined;
  }

  hasRoute(path: string): boolean {
    return this.routes.fixedPaths.has(path);
  }

  /**
   * In production Astro shows the 404 page of the path's language if there is one, but not if the site's own 404 page
   * is rendered on demand.
   */
  asMissing(path: string): RoutedRequest | undefined {
    const { notFoundPages } = this.routes;
    const ofLanguage = gatehouse.parts.errorPages.notFoundIn(path);
    const isOfLanguage =
      ofLanguage !== undefined && notFoundPages.has(ofLanguage) && notFoundPages.get('/404') === true;
    const routePattern = isOfLanguage ? ofLanguage : '/404';
    if (notFoundPages.get(routePattern)) return undefined;
    return new RoutedRequest(this.request, this.context, this.routes, undefined, { routePattern, params: {} });
  }

  get visitor(): (() => Promise<Visitor>) | undefined {
    const { request, route } = this;
    return route !== this.context && request.looksAtRoutes ? () => request.identity.on(this) : undefined;
  }

  /**
   * In production Astro starts with the site's own 404 page or with no page; the page of a language is used only when
   * there is no answer yet. If that page is a static file, Astro would show it instead of the current page.
   */
  leadsNowhere(path: string): boolean {
    const { notFoundPages, rewrittenLanguages } = this.routes;
    if (rewrittenLanguages.has(path.split('/', 2)[1] ?? '')) return false;
    const isFirst = this.routePattern === '/404' || !notFoundPages.has(this.routePattern);
    if (!isFirst || !this.request.isUnanswered || gatehouse.parts.errorPages.statusOf(this.routePattern) !== 404)
      return false;
    const ofLanguage = gatehouse.parts.errorPages.notFoundIn(path);
    return ofLanguage === undefined || notFoundPages.get(ofLanguage) !== true;
  }

  get pagesMayHide(): boolean {
    return this.routes.pagesMayHide;
  }

  get openedAddress(): string | undefined {
    if (this.originalPathname === undefined || mayChange(this.sentMethod)) return undefined;
    return this.originalPathname + (partsOf(this.request.original.url)[2] ?? '');
  }

  /** True for a request that a page has sent for a part of itself: a server island, or an action at its own address. */
  get isPartOfPage(): boolean {
    return this.action?.calledFrom === 'rpc' || [ISLAND_ROUTE, ACTION_ROUTE].includes(this.routePattern);
  }

  get page(): RequestedPage | undefined {
    if (this.#ofPage || this.isPartOfPage) return this.#ofPage?.page;
    const { url, routePattern, params } = this;
    return { url, routePattern, params, isClaimed: false };
  }

  set page(page: RequestedPage | undefined) {
    this.#ofPage = { page };
  }

  get method(): string {
    // A Request keeps `patch` as it is written, and Astro runs the handler PATCH for it.
    return this.context.request.method.toUpperCase();
  }

  get headers(): Headers {
    return this.request.original.headers;
  }

  get cookies(): RequestCookies {
    return this.request.cookies;
  }

  get clientAddress(): string | undefined {
    return clientAddressOf(this.context);
  }

  get sentTo(): URL {
    return this.request.url;
  }

  get sentMethod(): string {
    return this.request.original.method;
  }

  get cookieJar(): CookieJar {
    return new AstroCookieJar(this.request.context, this.request.url);
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
    return this.client === 'browser';
  }

  get client(): RefusedClient {
    this.#client ??= this.#findClient();
    return this.#client;
  }

  #findClient(): RefusedClient {
    const { headers } = this.context.request;
    const client = clientOf(headers, !this.isEndpoint);
    return client === 'program' && this.#isFormOfScript(headers) ? 'browser' : client;
  }

  get pageAround(): string | undefined {
    return pageShown(this.context.request.headers, this.request.url);
  }

  get sessionHash(): string | undefined {
    return subjectOf(this.request.session).session;
  }

  get identifiedAs(): Pick<RequestSubject, 'userId' | 'via'> | undefined {
    const { source, visitor } = this.request.identity;
    return source === 'session' ? undefined : { userId: visitor.id, via: source };
  }

  get isEndpoint(): boolean {
    return this.routes.endpoints.has(this.routePattern);
  }

  get formPage(): string | undefined {
    return this.method === 'POST' && this.#keepsForms && !this.isEndpoint ? formPage(this.request.original) : undefined;
  }

  get showsForm(): boolean {
    if (this.method !== 'GET' || !this.#keepsForms) return false;
    return keepsForm(this.request.draft.flashes, formPlace(new URL(this.request.original.url).pathname));
  }

  get isVisitorUnknown(): boolean {
    return this.request.isVisitorUnknown;
  }

  get signedInFor(): number | undefined {
    const { signedInFor, draft } = this.request;
    if (signedInFor !== undefined) draft.isUsed = true;
    return signedInFor;
  }

  get isOnlyRemembered(): boolean | undefined {
    const { isOnlyRemembered, draft } = this.request;
    if (isOnlyRemembered !== undefined) draft.isUsed = true;
    return isOnlyRemembered;
  }

  /**
   * Checks for a form that Astro's ClientRouter sends by fetch. It shows the page that the answer redirects to, so it
   * must be redirected to the login page.
   */
  #isFormOfScript(headers: Headers): boolean {
    const takesPages = (headers.get('accept') ?? '*/*').includes('*/*') && !headers.has('turbo-frame');
    return takesPages && this.formPage !== undefined && formTypeOf(headers) !== undefined;
  }

  get #keepsForms(): boolean {
    return gatehouse.parts.forms.isOn;
  }
}

/**
 * Returns the called action. A name that cannot be decoded belongs to no action: it stays unchanged, and only a rule
 * for all actions matches it.
 */
function calledAction(context: APIContext): CalledAction | undefined {
  const { action } = getActionContext(context);
  if (!action) return undefined;
  try {
    return { name: canonicalActionName(action.name), calledFrom: action.calledFrom };
  } catch {
    return { name: action.name, calledFrom: action.calledFrom };
  }
}
