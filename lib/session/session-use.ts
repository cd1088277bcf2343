import { SessionCommittedError } from '../errors.js';

/** What a request did with its session, whatever is in it. */
export class SessionUse {
  /** Whether anything was read or written. */
  isUsed = false;
  /** Whether anything was changed, though it may be what it was before. */
  isChanged = false;
  /** Whether changes throw by now, because they could not reach the browser any more. */
  isClosed = false;
  /** Grows with every change, so that what was derived from the session can tell that it is old. */
  revision = 0;

  /** Notes that the session is changed. @throws {SessionCommittedError} Naming the operation, once it is closed. */
  change(operation: string): void {
    this.assertOpen(operation);
    this.isUsed = true;
    this.isChanged = true;
    this.revision += 1;
  }

  /** @throws {SessionCommittedError} Naming the operation, once the session is closed. */
  assertOpen(operation: string): void {
    if (this.isClosed) throw new SessionCommittedError(operation);
  }

  /** Forgets the changes, which were stored or taken back. @param isAnother Whether what is seen is another by now. */
  settle(isAnother: boolean): void {
    this.isChanged = false;
    if (isAnother) this.revision += 1;
  }
}
