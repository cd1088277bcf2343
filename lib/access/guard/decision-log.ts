import { injectable } from '../../injectable.js';

/** The log of the guard. Override it to send its lines to another log. */
@injectable()
export class DecisionLog {
  /** Logs a decision. Called with `debug: true` only. */
  decision(line: string): void {
    console.info(`[astro-gatehouse] ${line}`);
  }

  /** Logs a decision that would have refused the visitor, were it not for `enforce: false`. */
  wouldRefuse(line: string): void {
    console.warn(`[astro-gatehouse] ${line}`);
  }

  /** Logs a request that was refused as forged: with `debug: true`, in development, and once when a setting is the cause. */
  forgery(line: string): void {
    console.warn(`[astro-gatehouse] ${line}`);
  }

  /**
   * Logs that a session was dropped because it does not match `sessionData.schema`, or that a visitor from another part of
   * the application was treated as a guest because of invalid data.
   */
  misfit(line: string): void {
    console.warn(`[astro-gatehouse] ${line}`);
  }

  /**
   * Logs that a function of the application (of a rule, a check, `getRole`) threw, or returned neither yes nor no. It counts
   * as a refusal.
   *
   * @param error The thrown error, if any.
   */
  failure(line: string, error?: unknown): void {
    console.error(`[astro-gatehouse] ${line}`, ...(error === undefined ? [] : [error]));
  }
}
