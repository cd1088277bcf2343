import type { DependencyContainer } from 'tsyringe';
import { MissingServiceError } from '../errors.js';
import { Disposables } from '../session/disposables.js';
import type { Class } from './registration.js';
import type { Services } from './services.js';

/** Services as one request gets them: the shared ones, and those of its own, in a container that is opened for the first of these. */
export class RequestServices {
  #container: DependencyContainer | undefined;
  #replaced: Map<Class, object> | undefined;
  #disposables: Disposables | undefined;

  /** @param parts Gives what belongs to the request itself, for services that are constructed with it. */
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

  /** Gives out another instance than the shared one, in this request alone. */
  replace<Instance extends object>(token: Class<Instance>, instance: Instance): void {
    this.#replaced ??= new Map();
    this.#replaced.set(token, instance);
  }

  /** Whether something that was created for this request is to be ended. */
  get mayEnd(): boolean {
    return this.#disposables?.isEmpty === false;
  }

  /** Ends what was created for this request. What is asked for afterwards is created anew. */
  async dispose(): Promise<void> {
    this.#container = undefined;
    await this.#disposables?.dispose(this.services.reportEnding);
  }

  #openContainer(): DependencyContainer {
    const container = this.services.container.createChildContainer();
    for (const [token, part] of this.parts()) container.register(token as never, { useFactory: part });
    for (const token of this.services.endedByRequests) {
      this.#disposables ??= new Disposables();
      const own = (made: object) => void (this.services.keeps(made) || this.#disposables?.add(made));
      container.afterResolution(token as never, (_, made) => own(made as object), { frequency: 'Once' });
    }
    for (const [token, instance] of this.#replaced ?? []) container.register(token as never, { useValue: instance });
    return container;
  }
}
