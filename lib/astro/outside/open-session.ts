import { currentRequest } from '../../container/scope/current-request.js';
import { SiteNotFoundError } from '../../errors/index.js';
import { draftOf } from '../../session/session.js';
import { runningSites } from '../start/running-services.js';
import type { HeaderSource } from './header-source.js';
import type { OpenedSession } from './opened-session.js';
import type { OpenSessionOptions } from './site-sessions.js';

/**
 * Opens the session of a request outside a page, to be read: for a WebSocket, an event stream, or a route of a custom server.
 * The same checks apply as in a page. Nothing is written, and the session is not renewed. Close what is returned when the
 * connection is closed. Within a request of the site, its answer becomes personal: shared caches do not store it.
 *
 * A request that opens a WebSocket is refused when a page of another site sent it: look at `refusal` first.
 *
 * @param source The headers of the request, or the request. `access.identify` gets the address of the latter.
 * @throws {SiteNotFoundError} When no site with this package runs in this process, or several, and none is named.
 * @example
 * server.on('upgrade', async (request, socket, head) => {
 *   const opened = await openSession(request);
 *   if (opened.refusal || opened.visitor.isGuest) return socket.destroy();
 *   opened.onEnd(() => socket.destroy());
 *   socket.on('close', () => opened.close());
 * });
 */
export async function openSession(source: HeaderSource, options: OpenSessionOptions = {}): Promise<OpenedSession> {
  const { scope } = currentRequest;
  // The answer to a request of the site depends on its visitor now, so that no shared cache may store it.
  if (scope) draftOf(scope.session).isUsed = true;
  const sites = runningSites();
  const meant = options.site === undefined ? sites : sites.filter(({ name }) => name === options.site);
  const [site, ...others] = meant;
  if (!site || others.length > 0) {
    throw new SiteNotFoundError([...new Set(sites.map(({ name }) => name))], options.site);
  }
  return site.open(source, options);
}
