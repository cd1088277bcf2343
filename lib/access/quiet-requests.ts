import type { GuardConfig } from './guard/guard-config.js';
import { GuardedPaths, type PathsOf } from './paths/guarded-paths.js';
import { PathIndex } from './paths/path-index.js';
import type { RoutePattern } from './route-types.js';

/** Options for quiet requests. */
export interface QuietOptions {
  /**
   * Patterns of paths that a page's scripts ask by themselves, such as polls: `['/api/notifications/**']`. Their requests
   * do not count as activity: an unchanged session is neither renewed nor written. Default: none.
   */
  quiet?: readonly RoutePattern[] | undefined;
}

/** The parts of a request that tell whether it is quiet. */
export type AskedQuietly = PathsOf & { readonly headers: Headers };

/** The header with which a script sends a quiet request, and its value. */
const QUIET_HEADER = 'X-Session-Quiet';
const QUIET = '1';

/** Recognizes requests that do not count as activity of the visitor, by their path or by a header. */
export class QuietRequests {
  readonly #quiet: PathIndex | undefined;

  /** @param patterns Patterns that have been validated. */
  constructor(
    patterns: readonly string[],
    private readonly site: Pick<GuardConfig, 'base' | 'errorPages'>,
  ) {
    this.#quiet = patterns.length > 0 ? PathIndex.of(patterns) : undefined;
  }

  /** As for other exemptions, each path of the request must be quiet: a quiet page does not make an action on it quiet. */
  has(request: AskedQuietly): boolean {
    if (request.headers.get(QUIET_HEADER)?.trim() === QUIET) return true;
    const quiet = this.#quiet;
    if (!quiet) return false;
    const paths = GuardedPaths.of(request, this.site.base, this.site.errorPages);
    return paths?.every((path) => quiet.matches(path, false)) === true;
  }
}
