import type { DependencyContainer } from 'tsyringe';
import { Disposables } from '../../base/disposables.js';
import { MissingServiceError } from '../../errors/index.js';
import type { Class } from '../registration.js';
import { registryOf, type Services } from '../services.js';

/**
 * The services of one request: the shared ones, and its own ones, whose container is opened when the first of them is
 * needed.
 */
export class RequestServices {
  #container: DependencyContainer | undefined;
  #replaced: Map<Class, object> | undefined;
  #disposables: Disposables | undefined;

  /**
   * @param parts Returns the request's own objects (its session, for example), for services whose constructors need
   *   them.
   */
  constructor(
    private readonly services: Services,
    private readonly parts: () => ReadonlyMap<Class, () => object>,
  ) {}

  /** @throws {MissingServiceError} When the class is not registered. */
  get<Instance>(token: Class<Instance>): Instance;
  get(token: Class): unknown {
    const replaced = this.#replaced?.get(token);
    if (replaced) return replaced;
    const lifetime = this.services.lifetimeOf(token);
    if (lifetime === 'shared' || lifetime === 'value') return this.services.get(token);
    if (lifetime !== 'perRequest') throw new MissingServiceError(token.name, 'locals.services.get()');
    this.#container ??= this.#openContainer();
    return this.#container.resolve(token as never);
  }

  /** Returns another instance in place of the shared one, in this request only. */
  replace<Instance extends object>(token: Class<Instance>, instance: Instance): void {
    this.#replaced ??= new Map();
    this.#replaced.set(token, instance);
  }

  /** True when an instance that was created for this request must be disposed of. */
  get mayEnd(): boolean {
    return this.#disposables?.isEmpty === false;
  }

  /** Disposes of the instances that were created for this request. A later {@link get} creates new ones. */
  async dispose(): Promise<void> {
    this.#container = undefined;
    await this.#disposables?.dispose(registryOf(this.services).reportEnding);
  }

  #openContainer(): DependencyContainer {
    const container = this.services.container.createChildContainer();
    for (const [token, part] of this.parts()) container.register(token as never, { useFactory: part });
    for (const token of registryOf(this.services).endedByRequests) {
      this.#disposables ??= new Disposables();
      const own = (made: object) => void (registryOf(this.services).keeps(made) || this.#disposables?.add(made));
      container.afterResolution(token as never, (_, made) => own(made as object), { frequency: 'Once' });
    }
    for (const [token, instance] of this.#replaced ?? []) container.register(token as never, { useValue: instance });
    return container;
  }
}
