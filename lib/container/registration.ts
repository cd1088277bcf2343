/** A class, abstract ones included: the only kind of token there is. */
export type Class<Instance = unknown> = abstract new (...args: never[]) => Instance;

/** Asks the container for an instance. */
export type Get = <Instance>(token: Class<Instance>) => Instance;

/** Makes an instance by hand. */
export type Factory<Instance> = (get: Get) => Instance;

/** How long instances live: with the server, with a request, from outside, or made by the package from data. */
export type Lifetime = 'shared' | 'perRequest' | 'value' | 'made';

export interface Registration {
  readonly lifetime: Lifetime;
  /** The class or the function that makes instances; for a value, the instance. */
  readonly implementation: unknown;
}

/** Whether a function is a class and not one that makes instances. */
export function isClass(implementation: unknown): implementation is Class {
  return typeof implementation === 'function' && /^class\b/.test(Function.prototype.toString.call(implementation));
}
