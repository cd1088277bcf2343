import type { APIContext } from 'astro';
import { GuardConfig } from '../../access/guard/guard-config.js';
import type { RouteAddress } from '../../access/route-types.js';
import { HelperCall, type WithLocals } from './helper-call.js';
import { returnPathOf } from './return-path.js';

const CALL = new HelperCall<[fallback?: string]>('safeReturnTo(fallback?, context?)');

type Asked = WithLocals & Partial<Pick<APIContext, 'url' | 'request'>>;

/**
 * Returns the path to redirect to after a sign-in: the page that the visitor wanted to open, or else `fallback`. It is
 * never on another site (unless `csrf.trustedOrigins` lists it), never the login page, and never an address of Astro itself, such as an action. It includes the
 * site's `base`, as `context.redirect()` needs it.
 *
 * The page is read from `returnTo` in the query of the request's URL, or else in that of its Referer header, if this is
 * a page of the same origin. After `takeSignIn` it is the page that was sealed when the visitor left the site.
 *
 * @param fallback A page of the site, with or without the site's `base`. Default `/`.
 * @param context The context of the request that signs the visitor in. Default: that of the request that is being
 *   answered. It may also be the first argument.
 * @throws {OutsideRequestError} Outside of a request.
 * @example return context.redirect(safeReturnTo('/dashboard'));
 * @see OWASP ASVS 5.0 3.7.2; CWE-601 (open redirect)
 */
export function safeReturnTo(fallback?: string, context?: WithLocals): RouteAddress;
export function safeReturnTo(context: WithLocals | undefined, fallback?: string): RouteAddress;
export function safeReturnTo(...given: unknown[]): RouteAddress {
  const {
    request,
    context,
    others: [fallback = '/'],
  } = CALL.within(given);
  const asked: Asked | undefined = context;
  const url = asked?.url ?? request.url;
  const headers = asked?.request?.headers ?? request.headers;
  const path = url && returnPathOf(request, { url, headers });
  return (path ?? request.services.get(GuardConfig).withBase(fallback)) as RouteAddress;
}
