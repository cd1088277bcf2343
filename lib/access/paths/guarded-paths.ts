import type { GuardedRequest } from '../guard/guarded-request.js';
import { canonicalPath, routedPath, UnreadablePathError } from './canonical-path.js';
import { segmentsOf } from './path-pattern.js';
import { actionPath, ErrorPages, islandPath } from './special-paths.js';

const IS_NORMALIZED = /^(?!.*\/\/)(?:\/|[\x21-\x7e]*[\x21-\x2e\x30-\x7e])$/;
const SUFFIX = /(?:\/index)?\.html$/;

const NONE: readonly string[] = [];
const NO_NAMES: ReadonlyMap<string, readonly string[]> = new Map();

/** The paths one request can be taken for: of the page that is served, as it was asked for, and of its action. */
export class GuardedPaths {
  /** Each of them, for rules: a rule has its say when it matches any. */
  readonly all: readonly string[];
  /** Those that are something else than the page that is served: whatever is open must be so for all of these too. */
  readonly others: readonly string[];
  /** What was asked for at first, where the application has since rewritten it. */
  readonly original: string | undefined;
  /** The paths by which rules know a server island, in place of the one that Astro made up for it. */
  readonly #names: ReadonlyMap<string, readonly string[]>;

  private constructor(
    /** The path of the page that is served. */
    readonly page: string,
    /** The path that was asked for. */
    readonly requested: string,
    /** The path that stands for the action which the request would run. */
    readonly action: string | undefined,
    original: string | undefined,
    /** Whether the page stands under the path with a suffix that Astro takes off, too. */
    private readonly hasSuffix: boolean,
    islandNames: readonly (readonly string[])[] = [],
  ) {
    if (page === requested && (original ?? page) === page && action === undefined && islandNames.length === 0) {
      // What most requests are.
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

  /** @returns `undefined` for a request whose path cannot be read, or could be read in several ways. */
  static of(request: GuardedRequest, base: string, errorPages = new ErrorPages()): GuardedPaths | undefined {
    const { pathname, originalPathname, routePattern, params, action, islandNames } = request;
    try {
      const requested = canonicalPath(pathname, base);
      const original = originalPathname === undefined ? undefined : canonicalPath(originalPathname, base);
      // An error page stands for whatever was asked for.
      const page = errorPages.has(routePattern) ? requested : routedPath(routePattern, params);
      // With a suffix a route with parameters may answer under the name of another page, which is not served then.
      const isAnothers = routePattern.includes('[') && request.hasRoute?.(page) === true;
      const path = action && actionPath(action.name);
      return new GuardedPaths(page, requested, path, original, !isAnothers, islandNames);
    } catch (error) {
      if (error instanceof UnreadablePathError) return undefined;
      throw error;
    }
  }

  /** The path of a page that nobody has asked for yet. */
  static ofPage(path: string): GuardedPaths {
    return new GuardedPaths(path, path, undefined, undefined, true);
  }

  /** Whether something holds for all that the request can be taken for, the page under any of its names being one. */
  every(holds: (path: string) => boolean): boolean {
    return this.all.every((path) => this.spellingsOf(path).some(holds));
  }

  /** The paths to ask rules about in place of one of {@link all}: the first rule that is for any of them decides. */
  namesOf(path: string): readonly string[] {
    return this.#names.get(path) ?? [path];
  }

  /** The names of all paths. */
  get names(): readonly string[] {
    return this.all.flatMap((path) => this.namesOf(path));
  }

  /** A path under any of its names, the page's own included where it is one of the page. */
  spellingsOf(path: string): readonly string[] {
    return this.isPage(path) ? [...this.namesOf(path), ...this.namesOf(this.page)] : this.namesOf(path);
  }

  /** Whether a path is that of the page, or that with a suffix which Astro takes off. */
  isPage(path: string): boolean {
    if (path === this.page) return true;
    return normalized(this.hasSuffix ? path.replace(SUFFIX, '') : path) === normalized(this.page);
  }
}

/** A path as it can be compared: without a slash at its end, and with its letters composed. */
export function normalized(path: string): string {
  return IS_NORMALIZED.test(path) ? path : `/${segmentsOf(path.normalize('NFC')).join('/')}`;
}

/** The path of an option, as that of a request is read: it may be written encoded or plain. @param base As it has it. */
export function pathOnly(location: string, base = ''): string {
  const path = location.replace(/[?#].*$/s, '');
  try {
    return canonicalPath(path, base);
  } catch {
    return path;
  }
}
