import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AstroConfig, IntegrationResolvedRoute } from 'astro';
import { HostLimits } from '../../lib/astro/hosts/host-limits.js';
import { postgresMigration } from '../../lib/session/stores/postgres/postgres-session-store.js';
import { walkTheStarter } from '../samples/starter.journey.js';
import { App, SECRET, type Server } from '../support/app.js';
import { TARBALL } from '../support/packed-package.js';
import { PostgresServer } from '../support/postgres-server.js';
import { RedisServer } from '../support/redis-server.js';
import { UpstashServer } from '../support/upstash-server.js';
import { OLDEST, PLATFORMS, PNPM, STORE_BY_VARIABLE, type Store } from './platforms.js';
import { workerSite } from './worker-site.js';

let redis: RedisServer;
let postgres: PostgresServer;
let upstash: UpstashServer;

beforeAll(async () => {
  [redis, postgres] = await Promise.all([RedisServer.start(), PostgresServer.start()]);
  await postgres.query(postgresMigration());
  upstash = await UpstashServer.before(redis);
});
afterAll(async () => {
  await upstash.stop();
  await Promise.all([redis.kill(), postgres.remove()]);
});

function variablesFor(store: Store): Record<string, string> {
  return { GATEHOUSE_SECRET: SECRET, STORE: store, REDIS_URL: redis.url, DATABASE_URL: postgres.url };
}

describe.each(PLATFORMS)('The starter on $name', ({ stores, site, command }) => {
  let app: App;
  beforeAll(async () => {
    app = await site().build();
  });
  afterAll(() => app.remove());

  describe.each(stores)('with sessions in %s', (store) => {
    let server: Server;
    beforeAll(async () => {
      server = await app.serveBy(command, variablesFor(store));
    });
    afterAll(() => server.stop());

    walkTheStarter(() => server);
  });
});

describe('The starter on workerd', () => {
  let app: App;
  beforeAll(async () => {
    app = await workerSite().build();
  });
  afterAll(() => app.remove());

  describe.each([
    ['cookie', 'dev', 'CookieSessionStore'],
    ['cookie', 'preview', 'CookieSessionStore'],
    ['memory', 'preview', 'MemorySessionStore'],
    ['astro', 'preview', 'AstroSessionStore'],
    ['D1', 'preview', 'SqlSessionStore'],
    ['Upstash', 'preview', 'RedisSessionStore'],
  ] as const)('with sessions in %s, in astro %s', (store, command, name) => {
    let server: Server;
    beforeAll(async () => {
      // A build copies the file for the preview.
      for (const place of ['.dev.vars', 'dist/server/.dev.vars']) {
        app.write({
          [place]: [
            `GATEHOUSE_SECRET=${SECRET}`,
            `STORE=${store}`,
            `UPSTASH_REDIS_REST_URL=${upstash.url}`,
            `UPSTASH_REDIS_REST_TOKEN=${upstash.token}`,
          ].join('\n'),
        });
      }
      server = await app.serveWith(command);
      if (store === 'D1') await fetch(`${server.origin}/create-table`);
    });
    afterAll(() => server.stop());

    it('stores them there', async () => {
      expect(await (await fetch(`${server.origin}/store`)).text()).toBe(name);
    });

    walkTheStarter(() => server);
  });
});

/** Returns the starter with packages of its own, apart from those of this repository. */
function starterApart(change: (manifest: string) => string): App {
  const app = App.at(mkdtempSync(join(tmpdir(), 'gatehouse-apart-')));
  cpSync(resolve(import.meta.dirname, '../../samples/starter'), app.folder, { recursive: true });
  app.rewrite('package.json', (text) => change(text.replace(/("astro-gatehouse": )"[^"]*"/, `$1"file:${TARBALL}"`)));
  return app;
}

describe('The starter installed by pnpm', () => {
  let app: App;
  let server: Server;
  beforeAll(async () => {
    app = starterApart((manifest) => manifest);
    execFileSync(process.execPath, [PNPM, 'install', '--silent', '--config.strict-dep-builds=false'], {
      cwd: app.folder,
    });
    execFileSync(process.execPath, [PNPM, 'build'], { cwd: app.folder, stdio: 'pipe' });
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  describe('with sessions in cookie', () => walkTheStarter(() => server));
});

describe(`The starter on Astro ${OLDEST.astro}`, () => {
  let app: App;
  beforeAll(() => {
    app = starterApart((manifest) =>
      manifest
        .replace(/("astro": )"[^"]*"/, `$1"${OLDEST.astro}"`)
        .replace(/("@astrojs\/node": )"[^"]*"/, `$1"${OLDEST.node}"`),
    );
    app.write(STORE_BY_VARIABLE);
    // Not without the peers: the package has to accept this version of Astro.
    execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--strict-peer-deps'], { cwd: app.folder });
    execFileSync('npm', ['run', 'build'], { cwd: app.folder, stdio: 'pipe' });
  });
  afterAll(() => app.remove());

  describe.each([
    ['cookie', 'astro dev'],
    ['cookie', 'a build'],
    ['memory', 'a build'],
    ['sqlite', 'a build'],
    ['astro', 'a build'],
  ] as const)('with sessions in %s, in %s', (store, served) => {
    let server: Server;
    beforeAll(async () => {
      const variables = variablesFor(store);
      server = served === 'a build' ? await app.serve(variables) : await app.serveWith('dev', variables);
    });
    afterAll(() => server.stop());

    walkTheStarter(() => server);
  });
});

describe.each([
  ['workerd', '@astrojs/cloudflare', ['sqlite', 'redis', 'postgres']],
  ['Vercel', '@astrojs/vercel', ['memory', 'sqlite', 'astro']],
  ['Netlify', '@astrojs/netlify', ['memory', 'sqlite']],
] as const)('A build of the starter on %s', (_, name, stores) => {
  it.each(stores)('refuses sessions in %s', (store) => {
    const adapter = { name, hooks: {} };
    const session = name === '@astrojs/vercel' ? undefined : { driver: { entrypoint: 'of the adapter' } };
    const routes = [{ isPrerendered: false, origin: 'project', type: 'page' } as IntegrationResolvedRoute];
    const problems = new HostLimits(adapter).problems({ adapter, session } as AstroConfig, routes, { use: store });
    expect(problems.map(({ isFatal }) => isFatal)).toEqual([true]);
  });
});
