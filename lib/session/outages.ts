import { GatehouseError, StoreUnavailableError } from '../errors.js';
import { inTime } from './in-time.js';
import type { Promised } from './promised.js';
import type { SessionReport, StoreOperation } from './session-report.js';

/** Makes of whatever goes wrong with a store the one error that callers know, and tells of it. */
export class Outages {
  constructor(
    private readonly report: SessionReport,
    /** Milliseconds. */
    private readonly timeout: number,
  ) {}

  /** Waits for the store, but not for ever. @throws When there is no answer in time. */
  answer<Answer>(asked: Promised<Answer>): Promised<Answer> {
    return inTime(asked, this.timeout, 'The store');
  }

  /** Runs an operation. What is wrong with the session itself is no outage. @throws {StoreUnavailableError} */
  async during<Result>(operation: StoreOperation, run: () => Promised<Result>): Promise<Result> {
    try {
      return await this.answer(run());
    } catch (error) {
      throw error instanceof GatehouseError ? error : this.of(operation, error);
    }
  }

  /** Asks the application's schema. That it gave no answer says nothing of the session, which stays as it is. */
  async duringSchema<Answer>(asked: Promise<Answer>): Promise<Answer> {
    try {
      return await inTime(asked, this.timeout, 'It');
    } catch (error) {
      throw error instanceof GatehouseError ? error : this.of('schema', error);
    }
  }

  of(operation: StoreOperation, error: unknown): StoreUnavailableError {
    if (error instanceof StoreUnavailableError) return error;
    this.report.failed(operation);
    return new StoreUnavailableError(operation, error);
  }
}
