import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { type Answer, Browser, type Visit } from '../support/browser.js';
import { madeSite, prerendered } from '../support/made-site.js';

const OWN = 'A ROUTE OF ITS OWN';

/** Two pipelines; each request names the one it uses, or the settings do for requests without headers. */
const PIPELINES = `
import { settings } from './settings';
import { Hono } from 'hono';
import { FetchState, actions, middleware, pages } from 'astro/fetch';
import * as astro from 'astro/hono';
import { guard } from 'astro-gatehouse/fetch';

globalThis.ran = [];
const own = () => (globalThis.ran.push('its own'), new Response('${OWN}'));

const plain = {
  async fetch(request: Request): Promise<Response> {
    const state = new FetchState(request);
    const refusal = await guard(state);
    if (refusal) return refusal;
    if (new URL(request.url).pathname.endsWith('/own')) return own();
    return (await actions(state)) ?? middleware(state, pages);
  },
};
const hono = new Hono();
hono.use(guard());
hono.all('/vault/own', own).all('/hidden/own', own).all('/open/own', own).all('/own', own);
hono.use(astro.actions(), astro.middleware(), astro.pages());

export default {
  fetch(request: Request): Response | Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === '/what-ran') return Response.json(globalThis.ran.splice(0));
    if (pathname === '/settings') return Response.json(settings);
    const pipeline = request.headers.get('x-pipeline') ?? settings.pipeline;
    return (pipeline === 'Hono' ? hono : plain).fetch(request);
  },
};`;

/** A browser whose requests go through one of the pipelines. */
class PipelineBrowser extends Browser {
  constructor(
    server: Server,
    private readonly pipeline: string,
  ) {
    super(server);
  }

  override visit(path: string, { headers, ...visit }: Visit = {}): Promise<Answer> {
    return super.visit(path, { ...visit, headers: { 'x-pipeline': this.pipeline, ...headers } });
  }
}

/** What a pipeline and its rules are asked under: a development server reloads both when it is written. */
interface Settings {
  readonly isGlobal: boolean;
  /** The pipeline of requests that name none. */
  readonly pipeline?: string;
}

function settingsModule(settings: Settings): string {
  return `export const settings = JSON.parse(process.env.SETTINGS ?? '${JSON.stringify(settings)}');`;
}

const FILES = {
  'src/fetch.ts': PIPELINES,
  'src/settings.ts': settingsModule({ isGlobal: false }),
  'src/gatehouse.ts': `
    import { defineGatehouse } from 'astro-gatehouse/server';
    import { settings } from './settings';
    export default defineGatehouse(settings.isGlobal ? { globalProtect: true, exclude: ['/open/**', '/enter'] } : {
      protect: [
        { action: 'admin.*', role: 'admin' },
        { pattern: '/vault/**', role: 'admin' },
        { pattern: '/hidden/**', role: 'admin', status: 404 },
        { pattern: '/desk', role: 'chief', forbiddenPath: { render: '/no-desk' } },
        { pattern: '/lost', role: 'chief', forbiddenPath: { render: '/nowhere' } },
      ],
    });`,
  'src/actions/index.ts': `
    import { defineAction } from 'astro:actions';
    const ran = (name) => defineAction({ accept: 'form', handler: () => void globalThis.ran.push(name) });
    export const server = { admin: { remove: ran('admin.remove') }, like: ran('like') };`,
  'src/pages/desk.astro': 'the secret of chiefs',
  'src/pages/lost.astro': 'the secret of chiefs',
  'src/pages/no-desk.astro': `---
    const { session, visitor, decision } = Astro.locals;
    session.set('refused', true);
    Astro.cookies.set('refused', 'yes');
    ---
    <p>no desk for {visitor.id}, who lacks {decision?.missing.join()}: {session.flash('notice')}</p>`,
  'src/pages/kept.ts': 'export const GET = ({ locals }) => Response.json(locals.session.all());',
  'src/pages/enter.ts': `
    import { setSession } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      await setSession(context, { userId: 'u1', role: 'admin' });
      context.locals.session.flash('notice', 'hello');
      return new Response('welcome');
    };`,
};

const NOT_FOUND: Record<string, Record<string, string>> = {
  'no 404 page': {},
  'a 404 page': { 'src/pages/404.astro': '<h1>nothing here</h1>' },
  'a prerendered 404 page': { 'src/pages/404.astro': prerendered('<h1>nothing here</h1>') },
};

