import { injectable } from '../injectable.js';

/** Where the guard's lines go. Override it to send them to a log of your own. */
@injectable()
export class DecisionLog {
  /** One decision, in one line. Called with `debug: true` only. */
  decision(line: string): void {
    console.info(`[astro-gatehouse] ${line}`);
  }

  /** A refusal that `enforce: false` kept from being one, in one line. */
  wouldRefuse(line: string): void {
    console.warn(`[astro-gatehouse] ${line}`);
  }

  /** A request refused as forged, in one line: with `debug: true`, in development, and once where a setting is to blame. */
  forgery(line: string): void {
    console.warn(`[astro-gatehouse] ${line}`);
  }

  /**
   * A session was dropped because it does not fit `sessionData.schema`, or somebody whom another part of the application knows
   * was taken for a guest, in one line.
   */
  misfit(line: string): void {
    console.warn(`[astro-gatehouse] ${line}`);
  }

  /**
   * A function of the application's threw (a rule's, a check, `getRole`), or gave what means neither yes nor no: it counts as
   * a refusal.
   *
   * @param error What was thrown, where something was.
   */
  failure(line: string, error?: unknown): void {
    console.error(`[astro-gatehouse] ${line}`, ...(error === undefined ? [] : [error]));
  }
}
