import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { HookedProject } from '../support/hooked-project.js';
import { settledAtStart } from '../support/settled-at-start.js';

const config = (session: string) => `
  import node from '@astrojs/node';
  import { defineConfig } from 'astro/config';
  import gatehouse from 'astro-gatehouse';
  export default defineConfig({
    output: 'server',
    adapter: node({ mode: 'standalone' }),
    integrations: [gatehouse({ session: ${session}, protect: [{ pattern: '/account' }] })],
  });`;

const PAGES = {
  'src/pages/count.ts': `
    export const GET = ({ locals }) => {
      locals.session.set('count', (count = 0) => count + 1);
      return new Response('count ' + locals.session.get('count'));
    };`,
  'src/pages/count-now.ts': "export const GET = ({ locals }) => new Response(String(locals.session.get('count')));",
  'src/pages/account.ts': "export const GET = () => new Response('the account');",
  'src/pages/enter.ts': `
    import { setSession } from 'astro-gatehouse/server';
    export const POST = async (context) => {
      await setSession(context, { userId: 'ada' });
      return new Response('welcome');
    };`,
  'src/pages/leave.ts': `
    import { clearSession } from 'astro-gatehouse/server';
    export const POST = async (context) => {
      await clearSession(context);
      return new Response('goodbye');
    };`,
};

describe("The store 'unstorage'", () => {
  it('requires a driver that exists', async () => {
    const project = HookedProject.create();
    const { code, output } = await project.build({ store: { use: 'unstorage', driver: 'floppy' } });
    project.remove();
    expect(code).not.toBe(0);
    expect(output).toContain('UnstorageSessionStore needs the package unstorage, which is not available');
  });
});

describe("The store named 'sqlite'", () => {
  let app: App;
  beforeAll(async () => {
    app = App.create(undefined, { ...PAGES, 'astro.config.mjs': config("{ store: 'sqlite' }") });
    await app.build();
  });
  afterAll(() => app.remove());

  it('keeps sessions over a restart, in a file ignored by git', async () => {
    const first = await app.serve();
    const browser = new Browser(first);
    expect((await browser.get('/count')).text).toBe('count 1');
    await first.stop();
    const second = await app.serve();
    expect((await browser.at(second).get('/count')).text).toBe('count 2');
    await second.stop();
    expect(existsSync(join(app.folder, '.gatehouse/sessions.db'))).toBe(true);
    expect(readFileSync(join(app.folder, '.gatehouse/.gitignore'), 'utf8')).toBe('*\n');
  });

  it('is shared by two processes, each of which sees the changes of the other immediately', async () => {
    const servers = [await app.serve(), await app.serve()] as const;
    const browser = new Browser(servers[0]);
    await browser.post('/enter');
    expect((await browser.at(servers[1]).get('/account')).status).toBe(200);
    const copied = browser.copy();
    await browser.at(servers[1]).post('/leave');
    expect((await copied.at(servers[0]).get('/account')).status).toBe(401);
    const counting = new Browser(servers[0]);
    await counting.get('/count');
    await Promise.all(
      Array.from({ length: 60 }, (_, at) =>
        counting
          .copy()
          .at(servers[at % 2 === 0 ? 0 : 1])
          .get('/count'),
      ),
    );
    expect((await counting.get('/count-now')).text).toBe('61');
    await Promise.all(servers.map((server) => server.stop()));
  });
});

describe("The store named 'redis'", () => {
  const sentence = 'RedisSessionStore needs the package redis, which is not available. Install it: npm install redis';

  it('throws at startup when its package is not installed', async () => {
    const app = App.create(undefined, {
      ...PAGES,
      'astro.config.mjs': `
        import { createRequire, Module } from 'node:module';
        const resolve = Module._resolveFilename;
        Module._resolveFilename = (name, ...rest) => {
          if (name !== 'redis') return resolve(name, ...rest);
          // Once: the process builds other projects afterwards.
          Module._resolveFilename = resolve;
          throw new Error('Cannot find module redis');
        };
        ${config("{ store: 'redis' }")}`,
    });
    const { code, output } = await app.astro('build');
    app.remove();
    expect(code).not.toBe(0);
    expect(output).toContain(sentence);
  });

  it('looks for its package in the project, not next to astro-gatehouse', async () => {
    const project = HookedProject.create();
    for (const options of [{ session: { store: 'redis' } }, { store: { use: 'redis' } }] as const) {
      const { code, output } = await project.build(options);
      expect(code).not.toBe(0);
      expect(output).toContain(sentence);
    }
    project.remove();
  });

  it('is rejected among the session options of the setup module, with the cure', async () => {
    const app = await settledAtStart().build();
    const { output } = await app.serveAndFail({ GATEHOUSE_SECRET: SECRET, GATEHOUSE_VARIANT: 'named store' });
    app.remove();
    expect(output).toContain("write store: { use: 'redis' }, beside session");
  });
});
