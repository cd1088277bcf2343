import { SessionCommittedError } from '../../errors/index.js';
import type { SessionSteps } from '../steps/session-steps.js';

/** Records whether a session was used, so that the response depends on it, and whether it can still be changed. */
export class SessionUse {
  /** Called at the first use after a response that shared caches may store has been sent. */
  onLateUse: (() => void) | undefined;
  /** True when changes throw. */
  isClosed = false;
  /** True when the request does not count as activity of the visitor. */
  isQuiet = false;
  /** Returns when the session ends after this request; `undefined` for a session that no request opened. */
  expiry: (() => number | undefined) | undefined;
  /** What the session does before its commit; `undefined` for one that no request opened. */
  steps: SessionSteps | undefined;
  #isUsed = false;

  /** True when anything was read or written. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  set isUsed(isUsed: boolean) {
    this.#isUsed = isUsed;
    if (!isUsed || !this.onLateUse) return;
    this.onLateUse();
    this.onLateUse = undefined;
  }

  /**
   * Checks that the session can be changed. @throws {SessionCommittedError} Naming the operation, once it is closed.
   */
  assertOpen(operation: string): void {
    if (this.isClosed) throw new SessionCommittedError(operation);
  }
}
