import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

const FILES = {
  'astro.config.mjs': `
    import node from '@astrojs/node';
    import { defineConfig } from 'astro/config';
    import gatehouse from 'astro-gatehouse';
    export default defineConfig({
      output: 'server',
      adapter: node({ mode: 'standalone' }),
      integrations: [gatehouse({ protect: [{ pattern: '/admin', role: 'admin' }] })],
    });`,
  // One build, of which each start is another version of the application.
  'src/gatehouse.ts': `
    import * as z from 'zod';
    import { SecurityEvents, SessionStore, defineGatehouse } from 'astro-gatehouse/server';
    import { SqliteSessionStore } from 'astro-gatehouse/stores/sqlite';

    class AuditLog extends SecurityEvents {
      publish(event) { console.log('EVENT ' + JSON.stringify(event)); }
    }
    const schema = z.object({ visits: z.number(), theme: z.string().default('light') });
    const hanging = { '~standard': { version: 1, vendor: 'spec', validate: () => new Promise(() => {}) } };
    const versions = {
      first: undefined,
      dropping: { schema },
      migrating: { schema, migrate: async ({ visits, ...rest }) => ({ ...rest, visits: Number(visits) }) },
      failing: { schema, migrate: () => { throw new Error('private'); } },
      hanging: { schema: hanging },
    };
    export default defineGatehouse({
      session: { storeTimeout: 0.2 },
      sessionData: versions[process.env.VERSION],
      services: (services) => {
        services.override(SecurityEvents, AuditLog);
        if (process.env.STORE === 'sqlite') services.override(SessionStore, () => new SqliteSessionStore({ file: 'sessions.db' }));
      },
    });`,
  'src/pages/sign-in.ts': `
    import { setSession } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      context.locals.session.set('visits', context.url.searchParams.get('visits'));
      context.locals.session.flash('notice', 'Welcome');
      await setSession(context, { userId: 'ada', role: 'admin' });
      return new Response('in');
    };`,
  'src/pages/set.ts': `
    export const GET = ({ locals, url }) => {
      locals.session.set('visits', JSON.parse(url.searchParams.get('visits')));
      return new Response('set');
    };`,
  'src/pages/index.ts': 'export const GET = ({ locals }) => Response.json(locals.session.all());',
  'src/pages/admin.ts': `export const GET = ({ locals }) => new Response('admin ' + locals.session.flash('notice'));`,
};

describe.each(['cookie', 'sqlite'])('Sessions in %s of an earlier version', (store) => {
  let app: App;
  let server: Server;
  let browser: Browser | undefined;

  beforeAll(async () => {
    app = await App.create(undefined, FILES).build();
  }, 100_000);
  afterEach(() => server.stop());
  afterAll(() => app.remove());

  const serve = async (version: string) => {
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, VERSION: version, STORE: store });
    browser = browser?.at(server) ?? new Browser(server);
  };
  const get = (path: string) => (browser ?? new Browser(server)).get(path);
  const values = async () => JSON.parse((await get('/')).text);
  const leave = async (visits: string) => {
    rmSync(join(app.folder, 'sessions.db'), { force: true });
    browser = undefined;
    await serve('first');
    await get(`/sign-in?visits=${visits}`);
    await server.stop();
  };

  it('are migrated by requests at once, and keep their visitor and messages', async () => {
    await leave('3');
    await serve('migrating');
    const answers = await Promise.all(Array.from({ length: 8 }, () => get('/')));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    for (const answer of answers) {
      expect(JSON.parse(answer.text)).toEqual({ userId: 'ada', role: 'admin', visits: 3, theme: 'light' });
    }
    expect((await get('/admin')).text).toBe('admin Welcome');
    await server.stop();
    await serve('dropping');
    expect(await values()).toMatchObject({ userId: 'ada', visits: 3 });
    expect(server.output).not.toContain('misfit');
  });

  it.each(['dropping', 'failing'])('are ended where they do not fit, by the version that is %s', async (version) => {
    await leave('3');
    await serve(version);
    const first = await get('/admin');
    expect(first.status).toBe(401);
    expect(first.setCookies.join()).toMatch(/gatehouse=;.*Max-Age=0/i);
    expect(await server.printed('EVENT')).toContain('"name":"session.rejected"');
    expect(server.output.match(/"reason":"misfit"/g)).toHaveLength(1);
    expect(server.output).toContain('"visits" does not fit, expected number.');
    expect(server.output).not.toContain('private');
    expect(await values()).toEqual({});
    expect((await get('/set?visits=1')).status).toBe(200);
    expect(await values()).toEqual({ visits: 1, theme: 'light' });
  });

  it('are left alone while the schema does not answer, which opens no door', async () => {
    await leave('3');
    await serve('hanging');
    expect(await values()).toEqual({});
    expect((await get('/admin')).status).toBe(503);
    expect(await server.printed('"schema"')).toContain('"operation":"schema"');
    await server.stop();
    await serve('first');
    expect(await values()).toEqual({ userId: 'ada', role: 'admin', visits: '3' });
  });

  it('are not spoilt by a page that puts something else into them', async () => {
    await leave('3');
    await serve('migrating');
    expect((await get('/set?visits=4')).status).toBe(200);
    const refused = await get('/set?visits="many"');
    expect(refused.status).toBe(500);
    expect(refused.setCookies).toEqual([]);
    expect(await server.printed('is not as it should be')).toContain(
      '"visits" is not as it should be, expected number',
    );
    expect(await values()).toMatchObject({ userId: 'ada', visits: 4 });
  });
});
