import { Clock } from '../../../base/clock.js';
import { SqlRevocationList } from '../sql/sql-revocation-list.js';
import { PostgresConnection, type PostgresOptions } from './postgres-connection.js';

/**
 * Stores revocations in PostgreSQL, for any number of processes, in the table that `npx astro-gatehouse migrate` creates.
 * Needs the package `pg`.
 *
 * @example services.override(RevocationList, () => new PostgresRevocationList({ pool }))
 */
export class PostgresRevocationList extends SqlRevocationList {
  constructor(options: PostgresOptions = {}, clock: Clock = new Clock()) {
    super(new PostgresConnection(options), options.table, clock);
  }
}
