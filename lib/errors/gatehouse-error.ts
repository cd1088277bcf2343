/**
 * Every error of this package: one class per situation, each with a stable `code`, the names it is about, and a
 * message that ends with what to do. No message holds a secret, a cookie or session contents.
 */
export class GatehouseError extends Error {
  /** Stable identifier, fit for `switch` and for log queries. Never changes between minor versions. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(`[astro-gatehouse] ${message}`, options);
    this.name = new.target.name;
    this.code = code;
  }
}
