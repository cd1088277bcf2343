import { Clock } from '../../../base/clock.js';
import { SessionId } from '../../record/session-id.js';
import { KeyedRevocationList } from '../revocation-list.js';
import type { SqlDatabase } from './sql-database.js';
import { SqlTable } from './sql-table.js';
import { DEFAULT_TABLE } from './table-name.js';

/**
 * Stores revocations in the table of the sessions, under keys that no session has. Extend it for another engine.
 */
export class SqlRevocationList extends KeyedRevocationList {
  readonly #table: SqlTable;

  /** @throws {InvalidOptionsError} When the name is not one of a table. */
  constructor(
    protected readonly database: SqlDatabase,
    table: string = DEFAULT_TABLE,
    private readonly clock: Clock = new Clock(),
  ) {
    super();
    this.#table = new SqlTable(table, database.dialect);
  }

  /** Closes the connection, unless it is your own. */
  async close(): Promise<void> {
    await this.database.close?.();
  }

  /** Closes the connection when the server stops. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  override async notBefore(userId: string): Promise<number | undefined> {
    const [row] = await this.database.run([this.#table.find(keyOf(userId))]);
    return row && Number(row.text);
  }

  override async revokeBefore(userId: string, time: number, until: number): Promise<void> {
    await this.database.run([this.#table.keepLatest(keyOf(userId), time, until)]);
    // Stored already: a failed sweep harms nobody.
    await this.database.run([this.#table.sweep(this.clock.now())]).catch(() => undefined);
  }
}

function keyOf(userId: string): string {
  return `revoked:${SessionId.fingerprint(userId)}`;
}
