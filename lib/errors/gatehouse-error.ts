import { errorBehind } from './thrown-response.js';

/**
 * Every error of this package: one class per situation, each with a stable `code`, the names it is about, and a
 * message that ends with what to do. No message holds a secret, a cookie or session contents.
 */
export class GatehouseError extends Error {
  /** An answer that was thrown in place of an error is caught as that error, too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: of the class that is asked about, which may be a child of this one
    return Function.prototype[Symbol.hasInstance].call(this, errorBehind(value));
  }

  /** Stable identifier, fit for `switch` and for log queries. Never changes between minor versions. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(`[astro-gatehouse] ${message}`, options);
    this.name = new.target.name;
    this.code = code;
  }
}
