import type { APIContext } from 'astro';
import { stringifySetCookie } from 'cookie';
import { type CookieAttributes, CookieJar } from '../session/cookie-jar.js';
import { placesBeside } from './cookie-places.js';
import { tellOfPlainHttp } from './plain-http.js';

/** Cookies of one name. */
const MAX_VALUES = 8;

/** The cookies of an Astro request. */
export class AstroCookieJar extends CookieJar {
  readonly #removals: string[] = [];

  /** @param url Where the visitor's browser is: after a rewrite, the request has another. */
  constructor(
    private readonly context: APIContext,
    private readonly url = context.url,
  ) {
    super();
  }

  /**
   * Set-Cookie headers to send before those of Astro, which sends one for each name: should a browser take one of these for
   * today's cookie, that is set after it.
   */
  get removals(): readonly string[] {
    return this.#removals;
  }

  override values(name: string): readonly string[] {
    return cookieValues(this.context.request.headers.get('cookie'), name);
  }

  override set(name: string, value: string, attributes: CookieAttributes): void {
    const { domain, ...others } = attributes;
    if (attributes.secure && attributes.maxAge > 0) tellOfPlainHttp(this.context.request.headers);
    this.context.cookies.set(name, value, { ...others, ...(domain !== undefined && { domain }), encode: String });
  }

  override removeElsewhere(name: string, { path, domain, secure }: Omit<CookieAttributes, 'maxAge'>): void {
    for (const place of placesBeside({ path, domain }, this.context.request.headers, this.url)) {
      this.#removals.push(stringifySetCookie({ name, value: '', maxAge: 0, ...place, ...(secure && { secure }) }));
    }
  }
}

/**
 * Every value of one name in a Cookie header. Parsers of cookies keep one of them, and whoever can plant a second cookie
 * of that name from a sibling host would choose which. Nothing is made of the rest of the header, however long it is, and
 * no more values are looked at than a browser could have a reason to send.
 */
export function cookieValues(header: string | null, name: string): readonly string[] {
  const values: string[] = [];
  const start = `${name}=`;
  let at = header?.indexOf(start) ?? -1;
  while (header && at >= 0 && values.length < MAX_VALUES) {
    const next = at + start.length;
    if (beginsPair(header, at)) {
      const end = header.indexOf(';', next);
      const value = header.slice(next, end < 0 ? undefined : end).trim();
      if (value !== '') values.push(value);
    }
    at = header.indexOf(start, next);
  }
  return values;
}

function beginsPair(header: string, at: number): boolean {
  let before = at - 1;
  while (header[before] === ' ' || header[before] === '\t') before -= 1;
  return before < 0 || header[before] === ';';
}
