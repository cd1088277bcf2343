import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppProcess } from './app-process.mjs';
import { Redis } from './redis.mjs';

/** Seconds: long enough for visitors who pause, and over soon afterwards. */
export const IDLE = 15;
const VISITED = '/visit/**';

const page = (body, imports = '') => `${imports}
export const GET = async (context) => {
  const { session } = context.locals;
  const asked = Object.fromEntries(context.url.searchParams);
  ${body}
};
`;
const done = "return new Response(session.get('userId') ?? 'guest');";
const helper = (name) => `import { ${name} } from 'astro-gatehouse/server';`;

/** An application whose pages write to the session that they are asked with. */
export function loadedApp(store) {
  return {
    'astro.config.mjs': `import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import gatehouse from 'astro-gatehouse';
export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'middleware' }),
  integrations: [gatehouse({
    session: { store: '${store}', idleTimeout: ${IDLE}, absoluteTimeout: 24 * 3600 },
    protect: [{ pattern: '${VISITED}' }],
  })],
});
`,
    'src/pages/enter.ts': page(`await setSession(context, { userId: asked.as }); ${done}`, helper('setSession')),
    'src/pages/leave.ts': page("await clearSession(context); return new Response('gone');", helper('clearSession')),
    'src/pages/visit/write.ts': page(`
  session.set('count', (count = 0) => count + 1).set(asked.key, asked.value);
  if (asked.flash) session.flash(asked.key, asked.flash);
  ${done}`),
    'src/pages/visit/change-id.ts': page(`await regenerateSession(context); ${done}`, helper('regenerateSession')),
    'src/pages/visit/messages.ts': page('return Response.json(session.flashes.all());'),
    'src/pages/visit/all.ts': page('return Response.json(session.all());'),
    'src/pages/size.ts': page(
      'return new Response(String(context.locals.services.get(SessionStore).size));',
      helper('SessionStore'),
    ),
  };
}

/** The processes that serve one application, and what their store holds. */
export class LoadedSite {
  #apps = [];
  #turn = 0;
  #stopStore = () => {};

  static async start(store, entry) {
    const site = new LoadedSite();
    await { memory: startWithMemory, sqlite: startWithSqlite, redis: startWithRedis }[store](site, entry);
    return site;
  }

  /** @param count How many texts the store holds: sessions, and for a minute where those went that got another id. */
  async serve(entry, processes, env, count, stopStore = () => {}) {
    for (let process = 0; process < processes; process++) this.#apps.push(await AppProcess.start(entry, { env }));
    this.kept = count;
    this.#stopStore = stopStore;
  }

  /** Each process in its turn. */
  get nextOrigin() {
    return this.#apps[this.#turn++ % this.#apps.length].origin;
  }

  get processes() {
    return this.#apps.length;
  }

  /** Bytes of all processes together. */
  async memory() {
    const each = await Promise.all(this.#apps.map((app) => app.memory()));
    const sum = (kind) => each.reduce((total, figures) => total + figures[kind], 0);
    return { heap: sum('heap'), resident: sum('resident') };
  }

  stop() {
    for (const app of this.#apps) app.stop();
    this.#stopStore();
  }
}

async function startWithMemory(site, entry) {
  await site.serve(entry, 1, {}, async () => {
    const answer = await fetch(`http://127.0.0.1:${site.nextOrigin.port}/size`);
    return Number(await answer.text());
  });
}

async function startWithSqlite(site, entry) {
  let file;
  const count = async () => {
    file ??= new DatabaseSync(join(dirname(entry), '../../.gatehouse/sessions.db'), { readOnly: true });
    return file.prepare('SELECT count(*) AS kept FROM sessions').get().kept;
  };
  await site.serve(entry, 2, {}, count, () => file?.close());
}

async function startWithRedis(site, entry) {
  const redis = await Redis.start();
  await site.serve(
    entry,
    2,
    { REDIS_URL: redis.url },
    () => redis.client.dbSize(),
    () => redis.stop(),
  );
}
