import type { APIContext } from 'astro';
import type { ErrorPages } from '../../access/paths/special-paths.js';
import { partsOf } from '../../base/address.js';
import type { Promised } from '../../base/promised.js';
import type { SessionManager } from '../../session/manager/session-manager.js';
import { draftOf, type Session } from '../../session/session.js';
import { currentRoutes } from '../start/current-routes.js';
import { ISLAND_ROUTE } from '../start/project-routes.js';

type Route = Pick<APIContext, 'routePattern' | 'params'>;

/**
 * The audience of an answer. `nobody`: no visitor will see messages in it, or the request is quiet. `page`: a visitor is shown a page. `code`:
 * an endpoint or a server island, which reads messages only if it uses them.
 */
type Audience = 'nobody' | 'page' | 'code';

/**
 * Destinations where a browser displays the answer.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header
 */
const DOCUMENTS: ReadonlySet<string> = new Set(['document', 'iframe', 'frame', 'embed', 'object']);
/** Matches the path of a file that is not a page. */
const FILE = /\.(?!x?html?$)[a-z][a-z0-9]{0,7}$/i;
/**
 * Routes of endpoints and islands whose code read no messages although some were waiting, and so will probably read
 * none.
 */
const SILENT = new Set<string>();
const MOST_SILENT = 1000;

/** Delivers flash messages only in answers that are shown to the visitor. */
export class MessageDelivery {
  #endWatch: (() => void) | undefined;
  #mayBeSilent = false;

  /** @param request The original request, before any rewrite. */
  constructor(
    private readonly request: Request,
    private readonly session: Session,
    private readonly errorPages: ErrorPages,
  ) {}

  /**
   * Withholds waiting messages from an answer that cannot show them, and leases them for one that can.
   *
   * @param isAhead True when this runs ahead of a pipeline of the application's own: an address without a route may
   *   then be a route of that pipeline.
   */
  async begin(route: Route, sessions: SessionManager, isAhead: boolean): Promise<void> {
    const { flashes } = draftOf(this.session);
    const isOwn = isAhead && this.errorPages.has(route.routePattern);
    const audience = await this.#audienceOf(route, isOwn);
    flashes.hold(audience === 'nobody');
    // It is not known yet whether this code reads messages: without a lease another process could show a message again.
    this.#mayBeSilent = audience === 'code';
    if (audience === 'page' || (this.#mayBeSilent && !SILENT.has(placeOf(route)))) await sessions.lease(this.session);
    // Immediately when the visitor aborts: the next page that they open must get the messages.
    const { signal } = this.request;
    const giveBack = () => flashes.giveBack();
    if (signal.aborted) giveBack();
    signal.addEventListener('abort', giveBack, { once: true });
    this.#endWatch = () => signal.removeEventListener('abort', giveBack);
  }

  /** Does the same for an error page or a rewrite, which may have another audience than the original route. */
  async continue(route: Route): Promise<void> {
    const audience = await this.#audienceOf(route);
    draftOf(this.session).flashes.hold(audience === 'nobody' || this.request.signal.aborted);
  }

  /** Commits the session. Messages in an answer that the visitor no longer waits for count as not shown. */
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
    if (draftOf(this.session).isQuiet || !isLookedAt(this.request)) return 'nobody';
    const { endpoints } = await currentRoutes();
    if (isOwn || endpoints.has(route.routePattern)) return 'code';
    return canShowPage(this.request, this.errorPages.has(route.routePattern)) ? 'page' : 'nobody';
  }
}

function placeOf({ routePattern, params }: Route): string {
  return routePattern === ISLAND_ROUTE ? `${routePattern} ${params.name}` : routePattern;
}

/**
 * Returns false for HEAD requests, whose answer has no body, and for prefetches and preloads, whose answer may never be
 * shown.
 */
function isLookedAt(request: Request): boolean {
  const { method, headers } = request;
  const purpose = headers.get('sec-purpose') ?? headers.get('purpose');
  return method !== 'HEAD' && !purpose?.includes('prefetch') && !isPreload(request);
}

/**
 * Checks whether a browser requests a page while its service worker starts. The worker may show this answer or another.
 * A worker that shows it declares so in the value of the header.
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
    `[astro-gatehouse] Messages are not delivered to a page that the navigation preload of a service worker ` +
      'requests, because the worker may show something else. If it shows event.preloadResponse, declare that when it ' +
      `is activated: registration.navigationPreload.setHeaderValue('shown'). This is logged once.`,
  );
}

/**
 * Checks whether a visitor may be shown the answer to a request as a page. A script may be about to show it:
 * ClientRouter fetches pages like any other script. An error page at the address of a file is seen only when the
 * address itself was opened.
 */
function canShowPage({ headers, url }: Request, isErrorPage: boolean): boolean {
  const destination = headers.get('sec-fetch-dest');
  if (destination !== null && DOCUMENTS.has(destination)) return true;
  if (isErrorPage && FILE.test(partsOf(url)[1] ?? '')) return false;
  if (destination !== null && destination !== 'empty') return false;
  const accept = headers.get('accept');
  return accept === null || /^\*\/\*|\btext\/html\b|\bapplication\/xhtml\+xml\b/i.test(accept.trim());
}
