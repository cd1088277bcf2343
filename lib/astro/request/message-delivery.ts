import type { APIContext } from 'astro';
import type { ErrorPages } from '../../access/paths/special-paths.js';
import type { Promised } from '../../session/promised.js';
import { draftOf, type Session } from '../../session/session.js';
import type { SessionManager } from '../../session/session-manager.js';
import { ISLAND_ROUTE } from '../project-routes.js';
import { partsOf } from './address.js';
import { currentRoutes } from './current-routes.js';

type Route = Pick<APIContext, 'routePattern' | 'params'>;

/**
 * Who gets what answers a request: `nobody` looks at it, or at messages in it; a visitor is shown a `page`; `code` is
 * that of an endpoint or a server island, which asks for messages only if it has something to do with them.
 */
type Audience = 'nobody' | 'page' | 'code';

/** Where a browser shows what it gets. @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header */
const DOCUMENTS: ReadonlySet<string> = new Set(['document', 'iframe', 'frame', 'embed', 'object']);
/** The last segment of an address that is a file's, and no page's. */
const FILE = /\.(?!x?html?$)[a-z][a-z0-9]{0,7}$/i;
/** Routes of endpoints, and islands, whose code asked for no messages when there were some, and is likely to ask for none. */
const SILENT = new Set<string>();
const MOST_SILENT = 1000;

/** Has messages go into those answers to one request that a visitor is shown, and into no others. */
export class MessageDelivery {
  #endWatch: (() => void) | undefined;
  #mayBeSilent = false;

  /** @param request The request that began it all. */
  constructor(
    private readonly request: Request,
    private readonly session: Session,
    private readonly errorPages: ErrorPages,
  ) {}

  /**
   * Holds the messages that wait from an answer that cannot show them, and has them leased for one that is going to.
   *
   * @param isAhead Whether it is ahead of a pipeline of the application's own: then an address without a route may be one
   *   of that.
   */
  async begin(route: Route, sessions: SessionManager, isAhead: boolean): Promise<void> {
    const { flashes } = draftOf(this.session);
    const isOwn = isAhead && this.errorPages.has(route.routePattern);
    const audience = await this.#audienceOf(route, isOwn);
    flashes.hold(audience === 'nobody');
    // Of code that nobody has seen run it is not known: without a lease another process may show a message again.
    this.#mayBeSilent = audience === 'code';
    if (audience === 'page' || (this.#mayBeSilent && !SILENT.has(placeOf(route)))) await sessions.lease(this.session);
    // As soon as the visitor gives up: the page that is opened instead is to have them.
    const { signal } = this.request;
    const giveBack = () => flashes.giveBack();
    if (signal.aborted) giveBack();
    signal.addEventListener('abort', giveBack, { once: true });
    this.#endWatch = () => signal.removeEventListener('abort', giveBack);
  }

  /** Does so for an error page or a rewrite: they may be shown to others than what they stand for. */
  async continue(route: Route): Promise<void> {
    const audience = await this.#audienceOf(route);
    draftOf(this.session).flashes.hold(audience === 'nobody' || this.request.signal.aborted);
  }

  /** Commits the session. Nobody was shown the messages in an answer that the visitor no longer waits for. */
  async commit(route: Route, answer: Response, commit: () => Promised<unknown>): Promise<void> {
    this.#endWatch?.();
    const { flashes } = draftOf(this.session);
    if (flashes.wasAsked) SILENT.delete(placeOf(route));
    else if (this.#mayBeSilent && answer.ok && SILENT.size < MOST_SILENT) SILENT.add(placeOf(route));
    if (flashes.wasAsked && !flashes.isEmpty && isPreload(this.request)) warnOfPreload();
    const isLost = () => flashes.hasDelivered && this.request.signal.aborted;
    if (isLost()) flashes.giveBack();
    await commit();
    if (!isLost() || draftOf(this.session).isNew) return;
    flashes.giveBack();
    await commit();
  }

  async #audienceOf(route: Route, isOwn = false): Promise<Audience> {
    if (!isLookedAt(this.request)) return 'nobody';
    const { endpoints } = await currentRoutes();
    if (isOwn || endpoints.has(route.routePattern)) return 'code';
    return canShowPage(this.request, this.errorPages.has(route.routePattern)) ? 'page' : 'nobody';
  }
}

function placeOf({ routePattern, params }: Route): string {
  return routePattern === ISLAND_ROUTE ? `${routePattern} ${params.name}` : routePattern;
}

/** Nobody reads the answer to a HEAD request, and perhaps nobody that to what is asked for ahead of time. */
function isLookedAt(request: Request): boolean {
  const { method, headers } = request;
  const purpose = headers.get('sec-purpose') ?? headers.get('purpose');
  return method !== 'HEAD' && !purpose?.includes('prefetch') && !isPreload(request);
}

/**
 * Whether a browser asks for a page while its service worker starts, which then shows it, or something else. One that shows
 * it says so by the value of the header.
 *
 * @see https://w3c.github.io/ServiceWorker/#navigation-preload-manager
 */
function isPreload({ headers }: Request): boolean {
  const value = headers.get('service-worker-navigation-preload');
  return value !== null && value !== 'shown';
}

let hasWarned = false;

function warnOfPreload(): void {
  if (hasWarned) return;
  hasWarned = true;
  console.warn(
    `[astro-gatehouse] Messages wait while a page is loaded by the navigation preload of a service worker, which may show ` +
      `something else. One that shows event.preloadResponse says so when it is activated: ` +
      `registration.navigationPreload.setHeaderValue('shown'). This is said once.`,
  );
}

/**
 * Whether a visitor may be shown the page that a request gets. A script may be about to show it: ClientRouter asks for
 * pages as any other script does. An error page in the place of a file is seen by those alone who opened its address.
 */
function canShowPage({ headers, url }: Request, isErrorPage: boolean): boolean {
  const destination = headers.get('sec-fetch-dest');
  if (destination !== null && DOCUMENTS.has(destination)) return true;
  if (isErrorPage && FILE.test(partsOf(url)[1] ?? '')) return false;
  if (destination !== null && destination !== 'empty') return false;
  const accept = headers.get('accept');
  return accept === null || /^\*\/\*|\btext\/html\b|\bapplication\/xhtml\+xml\b/i.test(accept.trim());
}
