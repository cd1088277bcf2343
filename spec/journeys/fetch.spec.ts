import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { siteConfig } from '../support/made-site.js';
import { note, WITNESS, witnessed } from '../support/witness.js';

const ACTIONS = `
import { defineAction } from 'astro:actions';
import { authorize, setSession } from 'astro-gatehouse/server';

const ran = (name) => defineAction({ accept: 'form', handler: () => void ${note('name')} });

export const server = {
  admin: { remove: ran('admin.remove') },
  like: ran('like'),
  forgetful: defineAction({
    accept: 'form',
    handler: (_, context) => {
      authorize({ role: 'admin' }, context);
      return 'let in';
    },
  }),
  enter: defineAction({
    accept: 'form',
    handler: async (input, context) => {
      await setSession(context, { userId: 'u1', role: 'admin' });
      context.locals.session.flash('note', 'signed in by an action');
    },
  }),
};`;

/** Of one build; the server is told which. */
const PIPELINES = {
  'src/fetch.ts': `
    import { FetchState, actions, middleware, pages } from 'astro/fetch';
    import { guard } from 'astro-gatehouse/fetch';
    export default {
      async fetch(request: Request): Promise<Response> {
        const state = new FetchState(request);
        return (await guard(state)) ?? (await actions(state)) ?? middleware(state, pages);
      },
    };`,
  'Hono in src/fetch.ts': `
    import { Hono } from 'hono';
    import { actions, middleware, pages } from 'astro/hono';
    import { guard } from 'astro-gatehouse/fetch';
    const app = new Hono();
    app.use(guard(), actions(), middleware(), pages());
    export default app;`,
};

const FILES = {
  'astro.config.mjs': siteConfig(`{
        protect: [
          { action: 'admin.*', role: 'admin' },
          { pattern: '/vault/**', methods: ['OPTIONS'], public: true },
          { pattern: '/vault/**', role: 'admin' },
          { pattern: '/notes', methods: ['PATCH'], role: 'admin' },
        ],
      }`),
  'src/actions/index.ts': ACTIONS,
  ...WITNESS,
  'src/middleware.ts': `
    // Names another method, as forms do that can only send POST.
    export const onRequest = ({ request }, next) => {
      const method = request.headers.get('x-method');
      return method === null ? next() : next(new Request(request, { method }));
    };`,
  'src/pages/notes.ts': `
    export const PATCH = () => new Response('the note was changed');
    export const POST = () => new Response('the note was added');`,
  'src/pages/index.astro': `---
    const note = Astro.locals.session.flash('note');
    ---
    <h1>the front page</h1><p>[{note}]</p>`,
  'src/pages/vault/key.ts': `
    export const OPTIONS = () => new Response(null, { status: 204, headers: { 'access-control-allow-methods': 'PUT' } });
    export const ALL = () => new Response('the key of the vault');`,
  'src/pages/vault/lock.ts': `export const ALL = () => new Response('the lock of the vault');`,
  'src/pages/vault/[...path].astro': '<h1>the vault</h1>',
  'src/pages/made.astro': '---\nexport const prerender = true;\n---\n<h1>made before</h1>',
};

/** One build; the environment of the server names the pipeline it uses. */
const PIPED = {
  ...FILES,
  'src/plain.ts': PIPELINES['src/fetch.ts'],
  'src/hono.ts': PIPELINES['Hono in src/fetch.ts'],
  'src/unguarded.ts': `
    import { FetchState, actions, middleware, pages } from 'astro/fetch';
    export default {
      async fetch(request: Request): Promise<Response> {
        const state = new FetchState(request);
        return (await actions(state)) ?? middleware(state, pages);
      },
    };`,
  'src/fetch.ts': `
    import hono from './hono';
    import plain from './plain';
    import unguarded from './unguarded';
    const pipeline = process.env.PIPELINE ?? '';
    export default pipeline === 'unguarded' ? unguarded : /Hono/.test(pipeline) ? hono : plain;`,
};

