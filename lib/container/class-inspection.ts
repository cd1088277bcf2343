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
  if (lifetime === 'made' || implementation === token) return undefined;
  if (hasOwnParameters(implementation) && !hasOwnMetadata(implementation)) {
    return (
      `its constructor has parameters of its own, and nothing says what to put in. Give a function: ` +
      `services.override(${token.name}, (get) => new ${name}(get(…), …)), or decorate the class with @injectable().`
    );
  }
  return undefined;
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
  const types: unknown[] = Reflect.getMetadata(PARAMETER_TYPES, implementation) ?? [];
  const injected: Record<string, unknown> = Reflect.getOwnMetadata(INJECTED_TOKENS, implementation) ?? {};
  const length = hasOwnConstructor(implementation) ? implementation.length : types.length;
  const asked = Array.from({ length }, (_, index) => injected[index] ?? types[index]);
  return asked.filter((type) => !isOptional(type)).map((type) => (isInjected(type) ? type.token : traceOf(type)));
}

function isInjected(type: unknown): type is InjectedToken {
  return typeof type === 'object' && type !== null && 'token' in type;
}

function isOptional(type: unknown): boolean {
  return isInjected(type) && type.isOptional === true;
}

function traceOf(type: unknown): unknown {
  return type === Object ? undefined : type;
}

function hasOwnMetadata(implementation: Class): boolean {
  return (
    Reflect.hasOwnMetadata(PARAMETER_TYPES, implementation) || Reflect.hasOwnMetadata(INJECTED_TOKENS, implementation)
  );
}

/** A parameter with a default does not count in `length`, and would be given the parent's first dependency. */
function hasOwnParameters(implementation: Class): boolean {
  return implementation.length > 0 || /(?<![.\w$#])constructor\s*\((?!\s*\))/.test(sourceOf(implementation));
}

function hasOwnConstructor(implementation: Class): boolean {
  return /(?<![.\w$#])constructor\s*\(/.test(sourceOf(implementation));
}

function sourceOf(implementation: Class): string {
  return Function.prototype.toString.call(implementation).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
}
