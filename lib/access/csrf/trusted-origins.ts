import { staysInPlace, toReturnPath } from '../paths/return-path.js';

/** The parts of an origin as browsers write it: its scheme, its host, and a port that is not the default. */
const ORIGIN = /^([a-z][a-z\d+.-]*):\/\/(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/;
/** An address with a host, and its origin. */
const ADDRESS = /^([a-z][a-z\d+.-]*:\/\/[^\s/\\?#@]+)(?:[/?#][^\s\\]*)?$/i;
const WEB = /^https?:\/\//;
/** Schemes whose addresses are no pages, or whose pages say nothing about who wrote them. */
const NO_PAGES: ReadonlySet<string> = new Set([
  ...['about', 'blob', 'data', 'file', 'filesystem', 'ftp', 'intent', 'javascript', 'mailto'],
  ...['vbscript', 'view-source', 'ws', 'wss'],
]);
const EXAMPLES = 'for instance https://app.example.com or capacitor://localhost';

/** Returns the problem of an entry of `csrf.trustedOrigins`; `undefined` for an origin that can be listed. */
export function trustedOriginProblem(text: string): string | undefined {
  if (text === 'null') {
    return 'is what browsers send for pages of anybody, such as a sandboxed frame or a file: list the address of your page';
  }
  if (text.includes('*')) return 'cannot have wildcards, because strangers may own what they match: list each origin';
  const [, origin = text] = ADDRESS.exec(text) ?? [];
  const canonical = canonicalOrigin(origin);
  const scheme = ORIGIN.exec(canonical)?.[1];
  if (scheme === undefined || text.includes('@'))
    return `must be a scheme and a host, and a port if it has one, ${EXAMPLES}`;
  if (NO_PAGES.has(scheme))
    return `cannot have the scheme ${scheme}, which anybody can use: list an origin, ${EXAMPLES}`;
  return canonical === text ? undefined : `must be an origin alone, as browsers send it: write "${canonical}"`;
}

/** Returns an origin as browsers write it. Other schemes than those of the web have no other form of their hosts. */
function canonicalOrigin(origin: string): string {
  const lower = origin.replace(/^[^:]*/, (scheme) => scheme.toLowerCase());
  return WEB.test(lower) ? (URL.parse(lower)?.origin ?? lower) : lower;
}

/** Further origins whose pages may send requests, and be returned to: exact ones, of the web or of apps. */
export class TrustedOrigins {
  readonly #listed: ReadonlySet<string>;

  /** @param listed Origins without a {@link trustedOriginProblem}. */
  constructor(listed: readonly string[] = []) {
    this.#listed = new Set(listed);
  }

  /** Checks whether an `Origin` header names a listed origin. */
  includes(header: string): boolean {
    return ADDRESS.exec(header)?.[1] === header && this.#has(header);
  }

  /** Checks whether a `Referer` header names a page of a listed origin. */
  includesPage(header: string): boolean {
    const origin = ADDRESS.exec(header)?.[1];
    return origin !== undefined && this.#has(origin);
  }

  /**
   * Returns the address of a page of a listed origin, taken from an untrusted string.
   *
   * @returns The address in a form that is safe to send; `undefined` for anything else.
   */
  addressIn(text: unknown): string | undefined {
    if (typeof text !== 'string' || !this.includesPage(text)) return undefined;
    const url = URL.parse(text);
    // Parsed once more, because the text and the address that browsers make of it may have different hosts.
    if (!url || !this.includesPage(url.href) || !staysInPlace(text, url.pathname)) return undefined;
    return url.href;
  }

  /** Returns a target that is safe to redirect to: an address as {@link addressIn} returns it, or a path of this site. */
  targetIn(text: unknown): string | undefined {
    return this.addressIn(text) ?? toReturnPath(text);
  }

  #has(origin: string): boolean {
    return this.#listed.size > 0 && this.#listed.has(canonicalOrigin(origin));
  }
}
