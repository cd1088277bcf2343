import { AsyncLocalStorage } from 'node:async_hooks';
import { RequestScope, type ScopedRequest } from '../../container/request-scope.js';
import { andThen, forget, isPromise, orElse, type Promised } from '../../session/promised.js';
import { CONTEXT } from '../option-schemas.js';

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

const storage = new AsyncLocalStorage<ScopedRequest>();
let custom: ContextOptions = {};
let hasTold = false;

/** The request that is being answered. */
export const currentRequest = {
  use(options: ContextOptions): void {
    custom = options;
    hasTold = false;
  },

  /** Its scope, as the application's own context gives it, where there is one. */
  get scope(): RequestScope | undefined {
    return custom.getContextStore ? scopeIn(custom.getContextStore()) : storage.getStore()?.scope;
  },

  /** Whether this runs while a request is answered. */
  is(request: ScopedRequest): boolean {
    return storage.getStore() === request;
  },

  /** @param fail What is done when the application's own context cannot be entered, or does not let the request go on. */
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
      // One that forgets to return what it ran has not kept the request from being answered.
      return andThen<unknown, Answer>(given, (answer) => (answer ?? own) as Promised<Answer>);
    }, fail);
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
  const request = storage.getStore();
  tellOfPromise('getContextStore', found);
  if (!request || typeof found !== 'object' || found === null || !('session' in found)) return undefined;
  if (found.session !== request.session) request.identity.hear(found.session);
  return request.scope;
}
