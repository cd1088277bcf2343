import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { siteConfig } from '../support/made-site.js';

const FILES = {
  'astro.config.mjs': siteConfig(`{ protect: [{ pattern: '/admin', role: 'admin' }] }`),
  // One build; each start is another version of the application.
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
      // A server that starts together with many others may take a while to open its first seal.
      session: { storeTimeout: process.env.VERSION === 'hanging' ? 0.2 : 10 },
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

describe.each(['cookie', 'sqlite'])('Sessions of an earlier version, %s store,', (store) => {
  let app: App;
  /** Starts each version once, on first use; the others keep running. */
  const servers = new Map<string, Promise<Server>>();

  beforeAll(async () => {
    app = await App.create(undefined, FILES).build();
  });
  afterAll(async () => {
    for (const server of servers.values()) await (await server).stop();
    app.remove();
  });

  async function serve(version: string): Promise<Server> {
    const server = servers.get(version) ?? app.serve({ GATEHOUSE_SECRET: SECRET, VERSION: version, STORE: store });
    servers.set(version, server);
    return server;
  }

  /** Returns the browser of a visitor who signed in with the first version. */
  async function visitor(visits: string): Promise<Browser> {
    const browser = new Browser(await serve('first'));
    await browser.get(`/sign-in?visits=${visits}`);
    return browser;
  }

  const valuesIn = async (browser: Browser) => JSON.parse((await browser.get('/')).text);

  it('are migrated by concurrent requests, and keep their visitor and messages', async () => {
    const migrating = await serve('migrating');
    const browser = (await visitor('3')).at(migrating);
    const answers = await Promise.all(Array.from({ length: 8 }, () => browser.get('/')));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    for (const answer of answers) {
      expect(JSON.parse(answer.text)).toEqual({ userId: 'ada', role: 'admin', visits: 3, theme: 'light' });
    }
    expect((await browser.get('/admin')).text).toBe('admin Welcome');
    const dropping = await serve('dropping');
    expect(await valuesIn(browser.at(dropping))).toMatchObject({ userId: 'ada', visits: 3 });
    expect(migrating.output + dropping.output).not.toContain('misfit');
  });

  it.each(['dropping', 'failing'])(
    'are ended when they do not match the schema, by the version that is %s',
    async (version) => {
      const server = await serve(version);
      const browser = (await visitor('3')).at(server);
      const first = await browser.get('/admin');
      expect(first.status).toBe(401);
      expect(first.setCookies.join()).toMatch(/gatehouse=;.*Max-Age=0/i);
      expect(await server.printed('EVENT')).toContain('"name":"session.rejected"');
      expect(server.output.match(/"reason":"misfit"/g)).toHaveLength(1);
      const told = '"visits" does not match sessionData.schema (expected number).';
      expect(await server.printed(told)).toContain(told);
      expect(server.output).not.toContain('private');
      expect(await valuesIn(browser)).toEqual({});
      expect((await browser.get('/set?visits=1')).status).toBe(200);
      expect(await valuesIn(browser)).toEqual({ visits: 1, theme: 'light' });
    },
  );

  it('are neither changed nor accepted while the schema does not answer', async () => {
    const browser = await visitor('3');
    const hanging = await serve('hanging');
    expect(await valuesIn(browser.at(hanging))).toEqual({});
    expect((await browser.at(hanging).get('/admin')).status).toBe(503);
    expect(await hanging.printed('"schema"')).toContain('"operation":"schema"');
    expect(await valuesIn(browser)).toEqual({ userId: 'ada', role: 'admin', visits: '3' });
  });

  it('are not changed by a page that sets an invalid value', async () => {
    const server = await serve('migrating');
    const browser = (await visitor('3')).at(server);
    expect((await browser.get('/set?visits=4')).status).toBe(200);
    const refused = await browser.get('/set?visits="many"');
    expect(refused.status).toBe(500);
    expect(refused.setCookies).toEqual([]);
    expect(await server.printed('is invalid')).toContain('"visits" is invalid (expected number');
    expect(await valuesIn(browser)).toMatchObject({ userId: 'ada', visits: 4 });
  });
});
