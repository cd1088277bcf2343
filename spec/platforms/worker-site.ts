import { App } from '../support/app.js';

/** The starter as a Worker, which stores sessions where its variable STORE says. */
export function workerSite(): App {
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
      import { RedisSessionStore, upstashCommands } from 'astro-gatehouse/stores/redis';
      import { d1Database, SqlSessionStore } from 'astro-gatehouse/stores/sql';
      import { Redis } from '@upstash/redis/cloudflare';

      export default defineGatehouse({
        store: { use: env.STORE === 'astro' || env.STORE === 'memory' ? env.STORE : 'cookie' },
        services(services) {
          if (env.STORE === 'D1') {
            services.override(SessionStore, (get) => new SqlSessionStore(d1Database(env.DB), 'sessions', get(Clock)));
          }
          if (env.STORE === 'Upstash') {
            const client = upstashCommands(Redis.fromEnv(env));
            services.override(SessionStore, (get) => new RedisSessionStore({ client }, get(Clock)));
          }
        },
      });`,
    'src/pages/store.ts': `
      import { SessionStore } from 'astro-gatehouse/server';
      export const GET = ({ locals }) => new Response(locals.services.get(SessionStore).constructor.name);`,
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
