import type { APIContext } from 'astro';
import { stringifySetCookie } from 'cookie';
import { mayChange } from '../../access/csrf/csrf-guard.js';
import {
  type CarriedCookie,
  type CookieAttributes,
  CookieJar,
  removesCookie,
} from '../../session/cookies/cookie-jar.js';
import { type CookiePlace, placesBeside } from './cookie-places.js';

/** Maximum number of cookies that are read: of one exact name, and of that name with any ending. */
const MAX_VALUES = 8;
const MAX_NAMED = 32;
/** Maximum length of such an ending, in characters. */
const LONGEST_ENDING = 40;
const NONE: readonly CarriedCookie[] = [];
const NO_REMOVALS: readonly string[] = [];

/** The cookies of an Astro request. */
export class AstroCookieJar extends CookieJar {
  #isChanged = false;
  #removals: string[] | undefined;
  /** The Cookie header of the request, read once; `null` without one. */
  #header: string | null | undefined;

  /** @param url The address in the visitor's browser. After a rewrite, the request has another. */
  constructor(
    readonly context: APIContext,
    private readonly url = context.url,
  ) {
    super();
  }

  /**
   * Set-Cookie headers that must precede those of Astro, which sends one per name. If a browser takes one of them for
   * the current cookie, the current cookie is set after it.
   */
  get removals(): readonly string[] {
    return this.#removals ?? NO_REMOVALS;
  }

  /** True when a cookie was set on the answer. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  override values(name: string): readonly string[] {
    return cookieValues(this.#carried, name);
  }

  override named(name: string, mark: string): readonly CarriedCookie[] {
    return cookiesNamed(this.#carried, name, mark);
  }

  override withholds(sameSite: CookieAttributes['sameSite']): boolean {
    const { request } = this.context;
    if (sameSite === 'none' || !isFromOtherSite(request.headers, this.url)) return false;
    return sameSite === 'strict' || mayChange(request.method) || !isOpenedPage(request.headers);
  }

  override set(name: string, value: string, attributes: CookieAttributes): void {
    if (attributes.secure && !removesCookie(attributes)) warnOfPlainHttp(this.context.request.headers);
    this.#isChanged = true;
    if (attributes.partitioned && this.values(name).length > 0) this.#removeUnpartitioned(name, attributes);
    this.context.cookies.set(name, value, { ...definedAttributes(attributes), encode: String });
  }

  override removeElsewhere(name: string, attributes: Omit<CookieAttributes, 'maxAge'>): void {
    for (const place of placesBeside(attributes, this.context.request.headers, this.url)) {
      if (attributes.partitioned) this.#addRemoval(name, place, attributes);
      this.#addRemoval(name, place, { ...attributes, partitioned: false });
    }
  }

  /**
   * Removes the cookie of a time before `partitioned` was set. Browsers store both, send both, and remove only the one
   * that the header means.
   */
  #removeUnpartitioned(name: string, attributes: Omit<CookieAttributes, 'maxAge'>): void {
    const { path, domain } = attributes;
    this.#addRemoval(name, { path, ...(domain !== undefined && { domain }) }, { ...attributes, partitioned: false });
  }

  #addRemoval(
    name: string,
    place: CookiePlace,
    { secure, sameSite, partitioned }: Pick<CookieAttributes, 'secure' | 'sameSite' | 'partitioned'>,
  ): void {
    // Without SameSite=None, browsers ignore the header in a frame of another site.
    const how = {
      ...(secure && { secure }),
      ...(sameSite === 'none' && { sameSite }),
      ...(partitioned && { partitioned }),
    };
    const removal = stringifySetCookie({ name, value: '', maxAge: 0, ...place, ...how });
    this.#removals ??= [];
    if (!this.#removals.includes(removal)) this.#removals.push(removal);
  }

  get #carried(): string | null {
    if (this.#header === undefined) this.#header = this.context.request.headers.get('cookie');
    return this.#header;
  }
}

/** Returns the attributes that are set, because Astro takes none that is `undefined`. */
export function definedAttributes({ domain, maxAge, partitioned, ...others }: CookieAttributes) {
  return {
    ...others,
    ...(domain !== undefined && { domain }),
    ...(maxAge !== undefined && { maxAge }),
    ...(partitioned && { partitioned }),
  };
}

