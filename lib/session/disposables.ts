import { inTime } from './in-time.js';

/** Milliseconds after which the next one is ended, whether an instance has ended or not. */
const LIMIT = 4_000;
/** What ends an instance: the method that says so in the plainest way it has. */
const ENDINGS = [Symbol.asyncDispose, Symbol.dispose, 'dispose'] as const;

/** Instances that have something to end, in the order in which they were made. */
export class Disposables {
  #instances = new Set<object>();
  readonly #others = new WeakSet<object>();

  constructor(private readonly limit = LIMIT) {}

  get isEmpty(): boolean {
    return this.#instances.size === 0;
  }

  /** Adds an instance if it has something to end. */
  add(instance: unknown): void {
    if (isDisposable(instance) && !this.#others.has(instance)) this.#instances.add(instance);
  }

  /** Leaves an instance to whoever it belongs to. */
  leave(instance: object): void {
    this.#others.add(instance);
  }

  /** Whether an instance is one of these, or was left to others: then nobody else ends it. */
  knows(instance: object): boolean {
    return this.#instances.has(instance) || this.#others.has(instance);
  }

  /**
   * Ends all of them, once, one after another, the last that was made first: what a service needs is made before it.
   *
   * @param report Told of what is thrown, or hangs: neither keeps anything else from ending.
   */
  async dispose(report: (name: string, error: unknown) => void): Promise<void> {
    const instances = [...this.#instances].reverse();
    this.#instances = new Set();
    for (const instance of instances) {
      try {
        await inTime(Promise.resolve(endingOf(instance)?.call(instance)), this.limit, 'It');
      } catch (error) {
        tell(report, instance.constructor?.name ?? 'A service', error);
      }
    }
  }
}

/** Nobody waits who could be told that even this fails. */
function tell(report: (name: string, error: unknown) => void, name: string, error: unknown): void {
  try {
    report(name, error);
  } catch (failure) {
    console.error(failure);
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
