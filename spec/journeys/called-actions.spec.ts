import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { madeSite } from '../support/made-site.js';
import { WITNESS, witnessed } from '../support/witness.js';

const ACTIONS = `
import { ActionError, defineAction } from 'astro:actions';
import { z } from 'astro/zod';
import { authorize, requireSession } from 'astro-gatehouse/server';
import * as staff from './staff';

const ran = (name, accept) => defineAction({ accept, handler: () => ((globalThis.noted ??= []).push('RAN ' + name), 'done') });

export const server = {
  like: ran('like'),
  excluded: ran('excluded'),
  staff,
  admin: {
    remove: ran('admin.remove'),
    checked: defineAction({
      input: z.object({ id: z.string().refine(async () => ((globalThis.noted ??= []).push('RAN the check of the input'), true)) }),
      handler: () => 'done',
    }),
    hidden: ran('admin.hidden'),
    form: ran('admin.form', 'form'),
    'up/down': ran('admin.up/down'),
  },
  byHand: async function () { (globalThis.noted ??= []).push('RAN byHand'); return { data: 'done', error: undefined }; },
  onceEach: ran('onceEach'),
  asks: defineAction({ handler: async () => (await authorize({ role: 'admin' }), 'done') }),
  asksInForm: defineAction({ accept: 'form', handler: async () => (await authorize({ role: 'admin' }), 'done') }),
  needsSomebody: defineAction({ handler: () => requireSession().userId }),
  breaks: defineAction({ handler: () => { throw new Error('broken'); } }),
  refuses: defineAction({ handler: () => { throw new ActionError({ code: 'CONFLICT', message: 'taken' }); } }),
  within: defineAction({ handler: async (_, context) => server.admin.remove.bind(context)().then(({ data, error }) => error?.code ?? data) }),
};`;

/** Calls an action as the query says, and returns the outcome. */
const CALL = `
import { actions } from 'astro:actions';
import { server } from './actions';

const found = (from, name) => name.split('.').reduce((family, key) => family[key], from);

export async function call(context) {
  const { searchParams } = new URL(context.request.url);
  const [name, how] = [searchParams.get('call'), searchParams.get('how')];
  const action = found(how.startsWith('raw') ? server : actions, name);
  const input = name === 'admin.form' ? new FormData() : { id: 'x' };
  const throwing = how.endsWith('orThrow');
  try {
    const result = await context.callAction(throwing ? action.orThrow : action, input);
    if (throwing) return 'data:' + result;
    return result.error ? 'error:' + result.error.code + ':' + result.error.message : 'data:' + result.data;
  } catch (error) {
    return 'error:' + error.code + ':' + error.message;
  }
}`;

const FILES = {
  ...WITNESS,
  'src/actions/index.ts': ACTIONS,
  'src/actions/staff.ts': `
    import { defineAction } from 'astro:actions';
    export const pay = defineAction({ handler: () => ((globalThis.noted ??= []).push('RAN staff.pay'), 'done') });`,
  'src/call.ts': CALL,
  'src/is-global.ts': 'export const isGlobal = Boolean(process.env.GLOBAL);',
  'src/gatehouse.ts': `
    import { defineGatehouse } from 'astro-gatehouse/server';
    import { isGlobal } from './is-global';
    const counted = () => ((globalThis.noted ??= []).push('ASKED'), true);
    export default defineGatehouse(isGlobal
      ? { globalProtect: true, exclude: ['/', '/page', '/endpoint', '/middleware', '/enter', '/witness', '/_actions/excluded'] }
      : {
        protect: [
          { action: 'admin.hidden', role: 'admin', status: 404 },
          { action: 'admin.*', role: 'admin' },
          { action: 'staff.*', role: 'admin' },
          { action: 'byHand', role: 'admin' },
          { action: 'onceEach', allow: counted },
          { pattern: '/known', role: 'admin' },
        ],
      });`,
  'src/middleware.ts': `
    import { getActionContext } from 'astro:actions';
    import { call } from './call';
    export const onRequest = async (context, next) => {
      if (context.url.pathname === '/middleware') return new Response(await call(context));
      if (context.url.searchParams.has('unasked')) {
        const { action, setActionResult, serializeActionResult } = getActionContext(context);
        setActionResult(action.name, serializeActionResult(await action.handler()));
      }
      return next();
    };`,
  'src/pages/page.astro': `---\nimport { call } from '../call';\nconst came = await call(Astro);\n---\n{came}`,
  'src/pages/endpoint.ts': `import { call } from '../call';\nexport const GET = async (context) => new Response(await call(context));`,
  'src/pages/nested.astro': `---\nimport Nested from '../Nested.astro';\n---\n<Nested />`,
  'src/Nested.astro': `---\nimport { call } from './call';\nconst came = await call(Astro);\n---\n{came}`,
  'src/pages/index.astro': `---
    import { actions } from 'astro:actions';
    const result = Astro.getActionResult(actions.asksInForm) ?? Astro.getActionResult(actions.admin.form);
    ---
    {result ? (result.error?.code ?? 'done') : 'nothing'}`,
  'src/pages/made.astro': `---
    import { call } from '../call';
    export const prerender = true;
    const came = await call({
      request: new Request('http://x/?call=admin.remove&how=safely'), callAction: Astro.callAction,
    });
    ---
    {came}`,
  'src/pages/enter.ts': `
    import { setSession } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      await setSession(context, { userId: 'u1', role: context.url.searchParams.get('role') ?? undefined });
      return new Response('welcome');
    };`,
};

