import type { Promised } from '../../base/promised.js';
import { inTime } from '../../base/waiting.js';
import { GatehouseError, StoreUnavailableError } from '../../errors/index.js';
import type { SessionReport, StoreOperation } from './session-report.js';

/** Converts every failure of a store into {@link StoreUnavailableError}, and reports it. */
export class Outages {
  constructor(
    private readonly report: SessionReport,
    /** The timeout in milliseconds. */
    private readonly timeout: number,
  ) {}

  /** Waits for the store until the timeout. @throws When it does not answer in time. */
  answer<Answer>(asked: Promised<Answer>): Promised<Answer> {
    return inTime(asked, this.timeout, 'The store');
  }

  /**
   * Runs an operation. Errors about the session itself are rethrown and do not count as an outage. @throws
   * {StoreUnavailableError}
   */
  async during<Result>(operation: StoreOperation, run: () => Promised<Result>): Promise<Result> {
    try {
      return await this.answer(run());
    } catch (error) {
      throw error instanceof GatehouseError ? error : this.of(operation, error);
    }
  }

  /** Waits for the application's schema. Its failure says nothing about the session, which stays as it is. */
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
