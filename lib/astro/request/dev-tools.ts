import type { APIContext } from 'astro';
import type { GuardedRequest } from '../../access/guard/guarded-request.js';
import type { Verdict } from '../../access/guard/verdict.js';
import type { VisitorResolver } from '../../access/visitor-resolver.js';
import type { ScopedRequest } from '../../container/scope/request-scope.js';
import type { CookieJar } from '../../session/cookies/cookie-jar.js';
import type { SessionManager } from '../../session/manager/session-manager.js';
import type { SessionRegistry } from '../../session/session-registry.js';

/** The parts that open and commit another session in place of the visitor's own, for one request. */
export interface StandIn {
  readonly sessions: SessionManager;
  readonly cookies: CookieJar;
  readonly registry: SessionRegistry;
  readonly resolver: VisitorResolver;
}

/** The verdict of the guards on a request. */
export type Said = Pick<Verdict, 'response' | 'views' | 'rulings'>;

/** A request that the guards judged. */
export interface JudgedRequest extends ScopedRequest {
  /** The original request, before any rewrite. */
  readonly original: Request;
}

/** A request that the guards judged, or one for a prerendered page, which no guard judges. */
export type Noted =
  | { readonly prerendered: Pick<APIContext, 'request' | 'routePattern'> }
  | { readonly request: JudgedRequest; readonly guarded: GuardedRequest; readonly said: Said };

/** The tools of the development server, as requests use them. They do not exist in production. */
export interface DevTools {
  /** Answers requests to the tools themselves. Returns `undefined` for every request to the site. */
  answer(context: APIContext): Promise<Response> | undefined;
  /** Returns the stand-in that the pages of a request see in place of the visitor; usually `undefined`. */
  standInFor(request: Request): StandIn | undefined;
  /** Records the outcome of a request. */
  note(noted: Noted): Promise<void>;
}
