import { AsyncLocalStorage } from 'node:async_hooks';
import { RequestScope } from '../container/request-scope.js';

/** How a request's scope is found again by code that was not handed a context. Default: AsyncLocalStorage. */
export interface ContextOptions {
  /** Runs `run` so that `getContextStore` answers with `scope` inside it, however long it takes. */
  runWithContext?: (<Result>(scope: RequestScope, run: () => Result) => Result) | undefined;
  /** Called before `run` where there is no way to run something inside a context. */
  setContextStore?: ((scope: RequestScope) => void) | undefined;
  getContextStore?: (() => unknown) | undefined;
}

const storage = new AsyncLocalStorage<RequestScope>();
let custom: ContextOptions = {};

/** The scope of the request that is being answered. */
export const currentScope = {
  use(options: ContextOptions): void {
    custom = options;
  },

  get(): RequestScope | undefined {
    if (!custom.getContextStore) return storage.getStore();
    const scope = custom.getContextStore();
    return scope instanceof RequestScope ? scope : undefined;
  },

  run<Result>(scope: RequestScope, run: () => Result): Result {
    custom.setContextStore?.(scope);
    if (custom.runWithContext) return custom.runWithContext(scope, run);
    return custom.setContextStore ? run() : storage.run(scope, run);
  },
};
