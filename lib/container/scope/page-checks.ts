import { AsyncLocalStorage } from 'node:async_hooks';

/** The promise of a check, which notices whether the code that called it waits for it. */
class PageCheck<Outcome> extends Promise<Outcome> {
  isAwaited = false;

  /** What `then` and `catch` return are ordinary promises. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  // biome-ignore lint/suspicious/noThenProperty: `await` calls it.
  override then<Kept = Outcome, Caught = never>(
    onKept?: ((outcome: Outcome) => Kept | PromiseLike<Kept>) | null,
    onRefused?: ((reason: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<Kept | Caught> {
    this.isAwaited = true;
    return super.then(onKept, onRefused);
  }
}

interface Asked {
  readonly check: PageCheck<void>;
  readonly outcome: Promise<void>;
}

const NONE: readonly Asked[] = [];

const inAction = new AsyncLocalStorage<PageChecks>();

/**
 * The checks that the code of a page calls before it is answered. One without `await` lets the code go on, so its answer
 * waits for the check, and is not sent when the check refuses.
 */
export class PageChecks {
  #asked: readonly Asked[] = NONE;

  /** The checks of the action that this code belongs to. */
  static get ofAction(): PageChecks | undefined {
    return inAction.getStore();
  }

  /** Runs an action, whose checks are not those of the page that may have called it. */
  during<Result>(action: () => Result): Result {
    return inAction.run(this, action);
  }

  /** Adds a check. @returns The promise to give to the code. */
  add(outcome: Promise<void>): Promise<void> {
    const check = new PageCheck<void>((keep, refuse) => outcome.then(keep, refuse));
    // The answer waits for a refusal for which the code does not wait; until then it must not end the process.
    Promise.prototype.then.call(check, undefined, () => undefined);
    this.#asked = [...this.#asked, { check, outcome }];
    return check;
  }

  /** Waits for the checks without `await`. @returns `undefined` when there are none. @throws What the first of them does. */
  ignored(): Promise<unknown> | undefined {
    if (this.#asked === NONE) return undefined;
    const ignored = this.#asked.filter(({ check }) => !check.isAwaited);
    this.#asked = NONE;
    return ignored.length === 0 ? undefined : Promise.all(ignored.map(({ outcome }) => outcome));
  }
}
