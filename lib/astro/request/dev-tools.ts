import type { APIContext } from 'astro';
import type { GuardedRequest } from '../../access/guarded-request.js';
import type { Verdict } from '../../access/verdict.js';
import type { VisitorResolver } from '../../access/visitor-resolver.js';
import type { ScopedRequest } from '../../container/request-scope.js';
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

/** What the guards said of a request. */
export type Said = Pick<Verdict, 'response' | 'views' | 'rulings'>;

/** A request that the guards were asked about. */
export interface JudgedRequest extends ScopedRequest {
  /** The request that began it all. */
  readonly original: Request;
}

/** A request that the guards were asked about, or one for a prerendered page, about which nobody is. */
export type Noted =
  | { readonly prerendered: Pick<APIContext, 'request' | 'routePattern'> }
  | { readonly request: JudgedRequest; readonly guarded: GuardedRequest; readonly said: Said };

/** The tools of the development server, as requests meet them. There are none in production. */
export interface DevTools {
  /** Answers what is asked of the tools themselves; `undefined` for every request of the site's own. */
  answer(context: APIContext): Promise<Response> | undefined;
  /** Whom the pages of a request are to see in place of the visitor; usually nobody. */
  standInFor(request: Request): StandIn | undefined;
  /** Keeps what became of a request. */
  note(noted: Noted): Promise<void>;
}
