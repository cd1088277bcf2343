/** A route of the project. */
export interface RouteRow {
  /** In Astro's notation: `/org/[slug]`. */
  readonly pattern: string;
  /** Sources of the regular expressions that Astro matches paths with: that of the route, and those of its fallbacks. */
  readonly sources: readonly string[];
  /** The names of its parameters; those of rest parameters begin with `...`. */
  readonly params: readonly string[];
  readonly isPage: boolean;
}

/** A page that an address leads to. */
export interface FoundRoute {
  readonly routePattern: string;
  readonly params: Readonly<Record<string, string | undefined>>;
}

/** Maximum levels of percent-encoding, as in Astro. */
const MOST_DECODINGS = 10;

/** Finds the page at an address of the site, as Astro's router does. */
export class RouteTable {
  readonly #base: string;
  #routes: readonly { readonly row: RouteRow; readonly patterns: readonly RegExp[] }[] | undefined;

  /** @param rows The routes, the one that Astro tries first in front. */
  constructor(
    private readonly rows: readonly RouteRow[],
    base: string,
  ) {
    this.#base = base.replace(/\/+$/, '');
  }

  /**
   * @param pathname The path of a URL, with the site's base.
   * @returns `undefined` for what is no page, and for an address that Astro would rewrite or redirect first.
   */
  find(pathname: string): FoundRoute | undefined {
    const path = this.#withoutBase(decoded(pathname));
    if (path === undefined || path.includes('//') || path.endsWith('.html')) return undefined;
    this.#routes ??= this.rows.map((row) => ({ row, patterns: row.sources.map((source) => new RegExp(source)) }));
    for (const { row, patterns } of this.#routes) {
      const match = patterns.map((pattern) => pattern.exec(path)).find((found) => found);
      if (match) return row.isPage ? { routePattern: row.pattern, params: paramsOf(row, match) } : undefined;
    }
    return undefined;
  }

  #withoutBase(path: string | undefined): string | undefined {
    if (path === undefined || this.#base === '') return path;
    if (path === this.#base) return '/';
    return path.startsWith(`${this.#base}/`) ? path.slice(this.#base.length) : undefined;
  }
}

function paramsOf({ params }: RouteRow, match: RegExpExecArray): FoundRoute['params'] {
  const given = (name: string, at: number) => (name.startsWith('...') ? match[at + 1] || undefined : match[at + 1]);
  return Object.fromEntries(params.map((name, at) => [name.replace(/^\.\.\./, ''), given(name, at)]));
}

function decoded(pathname: string): string | undefined {
  let path = pathname;
  for (let level = 0; level <= MOST_DECODINGS; level++) {
    let next: string;
    try {
      next = decodeURI(path);
    } catch {
      return level === 0 ? undefined : path;
    }
    if (next === path) return path;
    path = next;
  }
  return undefined;
}
