import type { DecisionLog } from '../access/guard/decision-log.js';
import { Disposables, isDisposable } from '../base/disposables.js';
import { InvalidOverrideError } from '../errors/index.js';
import { MadeClasses } from '../session/made-classes.js';
import { type Class, isClass, type Lifetime, type Registration } from './registration.js';

/** The registrations behind `Services`, and what becomes of their instances. For this package only. */
export class ServiceRegistry {
  readonly registrations = new Map<Class, Registration>();
  /** The package's own parts. */
  readonly own = new Set<Class>();
  /** The shared instances that must be disposed of. */
  readonly disposables = new Disposables();
  /** The classes that the package instantiates from a request's data, with their replacements. */
  madeClasses = new MadeClasses();
  #ofRequests: readonly Class[] | undefined;
  #late: InvalidOverrideError | undefined;

  /** @param log Returns the log for errors of services that are disposed of. */
  constructor(private readonly log: () => DecisionLog) {}

  /** Marks every class registered so far as a part of the package. */
  asOwn(): void {
    for (const token of this.registrations.keys()) this.own.add(token);
  }

  /** Returns the lifetime of a class; `undefined` for a class that is not registered. */
  lifetimeOf(token: Class): Lifetime | undefined {
    return this.registrations.get(token)?.lifetime;
  }

  /** Settles which class stands for each that the package instantiates itself. */
  settleMadeClasses(): MadeClasses {
    const made = new Map<Class, Class>();
    for (const [token, { lifetime, implementation }] of this.registrations) {
      if (lifetime === 'made') made.set(token, implementation as Class);
    }
    this.madeClasses = new MadeClasses(made);
    return this.madeClasses;
  }

  /** Returns the error for a registration after the start, and remembers it for a part of the package. */
  refuse(token: Class): InvalidOverrideError {
    const late = new InvalidOverrideError(
      token.name,
      'A late registration',
      'the server has started. Register services in src/gatehouse.ts, before services() returns.',
    );
    if (this.own.has(token)) this.#late ??= late;
    return late;
  }

  /**
   * Throws when an override of a part of the package came too late. The error that the late registration threw may have
   * been lost in a promise that nobody awaits, and the part that decides now is not the one that the application
   * wanted.
   *
   * @throws {InvalidOverrideError} For the first late override.
   */
  assertInTime(): void {
    if (this.#late) throw this.#late;
  }

  /** The per-request classes whose instances may have to be disposed of. */
  get endedByRequests(): readonly Class[] {
    this.#ofRequests ??= [...this.registrations].flatMap(([token, { lifetime, implementation }]) =>
      // The result of a factory can be inspected only after it was created.
      lifetime === 'perRequest' && (!isClass(implementation) || isDisposable(implementation.prototype)) ? [token] : [],
    );
    return this.#ofRequests;
  }

  /** True when shared instances must be disposed of. */
  get mayEnd(): boolean {
    return !this.disposables.isEmpty;
  }

  /** Returns true when an instance does not belong to a request, so that the request must not dispose of it. */
  keeps(instance: object): boolean {
    return this.disposables.knows(instance);
  }

  /** Disposes of the shared instances, in reverse order of creation, so that dependencies are disposed of last. */
  dispose(): Promise<void> {
    return this.disposables.dispose(this.reportEnding);
  }

  /** Logs an error that a service threw while it was disposed of. */
  readonly reportEnding = (name: string, error: unknown): void => {
    this.log().failure(`${name} could not be disposed of.`, error);
  };
}
