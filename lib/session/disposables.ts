/** What ends an instance: the method that says so in the plainest way it has. */
const ENDINGS = [Symbol.asyncDispose, Symbol.dispose, 'dispose'] as const;

/** Instances that have something to end, in the order in which they were made. */
export class Disposables {
  #instances = new Set<object>();

  get isEmpty(): boolean {
    return this.#instances.size === 0;
  }

  /** Adds an instance if it has something to end. */
  add(instance: unknown): void {
    if (isDisposable(instance)) this.#instances.add(instance);
  }

  /**
   * Ends all of them, once, one after another, the last that was made first: what a service needs is made before it.
   *
   * @param report Told of what is thrown, which keeps nothing else from ending.
   */
  async dispose(report: (name: string, error: unknown) => void): Promise<void> {
    const instances = [...this.#instances].reverse();
    this.#instances = new Set();
    for (const instance of instances) {
      try {
        await endingOf(instance)?.call(instance);
      } catch (error) {
        report(instance.constructor?.name ?? 'A service', error);
      }
    }
  }
}

/** Whether an instance, or the class of some, has something to end. */
export function isDisposable(instance: unknown): instance is object {
  return typeof instance === 'object' && instance !== null && endingOf(instance) !== undefined;
}

function endingOf(instance: object): ((this: unknown) => unknown) | undefined {
  const methods = instance as Record<string | symbol, unknown>;
  for (const name of ENDINGS) {
    const method = methods[name];
    if (typeof method === 'function') return method as (this: unknown) => unknown;
  }
  return undefined;
}
