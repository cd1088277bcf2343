import { type Class, isClass, type Lifetime } from './registration.js';

const PARAMETER_TYPES = 'design:paramtypes';
/** Where tsyringe notes what `@inject(Token)` stands on. */
const INJECTED_TOKENS = 'injectionTokens';

/** @returns Why an implementation cannot stand for a class, with the cure, or `undefined` when it can. */
export function whyNotReplaceable(token: Class, implementation: unknown, lifetime: Lifetime): string | undefined {
  if (!isClass(implementation)) {
    return lifetime === 'made'
      ? `${token.name} is made for each request from its data, so a function cannot make it. Give a class that extends ${token.name}.`
      : undefined;
  }
  const { name } = implementation;
  if (implementation !== token && !(implementation.prototype instanceof token)) {
    return `it does not extend it. Write class ${name} extends ${token.name}.`;
  }
  if (lifetime === 'made') return undefined;
  const owner = constructorOwnerOf(implementation);
  if (!hasParameters(owner) || hasOwnMetadata(owner)) return undefined;
  const subject = owner === implementation ? 'its constructor' : `the constructor it has from ${owner.name}`;
  const method = implementation === token ? lifetime : 'override';
  return (
    `${subject} has parameters of its own, and nothing says what to put in. Give a function: ` +
    `services.${method}(${token.name}, (get) => new ${name}(get(…), …)), or decorate ${owner.name} with @injectable().`
  );
}

/**
 * What is said of a parameter whose type is not there when the class is decorated.
 *
 * @param index Of the parameter.
 */
export function tracelessSentence(token: Class, implementation: Class, index: number, lifetime: Lifetime): string {
  const { name } = implementation;
  const method = implementation === token ? lifetime : 'override';
  return (
    `the type of its constructor's parameter ${index + 1} leaves no trace at run time. That is so for a class which is not ` +
    `there yet when ${name} is loaded: put one that stands further down in the file above ${name}, and let only one of two ` +
    'files import the other. It is so for one that is imported with "import type": import the class itself. For an ' +
    `interface, for a plain value, and wherever that does not help, give a function: ` +
    `services.${method}(${token.name}, (get) => new ${name}(get(…))).`
  );
}

/** What `@inject(Token)` leaves behind. The token may be anything that the raw container knows. */
interface InjectedToken {
  readonly token: unknown;
  readonly isOptional?: boolean;
}

/**
 * What a constructor's parameters ask for; for a class without a constructor, what its parent's ask for. `undefined`
 * where a type leaves no trace at run time: an interface, or a class imported with `import type`.
 */
export function dependenciesOf(implementation: Class): unknown[] {
  const owner = constructorOwnerOf(implementation);
  const types: unknown[] = Reflect.getOwnMetadata(PARAMETER_TYPES, owner) ?? [];
  const injected: Record<string, unknown> = Reflect.getOwnMetadata(INJECTED_TOKENS, owner) ?? {};
  // A parameter with a default does not count in the constructor's own length, and is filled all the same.
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

/** The class whose constructor makes instances: the first one upwards that wrote one down. */
function constructorOwnerOf(implementation: Class): Class {
  const parent: unknown = Object.getPrototypeOf(implementation);
  return hasOwnConstructor(implementation) || !isClass(parent) ? implementation : constructorOwnerOf(parent);
}

/** A parameter with a default does not count in `length`, and would be given the parent's first dependency. */
function hasParameters(owner: Class): boolean {
  return owner.length > 0 || /(?<![.\w$#])constructor\s*\((?!\s*\))/.test(sourceOf(owner));
}

function hasOwnConstructor(implementation: Class): boolean {
  return /(?<![.\w$#])constructor\s*\(/.test(sourceOf(implementation));
}

/** Comments go, and so does what stands in quotation marks: an address in it is no comment. */
function sourceOf(implementation: Class): string {
  const source = Function.prototype.toString.call(implementation);
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*|(["'`])(?:\\[\s\S]|(?!\1)[^\\])*\1/g, '');
}
