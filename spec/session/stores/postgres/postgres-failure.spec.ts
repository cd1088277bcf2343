import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { MissingClientError, StoreUnavailableError } from '../../../../lib/errors/index.js';
import { PostgresConnection } from '../../../../lib/session/stores/postgres/postgres-connection.js';
import { explained, PostgresFailure } from '../../../../lib/session/stores/postgres/postgres-failure.js';

const refused = (code: string, message = code) => Object.assign(new Error(message), { code });

describe('A failure of PostgreSQL', () => {
  it.each([
    [refused('42P01', 'relation "gatehouse_sessions" does not exist'), 'npx astro-gatehouse migrate'],
    [refused('42P01', 'Relation »gatehouse_sessions« existiert nicht'), 'npx astro-gatehouse migrate'],
    [refused('42501', 'permission denied for table gatehouse_sessions'), 'GRANT SELECT, INSERT, UPDATE, DELETE'],
    [refused('28P01', 'password authentication failed for user "ada"'), 'It refuses the user or the password'],
    [new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'), 'It refuses the user'],
    [refused('3D000', 'database "shop" does not exist'), 'Create the database'],
    [refused('53300', 'sorry, too many clients already'), 'PgBouncer'],
    [refused('57P03', 'the database system is starting up'), 'It is starting'],
    [refused('25006', 'cannot execute UPDATE in a read-only transaction'), 'lead to the primary'],
    [refused('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'), 'start PostgreSQL, or set DATABASE_URL'],
    [new AggregateError([refused('ECONNREFUSED')]), 'start PostgreSQL, or set DATABASE_URL'],
    [refused('ENOTFOUND', 'getaddrinfo ENOTFOUND db'), 'No host has that name'],
    [new Error('timeout exceeded when trying to connect'), 'the pool is large enough'],
    [
      refused('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'),
      'NODE_EXTRA_CA_CERTS=ca.pem',
    ],
    [new Error('The server does not support SSL connections'), 'remove sslmode'],
  ])('is reported with its cause and what to do: %s', (error, cure) => {
    const failure = explained(error, 'db.example:5432') as PostgresFailure;
    expect(failure).toBeInstanceOf(PostgresFailure);
    expect(failure.message).toMatch(/^PostgreSQL at db\.example:5432: .+\.$/);
    const told = new StoreUnavailableError('read', failure).message;
    expect(told).toContain(cure);
    expect(told).not.toContain('Make sure that the store is running');
  });

  it('is told in a sentence with one full stop', () => {
    const failure = explained(refused('57P03', 'the database system is starting up.'), 'db:1') as Error;
    expect(failure.message).toBe('PostgreSQL at db:1: the database system is starting up. (57P03).');
    expect((explained(new Error('certificate is wrong.'), 'db:1') as Error).message).toBe(
      'PostgreSQL at db:1: certificate is wrong.',
    );
  });

  it('is left unchanged when nothing more is known about it', () => {
    const odd = new Error('odd');
    expect(explained(odd, 'db:1')).toBe(odd);
    const missing = new MissingClientError('PostgresSessionStore', 'the package pg', 'Install it.');
    expect(explained(missing, 'db:1')).toBe(missing);
  });
});

describe('A PostgreSQL address that no client can parse', () => {
  it.each([
    'postgres://ada:hunter2#x@127.0.0.1:5432/shop',
    'postgres://ada:hunter2/x@127.0.0.1:5432/shop@',
    'postgres://ada:hunter2@127.0.0.1:99999/shop',
    'mysql://ada:hunter2@127.0.0.1/shop',
    'ada:hunter2@127.0.0.1',
    'hunter2',
  ])('is reported with the expected form, and without its text, which may be a password: %s', async (url) => {
    const asked = new PostgresConnection({ url }).run([{ text: 'SELECT 1', values: [] }]);
    const failure: unknown = await asked.then(
      () => undefined,
      (error) => error,
    );
    expect(failure).toBeInstanceOf(PostgresFailure);
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('hunter2');
    expect((failure as PostgresFailure).message).toBe('The address of PostgreSQL is invalid.');
    expect((failure as PostgresFailure).cure).toContain('postgres://user:password@host:5432/shop');
  });
});
