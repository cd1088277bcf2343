import type { DependencyContainer } from 'tsyringe';
import { DecisionLog } from '../access/guard/decision-log.js';
import { InvalidOverrideError, MissingServiceError, ServiceConstructionError } from '../errors/index.js';
import { container as globalContainer } from '../injectable.js';
import { MadeClasses } from '../session/made-classes.js';
import { whyNotReplaceable } from './class-inspection.js';
import { assertFits, assertPrompt, assertSound, assertThere, nameOf } from './instance-checks.js';
import type { Class, Factory, Lifetime, Registration } from './registration.js';
import { ServiceRegistry } from './service-registry.js';
import { Wiring } from './wiring.js';

const TOO_EARLY =
  'not everything is registered yet. Get it inside the function that you register: (get) => new Mine(get(…)).';

/** Returns the registrations behind services. For this package only; users have no access to them. */
export let registryOf: (services: Services) => ServiceRegistry;

/**
 * All parts of the package and of the application's services: which class implements which, and how
 * long its instances live.
 *
 * @example
 * services
 *   .override(AccessChecker, TeamChecker)                                     // a class that extends AccessChecker
 *   .override(SessionStore, () => new RedisSessionStore({ url }))             // or a function that creates one
 *   .shared(Mailer)                                                           // a service of yours: one instance
 *   .perRequest(Cart, (get) => new Cart(get(Session)));                       // one instance for each request
 */
export class Services {
  /** The tsyringe container behind this class, for features that this class does not offer. */
  readonly container: DependencyContainer = globalContainer.createChildContainer();
  readonly #registry = new ServiceRegistry(() => this.get(DecisionLog));
  /** Creates the instances; `undefined` before {@link boot}. */
  #wiring: Wiring | undefined;

  static {
    registryOf = (services) => services.#registry;
  }

  /**
   * Registers a class with one instance for the whole server. The instance must not hold data of a request.
   *
   * @param token The class to register.
   * @param implementation The class or the factory that creates the instance. Default: the class itself.
   */
  shared<Instance>(token: Class<Instance>, implementation: Class<Instance> | Factory<Instance> = token): this {
    return this.#register(token, { lifetime: 'shared', implementation });
  }

  /**
   * Registers a class with one instance for each request that gets it.
   *
   * @param token The class to register.
   * @param implementation The class or the factory that creates the instances. Default: the class itself.
   */
  perRequest<Instance>(token: Class<Instance>, implementation: Class<Instance> | Factory<Instance> = token): this {
    return this.#register(token, { lifetime: 'perRequest', implementation });
  }

  /**
   * Registers an instance that already exists.
   *
   * @throws {InvalidOverrideError} For a promise, for a value that is not an object, and, for a class of the package,
   *   when the instance does not extend that class.
   */
  value<Instance>(token: Class<Instance>, instance: Instance): this {
    if (this.#registry.own.has(token)) assertFits(token, instance, 'value');
    else assertThere(token, instance, 'value');
    if (this.#registry.own.has(token)) assertSound(token, instance as object);
    this.#registry.disposables.leave(instance as object);
    return this.#register(token, { lifetime: 'value', implementation: instance });
  }

  /** Registers a class that the package instantiates from a request's data. Only a subclass can replace it. */
  made<Instance>(token: Class<Instance>): this {
    return this.#register(token, { lifetime: 'made', implementation: token });
  }

  /**
   * Replaces the implementation of a registered class by another class, or by a function that creates an instance. The
   * lifetime stays the same.
   *
   * @throws {InvalidOverrideError} When the class is not registered, or the implementation cannot replace it.
   */
  override<Instance>(token: Class<Instance>, implementation: Class<Instance> | Factory<Instance>): this {
    const replaced = this.#registry.registrations.get(token);
    const name = nameOf(implementation);
    if (!replaced) {
      throw new InvalidOverrideError(
        token.name,
        name,
        `${token.name} is not registered. Register a new class with services.shared(${token.name}) or ` +
          `services.perRequest(${token.name}).`,
      );
    }
    const lifetime = replaced.lifetime === 'value' ? 'shared' : replaced.lifetime;
    const problem = whyNotReplaceable(token, implementation, lifetime);
    if (problem) throw new InvalidOverrideError(token.name, name, problem);
    return this.#register(token, { lifetime, implementation });
  }

  /**
   * Creates every shared service, so that faults show when the server starts, and not when a visitor arrives.
   *
   * @param when `later` creates each service when it is first needed: during a build there are no visitors, and not
   *   everything that a server needs is available.
   * @throws {MissingServiceError} When a class needs one that is not registered.
   * @throws {CaptiveServiceError} When a shared service needs something that belongs to a request.
   * @throws {ServiceConstructionError} When a constructor or a factory throws, and when services need each other.
   */
  boot(when: 'now' | 'later' = 'now'): this {
    if (this.#wiring) return this;
    this.value(MadeClasses, this.#registry.settleMadeClasses());
    this.#wiring = new Wiring(this.container, this.#registry);
    this.#wiring.connect();
    if (when === 'now') for (const token of this.#registry.registrations.keys()) this.#wiring.construct(token);
    return this;
  }

  /**
   * Returns a shared service.
   *
   * @throws {MissingServiceError} When it is not registered, or belongs to a request.
   * @throws {ServiceConstructionError} Before {@link boot}, because an override could still follow.
   */
  get<Instance>(token: Class<Instance>): Instance {
    const lifetime = this.lifetimeOf(token);
    if (lifetime !== 'shared' && lifetime !== 'value') throw new MissingServiceError(token.name, 'services.get()');
    if (!this.#wiring) throw new ServiceConstructionError(token.name, TOO_EARLY);
    return this.#wiring.create(token);
  }

  /** Returns the lifetime of a class; `undefined` for a class that is not registered. */
  lifetimeOf(token: Class): Lifetime | undefined {
    return this.#registry.lifetimeOf(token);
  }

  #register(token: Class, registration: Registration): this {
    if (this.#wiring) throw this.#registry.refuse(token);
    const { lifetime, implementation } = registration;
    if (lifetime !== 'value') assertPrompt(token, implementation);
    this.#registry.registrations.set(token, registration);
    return this;
  }
}
