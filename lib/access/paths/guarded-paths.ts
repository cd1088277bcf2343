import type { GuardedRequest } from '../guard/guarded-request.js';
import { canonicalPath, routedPath, UnreadablePathError } from './canonical-path.js';
import { segmentsOf } from './path-pattern.js';
import { actionPath, ErrorPages, islandPath } from './special-paths.js';

/** Matches most paths that {@link normalized} would not change. */
const IS_NORMALIZED = /^(?!.*\/\/)(?:\/|[\x21-\x7e]*[\x21-\x2e\x30-\x7e])$/;
/** The suffixes that Astro removes from a path before it looks for the page. */
const SUFFIX = /(?:\/index)?\.html$/;

const NONE: readonly string[] = [];
const NO_NAMES: ReadonlyMap<string, readonly string[]> = new Map();

/** The parts of a request from which its paths follow. */
export type PathsOf = Pick<
  GuardedRequest,
  'pathname' | 'originalPathname' | 'routePattern' | 'params' | 'action' | 'islandNames' | 'hasRoute'
>;

/**
 * The paths under which one request may have rules: the path of the page that is served, the requested path, the path
 * before a rewrite, and that of the action or server island. They differ where Astro serves a page under another path
 * than the requested one. Protection must not depend on which of them a rule names.
 */
export class GuardedPaths {
  /** All of these paths, each once. A rule applies to the request when it matches any of them. */
  readonly all: readonly string[];
  /**
   * The paths that are no spelling of the path of the served page. An exemption of the page, such as its own public
   * guard, does not cover them: an exemption must hold for every one of these paths.
   */
  readonly others: readonly string[];
  /** The path that was requested before the application rewrote the request; `undefined` when it did not. */
  readonly original: string | undefined;
  /** The paths that rules use for a server island, in place of the generated path under which Astro serves it. */
  readonly #names: ReadonlyMap<string, readonly string[]>;

  private constructor(
    /** The path of the page that is served. */
    readonly page: string,
    /** The path of the request's URL. */
    readonly requested: string,
    /** The path that represents, in rules, the action that the request would run. */
    readonly action: string | undefined,
    original: string | undefined,
    /**
     * True when the page's path with `.html` or `/index.html` is another spelling of it, because Astro removes these.
     */
    private readonly hasSuffix: boolean,
    islandNames: readonly (readonly string[])[] = [],
  ) {
    if (page === requested && (original ?? page) === page && action === undefined && islandNames.length === 0) {
      // The case of most requests, without further work.
      this.all = [page];
      this.others = NONE;
      this.#names = NO_NAMES;
      return;
    }
    const named = islandNames.map((names, at) => [at === 0 ? page : `${page}#${at}`, names.map(islandPath)] as const);
    this.#names = new Map(named);
    this.original = original === page || original === requested ? undefined : original;
    this.all = [...new Set([page, requested, action ?? page, original ?? page, ...this.#names.keys()])];
    this.others = this.all.filter((path) => !this.isPage(path));
  }

  /**
   * Returns the paths of a request.
   *
   * @param base The site's base without a trailing slash; empty for none.
   * @returns `undefined` when a path is invalid, or could be read in several ways.
   */
  static of(request: PathsOf, base: string, errorPages = new ErrorPages()): GuardedPaths | undefined {
    const { pathname, originalPathname, routePattern, params, action, islandNames } = request;
    try {
      const requested = canonicalPath(pathname, base);
      const original = originalPathname === undefined ? undefined : canonicalPath(originalPathname, base);
      // An error page has no path of its own: it is rendered for the requested path.
      const page = errorPages.has(routePattern) ? requested : routedPath(routePattern, params);
      // A route with parameters may serve `/about.html` although `/about` is another page, which is not served then.
      const isAnothers = routePattern.includes('[') && request.hasRoute?.(page) === true;
      const path = action && actionPath(action.name);
      return new GuardedPaths(page, requested, path, original, !isAnothers, islandNames);
    } catch (error) {
      if (error instanceof UnreadablePathError) return undefined;
      throw error;
    }
  }

  /** Returns the paths of a page that has not been requested yet: only its own. */
  static ofPage(path: string): GuardedPaths {
    return new GuardedPaths(path, path, undefined, undefined, true);
  }

  /** Checks whether an exemption holds for each of the paths. It is enough that it holds for one spelling of a path. */
  every(holds: (path: string) => boolean): boolean {
    return this.all.every((path) => this.spellingsOf(path).some(holds));
  }

  /**
   * Returns the paths for which rules are looked up in place of one of {@link all}. The first rule that matches any
   * decides.
   */
  namesOf(path: string): readonly string[] {
    return this.#names.get(path) ?? [path];
  }

  /** The paths for which rules are looked up, of all paths: see {@link namesOf}. */
  get names(): readonly string[] {
    return this.all.flatMap((path) => this.namesOf(path));
  }

  /** Returns the names of a path, and those of the page as well when the path is a spelling of the page's. */
  spellingsOf(path: string): readonly string[] {
    return this.isPage(path) ? [...this.namesOf(path), ...this.namesOf(this.page)] : this.namesOf(path);
  }

  /** Checks whether a path is a spelling of the page's path: the same after {@link normalized}, or with a suffix. */
  isPage(path: string): boolean {
    if (path === this.page) return true;
    return normalized(this.hasSuffix ? path.replace(SUFFIX, '') : path) === normalized(this.page);
  }
}

/** Returns a path in the form for comparisons: without empty segments and a trailing slash, in Unicode form NFC. */
export function normalized(path: string): string {
  return IS_NORMALIZED.test(path) ? path : `/${segmentsOf(path.normalize('NFC')).join('/')}`;
}

/**
 * Returns the path of an option in the form of a request's path: decoded, without query, fragment and base.
 *
 * @param location The option's value, percent-encoded or plain.
 * @param base The site's base, if the location includes it.
 */
export function pathOnly(location: string, base = ''): string {
  const path = location.replace(/[?#].*$/s, '');
  try {
    return canonicalPath(path, base);
  } catch {
    return path;
  }
}
