/** An Astro action, called by its own address or by a form on any page. */
export interface CalledAction {
  /** Its name as the project has it: `admin.remove`. */
  readonly name: string;
  readonly calledFrom: 'rpc' | 'form';
}

/** What a rule's `allow` is told of a request. */
export interface AccessRequest {
  /** The parameters of the route that Astro resolved. */
  readonly params: Readonly<Record<string, string | undefined>>;
  /** The route that Astro resolved, as Astro writes it: `/posts/[id]`. */
  readonly routePattern: string;
  /** In capitals. */
  readonly method: string;
  /** The address as it was asked for; what it leads to, `params` and `routePattern` say. */
  readonly url: URL;
  /** Seconds since the visitor signed in; `undefined` when that is not known, as for one whom another middleware knows. */
  readonly signedInFor: number | undefined;
}

/** What the guard needs to know of a request. */
export interface GuardedRequest extends AccessRequest {
  /** The path as it stands in the URL of the request. */
  readonly pathname: string;
  /** The path that was asked for at first, where the application has since rewritten it to another. */
  readonly originalPathname?: string | undefined;
  /** Path and query of the page that was opened at first, where the application has since rewritten it to another. */
  readonly openedAddress?: string | undefined;
  /** Whether what answers may be something else than the route: code of the application's own, in its place. */
  readonly isOwnAnswer?: boolean | undefined;
  /** Whether this request was refused before, and its error page is being made. */
  readonly wasRefused?: boolean | undefined;
  /**
   * Whether nothing stands at its address, and Astro is about to show the 404 page without anybody having said so.
   *
   * @param path Without the site's base.
   */
  readonly leadsNowhere?: ((path: string) => boolean) | undefined;
  /** Whether the site's pages may have guards of their own that hide them. */
  readonly pagesMayHide?: boolean | undefined;
  /**
   * Gives the request as it would be were nothing at its address: `undefined` where nobody is asked then, because the
   * 404 page is a file.
   *
   * @param path Without the site's base.
   */
  readonly asMissing?: ((path: string) => GuardedRequest | undefined) | undefined;
  /** Whether the project has a page or an endpoint for just this path. */
  readonly hasRoute?: ((path: string) => boolean) | undefined;
  /** The query as it stands in the URL, with its question mark; empty when there is none. */
  readonly search: string;
  /** The action that the request would run, wherever it is sent. */
  readonly action?: CalledAction | undefined;
  /** The names of the server island that is asked for: a list for each component that its file exports. */
  readonly islandNames?: readonly (readonly string[])[] | undefined;
  /** Where a form that is sent is shown again, once its visitor has signed in; `undefined` where nothing of it is kept. */
  readonly formPage?: string | undefined;
  /** Whether the page is to show what came of a form that was let in before. */
  readonly showsForm?: boolean | undefined;
  /** Whether the route is no page. */
  readonly isEndpoint?: boolean | undefined;
  /** Whether nobody knows who asks, because sessions cannot be had at the moment. */
  readonly isVisitorUnknown?: boolean | undefined;
  /** The short hash of the session's id, for the record of what happened; `undefined` where none is stored. */
  readonly sessionHash?: string | undefined;
  /** Whether a browser is opening a page, so that a redirect would be followed by somebody who can sign in. */
  readonly isNavigation: boolean;
}

/**
 * Whether a request is a browser opening a page. Endpoints never are.
 *
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function isNavigation(headers: Headers, routeIsPage: boolean): boolean {
  if (!routeIsPage) return false;
  const accept = headers.get('accept') ?? '*/*';
  if (accept.includes('text/html')) return true;
  const mode = headers.get('sec-fetch-mode');
  return mode === 'navigate' || (mode === null && accept.trim() === '*/*');
}