/** Checks whether a browser opens an address in a tab or a window, and not in a frame. Without the headers it may. */
export function isOpenedPage(headers: Headers): boolean {
  const [mode, destination] = [headers.get('sec-fetch-mode'), headers.get('sec-fetch-dest')];
  return (mode === null || mode === 'navigate') && (destination === null || destination === 'document');
}

/**
 * Checks whether another site caused a request, so that the browser may withhold cookies. Browsers before 2023 do not
 * send Sec-Fetch-Site; then an Origin or Referer header with another host decides.
 *
 * @see https://www.w3.org/TR/fetch-metadata/; RFC 6265bis 5.2
 */
function isFromOtherSite(headers: Headers, { hostname }: URL): boolean {
  const relation = headers.get('sec-fetch-site');
  if (relation !== null) return relation === 'cross-site';
  const from = headers.get('origin') ?? headers.get('referer');
  return from !== null && (!URL.canParse(from) || new URL(from).hostname !== hostname);
}

/**
 * Returns every value of one name in a Cookie header. Cookie parsers keep only one of them, and an attacker who plants
 * a second cookie of that name from a sibling host would choose which. The rest of the header is not parsed, however
 * long it is, and no more values are read than a browser has a reason to send.
 */
export function cookieValues(header: string | null, name: string): readonly string[] {
  return find(header, name, MAX_VALUES).map(({ value }) => value);
}

/** Returns every cookie of this name, and of names that continue with a mark, in the same way. */
export function cookiesNamed(header: string | null, name: string, mark: string): readonly CarriedCookie[] {
  return find(header, name, MAX_NAMED, mark);
}

function find(header: string | null, name: string, limit: number, mark?: string): readonly CarriedCookie[] {
  let at = header?.indexOf(name) ?? -1;
  if (!header || at < 0) return NONE;
  const found: CarriedCookie[] = [];
  while (at >= 0 && found.length < limit) {
    const next = at + name.length;
    const isMarked: boolean = mark !== undefined && header.startsWith(mark, next);
    const length: number = isMarked ? header.slice(next, next + LONGEST_ENDING).indexOf('=') : 0;
    const start = next + length;
    if (length >= 0 && header[start] === '=' && beginsPair(header, at)) {
      const end = header.indexOf(';', start);
      const value = header.slice(start + 1, end < 0 ? undefined : end).trim();
      if (value !== '') found.push({ name: header.slice(at, start), value });
    }
    at = header.indexOf(name, next);
  }
  return found;
}

function beginsPair(header: string, at: number): boolean {
  let before = at - 1;
  while (header[before] === ' ' || header[before] === '\t') before -= 1;
  return before < 0 || header[before] === ';';
}

/** Hosts for which most browsers accept `Secure` cookies without TLS; Safari does not. */
const OWN_MACHINE = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/;
const SAFARI = /Version\/[\d.]+ (?:Mobile\/\w+ )?Safari\//;
let isLogged = false;

/**
 * Logs once that the browser will drop a `Secure` cookie: the visitor who signs in is a guest again with the next
 * request, and nothing else would show why. Called when such a cookie is set on an answer.
 */
function warnOfPlainHttp(headers: Headers): void {
  const origin = isLogged ? undefined : plainOrigin(headers);
  if (origin === undefined) return;
  isLogged = true;
  console.warn(
    `[astro-gatehouse] The session's cookie is Secure, and a browser has opened ${origin}, where it drops such a ` +
      'cookie: a visitor who signs in there is a guest again with the next request. Serve the site over https; to ' +
      'try it without, set session: { cookie: { secure: false } }. This is logged once.',
  );
}

/** Returns the address in the browser, if it has no TLS. A proxy that ends TLS does not change these headers. */
function plainOrigin(headers: Headers): string | undefined {
  const said = headers.get('origin') ?? headers.get('referer');
  if (!said?.startsWith('http://') || !URL.canParse(said)) return undefined;
  const { origin, host, hostname } = new URL(said);
  // Another site may not use TLS.
  if (host !== headers.get('host')) return undefined;
  const isDropped = !OWN_MACHINE.test(hostname) || SAFARI.test(headers.get('user-agent') ?? '');
  return isDropped ? origin : undefined;
}
