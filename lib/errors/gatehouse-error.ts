import { errorBehind } from './thrown-response.js';

/**
 * The base class of every error of this package. Each situation has a class, with a stable `code`, properties that
 * name what the error is about, and a message that ends with the cure. No message contains a secret, a cookie or
 * session contents.
 */
export class GatehouseError extends Error {
  /** Also matches a `Response` that was thrown in place of an error of this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: `this` is the class on the right of `instanceof`, perhaps a subclass
    return Function.prototype[Symbol.hasInstance].call(this, errorBehind(value));
  }

  /** The stable identifier, for `switch` and for log queries. It never changes between minor versions. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(`[astro-gatehouse] ${message}`, options);
    this.name = new.target.name;
    this.code = code;
  }
}
