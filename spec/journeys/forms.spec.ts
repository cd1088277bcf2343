import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { LATER, MOVABLE_CLOCK, pass } from '../support/movable-clock.js';

const OPTIONS = `
  forbiddenPath: '/forbidden',
  protect: [
    { pattern: '/account/**' },
    { pattern: '/fresh', authenticatedWithin: 100 },
    { action: 'staff', role: 'staff' },
  ],
`;
const CONFIG = (options = '') => `
import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import gatehouse from 'astro-gatehouse';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  integrations: [gatehouse({ ${OPTIONS} ${options} })],
});
`;
/** A page with a form that signs out, which says goodbye on another one. */
const DOOR = `---
import { actions } from 'astro:actions';
const result = Astro.getActionResult(actions.leave);
if (result && !result.error) return Astro.redirect('/goodbye');
---
<p>door</p>`;
const FILES = {
  'astro.config.mjs': CONFIG(),
  // The store and the forms option are read when the server starts.
  'src/gatehouse.ts': `
import { Clock, defineGatehouse } from 'astro-gatehouse/server';
${MOVABLE_CLOCK}
const { STORE = 'cookie', FORMS = 'kept' } = process.env;
export default defineGatehouse({
  session: { store: STORE },
  forms: FORMS === 'kept' ? { leaveOut: ['badge'] } : undefined,
  services: (services) => services.override(Clock, MovableClock),
});
`,
  ...LATER,
  'src/actions/index.ts': `
import { ActionError, defineAction } from 'astro:actions';
import { clearSession, goTo, setSession } from 'astro-gatehouse/server';
import { z } from 'astro/zod';

export const server = {
  say: defineAction({
    accept: 'form',
    input: z.object({ text: z.string().max(5000), size: z.number().max(9).optional() }).loose(),
    handler: async ({ text }, { locals }) => {
      console.log('RAN say');
      if (text === 'fail') throw new ActionError({ code: 'BAD_REQUEST', message: 'No failing here' });
      if (text === 'break') throw new Error('Broken');
      locals.session.set('said', text);
      return { text, at: new Date(0) };
    },
  }),
  enter: defineAction({
    accept: 'form',
    handler: async (form, context) => setSession(context, { userId: String(form.get('name')) }),
  }),
  staff: defineAction({ accept: 'form', handler: async () => 'done' }),
  makeKey: defineAction({ accept: 'form', handler: async () => ({ key: 'sk-very-secret' }) }),
  leave: defineAction({ accept: 'form', handler: async (_, context) => clearSession(context) }),
  leaveFor: defineAction({
    accept: 'form',
    handler: async (form, context) => {
      await clearSession(context);
      goTo(context, String(form.get('next')));
      if (form.has('fails')) throw new ActionError({ code: 'BAD_REQUEST' });
    },
  }),
};
`,
  'src/components/Late.astro': `---
import { fieldErrors, oldInput, oldInputs } from 'astro-gatehouse/server';
await new Promise((wake) => setTimeout(wake, 30));
const { field } = Astro.props;
const shown = [oldInput(field), oldInputs(field), fieldErrors(field), oldInput(field, { form: 'say' }), oldInput(field, { form: 'other' })];
---
<pre>{JSON.stringify(shown)}</pre>`,
  'src/pages/[...page].astro': `---
import { actions } from 'astro:actions';
import Late from '../components/Late.astro';
const result = Astro.getActionResult(actions.say);
const seen = result && (result.error ? { code: result.error.code, message: result.error.message } : { text: result.data.text, at: result.data.at.getTime() });
const field = Astro.url.searchParams.get('field') ?? 'text';
const { said } = Astro.locals.session.all();
---
<p>{JSON.stringify({ page: Astro.params.page, method: Astro.request.method, seen, said, keys: Object.keys(Astro.locals.session.flashes.all()) })}</p>
<Late field={field} />`,
  'src/pages/rewritten.astro': `---
return Astro.rewrite('/elsewhere' + Astro.url.search);
---`,
  'src/pages/thrown.astro': `---
import { authorize } from 'astro-gatehouse/server';
await authorize({}, Astro);
---
in`,
  'src/pages/login.astro': 'Sign in',
  'src/pages/account/door.astro': DOOR,
  'src/pages/door.astro': DOOR,
  'src/pages/keys.astro': `---
import { actions } from 'astro:actions';
---
{Astro.getActionResult(actions.makeKey)?.data.key ?? 'no key'}`,
  'src/pages/api/waiting.ts':
    "export const GET = ({ locals, url }) => Response.json(locals.session.flashes.peek(url.searchParams.get('key')));",
  'src/pages/api/check.ts': `
import { flashErrors } from 'astro-gatehouse/server';
export const POST = async (context) => {
  const form = await context.request.formData();
  flashErrors(context, { text: ['Too short', 'Too dull'] }, form, form.get('form') ?? undefined);
  return context.redirect('/checked', 303);
};
`,
  'src/pages/api/endpoint.ts': "export const POST = async () => new Response('endpoint');",
  'src/pages/api/long.ts': `
export const POST = async ({ locals, request }) => {
  locals.session.set('long', 'x'.repeat(Number(await request.text())));
  return new Response('kept');
};
`,
};

