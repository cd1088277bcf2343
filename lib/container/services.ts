import { type DependencyContainer, container as globalContainer } from 'tsyringe';
import { DecisionLog } from '../access/decision-log.js';
import { InvalidOverrideError, MissingServiceError, ServiceConstructionError } from '../errors.js';
import { Disposables, isDisposable } from '../session/disposables.js';
import { MadeClasses } from '../session/made-classes.js';
import { whyNotReplaceable } from './class-inspection.js';
import { assertFits, assertPrompt, assertSound, assertThere, nameOf } from './instance-checks.js';
import { type Class, type Factory, isClass, type Lifetime, type Registration } from './registration.js';
import { Wiring } from './wiring.js';

const TOO_EARLY =
  'not everything is registered yet. Ask for it inside the function that you register: (get) => new Mine(get(…)).';

/**
 * All parts of the package, and yours: which class stands for which, and how long its instances live.
 *
 * @example
 * services
 *   .override(AccessChecker, TeamChecker)                                     // a class that extends AccessChecker
 *   .override(SessionStore, () => new RedisSessionStore({ url }))             // or a function that makes one
 *   .shared(Mailer)                                                           // one of your own, one for everybody
 *   .perRequest(Cart, (get) => new Cart(get(Session)));                       // one for each request that asks
 */
export class Services {
  /** The tsyringe container behind it all, for whatever this class does not offer. */
  readonly container: DependencyContainer = globalContainer.createChildContainer();
  readonly #registrations = new Map<Class, Registration>();
  readonly #disposables = new Disposables();
  #ofRequests: readonly Class[] | undefined;
  /** The package's own parts. */
  readonly #own = new Set<Class>();
  /** What creates the instances; `undefined` before {@link boot}. */
  #wiring: Wiring | undefined;
  #made = new MadeClasses();
  #late: InvalidOverrideError | undefined;

  /** One instance for the whole server. It must not hold anything of a request. */
  shared<Instance>(token: Class<Instance>, implementation: Class<Instance> | Factory<Instance> = token): this {
    return this.#register(token, { lifetime: 'shared', implementation });
  }

  /** One instance for each request that asks for it. */
  perRequest<Instance>(token: Class<Instance>, implementation: Class<Instance> | Factory<Instance> = token): this {
    return this.#register(token, { lifetime: 'perRequest', implementation });
  }