/** The one development server: its rules, pipeline and 404 page change while it runs. */
let development: { app: App; server: Server } | undefined;
afterAll(async () => {
  await development?.server.stop();
  development?.app.remove();
});

/** Has it serve these files under these settings. */
async function developed(files: Record<string, string>, settings: Settings): Promise<Server> {
  const app = development?.app ?? madeSite('{}', FILES);
  const changed = { ...files, 'src/settings.ts': settingsModule(settings) };
  app.write(changed);
  const server = development?.server ?? (await app.serveWith('dev', { GATEHOUSE_SECRET: SECRET }));
  development = { app, server };
  const browser = new Browser(server);
  let written = Date.now();
  await server.until(async () => {
    const isReloaded = (await browser.get('/settings')).text === JSON.stringify(settings);
    const isGuarded = (await browser.get('/own')).status === (settings.isGlobal ? 302 : 200);
    const hasPage = (await browser.get('/nowhere')).text.includes('nothing here') === 'src/pages/404.astro' in files;
    if (isReloaded && isGuarded && (hasPage || settings.isGlobal)) return true;
    // Watchers of files drop a change that soon follows another.
    if (Date.now() - written > 500) {
      app.write(changed);
      written = Date.now();
    }
    return false;
  });
  return server;
}

/** With this 404 page Astro passes requests on without their headers, so visitors cannot be recognized. */
const isEmptied = (mode: string, notFound: string) => mode === 'dev' && notFound === 'a prerendered 404 page';
const SERVED = ['production', 'dev'].flatMap((mode) =>
  Object.entries(NOT_FOUND)
    .filter(([name]) => !isEmptied(mode, name))
    .map(([name, files]) => ({ mode, name, files })),
);

