import type { VisitorResolver } from '../../access/visitor-resolver.js';
import type { CookieJar } from '../../session/cookie-jar.js';
import type { SessionManager } from '../../session/session-manager.js';
import type { SessionRegistry } from '../../session/session-registry.js';

/** How the session of one request is opened and committed in place of the visitor's own. */
export interface StandIn {
  readonly sessions: SessionManager;
  readonly cookies: CookieJar;
  readonly registry: SessionRegistry;
  readonly resolver: VisitorResolver;
}
