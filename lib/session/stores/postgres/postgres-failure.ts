import { asSentence } from '../../../base/text.js';
import { GatehouseError } from '../../../errors/index.js';
import { ClientFailure, saidBy } from '../client-failure.js';

/** The known errors of the server (by their SQLSTATE, because messages are translated) and of its client, with their cures. */
const CURES: readonly (readonly [RegExp, string])[] = [
  [/\(42P01\)/, 'Create the table: npx astro-gatehouse migrate'],
  [/\(3F000\)/, 'Create the schema that store.table names: CREATE SCHEMA …'],
  [/\(42703\)/, 'The table has other columns: name another one with store.table, and run npx astro-gatehouse migrate.'],
  [
    /\(42501\)/,
    'Its user lacks a permission: GRANT SELECT, INSERT, UPDATE, DELETE on the table to it. Without UPDATE, expired ' +
      'sessions cannot be removed either.',
  ],
  [
    /\(28P01\)|\(28000\)|SASL|password must be a string/,
    'It refuses the user or the password, or this host: correct DATABASE_URL (postgres://user:password@host:5432/shop), ' +
      'or its pg_hba.conf.',
  ],
  [/\(3D000\)/, 'Create the database, or correct its name in DATABASE_URL.'],
  [
    /\(53300\)/,
    'All its connections are in use: lower the number of processes, raise max_connections, or put PgBouncer before it.',
  ],
  [/\(25006\)/, 'It is a replica, which takes no changes: let the address lead to the primary.'],
  [/\(57P03\)/, 'It is starting or stopping: it answers once that is done.'],
  [/\(22P05\)|\(22021\)/, 'Its database cannot store every character: create it with ENCODING UTF8.'],
  [/\bECONNREFUSED\b/, 'Nothing listens there: start PostgreSQL, or set DATABASE_URL to its address.'],
  [/\b(?:ENOTFOUND|EAI_AGAIN)\b/, 'No host has that name: correct DATABASE_URL.'],
  [/\bENOENT\b/, 'There is no such socket or file: start PostgreSQL, or correct DATABASE_URL.'],
  [
    /\b(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)\b|timeout exceeded when trying to connect|due to connection timeout/,
    'No connection is free, or nothing answers there: make sure that DATABASE_URL is right, that no firewall blocks the ' +
      'connection, and that the pool is large enough.',
  ],
  [
    /SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|CERT_|certificate/i,
    'Node does not trust its certificate: start the server with NODE_EXTRA_CA_CERTS=ca.pem, or pass the store your own ' +
      'pool with ssl: { ca }.',
  ],
  [/does not support SSL/i, 'It has no TLS: remove sslmode from DATABASE_URL, or set up TLS there.'],
];

/** An error of PostgreSQL whose cause is known, with a specific cure. */
export class PostgresFailure extends ClientFailure {
  /** Creates the error for an invalid address, without the address, which contains the password. */
  static ofAddress(): PostgresFailure {
    return new PostgresFailure(
      'The address of PostgreSQL is invalid.',
      'Write DATABASE_URL as postgres://user:password@host:5432/shop, with special characters in the password encoded: ' +
        '%23 for #, %2F for /, %25 for %.',
    );
  }
}

/** Adds the cause and its cure to an error of PostgreSQL or its client. @param host The address of PostgreSQL. */
export function explained(error: unknown, host: string): unknown {
  if (error instanceof GatehouseError || error instanceof PostgresFailure) return error;
  const said = saidBy(error);
  const cure = CURES.find(([pattern]) => pattern.test(said))?.[1];
  return cure === undefined ? error : new PostgresFailure(`PostgreSQL at ${host}: ${asSentence(said)}`, cure, error);
}
