import { AsyncLocalStorage } from 'node:async_hooks';
import { andThen, forget, isPromise, orElse, type Promised } from '../../base/promised.js';
import { CONTEXT, type ContextOptions } from './context-options.js';
import { RequestScope, type ScopedRequest } from './request-scope.js';

const storage = new AsyncLocalStorage<ScopedRequest>();
let custom: ContextOptions = {};
let hasLogged = false;

/** The request that is being answered. */
export const currentRequest = {
  use(options: ContextOptions): void {
    custom = options;
    hasLogged = false;
  },

  /** The scope of that request, from the application's own context where one is configured. */
  get scope(): RequestScope | undefined {
    return custom.getContextStore ? scopeIn(custom.getContextStore()) : storage.getStore()?.scope;
  },

  /** Checks whether this code runs while the request is answered. */
  is(request: ScopedRequest): boolean {
    return storage.getStore() === request;
  },

  /** Runs code as part of a request, whatever context of its own the application has. */
  enter<Result>(request: ScopedRequest, run: () => Result): Result {
    return storage.run(request, run);
  },

  /** @param fail Handles the error when the application's own context cannot be entered, or throws. */
  run<Answer>(
    request: ScopedRequest,
    run: () => Promised<Answer>,
    fail: (error: unknown) => Promised<Answer>,
  ): Promised<Answer> {
    const { runWithContext, setContextStore } = custom;
    if (!setContextStore && !runWithContext) return storage.run(request, run);
    return orElse<Answer>(() => {
      if (setContextStore) tellOfPromise('setContextStore', setContextStore(request.scope));
      if (!runWithContext) return storage.run(request, run);
      let own: Promised<Answer> | undefined;
      const given = storage.run(request, () => runWithContext(request.scope, () => (own = run())));
      // A function that forgets to return the result of `run` has answered the request all the same.
      return andThen<unknown, Answer>(given, (answer) => (answer ?? own) as Promised<Answer>);
    }, fail);
  },

  /** Adopts a visitor whom the application's own context names. */
  hear(): void {
    if (custom.getContextStore) scopeIn(custom.getContextStore());
  },
};

/** Logs once that the promise a function returned is not awaited. Otherwise requests would silently have no visitor. */
function tellOfPromise(name: string, answer: unknown): void {
  if (!isPromise(answer)) return;
  forget(answer);
  if (hasLogged) return;
  hasLogged = true;
  console.error(
    `[astro-gatehouse] ${name} returned a promise, which is not awaited, so its result is ignored: ${CONTEXT}. This ` +
      'is logged once.',
  );
}

/** @param found The value of the application's own context: the scope, or an object that names the visitor. */
function scopeIn(found: unknown): RequestScope | undefined {
  if (found instanceof RequestScope) return found;
  const request = storage.getStore();
  tellOfPromise('getContextStore', found);
  if (!request || typeof found !== 'object' || found === null || !('session' in found)) return undefined;
  if (found.session !== request.session) request.identity.hear(found.session);
  return request.scope;
}
