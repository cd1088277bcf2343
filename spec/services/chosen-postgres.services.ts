import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { CHOSEN_STORE_SITE, expectSharedSessions } from '../support/chosen-store-site.js';
import { PostgresServer } from '../support/postgres-server.js';

const PASSWORD = 'known-to-the-server#alone';

describe("The store { use: 'postgres' } of the setup module", () => {
  let app: App;
  let database: PostgresServer;
  let environment: Record<string, string>;
  const servers: Server[] = [];

  beforeAll(async () => {
    database = await PostgresServer.start();
    await database.query(`CREATE ROLE shop LOGIN PASSWORD '${PASSWORD}'; CREATE SCHEMA auth AUTHORIZATION shop`);
    await database.requirePasswords();
    const url = database.url.replace('postgres@', `shop:${encodeURIComponent(PASSWORD)}@`);
    environment = { GATEHOUSE_SECRET: SECRET, DATABASE_URL: url };
    app = App.create(undefined, {
      ...CHOSEN_STORE_SITE,
      '.env': `GATEHOUSE_SECRET=${SECRET}\nDATABASE_URL=${url}\n`,
      'src/gatehouse.ts': `
        import { defineGatehouse } from 'astro-gatehouse/server';
        export default defineGatehouse({
          store: { use: 'postgres', table: 'auth.shop_sessions' },
          access: { hierarchy: { admin: ['editor'] } },
        });`,
    });
    await app.build();
  }, 120_000);
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await database.remove();
    app.remove();
  });

  const serve = async () => {
    const server = await app.serve(environment);
    servers.push(server);
    return server;
  };

  it('answers 503 without its table, and says which command creates it, as the doctor does', async () => {
    const server = await serve();
    const browser = new Browser(server);
    expect((await browser.get('/count')).status).toBe(503);
    const cure = 'Create the table: npx astro-gatehouse migrate';
    expect(await server.printed(cure)).toContain(cure);
    expect(server.output).toContain('"auth.shop_sessions" does not exist (42P01)');
    const [{ output }, printed] = await Promise.all([app.gatehouse('doctor'), app.gatehouse('migrate', '--print')]);
    expect(output).toContain('The store postgres cannot be used: PostgreSQL at 127.0.0.1');
    expect(output).toContain(cure);
    expect(output).not.toContain('known-to');

    expect(printed).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^CREATE TABLE IF NOT EXISTS "auth"\."shop_/),
    });
    expect((await browser.get('/count')).status).toBe(503);

    const together = await Promise.all([app.gatehouse('migrate'), app.gatehouse('migrate')]);
    const done = { code: 0, output: `The table auth.shop_sessions is in place at 127.0.0.1:${database.port}.\n` };
    const [again, doctor] = await Promise.all([app.gatehouse('migrate'), app.gatehouse('doctor')]);
    expect([...together, again]).toEqual([done, done, done]);
    // The running server needs no restart.
    expect((await browser.get('/count')).text).toBe('count 1');
    expect(doctor.output).not.toContain('postgres');
  });

  it('takes its address, with a password, from the environment of the server, and serves two processes', async () => {
    const [first, second] = [await serve(), await serve()];
    await expectSharedSessions(first, second, 'PostgresSessionStore');
  });
});