interface Shown {
  page?: string;
  method: string;
  seen?: unknown;
  said?: string;
  keys: string[];
  input: unknown;
  inputs: unknown;
  errors: unknown;
  ofForm: unknown;
  ofOther: unknown;
}

/** Returns the data of the form that a page has rendered. */
function shown(text: string): Shown {
  const part = (tag: string) =>
    JSON.parse(
      (new RegExp(`<${tag}[^>]*>(.*?)</${tag}>`).exec(text)?.[1] ?? 'null')
        .replaceAll('&quot;', '"')
        .replaceAll('&#34;', '"'),
    );
  const [input, inputs, errors, ofForm, ofOther] = part('pre');
  return { ...part('p'), input, inputs, errors, ofForm, ofOther };
}

describe.each([
  ['production', 'memory'],
  ['production', 'cookie'],
  ['development', 'memory'],
] as const)('A form that calls an action, in %s, %s store,', (mode, store) => {
  let app: App;
  let server: Server;
  const said = (since: number) => server.output.slice(since).includes('RAN say');

  beforeAll(async () => {
    app = App.create(undefined, FILES);
    const chosen = { GATEHOUSE_SECRET: SECRET, STORE: store };
    server = mode === 'development' ? await app.serveWith('dev', chosen) : await (await app.build()).serve(chosen);
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  it.each(['/some', '/some/', '/some?field=text&x=1', '/some?q=a%20b&x', '/'])(
    'is answered with a redirect to %s, which shows the result',
    async (page) => {
      const browser = new Browser(server);
      const sent = await browser.post(`${page}${page.includes('?') ? '&' : '?'}_action=say`, { text: 'hello' });
      expect(sent).toMatchObject({ status: 303, location: page });
      expect(sent.headers.get('cache-control')).toMatch(/private/);
      const answer = await browser.get(page);
      expect(shown(answer.text)).toMatchObject({
        method: 'GET',
        seen: { text: 'hello', at: 0 },
        said: 'hello',
        keys: [],
      });
      const { seen, input } = shown((await browser.get(page)).text);
      expect([seen, input]).toEqual([undefined, null]);
    },
  );

  it('lets the page show the error and the previous input in any component', async () => {
    const browser = new Browser(server);
    await browser.post('/some?_action=say', { text: 'fail', password: 'p', badge: 'b' });
    const answer = await browser.get('/some');
    expect(answer.status).toBe(400);
    expect(shown(answer.text)).toMatchObject({
      seen: { code: 'BAD_REQUEST', message: 'No failing here' },
      input: 'fail',
      inputs: ['fail'],
      ofForm: 'fail',
      ofOther: null,
    });
  });

  it.each(['password', 'badge'])('never returns the %s to the page', async (field) => {
    const browser = new Browser(server);
    await browser.post(`/some?_action=say&field=${field}`, { text: 'fail', password: 'p', badge: 'b' });
    expect(shown((await browser.get(`/some?field=${field}`)).text)).toMatchObject({ input: null, inputs: [] });
  });

  it('reports errors by field', async () => {
    const browser = new Browser(server);
    await browser.post('/some?_action=say', { text: 'hello', size: '12' });
    expect(shown((await browser.get('/some?field=size')).text)).toMatchObject({
      input: '12',
      errors: [expect.stringContaining('9')],
    });
  });

  it('returns the previous input when the action throws', async () => {
    const browser = new Browser(server);
    await browser.post('/some?_action=say', { text: 'break' });
    const answer = await browser.get('/some');
    expect(answer.status).toBe(500);
    expect(shown(answer.text).input).toBe('break');
  });

  it('shows its result only on its own page, not in another tab', async () => {
    const browser = new Browser(server);
    await browser.post('/one?_action=say', { text: 'first' });
    await browser.post('/two?_action=say', { text: 'second' });
    expect(shown((await browser.get('/three')).text).seen).toBeUndefined();
    expect(shown((await browser.get('/two')).text).seen).toMatchObject({ text: 'second' });
    expect(shown((await browser.get('/one')).text).seen).toMatchObject({ text: 'first' });
  });

  it('keeps its result through a prefetch and a HEAD request', async () => {
    const browser = new Browser(server);
    await browser.post('/some?_action=say', { text: 'hello' });
    await browser.get('/some', { headers: { 'sec-purpose': 'prefetch' } });
    await browser.visit('/some', { method: 'HEAD' });
    expect(shown((await browser.get('/some')).text).seen).toMatchObject({ text: 'hello' });
  });

  it.each(['/account/door', '/account/door?x=1'])(
    'that signs out shows nothing to the next user who signs in on %s',
    async (page) => {
      const browser = new Browser(server);
      await browser.post('/?_action=enter', { name: 'ada' });
      await browser.get('/');
      const left = await browser.post(`${page}${page.includes('?') ? '&' : '?'}_action=leave`);
      expect(left).toMatchObject({ status: 303, location: page });
      expect(browser.namesBesideMark).toEqual([]);
      expect((await browser.get(page)).location).toBe(`/login?returnTo=${encodeURIComponent(page)}`);
      for (const name of ['ada', 'bea']) {
        await browser.post('/login?_action=enter', { name });
        expect(await browser.get(page)).toMatchObject({ status: 200, text: expect.stringContaining('door') });
      }
    },
  );

  it('that signs out shows its result to the guest on a public page, but not to the next user', async () => {
    const browser = new Browser(server);
    const leave = async () => {
      await browser.post('/?_action=enter', { name: 'ada' });
      await browser.get('/');
      return browser.post('/door?_action=leave');
    };
    expect(await leave()).toMatchObject({ status: 303, location: '/door' });
    expect((await browser.get('/door')).location).toBe('/goodbye');
    expect((await browser.get('/door')).status).toBe(200);
    await leave();
    await browser.post('/login?_action=enter', { name: 'ada' });
    expect((await browser.get('/door')).status).toBe(200);
  });

  it('redirects to the target of its action when that succeeds', async () => {
    const browser = new Browser(server);
    const signOut = async (form: Record<string, string>) => {
      await browser.post('/?_action=enter', { name: 'ada' });
      await browser.get('/');
      return browser.post('/account/door?_action=leaveFor', form);
    };
    expect(await signOut({ next: '/goodbye?to=ada' })).toMatchObject({ status: 303, location: '/goodbye?to=ada' });
    expect(browser.namesBesideMark).toEqual([]);
    expect(await signOut({ next: 'https://example.com/bye' })).toMatchObject({ location: 'https://example.com/bye' });
    expect(await signOut({ next: '/goodbye', fails: '1' })).toMatchObject({ status: 303, location: '/account/door' });
    for (const next of ['//evil.example', 'goodbye', '/\\evil.example']) {
      expect(await signOut({ next })).toMatchObject({ status: 303, location: '/account/door' });
    }
  });

  it.each(['', '/'])('keeps the query of its page even when its own URL replaced it (/login%s)', async (slash) => {
    const browser = new Browser(server);
    const page = `/login${slash}?returnTo=%2Faccount%2Fdoor`;
    for (const text of ['fail', 'fail', 'right']) {
      const sent = await browser.post('/login?_action=say', { text }, { headers: { referer: server.origin + page } });
      expect(sent).toMatchObject({ status: 303, location: '/login?returnTo=%2Faccount%2Fdoor' });
    }
    // Of another page, only what safeReturnTo would take from it is kept.
    const elsewhere = { referer: `${server.origin}/other?returnTo=%2Fx&other=1` };
    const kept = await new Browser(server).post('/login?_action=say', {}, { headers: elsewhere });
    expect(kept.location).toBe('/login?returnTo=%2Fx');
    const stranger = { referer: 'https://evil.example/other?returnTo=%2Fx', 'sec-fetch-site': 'same-origin' };
    const lost = await new Browser(server).post('/login?_action=say', {}, { headers: stranger });
    expect(lost.location).toBe('/login');
    const refused = { referer: `${server.origin}/account/new?id=5&_action=say` };
    expect((await new Browser(server).post('/account/new?_action=say', {}, { headers: refused })).location).toBe(
      `/login?returnTo=${encodeURIComponent('/account/new?id=5')}`,
    );
  });

  it('stores the result of its action in an unreadable form', async () => {
    const browser = new Browser(server);
    await browser.post('/keys?_action=makeKey');
    const { text } = await browser.get(`/api/waiting?key=${encodeURIComponent('astro-gatehouse:form:/keys')}`);
    expect(text).toContain('makeKey');
    // The cookie is sealed as a whole.
    if (store !== 'cookie') expect(text).not.toContain('sk-very-secret');
    expect((await browser.get('/keys')).text).toContain('sk-very-secret');
    expect((await browser.get('/keys')).text).toContain('no key');
  });

  it('is answered without a redirect when the session has no room for the result', async () => {
    const browser = new Browser(server);
    expect(
      (await browser.visit('/api/long', { method: 'POST', body: store === 'cookie' ? '2400' : '64000' })).text,
    ).toBe('kept');
    const text = 'y'.repeat(1500);
    const before = server.output.length;
    const answer = await browser.post('/some?_action=say', { text, size: '12' });
    expect(answer.status).toBe(400);
    expect(shown(answer.text)).toMatchObject({
      method: 'POST',
      seen: { code: 'BAD_REQUEST' },
      input: text,
      ofForm: text,
    });
    expect(said(before)).toBe(false);
  });

  it('never redirects to another site', async () => {
    for (const path of ['//evil.example/x', '/%2F/evil.example', '/\\evil.example']) {
      const { location } = await new Browser(server).post(`${path}?_action=say`, { text: 'hello' });
      if (location) expect(new URL(location, server.origin).origin).toBe(server.origin);
    }
  });

  it('works when the page is rewritten', async () => {
    const browser = new Browser(server);
    const sent = await browser.post('/rewritten?_action=say', { text: 'hello' });
    expect(sent).toMatchObject({ status: 303, location: '/rewritten' });
    expect(shown((await browser.get('/rewritten')).text)).toMatchObject({ page: 'elsewhere', seen: { text: 'hello' } });
  });

  it('is not redirected when an endpoint responds or a program calls the action', async () => {
    const browser = new Browser(server);
    expect(await browser.post('/api/endpoint?_action=say', { text: 'hello' })).toMatchObject({
      status: 200,
      text: 'endpoint',
    });
    const form = { text: 'hello' };
    const called = await browser.post('/_actions/say', form, { headers: { accept: 'application/json' } });
    expect(called.status).toBe(200);
  });

  it.each([
    ['a page under a rule', '/account/new', '/account/new'],
    ['an action under a rule', '/some?_action=staff&field=text', '/some?field=text'],
    ['a page that asks authorize()', '/thrown', '/thrown'],
  ])('is kept for a visitor who has to sign in first: %s', async (_, address, page) => {
    const browser = new Browser(server);
    const refused = await browser.post(address, { text: 'typed', password: 'p' });
    expect(refused).toMatchObject({ status: 303, location: `/login?returnTo=${encodeURIComponent(page)}` });
    await browser.get('/login');
    await browser.post('/login?_action=enter', { name: 'ada' });
    await browser.get('/login');
    const answer = await browser.get(page);
    expect(answer.status).toBe(200);
    if (page !== '/thrown') expect(shown(answer.text).input).toBe('typed');
  });

  it("is kept when Astro's ClientRouter sends it, but not when a program requests JSON", async () => {
    const sent = { accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin' };
    const browser = new Browser(server);
    const refused = await browser.post('/account/new?_action=say', { text: 'typed' }, { headers: sent });
    expect(refused).toMatchObject({ status: 303, location: '/login?returnTo=%2Faccount%2Fnew' });
    const fetched = await browser.get('/account/new', { headers: sent });
    expect(fetched.status).toBe(401);
    const headers = { ...sent, 'content-type': 'application/json' };
    expect((await browser.visit('/account/new', { method: 'POST', body: '{}', headers })).status).toBe(401);
  });

  it('is kept for a visitor who has to sign in again', async () => {
    const browser = new Browser(server);
    await browser.post('/?_action=enter', { name: 'ada' });
    await pass(110_000, server);
    const refused = await browser.post('/fresh', { text: 'typed' });
    expect(refused).toMatchObject({ status: 303, location: '/login?returnTo=%2Ffresh&reauthenticate=1' });
    await browser.post('/login?_action=enter', { name: 'ada' });
    expect(shown((await browser.get('/fresh')).text).input).toBe('typed');
  });

  it('is not kept for a visitor without permission, or when a program sent it', async () => {
    const browser = new Browser(server);
    await browser.post('/?_action=enter', { name: 'ada' });
    await browser.get('/');
    expect(await browser.post('/some?_action=staff', { text: 'typed' })).toMatchObject({
      status: 303,
      location: '/forbidden',
    });
    expect(shown((await browser.get('/some')).text).input).toBeNull();
    const program = new Browser(server);
    const headers = { accept: 'application/json' };
    expect(await program.post('/account/new', { text: 'typed' }, { headers })).toMatchObject({
      status: 401,
      setCookies: [],
    });
  });

  it('that an endpoint rejects is shown once, by the first page that reads it, or by its name', async () => {
    const browser = new Browser(server);
    await browser.post('/api/check', { text: 'short', password: 'p' });
    expect(shown((await browser.get('/checked')).text)).toMatchObject({
      input: 'short',
      errors: ['Too short', 'Too dull'],
    });
    expect(shown((await browser.get('/checked')).text).input).toBeNull();
    await browser.post('/api/check', { text: 'short', form: 'other' });
    expect(shown((await browser.get('/checked')).text)).toMatchObject({ input: null, ofOther: 'short' });
  });
});

describe('Forms without the option "forms"', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await App.create(undefined, FILES).build();
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, FORMS: 'not kept' });
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  it('are answered by the page, as Astro does', async () => {
    const answer = await new Browser(server).post('/some?_action=say', { text: 'hello' });
    expect(answer.status).toBe(200);
    expect(shown(answer.text)).toMatchObject({ method: 'POST', seen: { text: 'hello' } });
  });

  it('cannot be redirected by goTo(), which throws an error with the cure', async () => {
    const answer = await new Browser(server).post('/some?_action=leaveFor', { next: '/goodbye' });
    expect(answer.status).toBe(500);
    expect(await server.printed('goTo() is for forms')).toContain('set forms: true');
  });

  it('are not kept when access is denied', async () => {
    const answer = await new Browser(server).post('/account/new', { text: 'typed' });
    expect(answer).toMatchObject({ status: 303, location: '/login', setCookies: [] });
  });

  it('can still show errors reported by an endpoint', async () => {
    const browser = new Browser(server);
    await browser.post('/api/check', { text: 'short' });
    expect(shown((await browser.get('/checked')).text)).toMatchObject({ input: 'short' });
  });
});

