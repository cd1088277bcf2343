import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { CHOSEN_STORE_SITE } from '../support/chosen-store-site.js';

const START = { GATEHOUSE_SECRET: SECRET };

describe('The store chosen by the setup module', () => {
  let app: App;

  beforeAll(async () => {
    app = await App.create(undefined, CHOSEN_STORE_SITE).build();
  });
  afterAll(() => app.remove());

  it.each([
    ['cookie', 'CookieSessionStore'],
    ['memory', 'MemorySessionStore'],
    ['sqlite', 'SqliteSessionStore'],
    ['unstorage', 'UnstorageSessionStore'],
    ['astro', 'AstroSessionStore'],
  ])('may be %s, according to the environment at the start of the server', async (store, name) => {
    const server = await app.serve({ ...START, STORE: store, SESSIONS_FILE: 'data/own.db' });
    const browser = new Browser(server);
    expect(JSON.parse((await browser.get('/store')).text)).toEqual([name, true]);
    expect((await browser.get('/count')).text).toBe('count 1');
    expect((await browser.get('/count')).text).toBe('count 2');
    expect((await browser.post('/enter')).headers.get('location')).toBe('/account');
    expect((await browser.get('/account')).text).toContain('<p>ada,ada,true,true</p>');
    expect((await browser.get('/desk')).text).toBe('the desk');
    await browser.post('/leave');
    expect((await browser.get('/account')).status).toBe(302);
    await server.stop();
  });

  it('keeps sessions over a restart in the given file', async () => {
    const environment = { ...START, STORE: 'sqlite', SESSIONS_FILE: 'elsewhere/own.db' };
    const first = await app.serve(environment);
    const browser = new Browser(first);
    await browser.get('/count');
    await first.stop();
    const second = await app.serve(environment);
    expect((await browser.at(second).get('/count')).text).toBe('count 2');
    await second.stop();
    expect(existsSync(join(app.folder, 'elsewhere/own.db'))).toBe(true);
    expect(existsSync(join(app.folder, '.gatehouse/sessions.db'))).toBe(false);
  });

  it('is rejected with a readable error when the server starts', async () => {
    const { output } = await app.serveAndFail({ ...START, STORE: 'misspelt' });
    expect(output).toContain(
      "store.use: must be one of 'cookie', 'memory', 'sqlite', 'postgres', 'redis', 'unstorage', 'astro'",
    );
    expect((await app.serveAndFail({ ...START, STORE: 'redis', SESSIONS_URL: 'cache' })).output).toContain(
      'store.url: must be an address: redis://localhost:6379, or rediss://',
    );
    const { output: ofEnvironment } = await app.serveAndFail({
      ...START,
      STORE: 'redis',
      REDIS_URL: 'default:the-password@cache:6379',
    });
    expect(ofEnvironment).toContain('REDIS_URL must be an address: redis://localhost:6379, or rediss://');
    expect(ofEnvironment).not.toContain('the-password');
    const otherDatabase = { ...START, STORE: 'postgres', DATABASE_URL: 'mysql://ada:the-password@db/shop' };
    const { output: ofOther } = await app.serveAndFail(otherDatabase);
    expect(ofOther).toContain('DATABASE_URL must be an address: postgres://localhost:5432/shop');
    expect(ofOther).not.toContain('the-password');
  });

  it('may be chosen in development', async () => {
    const server = await app.serveWith('dev', { STORE: 'sqlite', SESSIONS_FILE: 'data/dev.db' });
    const browser = new Browser(server);
    expect(JSON.parse((await browser.get('/store')).text)).toEqual(['SqliteSessionStore', true]);
    await browser.post('/enter');
    expect((await browser.get('/account')).text).toContain('ada,ada,true,true');
    expect((await browser.get('/wrong')).text).toContain('Call it like this: hasRole(role, context?).');
    await server.stop();
  });
});

describe('The store chosen by astro.config', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = App.create(undefined, {
      ...CHOSEN_STORE_SITE,
      'src/gatehouse.ts': `
        import { defineGatehouse } from 'astro-gatehouse/server';
        export default defineGatehouse(
          process.env.STORE === 'twice' ? { session: { store: 'memory' } } : { access: { roles: { admin: ['editor'] } } },
        );`,
    });
    app.rewrite('astro.config.mjs', (config) =>
      config.replace(
        'session: { idleTimeout: 3600 },',
        "store: { use: 'unstorage', driver: 'fs', options: { base: './named' }, keyPrefix: 'shop:' },",
      ),
    );
    server = await (await app.build()).serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  it('may be unstorage with a driver given by name', async () => {
    const browser = new Browser(server);
    expect(JSON.parse((await browser.get('/store')).text)).toEqual(['UnstorageSessionStore', true]);
    await browser.get('/count');
    expect((await browser.get('/count')).text).toBe('count 2');
    await browser.post('/enter');
    expect((await browser.get('/desk')).text).toBe('the desk');
    expect(existsSync(join(app.folder, 'named/shop'))).toBe(true);
  });

  it('cannot be chosen in the setup module as well', async () => {
    const { output } = await app.serveAndFail({ ...START, STORE: 'twice' });
    expect(output).toContain(
      "store is set, and session.store as well: keep store: { use: 'unstorage' }, and remove session.store",
    );
  });
});
