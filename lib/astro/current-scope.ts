import { AsyncLocalStorage } from 'node:async_hooks';
import { RequestScope } from '../container/request-scope.js';
import { forget, isPromise } from '../session/promised.js';
import { CONTEXT } from './option-schemas.js';

/** How a request's scope is found again by code that was not handed a context. Default: AsyncLocalStorage. */
export interface ContextOptions {
  /** Runs `run` so that `getContextStore` answers with `scope` inside it, however long it takes. */
  runWithContext?: (<Result>(scope: RequestScope, run: () => Result) => Result) | undefined;
  /** Called before `run` where there is no way to run something inside a context. */
  setContextStore?: ((scope: RequestScope) => void) | undefined;
  /**
   * Finds the scope again. An object of one's own in its place, `{ session }`, says who the visitor is, as an assignment to
   * `locals.session` does.
   */
  getContextStore?: (() => unknown) | undefined;
}

const storage = new AsyncLocalStorage<RequestScope>();
let custom: ContextOptions = {};
let hasTold = false;

/** The scope of the request that is being answered. */
export const currentScope = {
  use(options: ContextOptions): void {
    custom = options;
    hasTold = false;
  },

  get(): RequestScope | undefined {
    return custom.getContextStore ? scopeIn(custom.getContextStore()) : storage.getStore();
  },

  run<Result>(scope: RequestScope, run: () => Result): Result {
    const { runWithContext } = custom;
    if (custom.setContextStore) tellOfPromise('setContextStore', custom.setContextStore(scope));
    return storage.run(scope, runWithContext ? () => runWithContext(scope, run) : run);
  },

  /** Hears of a visitor whom the application's own context names. */
  hear(): void {
    if (custom.getContextStore) scopeIn(custom.getContextStore());
  },
};

/** Says once of a function that gives a promise that nobody waits for it: requests would find nobody without a word. */
function tellOfPromise(name: string, answer: unknown): void {
  if (!isPromise(answer)) return;
  forget(answer);
  if (hasTold) return;
  hasTold = true;
  console.error(
    `[astro-gatehouse] ${name} gave a promise, and its answer is read at once, so it counts for nothing: ${CONTEXT}. This is ` +
      'said once.',
  );
}

/** @param found What the application's own context holds: the scope, or an object that names the visitor. */
function scopeIn(found: unknown): RequestScope | undefined {
  if (found instanceof RequestScope) return found;
  const scope = storage.getStore();
  tellOfPromise('getContextStore', found);
  if (!scope || typeof found !== 'object' || found === null || !('session' in found)) return undefined;
  if (found.session !== scope.session) scope.hear(found.session);
  return scope;
}
