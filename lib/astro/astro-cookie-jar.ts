import type { APIContext } from 'astro';
import { type CookieAttributes, CookieJar } from '../session/cookie-jar.js';

/** The cookies of an Astro request. */
export class AstroCookieJar extends CookieJar {
  constructor(private readonly context: APIContext) {
    super();
  }

  override values(name: string): readonly string[] {
    return cookieValues(this.context.request.headers.get('cookie'), name);
  }

  override set(name: string, value: string, attributes: CookieAttributes): void {
    const { domain, ...others } = attributes;
    this.context.cookies.set(name, value, { ...others, ...(domain !== undefined && { domain }), encode: String });
  }
}

/**
 * Every value of one name in a Cookie header. Parsers of cookies keep one of them, and whoever can plant a second cookie
 * of that name from a sibling host would choose which.
 */
export function cookieValues(header: string | null, name: string): readonly string[] {
  if (!header?.includes(name)) return [];
  const start = `${name}=`;
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(start) && pair.length > start.length)
    .map((pair) => pair.slice(start.length));
}
