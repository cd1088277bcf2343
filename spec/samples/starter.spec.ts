import { afterAll, beforeAll, describe } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { walkTheStarter } from './starter.journey.js';

let app: App;
let server: Server;

describe('The starter sample, built and served by Node', () => {
  beforeAll(async () => {
    app = await App.create('samples/starter').build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  walkTheStarter(() => server);
});

describe('The starter sample in development', () => {
  beforeAll(async () => {
    app = App.create('samples/starter');
    server = await app.serveWith('dev');
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  walkTheStarter(() => server);
});

/** A Worker that stores sessions where its variable STORE says. */
function worker(): App {
  const made = App.create('samples/starter', {
    'wrangler.jsonc': JSON.stringify({
      name: 'starter',
      compatibility_date: '2026-01-01',
      compatibility_flags: ['nodejs_compat'],
      d1_databases: [{ binding: 'DB', database_name: 'sessions', database_id: 'sessions' }],
    }),
    'src/gatehouse.ts': `
      import { env } from 'cloudflare:workers';
      import { Clock, defineGatehouse, SessionStore } from 'astro-gatehouse/server';
      import { d1Database, SqlSessionStore } from 'astro-gatehouse/stores/sql';

      export default defineGatehouse({
        store: { use: env.STORE === 'KV' ? 'astro' : 'cookie' },
        services(services) {
          if (env.STORE !== 'D1') return;
          services.override(SessionStore, (get) => new SqlSessionStore(d1Database(env.DB), 'sessions', get(Clock)));
        },
      });`,
    'src/pages/create-table.ts': `
      import { env } from 'cloudflare:workers';
      import { SessionStore } from 'astro-gatehouse/server';
      export const GET = async ({ locals }) => {
        const { migration } = locals.services.get(SessionStore);
        for (const statement of migration) await env.DB.prepare(statement).run();
        return new Response('created');
      };`,
  });
  made.rewrite('astro.config.mjs', (text) =>
    text
      .replace("import node from '@astrojs/node'", "import cloudflare from '@astrojs/cloudflare'")
      .replace("node({ mode: 'standalone' })", 'cloudflare()'),
  );
  return made;
}

describe('The starter sample on Cloudflare, served by workerd', () => {
  beforeAll(async () => {
    app = await worker().build();
  });
  afterAll(() => app.remove());

  describe.each([
    ['dev', 'cookie'],
    ['preview', 'cookie'],
    ['preview', 'KV'],
    ['preview', 'D1'],
  ] as const)('in astro %s, with sessions in %s', (command, store) => {
    beforeAll(async () => {
      // A build copies the file for the preview.
      for (const place of ['.dev.vars', 'dist/server/.dev.vars']) {
        app.write({ [place]: `GATEHOUSE_SECRET=${SECRET}\nSTORE=${store}` });
      }
      server = await app.serveWith(command);
      if (store === 'D1') await fetch(`${server.origin}/create-table`);
    });
    afterAll(() => server.stop());

    walkTheStarter(() => server);
  });
});
