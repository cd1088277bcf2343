import { ServiceConstructionError } from '../errors.js';
import type { Class } from './registration.js';

/**
 * The services that are being created at this moment. Reports services that need each other, instead of creating them
 * endlessly.
 */
export class Making {
  readonly #path: Class[] = [];
  /** The circle that was found, even if tsyringe has wrapped it in another error since. */
  failure: ServiceConstructionError | undefined;

  /** @throws {ServiceConstructionError} When a service that is being created needs itself. */
  within<Result>(token: Class, make: () => Result): Result {
    if (this.#path.includes(token)) {
      this.failure = circle([...this.#path, token]);
      throw this.failure;
    }
    this.#path.push(token);
    try {
      return make();
    } finally {
      this.#path.pop();
    }
  }
}

/**
 * Checks that no constructors need each other.
 *
 * @param dependencies Returns the classes that the constructor of a class needs.
 * @throws {ServiceConstructionError} For the first circle.
 */
export function assertNoCircle(tokens: Iterable<Class>, dependencies: (token: Class) => readonly unknown[]): void {
  const known = new Set<unknown>();
  const visit = (token: Class, path: readonly Class[]): void => {
    if (path.includes(token)) throw circle([...path, token]);
    if (known.has(token)) return;
    for (const dependency of dependencies(token)) visit(dependency as Class, [...path, token]);
    known.add(token);
  };
  for (const token of tokens) visit(token, []);
}

function circle(path: readonly Class[]): ServiceConstructionError {
  const [first = '', second = first, ...others] = path
    .slice(path.indexOf(path.at(-1) as Class))
    .map(({ name }) => name);
  return new ServiceConstructionError(
    first,
    `${[first, second, ...others].join(' needs ')}, so none of them can be created first. Let one get the other when ` +
      `it is used: services.shared(${first}, (get) => new ${first}(() => get(${second}))). Or move what both need ` +
      'into a third service.',
  );
}
