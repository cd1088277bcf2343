import { ServiceConstructionError } from '../errors/index.js';
import { type Class, isClass, type Lifetime } from './registration.js';

const PARAMETER_TYPES = 'design:paramtypes';
/** The metadata key under which tsyringe keeps what `@inject(Token)` was called with. */
const INJECTED_TOKENS = 'injectionTokens';

/** @returns Why an implementation cannot replace a class, with the cure, or `undefined` when it can. */
export function whyNotReplaceable(token: Class, implementation: unknown, lifetime: Lifetime): string | undefined {
  if (!isClass(implementation)) {
    return lifetime === 'made'
      ? `the package creates ${token.name} itself for each request, not by a function. Pass a class that extends ` +
          `${token.name}.`
      : undefined;
  }
  const { name } = implementation;
  if (implementation !== token && !(implementation.prototype instanceof token)) {
    return `it does not extend it. Write class ${name} extends ${token.name}.`;
  }
  if (lifetime === 'made') return undefined;
  const owner = constructorOwnerOf(implementation);
  if (!hasParameters(owner) || hasOwnMetadata(owner)) return undefined;
  const subject = owner === implementation ? 'its constructor' : `the constructor it inherits from ${owner.name}`;
  const method = implementation === token ? lifetime : 'override';
  return (
    `${subject} has parameters, and nothing declares what to pass for them. Pass a function: ` +
    `services.${method}(${token.name}, (get) => new ${name}(get(…), …)), or decorate ${owner.name} with @injectable().`
  );
}

/**
 * Returns the error text for a parameter whose type does not exist when the class is decorated.
 *
 * @param index Index of the parameter, from 0.
 */
export function tracelessSentence(token: Class, implementation: Class, index: number, lifetime: Lifetime): string {
  const { name } = implementation;
  const method = implementation === token ? lifetime : 'override';
  return (
    `the type of its constructor's parameter ${index + 1} is not known at run time. This happens for a class that is ` +
    `not defined yet when ${name} is loaded: move a class that is further down in the file above ${name}, and let ` +
    'only one of two files import the other. It happens for a class that is imported with "import type": import the ' +
    'class itself. For an interface, for a plain value, and wherever that does not help, pass a function: ' +
    `services.${method}(${token.name}, (get) => new ${name}(get(…))).`
  );
}

/** The metadata that `@inject(Token)` leaves. The token may be anything that the tsyringe container knows. */
interface InjectedToken {
  readonly token: unknown;
  readonly isOptional?: boolean;
}

/**
 * Returns the tokens of a constructor's parameters; for a class without a constructor, those of its parent. An entry is
 * `undefined` where the type does not exist at run time: an interface, or a class imported with `import type`.
 */
export function dependenciesOf(implementation: Class): unknown[] {
  const owner = constructorOwnerOf(implementation);
  const types: unknown[] = Reflect.getOwnMetadata(PARAMETER_TYPES, owner) ?? [];
  const injected: Record<string, unknown> = Reflect.getOwnMetadata(INJECTED_TOKENS, owner) ?? {};
  // A parameter with a default is not counted in the constructor's `length`, but tsyringe passes it a value.
  const length = Math.max(owner.length, types.length);
  const asked = Array.from({ length }, (_, index) => injected[index] ?? types[index]);
  return asked.filter((type) => !isOptional(type)).map((type) => (isInjected(type) ? type.token : traceOf(type)));
}

function isInjected(type: unknown): type is InjectedToken {
  return typeof type === 'object' && type !== null && 'token' in type;
}

function isOptional(type: unknown): boolean {
  return isInjected(type) && type.isOptional === true;
}

const TRACELESS: readonly unknown[] = [Object, String, Number, Boolean, Array, Function];

function traceOf(type: unknown): unknown {
  return TRACELESS.includes(type) ? undefined : type;
}

function hasOwnMetadata(implementation: Class): boolean {
  return (
    Reflect.hasOwnMetadata(PARAMETER_TYPES, implementation) || Reflect.hasOwnMetadata(INJECTED_TOKENS, implementation)
  );
}

/** Returns the class whose constructor runs: the class itself, or the nearest ancestor that declares a constructor. */
function constructorOwnerOf(implementation: Class): Class {
  const parent: unknown = Object.getPrototypeOf(implementation);
  return hasOwnConstructor(implementation) || !isClass(parent) ? implementation : constructorOwnerOf(parent);
}

/**
 * Checks the source too, because `length` does not count a parameter with a default: tsyringe would pass it the
 * parent's first dependency.
 */
function hasParameters(owner: Class): boolean {
  return owner.length > 0 || /(?<![.\w$#])constructor\s*\((?!\s*\))/.test(sourceOf(owner));
}

function hasOwnConstructor(implementation: Class): boolean {
  return /(?<![.\w$#])constructor\s*\(/.test(sourceOf(implementation));
}

/**
 * Returns the source of a class without comments and without string literals (a URL in a string literal is not a
 * comment).
 */
function sourceOf(implementation: Class): string {
  const source = Function.prototype.toString.call(implementation);
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*|(["'`])(?:\\[\s\S]|(?!\1)[^\\])*\1/g, '');
}

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
