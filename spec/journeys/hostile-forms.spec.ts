import { request as send } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

const CONFIG = (options: string) => `
import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import gatehouse from 'astro-gatehouse';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  integrations: [gatehouse({ forms: true, protect: [{ pattern: '/account/**' }], ${options} })],
});
`;
const FILES = {
  'src/actions/index.ts': `
import { ActionError, defineAction } from 'astro:actions';

export const server = {
  say: defineAction({
    accept: 'form',
    handler: async (form) => {
      console.log('RAN say');
      if (form.get('text') !== 'ok') throw new ActionError({ code: 'BAD_REQUEST' });
    },
  }),
  odd: defineAction({
    accept: 'form',
    handler: async () => {
      console.log('RAN odd');
      return () => 'nothing that can be sent';
    },
  }),
};
`,
  'src/middleware.ts': `
export const onRequest = async ({ request, url }, next) => {
  if (url.searchParams.has('read')) await request.text();
  return next();
};
`,
  'src/pages/[...page].astro': `---
import { actions } from 'astro:actions';
import { oldInput } from 'astro-gatehouse/server';
const { error } = Astro.getActionResult(actions.say) ?? {};
---
<p>{error?.code} {oldInput('text')}</p>`,
  'src/pages/500.astro': `---
import { actions } from 'astro:actions';
---
<p>Broken {Astro.getActionResult(actions.odd)?.error?.code}</p>`,
  'src/pages/login.astro': 'Sign in',
};

/**
 * Begins to send a form of a gigabyte, and looks for an answer before each further piece: a server that is read from
 * quickly takes one piece after the other without the sender ever waiting, and reads on when it has answered.
 *
 * @returns The status, and how much had been sent when it came.
 */
async function sendGigabyte(server: Server, path: string, headers: Record<string, string>): Promise<[number, number]> {
  const size = 1024 ** 3;
  const chunk = Buffer.alloc(1024 * 1024, 'text=y');
  const sending = send(server.origin + path, {
    method: 'POST',
    headers: { accept: 'text/html', origin: server.origin, ...headers },
  });
  let status: number | undefined;
  sending.on('response', ({ statusCode = 0 }) => {
    status ??= statusCode;
  });
  sending.on('error', () => {
    status ??= 0;
  });
  const deadline = Date.now() + 30_000;
  let sent = 0;
  while (status === undefined && Date.now() < deadline) {
    if (sent < size && !sending.writableNeedDrain) {
      sent += chunk.length;
      sending.write(chunk);
    }
    // Not before the sockets have been looked at: what has drained, and whether there is an answer.
    await new Promise((wake) => setTimeout(wake));
  }
  sending.destroy();
  return [status ?? 0, sent];
}

describe('A site that keeps forms', () => {
  let app: App;
  let server: Server;
  const ran = (since: number) => server.output.slice(since).match(/RAN \w+/g) ?? [];

  beforeAll(async () => {
    app = App.create(undefined, { 'astro.config.mjs': CONFIG("session: { store: 'memory' }"), ...FILES });
    server = await (await app.build()).serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  it('runs an action whose result cannot be serialized once, not again for the error page', async () => {
    const before = server.output.length;
    const answer = await new Browser(server).post('/some?_action=odd', { text: 'typed' });
    expect(answer.status).toBe(500);
    expect(answer.text).toContain('Broken INTERNAL_SERVER_ERROR');
    await server.printed('RAN odd', before);
    expect(ran(before)).toEqual(['RAN odd']);
  });

  it.each([
    ['/account/new?read', 303],
    ['/some?_action=say&read', 303],
  ])('responds to a form that a middleware has read, without keeping it: %s', async (path, status) => {
    const browser = new Browser(server);
    expect((await browser.post(path, { text: 'typed' })).status).toBe(status);
    if (path.startsWith('/some')) expect((await browser.get('/some')).text).toContain('<p>UNSUPPORTED_MEDIA_TYPE </p>');
  });

  const FORM = 'application/x-www-form-urlencoded';
  it.each([
    ['/some?_action=say', { 'content-type': FORM, 'content-length': `${1024 ** 3}` }],
    ['/some?_action=say', { 'content-type': FORM }],
    ['/some?_action=say', { 'content-type': 'text/plain', 'content-length': `${1024 ** 3}` }],
    ['/some?_action=none', { 'content-type': FORM, 'content-length': `${1024 ** 3}` }],
    ['/account/new', { 'content-type': FORM, 'content-length': `${1024 ** 3}` }],
  ])('reads no more of a form than its action would: %s with %j', async (path, headers) => {
    const [status, sent] = await sendGigabyte(server, path, headers);
    expect(status).toBe(303);
    expect(sent).toBeLessThan(64 * 1024 ** 2);
  });

  it('limits the forms that unknown visitors can store, and still redirects to the login page', async () => {
    const form = { text: 'y'.repeat(60_000) };
    const answers = [];
    for (let sent = 0; sent < 160; sent++) answers.push(await new Browser(server).post('/account/new', form));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]));
    expect(answers.filter(({ setCookies }) => setCookies.length > 0).length).toBeLessThan(141);
    expect((await new Browser(server).post('/account/new', { text: 'short' })).setCookies).toHaveLength(1);
  });
});

describe('A pipeline that reads forms before Astro checks their origin', () => {
  it('lets another site neither call an action nor change a session', async () => {
    const app = App.create(undefined, {
      'astro.config.mjs': CONFIG("csrf: false, session: { store: 'memory' }"),
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
    const headers = { origin: 'https://elsewhere.example' };
    const form = { text: 'ok' };
    const called = await new Browser(server).post('/some?_action=say', form, { headers });
    const kept = await new Browser(server).post('/account/new', form, { headers });
    const own = await new Browser(server).post('/some?_action=say', form);
    const ran = await server.printed('RAN say');
    await server.stop();
    app.remove();
    expect(called.status).toBe(403);
    expect(kept.setCookies).toEqual([]);
    expect(own.status).toBe(303);
    expect(ran.match(/RAN say/g)).toHaveLength(1);
  });
});