describe('A form in a custom pipeline that runs actions before the middleware', () => {
  it('is answered with a redirect too', async () => {
    const app = App.create(undefined, {
      ...FILES,
      'src/fetch.ts': `
import { FetchState, actions, middleware, pages } from 'astro/fetch';
import { guard } from 'astro-gatehouse/fetch';
export default {
  async fetch(request) {
    const state = new FetchState(request);
    return (await guard(state)) ?? (await actions(state)) ?? middleware(state, pages);
  },
};`,
    });
    const server = await (await app.build()).serve();
    const browser = new Browser(server);
    const sent = await browser.post('/some?_action=say', { text: 'hello' });
    const answer = await browser.get('/some');
    const refused = await new Browser(server).post('/some?_action=staff', { text: 'typed' });
    const ran = (await server.printed('RAN say')).match(/RAN say/g)?.length;
    await server.stop();
    app.remove();
    expect(sent).toMatchObject({ status: 303, location: '/some' });
    expect(shown(answer.text)).toMatchObject({ method: 'GET', seen: { text: 'hello' } });
    expect(ran).toBe(1);
    expect(refused).toMatchObject({ status: 303, location: '/login?returnTo=%2Fsome' });
  });
});

describe('A form with the token of an ended session', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = App.create(undefined, {
      ...FILES,
      'astro.config.mjs': CONFIG('csrf: { requireToken: true },'),
      'src/pages/login.astro': `---
import { CsrfField } from 'astro-gatehouse/components';
---
<form method="post"><CsrfField /></form>`,
      'src/pages/[...page].astro': `---
import { CsrfField } from 'astro-gatehouse/components';
import { fieldErrors, oldInput } from 'astro-gatehouse/server';
---
<form method="post"><CsrfField /><i>{oldInput('text')}</i><b>{fieldErrors('_csrf')}</b></form>`,
    });
    server = await (await app.build()).serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  const tokenIn = (text: string) => /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';

  it('is sent back to its page with the previous input and a valid token', async () => {
    const browser = new Browser(server);
    const _csrf = tokenIn((await browser.get('/some')).text);
    browser.cookies.clear();
    const sent = await browser.post('/some?_action=say', { text: 'typed', _csrf });
    expect(sent).toMatchObject({ status: 303, location: '/some' });
    const page = (await browser.get('/some')).text;
    expect(page).toContain('<i>typed</i><b>This form was out of date. Please send it once more.</b>');
    expect(server.output).not.toContain('RAN say');
    await browser.post('/some?_action=say', { text: 'typed', _csrf: tokenIn(page) });
    expect(await server.printed('RAN say')).toContain('RAN say');
  });

  it('is kept until its visitor has signed in again', async () => {
    const browser = new Browser(server);
    expect(await browser.post('/account/new', { text: 'typed' })).toMatchObject({ location: '/account/new' });
    expect((await browser.get('/account/new')).location).toBe('/login?returnTo=%2Faccount%2Fnew');
    const _csrf = tokenIn((await browser.get('/login')).text);
    await browser.post('/login?_action=enter', { name: 'ada', _csrf });
    expect((await browser.get('/account/new')).text).toContain('<i>typed</i>');
  });

  it('is rejected when a program or another site sends it', async () => {
    const headers = { accept: 'application/json' };
    expect((await new Browser(server).post('/some', { text: 'typed' }, { headers })).status).toBe(403);
    const elsewhere = { origin: 'https://evil.example' };
    const answer = await new Browser(server).post('/some', { text: 'typed' }, { headers: elsewhere });
    expect(answer).toMatchObject({ status: 403, setCookies: [] });
  });
});
