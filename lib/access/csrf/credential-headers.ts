/** A header name. @see RFC 9110 5.6.2 */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** A scheme, and credentials behind it. @see RFC 9110 11.4 */
const CREDENTIALS = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ +\S/;
/**
 * Schemes that browsers, or the systems they run on, answer by themselves, with credentials that they have kept. A value
 * may hold several, because several headers are joined by commas.
 */
const BY_BROWSERS =
  /(?:^|,)\s*(?:basic|digest|negotiate|nego2|ntlm|kerberos|hoba|mutual|passport[\d.]*|scram-[\w-]+|privatetoken|concealed)(?:\s|,|$)/i;
/**
 * Headers that browsers send by themselves, that scripts may send to other sites without permission, or that a proxy adds
 * to requests in which it finds a cookie of its own.
 *
 * @see https://fetch.spec.whatwg.org/#forbidden-request-header; https://fetch.spec.whatwg.org/#cors-safelisted-request-header
 */
const PROVES_NOTHING =
  /^(?:accept(?:-.*)?|access-control-.*|attribution-reporting-.*|cache-control|connection|content-.*|cookie2?|date|device-memory|dnt|downlink|dpr|early-data|ect|expect|forwarded|from|host|if-.*|keep-alive|last-event-id|origin|ping-.*|pragma|priority|proxy-.*|purpose|range|referer|rtt|save-data|sec-.*|service-worker.*|te|trailer|transfer-encoding|upgrade(?:-.*)?|user-agent|via|viewport-width|width|x-requested-with|x-csrf-token|x-session-quiet|x-forwarded.*|x-real-ip|x-auth-request-.*|x-amzn-.*|x-goog-.*|x-ms-.*|cf-.*)$/i;
/** Modes of requests in which a page cannot set a header of its own: somebody else has added it. */
const WITHOUT_OWN_HEADERS: ReadonlySet<string | null> = new Set(['navigate', 'no-cors', 'websocket']);
const PREFIX = /^__(?:host|secure|http)-/;

/** Returns the reason why a header cannot be one of `csrf.credentialHeaders`; `undefined` when it can. */
export function credentialHeaderProblem(name: string): string | undefined {
  if (!TOKEN.test(name)) return `"${name}" is no name of a header`;
  if (/^authorization$/i.test(name)) {
    return `"${name}" is considered already, with every scheme that browsers do not use by themselves: leave it out`;
  }
  return PROVES_NOTHING.test(name)
    ? `"${name}" proves nothing, because a browser or a proxy may add it to requests that another site causes: name a ` +
        'header that only your programs set, such as X-API-Key'
    : undefined;
}

/**
 * Recognises requests whose sender is known by a header that no browser adds by itself, so that no other site can have
 * caused them. Without a cookie of this application, they carry nothing that the browser would add to a forged request.
 */
export class CredentialHeaders {
  readonly #names: readonly string[] | undefined;
  readonly #ownCookies: readonly string[] | undefined;

  /**
   * @param names Headers in addition to `Authorization`; `false` for none at all.
   * @param cookieNames Names with which cookies of this application begin; without them every cookie counts as one.
   */
  constructor(names: readonly string[] | false = [], cookieNames?: readonly string[]) {
    this.#names = names === false ? undefined : names;
    this.#ownCookies = cookieNames?.map(stemOf);
  }

  /**
   * Checks whether a request needs no check of its origin.
   *
   * @param comesFromHere True when the request is known to come from a page of this site.
   */
  excuse(headers: Headers, comesFromHere: boolean): boolean {
    if (!this.#areIn(headers) || WITHOUT_OWN_HEADERS.has(headers.get('sec-fetch-mode'))) return false;
    const cookies = headers.get('cookie');
    if (cookies === null) return true;
    // A proxy that signs visitors in by a cookie of its own may add the header to what another site sends.
    return (comesFromHere || !isFromPage(headers)) && !this.#holdsOwn(cookies);
  }

  #areIn(headers: Headers): boolean {
    if (!this.#names) return false;
    const authorization = headers.get('authorization') ?? '';
    if (BY_BROWSERS.test(authorization)) return false;
    return CREDENTIALS.test(authorization) || this.#names.some((name) => headers.get(name)?.trim());
  }

  #holdsOwn(cookies: string): boolean {
    const own = this.#ownCookies;
    if (!own) return true;
    // Some runtimes join several headers by commas.
    const names = cookies.split(/[;,]/).map((pair) => stemOf(pair.split('=', 1)[0] ?? ''));
    return names.some((name) => own.some((stem) => name.startsWith(stem)));
  }
}

function stemOf(cookieName: string): string {
  return cookieName.trim().toLowerCase().replace(PREFIX, '');
}

function isFromPage(headers: Headers): boolean {
  return ['sec-fetch-site', 'origin', 'referer'].some((name) => headers.has(name));
}