  /**
   * An instance that is there already.
   *
   * @throws {InvalidOverrideError} For a promise of one, for nothing, and for what does not extend a class of the package.
   */
  value<Instance>(token: Class<Instance>, instance: Instance): this {
    if (this.#own.has(token)) assertFits(token, instance, 'value');
    else assertThere(token, instance, 'value');
    if (this.#own.has(token)) assertSound(token, instance as object);
    this.#disposables.leave(instance as object);
    return this.#register(token, { lifetime: 'value', implementation: instance });
  }

  /** A class that the package makes itself, from a request's data. It can be overridden by a subclass only. */
  made<Instance>(token: Class<Instance>): this {
    return this.#register(token, { lifetime: 'made', implementation: token });
  }

  /**
   * Puts another class, or a function that makes an instance, in the place of a registered class. It lives as long as
   * what it replaces.
   *
   * @throws {InvalidOverrideError} When the class cannot take that place.
   */
  override<Instance>(token: Class<Instance>, implementation: Class<Instance> | Factory<Instance>): this {
    const replaced = this.#registrations.get(token);
    const name = nameOf(implementation);
    if (!replaced) {
      throw new InvalidOverrideError(
        token.name,
        name,
        `${token.name} is not registered. Register a class of your own with services.shared(${token.name}) or services.perRequest(${token.name}).`,
      );
    }
    const lifetime = replaced.lifetime === 'value' ? 'shared' : replaced.lifetime;
    const problem = whyNotReplaceable(token, implementation, lifetime);
    if (problem) throw new InvalidOverrideError(token.name, name, problem);
    return this.#register(token, { lifetime, implementation });
  }

  /** Takes what is registered by now for the package's own parts. @internal */
  asOwn(): this {
    for (const token of this.#registrations.keys()) this.#own.add(token);
    return this;
  }

  /**
   * Makes every shared service once, so that whatever is wrong shows when the server starts and not to a visitor.
   *
   * @param when `later` makes each when it is asked for: a build has neither visitors nor all that a server has.
   * @throws {MissingServiceError} When a class needs one that is not registered.
   * @throws {CaptiveServiceError} When a shared service needs something of a request.
   * @throws {ServiceConstructionError} When a constructor or a function throws, and when services need each other.
   */
  boot(when: 'now' | 'later' = 'now'): this {
    if (this.#wiring) return this;
    this.#made = new MadeClasses(this.#madeClasses());
    this.value(MadeClasses, this.#made);
    this.#wiring = new Wiring(this.container, this.#registrations, this.#own, this.#made, this.#disposables);
    this.#wiring.connect();
    if (when === 'now') for (const token of this.#registrations.keys()) this.#wiring.construct(token);
    return this;
  }

  /**
   * A shared service.
   *
   * @throws {MissingServiceError} When it is not registered, or belongs to a request.
   * @throws {ServiceConstructionError} Before {@link boot}, when it could still be replaced.
   */
  get<Instance>(token: Class<Instance>): Instance {
    const lifetime = this.lifetimeOf(token);
    if (lifetime !== 'shared' && lifetime !== 'value') throw new MissingServiceError(token.name, 'services.get()');
    if (!this.#wiring) throw new ServiceConstructionError(token.name, TOO_EARLY);
    return this.#wiring.create(token);
  }

  /**
   * Refuses to go on once a part of the package was to be replaced too late, where nobody may hear of what is thrown: in
   * a promise that is not waited for. Whoever decides by now is somebody else than was meant.
   *
   * @throws {InvalidOverrideError} For the first of them. @internal
   */
  assertInTime(): void {
    if (this.#late) throw this.#late;
  }

  /** The classes that the package makes of a request's data, and those in their place. @internal */
  get madeClasses(): MadeClasses {
    return this.#made;
  }

  /** How long instances of a class live; `undefined` for a class that is not registered. */
  lifetimeOf(token: Class): Lifetime | undefined {
    return this.#registrations.get(token)?.lifetime;
  }

  /** Classes of which requests have instances that may have something to end. @internal */
  get endedByRequests(): readonly Class[] {
    this.#ofRequests ??= [...this.#registrations].flatMap(([token, { lifetime, implementation }]) =>
      // What a function makes shows when it is there.
      lifetime === 'perRequest' && (!isClass(implementation) || isDisposable(implementation.prototype)) ? [token] : [],
    );
    return this.#ofRequests;
  }

  /** Whether shared instances have something to end. @internal */
  get mayEnd(): boolean {
    return !this.#disposables.isEmpty;
  }

  /** Whether it is not for a request to end an instance that it was handed. @internal */
  keeps(instance: object): boolean {
    return this.#disposables.knows(instance);
  }

  /** Ends the shared instances that have something to end, those last that others need. @internal */
  dispose(): Promise<void> {
    return this.#disposables.dispose(this.reportEnding);
  }

  /** Tells the log of what a service threw when it was to end. @internal */
  readonly reportEnding = (name: string, error: unknown): void => {
    this.get(DecisionLog).failure(`${name} could not be disposed of.`, error);
  };

  #register(token: Class, registration: Registration): this {
    if (this.#wiring) {
      const late = new InvalidOverrideError(
        token.name,
        'A late registration',
        'the server has started. Register services in src/gatehouse.ts, before services() returns.',
      );
      if (this.#own.has(token)) this.#late ??= late;
      throw late;
    }
    const { lifetime, implementation } = registration;
    if (lifetime !== 'value') assertPrompt(token, implementation);
    this.#registrations.set(token, registration);
    return this;
  }

  #madeClasses(): Map<Class, Class> {
    const made = new Map<Class, Class>();
    for (const [token, { lifetime, implementation }] of this.#registrations) {
      if (lifetime === 'made') made.set(token, implementation as Class);
    }
    return made;
  }
}
