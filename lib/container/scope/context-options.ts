import type { RequestScope } from './request-scope.js';

/** The cure for a function of a context that returns a promise. */
export const CONTEXT = 'wait inside runWithContext, or load the data before';

/** Functions that find a request's scope in code that has no context. Default: AsyncLocalStorage. */
export interface ContextOptions {
  /** Runs `run` so that `getContextStore` returns `scope` inside it, until `run` has finished, promises included. */
  runWithContext?: (<Result>(scope: RequestScope, run: () => Result) => Result) | undefined;
  /** Called before `run` where a function cannot be run inside a context. */
  setContextStore?: ((scope: RequestScope) => void) | undefined;
  /**
   * Returns the scope. An object of the form `{ session }` in its place names the visitor, as an assignment to
   * `locals.session` does.
   */
  getContextStore?: (() => unknown) | undefined;
}
