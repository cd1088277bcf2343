import { toReturnPath } from '../paths/return-path.js';

/**
 * A kind of client, by the answer that it can use when its visitor is refused. `browser` shows the answer to the
 * visitor, so it is redirected. `old browser` may be one: it opens an endpoint, and sends nothing that tells it from a
 * program. htmx follows a redirect that a header names: it fetches a whole page, or a part that it puts into another
 * page. `program` gets a status and problem details.
 */
export type RefusedClient = 'browser' | 'old browser' | 'htmx page' | 'htmx part' | 'program';

/** The request headers that decide which kind of client asks, for `Vary`. */
export const CLIENT_HEADERS =
  'Accept, Sec-Fetch-Dest, Sec-Fetch-Mode, X-Requested-With, Turbo-Frame, HX-Request, HX-Boosted, HX-History-Restore-Request, HX-Current-URL';

/** The signs by which clients are told apart. Those that only some lines of the table ask for are read when they do. */
class Signs {
  readonly #accept: string;
  readonly #dest: string | null;
  readonly mode: string | null;
  readonly htmx: boolean;

  constructor(private readonly headers: Headers) {
    this.#accept = headers.get('accept') ?? '*/*';
    this.#dest = headers.get('sec-fetch-dest');
    this.mode = headers.get('sec-fetch-mode');
    this.htmx = headers.get('hx-request') === 'true';
  }

  /** True when htmx will show the answer in place of the whole page. */
  get isBoosted(): boolean {
    const { headers } = this;
    return headers.get('hx-boosted') === 'true' || headers.get('hx-history-restore-request') === 'true';
  }

  /** True when Turbo fetches a part of a page, or sends a form to which the answer may be parts of a page. */
  get isTurbo(): boolean {
    return this.headers.has('turbo-frame') || this.#accept.includes('text/vnd.turbo-stream.html');
  }

  get isScript(): boolean {
    if (this.#dest === 'empty' && this.mode !== 'navigate') return true;
    return this.headers.get('x-requested-with')?.toLowerCase() === 'xmlhttprequest';
  }

  /** The place in which a browser opens the address: a tab or a window, or a frame of a page. */
  get opens(): 'tab' | 'frame' | undefined {
    if (this.#dest === 'document' || (this.#dest === null && this.mode === 'navigate')) return 'tab';
    return this.mode === 'navigate' ? 'frame' : undefined;
  }

  get wants(): 'html' | 'anything' | 'data' {
    if (this.#accept.includes('text/html')) return 'html';
    return this.#accept.trim() === '*/*' ? 'anything' : 'data';
  }

  /** True when the client sends fetch metadata, as browsers do since 2023 where a connection is safe. */
  get tells(): boolean {
    return this.mode !== null || this.#dest !== null;
  }
}

/** A line of the table. The first one that holds decides. */
interface Line {
  readonly holds: (signs: Signs) => boolean;
  readonly page: RefusedClient;
  readonly endpoint: RefusedClient;
}

/**
 * Who gets what, for pages and for endpoints. The same table is in docs/pages.md.
 *
 * A script that fetches HTML shows it as part of a page, where a login page would be out of place. Astro's
 * ClientRouter accepts anything instead of HTML, and opens the address itself when the answer is no page.
 *
 * @see https://www.w3.org/TR/fetch-metadata/
 */
const TABLE: readonly Line[] = [
  { holds: ({ htmx, isBoosted }) => htmx && isBoosted, page: 'htmx page', endpoint: 'htmx page' },
  { holds: ({ htmx }) => htmx, page: 'htmx part', endpoint: 'htmx part' },
  { holds: ({ isTurbo, isScript }) => isTurbo || isScript, page: 'program', endpoint: 'program' },
  { holds: ({ opens }) => opens === 'tab', page: 'browser', endpoint: 'browser' },
  { holds: ({ opens }) => opens === 'frame', page: 'browser', endpoint: 'program' },
  { holds: ({ wants, tells }) => wants === 'html' && !tells, page: 'browser', endpoint: 'old browser' },
  { holds: ({ wants }) => wants === 'html', page: 'browser', endpoint: 'program' },
  { holds: ({ wants, mode }) => wants === 'anything' && mode === null, page: 'browser', endpoint: 'program' },
  { holds: () => true, page: 'program', endpoint: 'program' },
];

/** Returns the kind of client that sent a request to a page or an endpoint. */
export function clientOf(headers: Headers, routeIsPage: boolean): RefusedClient {
  const signs = new Signs(headers);
  const line = TABLE.find(({ holds }) => holds(signs));
  return line?.[routeIsPage ? 'page' : 'endpoint'] ?? 'program';
}

/**
 * Returns the address of the page for which htmx fetches a part.
 *
 * @param url The address at which the request arrived.
 * @returns A path with its query; `undefined` for an address of another host, and for one that is not safe to return to.
 */
export function pageShown(headers: Headers, url: URL): string | undefined {
  const shown = URL.parse(headers.get('hx-current-url') ?? '');
  // Behind a proxy the server may not know that the browser uses TLS. Nothing but the path is used.
  if (!shown || shown.host !== url.host || !/^https?:$/.test(shown.protocol)) return undefined;
  return toReturnPath(shown.pathname + shown.search);
}
