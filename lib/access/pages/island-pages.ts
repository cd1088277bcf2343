import { fromBase64Url, toBase64Url } from '../../base/base64url.js';
import { injectable } from '../../injectable.js';
import { Secrets } from '../../session/cookies/secrets.js';
import type { FoundRoute } from './route-table.js';

const PURPOSE = 'island-page';
const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;
/** Matches a token: the page, and its signature. */
const FORMAT = /^([\w-]{1,4000})\.([\w-]{43})$/;

/** The page that rendered a server island. */
export interface IslandPage extends FoundRoute {
  /** Path and query of its address. */
  readonly address: string;
}

/** The host of the site, the island's name in the build, and the parts of its address that Astro has encrypted. */
export type IslandParts = readonly (string | null)[];

/**
 * Signs the page that renders a server island, together with the island's encrypted properties: an island that was rendered
 * by one page is never taken for that of another.
 */
@injectable()
export class IslandPages {
  #keys: Promise<readonly CryptoKey[]> | undefined;

  constructor(private readonly secrets: Secrets) {}

  /** Returns the token that the island's address carries. */
  async sign({ routePattern, params, address }: IslandPage, island: IslandParts): Promise<string> {
    const page = toBase64Url(new TextEncoder().encode(JSON.stringify([routePattern, params, address])));
    const [newest] = await this.#allKeys();
    if (!newest) throw new TypeError('There is no secret to sign the page of an island with.');
    const signature = await crypto.subtle.sign(HMAC.name, newest, message(page, island));
    return `${page}.${toBase64Url(new Uint8Array(signature))}`;
  }

  /** Returns the page that rendered an island; `undefined` for a token that was not made for this island. */
  async verify(token: string, island: IslandParts): Promise<IslandPage | undefined> {
    const [, page = '', signature = ''] = FORMAT.exec(token) ?? [];
    if (signature === '') return undefined;
    for (const key of await this.#allKeys()) {
      if (!(await crypto.subtle.verify(HMAC.name, key, fromBase64Url(signature), message(page, island)))) continue;
      const [routePattern, params, address] = JSON.parse(new TextDecoder().decode(fromBase64Url(page)));
      return { routePattern, params, address };
    }
    return undefined;
  }

  #allKeys(): Promise<readonly CryptoKey[]> {
    this.#keys ??= this.secrets.keysFor(PURPOSE).then((keys) => Promise.all(keys.map(({ value }) => importKey(value))));
    return this.#keys;
  }
}

function importKey(value: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', new TextEncoder().encode(value), HMAC, false, ['sign', 'verify']);
}

/** Returns the signed message. JSON, so that different parts never give the same message. */
function message(page: string, island: IslandParts): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify([page, ...island]));
}