describe.each(SERVED)('Routes of a custom pipeline in $mode, on a site with $name,', ({ mode, name, files }) => {
  let built: App | undefined;
  let server: Server;
  /** Of what the server has printed, the length before. */
  let since = 0;

  beforeAll(async () => {
    since = development?.server.output.length ?? 0;
    // With a prerendered 404 page, a rule that hides a page causes a warning, which would stop a strict build.
    const options = `{ strict: ${name !== 'a prerendered 404 page'} }`;
    if (mode === 'production') built = await madeSite(options, { ...FILES, ...files }).build();
    server = built ? await built.serve() : await developed(files, { isGlobal: false });
  });
  afterAll(async () => {
    if (built) await server?.stop();
    built?.remove();
  });

  async function admin(pipeline = 'fetch'): Promise<Browser> {
    const browser = new PipelineBrowser(server, pipeline);
    expect((await browser.get('/enter')).text).toBe('welcome');
    return browser;
  }

  /** Returns what has run since the last call. */
  async function whatRan(): Promise<string[]> {
    return JSON.parse((await new Browser(server).get('/what-ran')).text);
  }

  async function send(browser: Browser, path: string, headers: Record<string, string> = {}) {
    await whatRan();
    const answer = await browser.post(path, { any: 'thing' }, { headers });
    const [ran] = await whatRan();
    return { ...answer, ran };
  }

  it.each(['fetch', 'Hono'])(
    'render the page for refused users at the address, in a pipeline of %s',
    async (pipeline) => {
      const browser = await admin(pipeline);
      const answer = await browser.get('/desk');
      expect([answer.status, answer.location]).toEqual([403, null]);
      expect(answer.text).toContain('no desk for u1, who lacks chief: hello');
      expect(answer.headers.get('cache-control')).toBe('private, no-store');
      expect(browser.cookies.get('refused')).toBe('yes');
      expect(JSON.parse((await browser.get('/kept')).text)).toMatchObject({ refused: true });
      expect((await browser.get('/desk')).text).toContain('who lacks chief: <');
      const lost = await browser.get('/lost');
      expect([lost.status, lost.text]).toEqual([403, 'Forbidden']);
    },
  );

  /** Removes the path, which Astro's own 404 page contains. */
  const seen = ({ status, text, headers }: Answer) => ({
    status,
    text: text.replace(/Path: \S+/, ''),
    headers: [...headers].filter(([name]) => !['date', 'cache-control', 'vary'].includes(name)),
  });

  describe.each(['Hono', 'fetch'])('with %s', (pipeline) => {
    it('are not shown to visitors without access', async () => {
      const guest = new PipelineBrowser(server, pipeline);
      const opened = await guest.get('/vault/own?a=b');
      expect([opened.status, opened.location]).toEqual([302, '/login?returnTo=%2Fvault%2Fown%3Fa%3Db']);
      expect(opened.text).not.toContain(OWN);
      const asked = await guest.get('/vault/own', { headers: { accept: 'application/json' } });
      expect([asked.status, JSON.parse(asked.text).code]).toEqual([401, 'NOT_SIGNED_IN']);
      expect((await guest.visit('/vault/own', { method: 'HEAD' })).status).toBe(302);
      expect((await send(guest, '/vault/own')).ran).toBeUndefined();
      expect((await (await admin(pipeline)).get('/vault/own')).text).toBe(OWN);
    });

    it('look missing when a rule hides them', async () => {
      const guest = new PipelineBrowser(server, pipeline);
      expect(seen(await guest.get('/hidden/own'))).toEqual(seen(await guest.get('/hidden/nothing')));
      expect(seen(await guest.get('/hidden/own'))).toEqual(seen(await guest.get('/nothing')));
      expect((await (await admin(pipeline)).get('/hidden/own')).text).toBe(OWN);
    });

    it('reject requests of other sites', async () => {
      const visitor = await admin(pipeline);
      for (const path of ['/vault/own', '/open/own']) {
        const foreign = await send(visitor, path, {
          origin: 'https://elsewhere.example',
          'sec-fetch-site': 'cross-site',
        });
        expect([foreign.status, foreign.ran]).toEqual([403, undefined]);
        expect(await send(visitor, path)).toMatchObject({ status: 200, ran: 'its own' });
      }
    });

    it('are public when no rule applies', async () => {
      expect((await new PipelineBrowser(server, pipeline).get('/open/own')).text).toBe(OWN);
    });

    it('leave unknown paths to Astro', async () => {
      const guest = new PipelineBrowser(server, pipeline);
      expect((await guest.get('/nowhere')).status).toBe(404);
      expect(await send(guest, '/nowhere')).toMatchObject({ status: 404, ran: undefined });
      expect((await send(guest, '/nowhere?_action=admin.remove')).ran).toBeUndefined();
      expect((await send(guest, '/nowhere?_action=like')).status).toBeLessThan(500);
      expect(server.output.slice(since)).not.toMatch(/TypeError/);
    });
  });

  describe('where everything is protected', () => {
    beforeAll(async () => {
      if (!built) {
        server = await developed(files, { isGlobal: true });
        return;
      }
      await server.stop();
      server = await built.serve({ SETTINGS: '{"isGlobal":true}', GATEHOUSE_SECRET: SECRET });
    });

    it('require a sign-in unless they are excluded', async () => {
      const guest = new Browser(server);
      expect((await guest.get('/own')).status).toBe(302);
      expect((await guest.get('/open/own')).text).toBe(OWN);
      expect((await (await admin()).get('/own')).text).toBe(OWN);
    });
  });
});

describe.each(['Hono', 'fetch'])(
  'Routes of a custom pipeline with a prerendered 404 page, which hides the visitor, with %s,',
  (pipeline) => {
    let server: Server;
    /** Of what the server has printed, the length before. */
    let since = 0;

    beforeAll(async () => {
      since = development?.server.output.length ?? 0;
      server = await developed(NOT_FOUND['a prerendered 404 page'] ?? {}, { isGlobal: false, pipeline });
    });

    it('are denied to everybody by rules, with an explanation', async () => {
      const visitor = new Browser(server);
      expect((await visitor.get('/enter')).text).toBe('welcome');
      for (const path of ['/vault/own', '/hidden/own']) expect((await visitor.get(path)).text).not.toContain(OWN);
      expect((await visitor.get('/vault/own')).status).toBe(302);
      expect(await server.printed('write export const prerender = false in 404.astro', since)).toContain(
        'every visitor is a guest',
      );
    });

    it('are public when no rule applies', async () => {
      const visitor = new Browser(server);
      expect((await visitor.get('/open/own')).text).toBe(OWN);
      expect((await visitor.post('/open/own')).text).toBe(OWN);
      expect((await visitor.get('/nowhere')).status).toBe(404);
    });
  },
);
