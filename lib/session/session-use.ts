import { SessionCommittedError } from '../errors.js';

/** Notes that a session was used, so that the answer depends on it, and whether it can still be changed. */
export class SessionUse {
  /** Called with the first use after an answer went out that is everybody's. */
  onLateUse: (() => void) | undefined;
  /** Whether changes throw by now. */
  isClosed = false;
  #isUsed = false;

  /** Whether anything was read or written. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  set isUsed(isUsed: boolean) {
    this.#isUsed = isUsed;
    if (!isUsed || !this.onLateUse) return;
    this.onLateUse();
    this.onLateUse = undefined;
  }

  /** @throws {SessionCommittedError} Naming the operation, once the session is closed. */
  assertOpen(operation: string): void {
    if (this.isClosed) throw new SessionCommittedError(operation);
  }
}