const HOW = ['safely', 'orThrow', 'raw', 'raw orThrow'];
const PLACES = ['/page', '/endpoint', '/middleware', '/nested'];
const calling = (place: string, name: string, how = 'safely') => `${place}?call=${name}&how=${encodeURIComponent(how)}`;

describe.each(['production', 'dev'] as const)('An action called by code of the site, in %s,', (mode) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = madeSite('{}', FILES);
    if (mode === 'production') await app.build();
    server = mode === 'dev' ? await app.serveWith('dev', { GATEHOUSE_SECRET: SECRET }) : await app.serve();
  });
  // The records of one case must not affect the next.
  afterEach(() => witnessed(server));
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  async function visitor(role?: string): Promise<Browser> {
    const browser = new Browser(server);
    if (role) await browser.get(`/enter?role=${role}`);
    return browser;
  }

  /** Returns the outcome for the caller, and what ran in the meantime. */
  async function call(browser: Browser, path: string) {
    const { text, headers } = await browser.get(path);
    const noted = (await witnessed(server)).join('\n');
    const [, came] = /((?:data|error):[\w:. ]*)/.exec(text) ?? [text, text];
    return { came, ran: noted.match(/RAN .*/)?.[0], asked: noted.match(/ASKED/g)?.length ?? 0, headers };
  }

  async function post(browser: Browser, path: string, headers: Record<string, string> = {}) {
    const answer = await browser.post(path, { any: 'thing' }, { headers });
    const noted = (await witnessed(server)).join('\n');
    return { ...answer, ran: noted.match(/RAN .*/)?.[0], asked: noted.match(/ASKED/g)?.length ?? 0 };
  }

  describe('under a rule', () => {
    describe.each(PLACES)('from %s', (place) => {
      it.each(HOW)('is denied to visitors who may not call it: %s', async (how) => {
        const [guest, reader, admin] = [await visitor(), await visitor('reader'), await visitor('admin')];
        for (const name of ['admin.remove', 'staff.pay', 'admin.checked', 'admin.form']) {
          const path = calling(place, name, how);
          expect({ name, ...(await call(guest, path)) }).toMatchObject({
            name,
            came: 'error:UNAUTHORIZED:Unauthorized',
            ran: undefined,
          });
          expect(await call(reader, path)).toMatchObject({ came: 'error:FORBIDDEN:Forbidden', ran: undefined });
          expect(await call(admin, path)).toMatchObject({ came: 'data:done' });
        }
      });

      it('looks missing to visitors from whom a rule hides it', async () => {
        const guest = await call(await visitor(), calling(place, 'admin.hidden'));
        expect(guest).toMatchObject({ came: 'error:NOT_FOUND:Not Found', ran: undefined });
      });

      it('is denied whichever way it was defined', async () => {
        const guest = await call(await visitor(), calling(place, 'byHand'));
        expect(guest).toMatchObject({ came: 'error:UNAUTHORIZED:Unauthorized', ran: undefined });
        expect((await call(await visitor('admin'), calling(place, 'byHand'))).came).toBe('data:done');
      });

      it('is denied when another action calls it', async () => {
        expect(await call(await visitor(), calling(place, 'within'))).toMatchObject({ came: 'data:UNAUTHORIZED' });
        expect(await call(await visitor('admin'), calling(place, 'within'))).toMatchObject({ came: 'data:done' });
      });

      it.each(HOW)('runs when no rule applies: %s', async (how) => {
        expect(await call(await visitor(), calling(place, 'like', how))).toMatchObject({
          came: 'data:done',
          ran: 'RAN like',
        });
      });
    });

    it('makes the response uncacheable', async () => {
      for (const name of ['admin.remove', 'asks']) {
        const { headers } = await call(await visitor(), calling('/endpoint', name));
        expect(headers.get('cache-control')).toContain('private');
      }
      expect((await call(await visitor(), calling('/endpoint', 'like'))).headers.get('cache-control')).toBeNull();
    });

    it('is guarded by a wildcard rule even when its name contains a slash', async () => {
      const guest = await visitor();
      for (const name of ['admin.up/down', 'admin.up%2Fdown']) {
        const headers = { 'content-type': 'application/json' };
        expect((await guest.visit(`/_actions/${name}`, { method: 'POST', body: '{}', headers })).status).toBe(401);
        const sent = await guest.post(`/?_action=${encodeURIComponent(name)}`);
        expect([sent.status, sent.location]).toEqual([303, '/login']);
      }
      for (const place of PLACES)
        expect((await guest.get(calling(place, 'admin.up/down'))).text).toContain('error:UNAUTHORIZED');
      expect(await witnessed(server)).toEqual([]);
      const admin = await visitor('admin');
      expect((await admin.get(calling('/page', 'admin.up/down'))).text).toContain('data:done');
      expect(await witnessed(server)).toEqual(['RAN admin.up/down']);
    });

    it('is checked once per call, whichever code calls it', async () => {
      const guest = await visitor();
      expect(await call(guest, calling('/page', 'onceEach'))).toMatchObject({ asked: 1, ran: 'RAN onceEach' });
      const headers = { accept: 'application/json', 'content-type': 'application/json' };
      expect(await post(guest, '/_actions/onceEach', headers)).toMatchObject({ asked: 1 });
    });

    it('is denied when a middleware runs it without a check', async () => {
      const guest = await visitor();
      expect((await post(guest, '/?_action=admin.form&unasked')).ran).toBeUndefined();
      expect((await post(await visitor('admin'), '/?_action=admin.form&unasked')).ran).toBe('RAN admin.form');
    });

    it('is denied while a page is prerendered', async () => {
      expect((await call(await visitor('admin'), '/made')).came).toBe('error:UNAUTHORIZED:Unauthorized');
    });
  });

  describe('that denies access with authorize()', () => {
    const rpc = { accept: 'application/json', 'content-type': 'application/json' };
    const toClient = async (role: string | undefined, name: string) => {
      const answer = await (await visitor(role)).visit(`/_actions/${name}`, {
        method: 'POST',
        headers: rpc,
        body: '{}',
      });
      const { type, code, status, message } = answer.text ? JSON.parse(answer.text) : { type: '' };
      return { answered: answer.status, type, code, status, message };
    };
    const refused = (status: number, code: string, message: string) => ({
      answered: status,
      type: 'AstroActionError',
      code,
      status,
      message,
    });

    it('returns the error to the client', async () => {
      expect(await toClient(undefined, 'asks')).toEqual(refused(401, 'UNAUTHORIZED', 'Unauthorized'));
      expect(await toClient('reader', 'asks')).toEqual(refused(403, 'FORBIDDEN', 'Forbidden'));
      expect((await toClient('admin', 'asks')).answered).toBe(200);
      expect(await toClient(undefined, 'needsSomebody')).toEqual(refused(401, 'UNAUTHORIZED', 'Unauthorized'));
    });

    it('returns the error to the page of the form', async () => {
      const send = async (role?: string) => {
        const { status, text } = await (await visitor(role)).post('/?_action=asksInForm', { any: 'thing' });
        return [status, /UNAUTHORIZED|FORBIDDEN|done|nothing/.exec(text)?.[0]];
      };
      expect(await send()).toEqual([401, 'UNAUTHORIZED']);
      expect(await send('reader')).toEqual([403, 'FORBIDDEN']);
      expect(await send('admin')).toEqual([200, 'done']);
    });

    it.each(HOW)('returns the error to the code that calls it: %s', async (how) => {
      const told = async (role?: string) => (await call(await visitor(role), calling('/page', 'asks', how))).came;
      expect(await told()).toBe('error:UNAUTHORIZED:Unauthorized');
      expect(await told('reader')).toBe('error:FORBIDDEN:Forbidden');
      expect(await told('admin')).toBe('data:done');
    });

    it('does not change other errors', async () => {
      expect(await toClient(undefined, 'breaks')).toEqual(refused(500, 'INTERNAL_SERVER_ERROR', 'broken'));
      expect(await toClient(undefined, 'refuses')).toEqual(refused(409, 'CONFLICT', 'taken'));
    });
  });

  describe('where everything is protected', () => {
    beforeAll(async () => {
      if (mode === 'production') {
        await server.stop();
        server = await app.serve({ GLOBAL: 'yes', GATEHOUSE_SECRET: SECRET });
        return;
      }
      // The development server applies changed rules without a restart.
      app.write({ 'src/is-global.ts': 'export const isGlobal = true;' });
      const guest = await visitor();
      await server.until(async () => (await call(guest, calling('/page', 'like'))).came.startsWith('error:'));
    });

    it.each(HOW)('requires a sign-in unless it is excluded: %s', async (how) => {
      const guest = await visitor();
      expect((await call(guest, calling('/page', 'like', how))).came).toBe('error:UNAUTHORIZED:Unauthorized');
      expect((await call(guest, calling('/page', 'excluded', how))).came).toBe('data:done');
      expect((await call(await visitor('reader'), calling('/page', 'like', how))).came).toBe('data:done');
    });
  });
});
