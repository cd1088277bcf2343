import { request } from 'node:http';
import type { Server } from './app.js';

interface PlacedCookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  /** The host alone that set it, where it named no domain. */
  readonly domain: string;
  readonly isHostOnly: boolean;
}

/** What a browser is told in answer to a request. */
interface Answered {
  readonly status: number;
  readonly text: string;
  readonly setCookies: readonly string[];
}

/**
 * A browser that keeps cookies as RFC 6265 has it: several of one name, if they are for several paths or domains. It sends
 * `Secure` ones over http, as to localhost.
 */
export class PlacedBrowser {
  readonly cookies: PlacedCookie[] = [];

  constructor(readonly host = 'app.site.test') {}

  async get({ port }: Pick<Server, 'port'>, path: string): Promise<Answered> {
    const sent = this.cookies.filter((cookie) => this.#isFor(cookie, path));
    // The longest path first; otherwise in the order in which they were set.
    const cookie = sent
      .sort((a, b) => b.path.length - a.path.length)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const headers = { host: this.host, accept: 'text/html', ...(cookie && { cookie }) };
    return new Promise((resolve, reject) => {
      request({ port, path, headers, host: '127.0.0.1' }, (answer) => {
        const setCookies = answer.headers['set-cookie'] ?? [];
        for (const setCookie of setCookies) this.#keep(setCookie, path);
        let text = '';
        answer.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, setCookies }));
      })
        .on('error', reject)
        .end();
    });
  }

  /** Keeps a cookie, as if a page of this path had set it. */
  plant(setCookie: string, path = '/'): void {
    this.#keep(setCookie, path);
  }

  /** The same, without those that a sign-out left a mark in. */
  get placesOfSessions(): string[] {
    return this.places.filter((place) => !/~(?!guest|apart)/.test(place));
  }

  /** The cookies that are there, each as `name path domain`, without a domain where it is the host's alone. */
  get places(): string[] {
    return this.cookies.map(({ name, path, domain, isHostOnly }) => `${name} ${path}${isHostOnly ? '' : ` ${domain}`}`);
  }

  #keep(setCookie: string, requestPath: string): void {
    const [pair = '', ...rest] = setCookie.split(/;\s*/);
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    const attributes = new Map(
      rest.map((each) => each.split('=')).map(([key = '', of = '']) => [key.toLowerCase(), of]),
    );
    const named = attributes.get('domain')?.replace(/^\./, '').toLowerCase();
    if (named !== undefined && !isWithin(this.host, named)) return;
    const path = attributes.get('path') ?? requestPath.slice(0, Math.max(1, requestPath.lastIndexOf('/')));
    const isHostCookie = name.startsWith('__Host-');
    if (isHostCookie && (path !== '/' || named !== undefined || !attributes.has('secure'))) return;
    const kept = { name, value, path, domain: named ?? this.host, isHostOnly: named === undefined };
    const at = this.cookies.findIndex(
      (other) =>
        other.name === name &&
        other.path === path &&
        other.domain === kept.domain &&
        other.isHostOnly === kept.isHostOnly,
    );
    const isRemoved = attributes.get('max-age') === '0';
    if (isRemoved && at >= 0) this.cookies.splice(at, 1);
    else if (!isRemoved && at >= 0) this.cookies[at] = kept;
    else if (!isRemoved) this.cookies.push(kept);
  }

  #isFor({ path, domain, isHostOnly }: PlacedCookie, requested: string): boolean {
    const [pathname = '/'] = requested.split('?');
    const isBelow = pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
    return isBelow && (isHostOnly ? this.host === domain : isWithin(this.host, domain));
  }
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}
