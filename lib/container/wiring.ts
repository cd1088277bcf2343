import type { DependencyContainer } from 'tsyringe';
import {
  CaptiveServiceError,
  GatehouseError,
  InvalidOverrideError,
  MissingServiceError,
  ServiceConstructionError,
} from '../errors/index.js';
import { injectable, instanceCachingFactory, instancePerContainerCachingFactory, Lifecycle } from '../injectable.js';
import { assertNoCircle, dependenciesOf, Making, tracelessSentence, whyNotReplaceable } from './class-inspection.js';
import { assertFits, assertSound } from './instance-checks.js';
import { type Class, type Factory, type Get, isClass, type Lifetime, type Registration } from './registration.js';
import type { ServiceRegistry } from './service-registry.js';

/**
 * Registers services in tsyringe's container and creates them, after it has checked that the dependencies of every
 * class are available.
 */
export class Wiring {
  readonly #constructed = new Set<unknown>();
  readonly #making = new Making();

  constructor(
    private readonly container: DependencyContainer,
    private readonly registry: ServiceRegistry,
  ) {}

  /** Returns the instance of a shared service. */
  create<Instance>(token: Class<Instance>): Instance {
    return this.registry.madeClasses.during(() => this.container.resolve(token as never));
  }

  /** Registers every class in the container with its factory and lifetime. @throws As {@link Services.boot} does. */
  connect(): void {
    for (const [token, registration] of this.registry.registrations) {
      this.#inspect(token, registration);
      const { implementation } = registration;
      if (this.registry.own.has(token) && isClass(implementation)) assertSound(token, implementation.prototype);
    }
    assertNoCircle(this.registry.registrations.keys(), (token) => this.#constructorOf(token));
    for (const [token, registration] of this.registry.registrations) this.#wire(token, registration);
  }

  /**
   * Checks dependencies, because tsyringe would pass `undefined`, an empty instance of an abstract class, or another
   * visitor's service.
   */
  #inspect(token: Class, { lifetime, implementation }: Registration): void {
    if (lifetime === 'made' || lifetime === 'value' || !isClass(implementation)) return;
    const problem = whyNotReplaceable(token, implementation, lifetime);
    if (problem && implementation === token) throw new ServiceConstructionError(token.name, problem);
    if (problem) throw new InvalidOverrideError(token.name, implementation.name, problem);
    for (const [index, dependency] of dependenciesOf(implementation).entries()) {
      if (dependency === undefined) {
        const problem = tracelessSentence(token, implementation, index, lifetime);
        if (implementation === token) throw new ServiceConstructionError(token.name, problem);
        throw new InvalidOverrideError(token.name, implementation.name, problem);
      }
      this.#permit(implementation.name, lifetime, dependency);
    }
  }

  #permit(name: string, lifetime: Lifetime, dependency: unknown): void {
    const needed = this.registry.registrations.get(dependency as Class)?.lifetime;
    if (needed === undefined && this.container.isRegistered(dependency as never)) return;
    const dependencyName = typeof dependency === 'function' ? dependency.name : String(dependency);
    if (needed === undefined) throw new MissingServiceError(dependencyName, name);
    const belongsToRequest = needed === 'perRequest' || needed === 'made';
    if (lifetime === 'shared' && belongsToRequest) throw new CaptiveServiceError(name, dependencyName);
  }

  #wire(token: Class, { lifetime, implementation }: Registration): void {
    const provide = token as never;
    if (lifetime === 'made') return;
    if (lifetime === 'value') this.container.register(provide, { useValue: implementation });
    else if (isClass(implementation)) {
      injectable()(implementation as never);
      const lifecycle = lifetime === 'shared' ? Lifecycle.Singleton : Lifecycle.ContainerScoped;
      this.container.register(provide, { useClass: implementation as never }, { lifecycle });
    } else {
      const make = implementation as Factory<unknown>;
      const cached = lifetime === 'shared' ? instanceCachingFactory : instancePerContainerCachingFactory;
      this.container.register(provide, {
        useFactory: cached((from) => {
          const instance = this.#making.within(token, () => make(this.#getFrom(from, token.name, lifetime)));
          assertFits(token, instance, 'factory');
          if (this.registry.own.has(token)) assertSound(token, instance);
          return instance;
        }),
      });
    }
  }

  #getFrom(container: DependencyContainer, name: string, lifetime: Lifetime): Get {
    return (dependency) => {
      this.#permit(name, lifetime, dependency);
      this.construct(dependency);
      const resolve = (): never => container.resolve(dependency as never);
      const isMadeByClass = isClass(this.registry.registrations.get(dependency)?.implementation);
      return isMadeByClass ? this.#making.within(dependency, resolve) : resolve();
    };
  }

  /** Returns the dependencies of the constructor, for classes that the container instantiates. */
  #constructorOf(token: Class): readonly unknown[] {
    const { lifetime, implementation } = this.registry.registrations.get(token) ?? {};
    const isMadeHere = lifetime === 'shared' || lifetime === 'perRequest';
    return isMadeHere && isClass(implementation) ? dependenciesOf(implementation) : [];
  }

  /**
   * Creates a shared service. Its dependencies are created first, so that an error names the service that failed.
   *
   * @throws As {@link Services.boot} does.
   */
  construct(token: unknown): void {
    const registration = this.registry.registrations.get(token as Class);
    if (registration?.lifetime !== 'shared' || this.#constructed.has(token)) return;
    this.#constructed.add(token);
    const { implementation } = registration;
    if (isClass(implementation)) for (const dependency of dependenciesOf(implementation)) this.construct(dependency);
    try {
      const instance = this.create(token as Class<object>);
      if (this.registry.own.has(token as Class)) assertSound(token as Class, instance);
      this.registry.disposables.add(instance);
    } catch (error) {
      if (error instanceof GatehouseError) throw error;
      // tsyringe wraps an error that a factory throws in an error of its own.
      if (this.#making.failure) throw this.#making.failure;
      throw new ServiceConstructionError(isClass(implementation) ? implementation.name : (token as Class).name, error);
    }
  }
}
