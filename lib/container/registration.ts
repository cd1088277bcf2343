/** A class, abstract ones included. Only classes are tokens. */
export type Class<Instance = unknown> = abstract new (...args: never[]) => Instance;

/** Returns an instance from the container. */
export type Get = <Instance>(token: Class<Instance>) => Instance;

/** Creates an instance without tsyringe. */
export type Factory<Instance> = (get: Get) => Instance;

/**
 * The lifetime of instances: one for the server (`shared`), one for each request (`perRequest`), an instance that
 * already exists (`value`), or one that the package creates from data (`made`).
 */
export type Lifetime = 'shared' | 'perRequest' | 'value' | 'made';

export interface Registration {
  readonly lifetime: Lifetime;
  /** The class or the factory that creates instances; for `value`, the instance itself. */
  readonly implementation: unknown;
}

/** Checks whether a function is a class, and not a factory. */
export function isClass(implementation: unknown): implementation is Class {
  return typeof implementation === 'function' && /^class\b/.test(Function.prototype.toString.call(implementation));
}
