import { describe, expect, it } from '@jest/globals';
import { postgresAddressProblem } from '../../../../lib/session/stores/postgres/postgres-address.js';

describe('An address of PostgreSQL', () => {
  it.each([
    'postgres://localhost',
    'postgresql://ada@db:5432/shop',
    'POSTGRES://ada:p%23w@db/shop?sslmode=require',
    'postgres:///shop?host=/var/run/postgresql',
    'postgres://[::1]:5432/shop',
  ])('may be %s', (url) => {
    expect(postgresAddressProblem(url)).toBeUndefined();
  });

  it.each([
    '',
    'db',
    'ada:secret@db',
    'mysql://db/shop',
    'postgres:ada:secret@db',
    'postgres://a:b#c@db/shop',
    'postgres://db:99999',
  ])('may not be %j', (url) => {
    expect(postgresAddressProblem(url)).toBe('must be an address: postgres://localhost:5432/shop');
  });
});
