import type { Promised } from '../../base/promised.js';
import { RequestCookies } from '../../base/request-cookies.js';
import type { RequestedPage } from '../pages/requested-page.js';
import type { RefusedClient } from '../refusal/client.js';
import type { Visitor } from '../visitor.js';

/** An Astro action that is called by its own address or by a form on any page. */
export interface CalledAction {
  /** Its name in the project: `admin.remove`. */
  readonly name: string;
  readonly calledFrom: 'rpc' | 'form';
}

/** The request as the code that decides sees it: `allow` of a rule, `access.check` and checkers (`rule.request`). */
export interface AccessRequest {
  /** Parameters of the route that Astro resolved. */
  readonly params: Readonly<Record<string, string | undefined>>;
  /** Pattern of the route that Astro resolved, in Astro's notation: `/posts/[id]`. */
  readonly routePattern: string;
  /**
   * The page that the request is about. It differs from the route for a server island, whose page is the one that rendered
   * it, and for an action that is called at its own address, whose page is the one that the browser names. For these it is
   * `undefined` without `access.rolesFor`, when it is not known, and when the visitor may not open that page.
   */
  readonly page?: RequestedPage | undefined;
  /** The HTTP method in capitals. */
  readonly method: string;
  /** The URL that was requested. The page that it leads to is given by `params` and `routePattern`. */
  readonly url: URL;
  /** Seconds since the visitor signed in; `undefined` when unknown, for example when another middleware identified the visitor. */
  readonly signedInFor: number | undefined;
  /**
   * True when the visitor's session would have ended if they had not asked to be remembered. `undefined` when unknown, as
   * with `signedInFor`.
   */
  readonly isOnlyRemembered?: boolean | undefined;
  /** The headers that the request arrived with. A program sends whatever it likes in them. */
  readonly headers: Headers;
  /** The cookies that the request arrived with. */
  readonly cookies: Pick<RequestCookies, 'get' | 'has'>;
  /**
   * The address of the client, as Astro vouches for it; `undefined` where the adapter knows none. Behind a proxy it is the
   * proxy's; with `security.allowedDomains` of astro.config, Astro takes the first value of `X-Forwarded-For`.
   */
  readonly clientAddress: string | undefined;
}

/** Stands for the request where there is none. */
export const NO_REQUEST: AccessRequest = {
  params: {},
  routePattern: '',
  method: '',
  url: new URL('http://nowhere.invalid/'),
  signedInFor: undefined,
  headers: new Headers(),
  cookies: new RequestCookies(),
  clientAddress: undefined,
};

/** Returns the client's address of an Astro context; `undefined` where Astro knows none, and throws. */
export function clientAddressOf(context: { readonly clientAddress?: string | undefined }): string | undefined {
  try {
    return context.clientAddress;
  } catch {
    return undefined;
  }
}

/** A request as the guard needs it. */
export interface GuardedRequest extends AccessRequest {
  /** The path of the request's URL, as it was sent. */
  readonly pathname: string;
  /** The path that was requested originally, when the application has rewritten the request. */
  readonly originalPathname?: string | undefined;
  /** Path and query of the page that was opened originally, when the application has rewritten the request. */
  readonly openedAddress?: string | undefined;
  /** True when code of the application may answer in place of the route. */
  readonly isOwnAnswer?: boolean | undefined;
  /** True when this request was refused before, and its error page is being rendered. */
  readonly wasRefused?: boolean | undefined;
  /**
   * Checks whether no page exists at the address, so that Astro is about to render the 404 page by itself.
   *
   * @param path The path without the site's base.
   */
  readonly leadsNowhere?: ((path: string) => boolean) | undefined;
  /** True when pages of the site may have guards of their own that hide them. */
  readonly pagesMayHide?: boolean | undefined;
  /**
   * Returns the request as it would be if no page existed at its address; `undefined` when the 404 page is a file, which is
   * served without a check.
   *
   * @param path The path without the site's base.
   */
  readonly asMissing?: ((path: string) => GuardedRequest | undefined) | undefined;
  /** Returns the visitor with the roles on this route; absent where they cannot differ from those on the requested route. */
  readonly visitor?: (() => Promised<Visitor>) | undefined;
  /** Checks whether the project has a page or an endpoint without parameters for this path. */
  readonly hasRoute?: ((path: string) => boolean) | undefined;
  /** The query of the URL with its question mark; empty when there is none. */
  readonly search: string;
  /** The action that the request would run, by the action's own address or on a page. */
  readonly action?: CalledAction | undefined;
  /** The names of the requested server island: a list for each component that its file exports. */
  readonly islandNames?: readonly (readonly string[])[] | undefined;
  /** The page where a submitted form is shown again once its visitor has signed in; `undefined` when forms are not kept. */
  readonly formPage?: string | undefined;
  /** True when the page shows the outcome of a form that was accepted before. */
  readonly showsForm?: boolean | undefined;
  /** True when the route is an endpoint that has a function for `OPTIONS` alone. */
  readonly hasOptionsHandler?: boolean | undefined;
  /** True when the route is not a page. */
  readonly isEndpoint?: boolean | undefined;
  /** True when the visitor is unknown because sessions are unavailable. */
  readonly isVisitorUnknown?: boolean | undefined;
  /** The short hash of the session's id, for events; `undefined` when no session is stored. */
  readonly sessionHash?: string | undefined;
  /** True when a browser shows the answer to its user, so that a redirect leads the user to the login page. */
  readonly isNavigation: boolean;
  /** The kind of client, by the answer that it can use. Default: a browser for a navigation, otherwise a program. */
  readonly client?: RefusedClient | undefined;
  /** Path and query of the page that htmx shows while it waits for the answer. */
  readonly pageAround?: string | undefined;
}
