import type { App } from './app.js';
import { madeSite } from './made-site.js';
import { LATER, MOVABLE_CLOCK } from './movable-clock.js';

/** A site below `/app` that signs visitors in and out and counts their visits; how, the variables of its server say. */
export function countingSite(name: string | undefined, more = ''): App {
  return madeSite(
    '',
    {
      'package.json': JSON.stringify({
        name,
        type: 'module',
        dependencies: { 'astro-gatehouse': '*', '@astrojs/node': '*' },
      }),
      'src/gatehouse.ts': `
        import { Clock, defineGatehouse, SessionStore } from 'astro-gatehouse/server';
        import { SqliteSessionStore } from 'astro-gatehouse/stores/sqlite';
        ${MOVABLE_CLOCK}
        const { SESSION, STORE } = process.env;
        export default defineGatehouse({
          session: SESSION ? JSON.parse(SESSION) : {},
          services(services) {
            services.override(Clock, MovableClock);
            if (STORE) services.override(SessionStore, (get) => new SqliteSessionStore({ file: STORE }, get(Clock)));
          },
        });`,
      'src/pages/app/enter.ts': `import { setSession } from 'astro-gatehouse/server';
        export const GET = async (context) => {
          await setSession(context, { userId: context.url.searchParams.get('user') ?? 'ada' });
          return new Response('in');
        };`,
      'src/pages/app/leave.ts': `import { clearSession } from 'astro-gatehouse/server';
        export const GET = async (context) => (await clearSession(context), new Response('out'));`,
      'src/pages/app/who.ts': `export const GET = ({ locals: { session } }) =>
        new Response([session.get('userId') ?? 'nobody', session.get('visits') ?? 0].join(' '));`,
      'src/pages/app/count.ts': `export const GET = ({ locals: { session } }) =>
        new Response(String(session.set('visits', (visits = 0) => visits + 1).get('visits')));`,
      'src/pages/app/stream.ts': `export const GET = ({ locals: { session } }) =>
        new Response('data: ' + session.get('userId') + '\\n\\n', {
          headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache, no-transform' },
        });`,
      ...LATER,
    },
    more,
  );
}
