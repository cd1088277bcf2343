import { expect, it, jest } from '@jest/globals';

/** Milliseconds. */
const LOADING = 150;

class ReadyPool {
  async query() {
    return { rows: [{ one: 1 }] };
  }
  on(): void {}
  async end(): Promise<void> {}
}
jest.unstable_mockModule('pg', async () => {
  await new Promise((wake) => setTimeout(wake, LOADING));
  return { default: { Pool: ReadyPool } };
});
const { PostgresConnection } = await import('../../../../lib/session/stores/postgres/postgres-connection.js');

it('The time in which the package pg is loaded does not count as time without an answer', async () => {
  const connection = new PostgresConnection({ timeout: LOADING / 3_000 });
  expect(await connection.run([{ text: 'SELECT 1', values: [] }])).toEqual([{ one: 1 }]);
  await connection.close();
});
