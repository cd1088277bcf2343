import { inTime } from './waiting.js';

/** Milliseconds to wait for one instance before the next is disposed. */
const LIMIT = 4_000;
/** Names of the methods that dispose an instance, the most explicit first. */
const ENDINGS = [Symbol.asyncDispose, Symbol.dispose, 'dispose'] as const;

/** Instances that must be disposed, in the order of their creation. */
export class Disposables {
  #instances = new Set<object>();
  readonly #others = new WeakSet<object>();

  constructor(private readonly limit = LIMIT) {}

  get isEmpty(): boolean {
    return this.#instances.size === 0;
  }

  /** Adds an instance if it is disposable. */
  add(instance: unknown): void {
    if (isDisposable(instance) && !this.#others.has(instance)) this.#instances.add(instance);
  }

  /** Marks an instance as owned by somebody else, who disposes it. */
  leave(instance: object): void {
    this.#others.add(instance);
  }

  /** Checks whether an instance was added or left to others: nobody else may dispose it. */
  knows(instance: object): boolean {
    return this.#instances.has(instance) || this.#others.has(instance);
  }

  /**
   * Disposes all instances, once, one after another, the last created first, because a service is created after those
   * that it needs.
   *
   * @param report Called with each error or timeout; neither prevents the other instances from being disposed.
   */
  async dispose(report: (name: string, error: unknown) => void): Promise<void> {
    const instances = [...this.#instances].reverse();
    this.#instances = new Set();
    for (const instance of instances) {
      try {
        await inTime(Promise.resolve(endingOf(instance)?.call(instance)), this.limit, 'It');
      } catch (error) {
        reportFailure(report, instance.constructor?.name ?? 'A service', error);
      }
    }
  }
}

/** Reports an error. An error of the report itself has no caller to go to, so it is logged. */
function reportFailure(report: (name: string, error: unknown) => void, name: string, error: unknown): void {
  try {
    report(name, error);
  } catch (failure) {
    console.error(failure);
  }
}

/** Checks whether an instance, or a class's prototype, is disposable. */
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
