import { UnreadablePathError } from '../paths/canonical-path.js';
import { normalized, pathOnly } from '../paths/guarded-paths.js';
import { PathIndex } from '../paths/path-index.js';
import type { RoutePath, RoutePattern } from '../route-types.js';
import type { LanguagePages } from './language-pages.js';

/**
 * The page where visitors sign in: one for the whole site, or several by the pattern of the page that they want to open.
 *
 * @example const loginPath: LoginPath = { '/admin/**': '/admin/login', '/**': '/login' };
 */
export type LoginPath = RoutePath | { readonly [Pattern in RoutePattern]?: RoutePath };

const DEFAULT = '/login';

/** The pages where visitors sign in. Everything that needs one of them, or has to recognise one, asks this class. */
export class LoginPages {
  /** The page for an address that no pattern matches. */
  readonly otherwise: string;
  /** All pages, as written in the option. */
  readonly all: readonly string[];
  readonly #patterns: PathIndex;
  readonly #pages: readonly string[];
  readonly #paths: ReadonlySet<string>;

  constructor(
    given: LoginPath = DEFAULT,
    private readonly languages?: LanguagePages,
  ) {
    const entries = typeof given === 'string' ? [] : (Object.entries(given) as [string, string][]);
    this.otherwise = typeof given === 'string' ? given : DEFAULT;
    this.#patterns = PathIndex.of(entries.map(([pattern]) => pattern));
    this.#pages = entries.map(([, page]) => page);
    const coversAll = entries.some(([pattern]) => pattern === '/**');
    this.all = [...new Set([...this.#pages, ...(coversAll ? [] : [this.otherwise])])];
    this.#paths = new Set(this.all.map(pathOf));
  }

  /**
   * Returns the page where the visitor of an address signs in: that of the first pattern that matches, in the language of
   * the address.
   *
   * @param address A path without the site's base.
   */
  for(address: string): string {
    const page = this.#pages[this.#positionFor(address)] ?? this.otherwise;
    return this.languages?.fitted(page, address) ?? page;
  }

  #positionFor(address: string): number {
    try {
      return this.#patterns.first(address);
    } catch (error) {
      if (error instanceof UnreadablePathError) return -1;
      throw error;
    }
  }

  /** Checks whether visitors sign in at a path, in any language. @param path Without the site's base. */
  has(path: string): boolean {
    const place = normalized(path);
    if (this.#paths.has(place)) return true;
    const plain = this.languages?.withoutLanguage(place);
    return plain !== undefined && this.#paths.has(plain);
  }
}

function pathOf(page: string): string {
  return normalized(pathOnly(page));
}
