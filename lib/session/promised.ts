/** Whether something is a promise, of whatever kind. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  const isHolder = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isHolder && 'then' in value && typeof value.then === 'function';
}

/** Whether a function says of itself that its answer comes later: `async`, or a generator. */
export function answersLater(value: unknown): boolean {
  return typeof value === 'function' && /^(?:Async|AsyncGenerator|Generator)Function$/.test(kindOf(value));
}

/** Lets nobody hear of a promise that failed and that nobody is going to wait for: what is wrong has been said. */
export function forget(promise: PromiseLike<unknown>): void {
  promise.then(undefined, () => undefined);
}

function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}