describe.each(Object.keys(PIPELINES))('The guard in a custom pipeline: %s', (pipeline) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await App.create(undefined, PIPED).build();
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, PIPELINE: pipeline });
  });
  afterAll(async () => {
    await server?.stop();
    app.remove();
  });

  async function call(browser: Browser, path: string) {
    await witnessed(server);
    const answer = await browser.post(path, { any: 'thing' }, { headers: { accept: 'application/json, text/html' } });
    return { ...answer, ran: (await witnessed(server)).length > 0 };
  }

  it.each([
    '/_actions/admin.remove',
    '/?_action=admin.remove',
    '/vault/x?_action=admin.remove',
    '/nowhere?_action=admin.remove',
  ])('prevents denied actions from running: %s', async (path) => {
    expect(await call(new Browser(server), path)).toMatchObject({ ran: false });
  });

  it.each(['PATCH', 'patch'])('judges a method as Astro runs it, however it is written: %s', async (method) => {
    const guest = new Browser(server);
    const added = await guest.post('/notes');
    const changed = await guest.post('/notes', {}, { headers: { 'x-method': method, accept: 'application/json' } });
    expect([added.text, changed.status]).toEqual(['the note was added', 401]);
  });

  it('answers a denied call as Astro does', async () => {
    const answer = await call(new Browser(server), '/_actions/admin.remove');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      401,
      expect.objectContaining({ type: 'AstroActionError', code: 'UNAUTHORIZED' }),
    ]);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  });

  it('lets the other actions run once', async () => {
    expect(await call(new Browser(server), '/_actions/like')).toMatchObject({ status: 204, ran: true });
    const form = await call(new Browser(server), '/?_action=like');
    expect([form.ran, form.text.includes('the front page')]).toEqual([true, true]);
  });

  it.each(['/_actions/forgetful', '/?_action=forgetful'])(
    'waits for a check that an action does not await: %s',
    async (path) => {
      const { status, text } = await new Browser(server).post(path, { any: 'thing' });
      expect([status, text]).toEqual([401, expect.not.stringContaining('let in')]);
    },
  );

  it.each(['/_actions/enter', '/?_action=enter'])('stores the session changes of an action: %s', async (path) => {
    const browser = new Browser(server);
    const answer = await call(browser, path);
    expect(answer.headers.getSetCookie().filter((cookie) => cookie.includes('gatehouse'))).toHaveLength(1);
    expect((await browser.get('/vault/gold')).text).toContain('the vault');
    expect(await call(browser, '/_actions/admin.remove')).toMatchObject({ status: 204, ran: true });
    const shown = answer.text.includes('[signed in by an action]');
    expect((await browser.get('/')).text).toContain(shown ? '[]' : '[signed in by an action]');
  });

  it('leaves preflights to functions of their own, and runs nothing else for them', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'PUT' };
    const preflight = (path: string) => new Browser(server).visit(path, { method: 'OPTIONS', headers });
    const key = await preflight('/vault/key');
    expect([key.status, key.headers.get('access-control-allow-methods')]).toEqual([204, 'PUT']);
    for (const path of ['/vault/lock', '/vault/gold']) {
      const { status, text } = await preflight(path);
      expect([[302, 303, 401].includes(status), text]).toEqual([true, expect.not.stringContaining('the vault')]);
    }
    expect((await new Browser(server).post('/vault/key')).status).toBe(401);
  });

  it('protects pages too', async () => {
    const guest = new Browser(server);
    const answer = await guest.get('/vault/gold');
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/login?returnTo=%2Fvault%2Fgold']);
    expect((await guest.get('/')).text).toContain('the front page');
    expect((await guest.get('/made')).text).toContain('made before');
    expect((await guest.get('/nowhere')).status).toBe(404);
  });
});

describe('The guard in a middleware that runs actions itself', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = App.create(undefined, {
      ...FILES,
      'src/middleware.ts': `
        import { getActionContext } from 'astro:actions';
        import { guard } from 'astro-gatehouse/fetch';
        export const onRequest = async (context, next) => {
          const { action, setActionResult, serializeActionResult } = getActionContext(context);
          if (action?.calledFrom !== 'form') return next();
          const refusal = await guard(context);
          if (refusal) return refusal;
          setActionResult(action.name, serializeActionResult(await action.handler()));
          return next();
        };`,
    });
    server = await (await app.build()).serve();
  });
  afterAll(async () => {
    await server?.stop();
    app.remove();
  });

  it('prevents denied actions from running, and lets the others run', async () => {
    const browser = new Browser(server);
    const refused = await browser.post('/?_action=admin.remove', { any: 'thing' });
    expect([refused.status, refused.headers.get('location')]).toEqual([303, '/login']);
    expect((await browser.post('/?_action=enter', { any: 'thing' })).text).toContain('[signed in by an action]');
    expect((await browser.post('/?_action=admin.remove', { any: 'thing' })).text).toContain('the front page');
    expect(await witnessed(server)).toEqual(['admin.remove']);
  });
});

describe('A pipeline that runs actions and never asks the guard', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await App.create(undefined, PIPED).build();
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, PIPELINE: 'unguarded' });
  });
  afterAll(async () => {
    await server?.stop();
    app.remove();
  });

  it.each(['/_actions/admin.remove', '/?_action=admin.remove'])(
    'runs no action that a rule names: %s',
    async (path) => {
      await new Browser(server).post(path, { any: 'thing' });
      await new Browser(server).post(path.replace('admin.remove', 'like'), { any: 'thing' });
      expect(await witnessed(server)).toEqual(['like']);
    },
  );
});
