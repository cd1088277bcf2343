import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { askStore } from '../../../lib/cli/doctor/ask-store.js';

/** The package's own folder, in which `redis` is installed. */
const PROJECT = resolve(import.meta.dirname, '../../..');

let folder: string;
let server: Server | undefined;
const sockets: Socket[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-store-'));
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
  rmSync(folder, { recursive: true });
});

const askSqlite = (file?: string) =>
  askStore({ use: 'sqlite', ...(file !== undefined && { file }) }, { root: folder, redisUrl: undefined });
const askRedis = (redisUrl: string, root = PROJECT) => askStore({ use: 'redis' }, { root, redisUrl });

/** Starts a server. @param answer Returns its response to a command, if any. */
async function listen(answer: (command: string) => string | undefined): Promise<string> {
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (data) => {
      for (const [, command = ''] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
        const text = answer(command.toUpperCase());
        if (text !== undefined) socket.write(`${text}\r\n`);
      }
    });
  }).listen(0, '127.0.0.1');
  await new Promise((wake) => server?.once('listening', wake));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it does not listen');
  return `redis://:password@127.0.0.1:${address.port}`;
}

describe('askStore()', () => {
  it.each([undefined, { use: 'cookie' }, { use: 'memory' }, { use: 'astro' }] as const)(
    'does not contact %j',
    async (store) => {
      expect(await askStore(store, { root: folder, redisUrl: undefined })).toEqual({ state: 'unasked' });
    },
  );

  describe('for sqlite', () => {
    it('succeeds where the file can be created, and does not create it', async () => {
      expect(await askSqlite()).toEqual({ state: 'well' });
      expect(await askSqlite('deep/er/sessions.db')).toEqual({ state: 'well' });
      expect(readdirSync(folder)).toEqual([]);
    });

    it('succeeds with a writable file, and does not change it', async () => {
      const file = join(folder, 'sessions.db');
      const database = new DatabaseSync(file);
      database.exec('CREATE TABLE kept (value TEXT)');
      database.close();
      const before = readFileSync(file);
      expect(await askSqlite('sessions.db')).toEqual({ state: 'well' });
      expect(readFileSync(file).equals(before)).toBe(true);
    });

    it('reports a file that is not an SQLite database', async () => {
      writeFileSync(join(folder, 'sessions.db'), 'something else, and long enough to be looked at'.repeat(30));
      const reason = expect.stringMatching(/sessions\.db: .*not a database/);
      expect(await askSqlite('sessions.db')).toEqual({ state: 'away', reason });
    });

    it('reports a file in place of a folder', async () => {
      writeFileSync(join(folder, 'data'), '');
      const reason = expect.stringMatching(/cannot be created, because .*data is a file$/);
      expect(await askSqlite('data/sessions.db')).toEqual({ state: 'away', reason });
    });
  });

  describe('for postgres', () => {
    const askPostgres = (databaseUrl: string, root = PROJECT) =>
      askStore({ use: 'postgres' }, { root, redisUrl: undefined, databaseUrl });

    it('reports a host without a server', async () => {
      expect(await askPostgres('postgres://ada:password@127.0.0.1:1/shop')).toEqual({
        state: 'away',
        cure: expect.stringContaining('start PostgreSQL, or set DATABASE_URL'),
        reason: expect.stringMatching(/^PostgreSQL at 127\.0\.0\.1:1: [^.]*ECONNREFUSED 127\.0\.0\.1:1$/),
      });
    });

    it('reports an invalid address, and a missing package', async () => {
      expect(await askPostgres('mysql://ada:password@db')).toMatchObject({
        reason: 'The address of PostgreSQL is invalid',
      });
      expect(await askPostgres('postgres://127.0.0.1:1', folder)).toEqual({
        state: 'away',
        reason: 'the package pg is not installed: npm install pg',
      });
    });
  });

  describe('for redis', () => {
    it.each([
      [
        'succeeds with a response to PING and a policy that evicts nothing',
        '+maxmemory_policy:noeviction',
        { state: 'well' },
      ],
      [
        'reports a policy that evicts sessions',
        '+maxmemory_policy:volatile-lru',
        { state: 'evicts', reason: 'volatile-lru' },
      ],
      ['reports that the policy is unknown', '-NOPERM it is forbidden', { state: 'unclear' }],
    ])('%s', async (_, info, expected) => {
      const answers: Record<string, string> = {
        PING: '+PONG',
        HELLO: '%0',
        INFO: info,
        CONFIG: '-NOPERM it is forbidden',
      };
      const url = await listen((command) => answers[command] ?? '+OK');
      expect(await askRedis(url)).toEqual(expected);
    });

    it('waits two seconds for a response, and reports the host without the password', async () => {
      const url = await listen(() => undefined);
      const { host } = new URL(url);
      expect(await askRedis(url)).toEqual({
        state: 'away',
        reason: `Redis at ${host} does not answer PING (It did not answer within 2000 ms.)`,
      });
    });

    it('reports a host without a server', async () => {
      expect(await askRedis('redis://127.0.0.1:1')).toMatchObject({
        state: 'away',
        cure: expect.stringContaining('start Redis, or set REDIS_URL'),
        reason: expect.stringMatching(/^Redis at 127\.0\.0\.1:1 does not answer PING/),
      });
    });

    it('reports an invalid URL, and a missing package', async () => {
      expect(await askRedis('not an address')).toMatchObject({
        reason: expect.stringContaining('The address of Redis is invalid'),
      });
      expect(await askRedis('redis://127.0.0.1:1', folder)).toEqual({
        state: 'away',
        reason: 'the package redis is not installed: npm install redis',
      });
    });
  });
});
