import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { App, Server } from '../../support/app.js';
import { setup } from '../../support/made-site.js';
import { toolbarSite } from '../../support/toolbar-site.js';
import { OWN_PAGE, ToolbarVisitor } from '../../support/toolbar-visitor.js';

const STORES = ['cookie', 'memory', 'astro'] as const;
const REGISTRY = `import { SessionRegistry } from 'astro-gatehouse/server';
  const registryOf = ({ locals }) => locals.services.get(SessionRegistry);`;

const FILES = {
  ...setup('options', `import { name, options } from './options';\nexport { name };`),
  // Read from where the options are, so that what is told is what applies.
  'src/pages/name.ts': `import { name } from '../gatehouse';\nexport const GET = () => new Response(name);`,
  'src/pages/devices.ts': `${REGISTRY}
    export const GET = async (context) => {
      const { session } = context.locals;
      const all = await registryOf(context).list(session.get('userId'), session);
      return Response.json(all.map(({ isCurrent }) => isCurrent));
    };`,
  'src/pages/sign-out-others.ts': `${REGISTRY}
    export const POST = async (context) =>
      new Response(String(await registryOf(context).revokeOthers(context.locals.session)));`,
  'src/pages/sign-out-everywhere.ts': `${REGISTRY}
    export const POST = async (context) => {
      await registryOf(context).revokeAll(context.locals.session.get('userId'));
      return new Response('done');
    };`,
};

/** Options of defineGatehouse(), as source, by their names. */
const OPTIONS: Record<string, string> = {
  ...Object.fromEntries(
    STORES.map((store) => [store, `{ session: { store: '${store}', idleTimeout: 3600, absoluteTimeout: 7200 } }`]),
  ),
  'few sessions with a schema': `{
    session: { store: 'memory', maxSessionsPerUser: 3 },
    sessionData: {
      schema: z.object({ cart: z.array(z.string()).default([]), email: z.string() }),
      migrate: () => { throw new Error('asked'); },
    },
  }`,
};

/** The one development server, which applies other options without a restart. */
let development: { app: App; server: Server } | undefined;
afterAll(async () => {
  await development?.server.stop();
  development?.app.remove();
});

async function developedWith(name: string): Promise<Server> {
  const source = `import * as z from 'zod';\nexport const name = '${name}';\nexport const options = ${OPTIONS[name]};`;
  const files = { 'src/options.ts': source };
  const app = development?.app ?? toolbarSite('', { ...FILES, ...files });
  app.write(files);
  const server = development?.server ?? (await app.serveWith('dev'));
  development = { app, server };
  await server.until(async () => (await new ToolbarVisitor(server).get('/name')).text === name);
  return server;
}

describe.each(STORES)('The toolbar of the development server, with the store %s,', (store) => {
  let server: Server;

  beforeAll(async () => {
    server = await developedWith(store);
  });

  async function signedIn(values: Record<string, string> = {}): Promise<ToolbarVisitor> {
    const visitor = new ToolbarVisitor(server);
    await visitor.post('/login', { user: 'ada', ...values });
    return visitor;
  }

  const who = async (visitor: ToolbarVisitor) => JSON.parse((await visitor.get('/who')).text);

  it('shows that a guest has no session, and sets no cookie', async () => {
    const visitor = new ToolbarVisitor(server);
    const { session, isViewingAs, visitor: seen } = await visitor.state();
    expect(session).toMatchObject({ isStored: false, values: [], flashes: [] });
    expect({ isViewingAs, userId: seen.userId }).toEqual({ isViewingAs: false, userId: undefined });
    expect(visitor.cookies.size).toBe(0);
  });

  it('shows a session without its secrets', async () => {
    const visitor = await signedIn({ apiToken: 'hunter2', colour: 'red' });
    const { text } = await visitor.ask();
    const { session, now } = JSON.parse(text);
    expect(text).not.toMatch(/hunter2/);
    expect(session.values).toContainEqual({ key: 'apiToken', value: { kind: 'redacted' } });
    expect(session.values).toContainEqual({ key: 'colour', value: { kind: 'text', text: 'red', length: 3 } });
    expect(session.hash).toMatch(/^[\w-]{12}$/);
    expect(session.idleEnd - now).toBeGreaterThan(3_500_000);
    expect(session.absoluteEnd - now).toBeGreaterThan(7_000_000);
    const sent = Object.values(visitor.sessionCookie ?? {}).join('').length;
    expect(session.size).toMatchObject(store === 'cookie' ? { used: sent, limit: 4096, cookies: 1 } : { cookies: 0 });
    for (const value of visitor.cookies.values()) expect(text).not.toContain(value);
  });

  it('shows flash messages without delivering them or writing to the store', async () => {
    const visitor = await signedIn();
    await visitor.post('/flash', { text: 'Saved' });
    for (let look = 0; look < 3; look++) {
      const { setCookies, text } = await visitor.ask();
      expect(setCookies.filter((cookie) => cookie.startsWith('gatehouse'))).toEqual([]);
      expect(JSON.parse(text).session.flashes).toEqual([
        { key: 'notice', value: { kind: 'text', text: 'Saved', length: 5 } },
      ]);
    }
    expect((await visitor.get('/read')).text).toBe('Saved');
    expect((await visitor.state()).session.flashes).toEqual([]);
  });

  it('shows the site as another user everywhere, without changing the session', async () => {
    const visitor = await signedIn({ colour: 'red' });
    const before = visitor.sessionCookie;
    expect((await visitor.get('/admin')).status).not.toBe(200);

    const { setCookies } = await visitor.viewAs('grace', ['admin'], ['posts:write']);
    expect(setCookies).toHaveLength(1);
    expect(setCookies[0]).toMatch(/^gatehouse-[0-9a-f]{6}-view-as=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await visitor.get('/admin')).status).toBe(200);
    expect(await who(visitor)).toEqual({
      ...{ user: 'grace', admin: true, isGuest: false, locals: 'grace' },
      values: { userId: 'grace', role: 'admin', roles: ['admin'], permissions: ['posts:write'] },
    });
    const called = await visitor.visit('/_actions/who', {
      method: 'POST',
      headers: { accept: '*/*', 'content-type': 'application/json' },
      body: '{}',
    });
    expect(called.text).toContain('grace');
    expect(await visitor.state()).toMatchObject({ isViewingAs: true, visitor: { userId: 'grace', roles: ['admin'] } });

    await visitor.post('/set', { colour: 'blue' });
    expect((await who(visitor)).values.colour).toBe('blue');
    await visitor.post('/logout');
    expect((await who(visitor)).isGuest).toBe(true);
    expect(visitor.sessionCookie).toEqual(before);

    await visitor.press({ do: 'myself' });
    expect([...visitor.cookies.keys()].filter((name) => name.includes('view-as'))).toEqual([]);
    expect((await who(visitor)).values).toEqual({ userId: 'ada', email: 'ada@site.example', colour: 'red' });
  });

  it('shows the site as a guest', async () => {
    const visitor = await signedIn();
    await visitor.press({ do: 'guest' });
    expect(await who(visitor)).toEqual({ user: null, admin: false, isGuest: true, locals: null, values: {} });
    await visitor.press({ do: 'myself' });
    expect((await who(visitor)).user).toBe('ada');
  });

  it('neither expires nor clears a session while it shows the site as another user', async () => {
    const visitor = await signedIn();
    await visitor.viewAs('grace');
    for (const button of ['expire', 'clear'] as const) expect((await visitor.press({ do: button })).status).toBe(409);
    await visitor.press({ do: 'myself' });
    expect((await who(visitor)).user).toBe('ada');
  });

  it('can expire the session while the browser still has its cookie', async () => {
    const visitor = await signedIn();
    expect((await visitor.press({ do: 'expire' })).status).toBe(200);
    expect(visitor.sessionCookie).toBeDefined();
    const { setCookies, text } = await visitor.get('/who');
    expect(JSON.parse(text).isGuest).toBe(true);
    expect(setCookies.join()).toMatch(/gatehouse-\w{6}=; .*(?:Max-Age=0|1970)/);
    expect((await visitor.press({ do: 'expire' })).status).toBe(409);
  });

  it('can end the session', async () => {
    const visitor = await signedIn();
    const copy = visitor.copy();
    expect((await visitor.press({ do: 'clear' })).status).toBe(200);
    expect(visitor.sessionCookie).toBeUndefined();
    expect((await who(visitor)).isGuest).toBe(true);
    const isStillThere = JSON.parse((await copy.get('/who')).text).user === 'ada';
    expect(isStillThere).toBe(store === 'cookie');
  });
});

describe('The toolbar of the development server', () => {
  let server: Server;
  let visitor: ToolbarVisitor;

  beforeAll(async () => {
    server = await developedWith('cookie');
    visitor = new ToolbarVisitor(server);
  });

  it('shows which rule denied access, where it is defined and what was missing', async () => {
    await visitor.viewAs('grace', ['reader']);
    await visitor.get('/admin');
    const { page, latest } = await visitor.state('/admin');
    expect(page).toMatchObject({
      ...{ method: 'GET', path: '/admin', route: '/admin', userId: 'grace', isViewedAs: true },
      refusal: { status: 302, location: '/login' },
      views: [{ path: '/admin', by: 'protect[1] of astro.config', who: 'role admin' }],
      verdicts: [{ by: 'protect[1] of astro.config', isGranted: false, code: 'MISSING_ROLE', missing: ['admin'] }],
    });
    expect(latest[0]).toEqual(page);
    await visitor.press({ do: 'myself' });
  });

  it.each([
    ['the guard of a page', '/own', { by: 'guard of src/pages/own.astro', code: 'NOT_SIGNED_IN' }],
    ['code of the page', '/checked', { by: 'code of the page' }],
  ])('shows that %s denied access', async (_, path, verdict) => {
    await visitor.get(path);
    const { page } = await visitor.state(path);
    expect(page?.refusal).toBeDefined();
    expect(page?.verdicts.at(-1)).toMatchObject({ isGranted: false, ...verdict });
  });

  it('shows that a cross-site request was rejected', async () => {
    await visitor.visit('/login', {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-site' },
      form: { user: 'eve' },
    });
    const { latest } = await visitor.state();
    expect(latest[0]).toMatchObject({ method: 'POST', path: '/login', refusal: { status: 403 } });
    expect(latest[0]?.verdicts).toMatchObject([{ by: 'csrf', code: 'CSRF_REFUSED' }]);
  });

  it('shows that a prerendered page has no session', async () => {
    expect((await visitor.get('/made')).status).toBe(200);
    expect((await visitor.state('/made')).page).toMatchObject({ isPrerendered: true, verdicts: [] });
  });

  it.each([
    ['/nowhere', '/404'],
    ['/broken', '/broken'],
  ])('remembers %s once', async (path, route) => {
    await visitor.get(path);
    const { latest } = await visitor.state(path);
    const entries = latest.filter((decision) => decision.path === path);
    expect(entries.map((decision) => decision.route)).toEqual([route]);
  });

  it('remembers twenty requests, and none of its own', async () => {
    for (let at = 0; at < 25; at++) await visitor.get(`/who?at=${at}`);
    const { latest } = await visitor.state();
    expect(latest).toHaveLength(20);
    expect(new Set(latest.map(({ path }) => path))).toEqual(new Set(['/who']));
  });

  it('does not show the query of a denied request', async () => {
    await visitor.get('/never?token=hunter2');
    const { text } = await visitor.ask('/never');
    expect(JSON.parse(text).page.refusal).toEqual({ status: 302, location: '/login' });
    expect(text).not.toMatch(/hunter2/);
  });

  it.each(['//', '//site.example/x', '///', 'http://[', 'x'])('works on a page with the path %s', async (path) => {
    expect((await visitor.ask(path)).status).toBe(200);
  });

  it('lists the roles and permissions that rules and guards name', async () => {
    const { known } = await visitor.state();
    expect(known).toEqual({ roles: ['admin', 'author', 'editor'], permissions: ['posts:write'] });
  });

  it('waits for changes, and receives only a revision number', async () => {
    const { revision } = await visitor.state();
    const news = visitor.get(`/_gatehouse/toolbar?after=${revision}`, { headers: OWN_PAGE });
    await visitor.get('/who');
    expect(JSON.parse((await news).text)).toEqual({ revision: expect.any(Number) });
    expect((await visitor.state()).revision).toBeGreaterThan(revision);
  });

  describe('requested by anything but its own page', () => {
    const { 'sec-fetch-site': _, ...withoutSite } = OWN_PAGE;
    const { 'x-gatehouse-toolbar': __, ...withoutHeader } = OWN_PAGE;
    it.each([
      ['another port of this machine', { ...OWN_PAGE, 'sec-fetch-site': 'same-site' }],
      ['a link or an address that is typed in', { ...OWN_PAGE, 'sec-fetch-site': 'none' }],
      ['a program', withoutSite],
      ['a form or an image of the site itself', withoutHeader],
    ])('reveals and changes nothing: %s', async (_name, headers) => {
      const asked = await visitor.ask('/', headers);
      const pressed = await visitor.press({ do: 'guest' }, headers);
      expect([asked.status, pressed.status]).toEqual([403, 403]);
      expect(pressed.setCookies).toEqual([]);
      expect(asked.text).not.toMatch(/session/);
    });

    it('reveals nothing to another site, or under a foreign host name', async () => {
      const foreign = await visitor.ask('/', { ...OWN_PAGE, 'sec-fetch-site': 'cross-site' });
      expect(foreign.status).toBe(403);
      const { port } = new URL(server.origin);
      expect(await statusFor(port, `evil.example:${port}`)).toBe(403);
      expect(await statusFor(port, `localhost:${port}`)).toBe(200);
    });
  });

  it.each([
    ['one that was never issued', 'x'.repeat(43)],
    ['the name of a prototype', '__proto__'],
    ['an invalid value', '{"userId":"ada","roles":["admin"]}'],
  ])('ignores a forged cookie: %s', async (_, value) => {
    const forger = new ToolbarVisitor(server);
    await forger.viewAs('ada');
    for (const name of forger.cookies.keys()) forger.cookies.set(name, value);
    expect(JSON.parse((await forger.get('/who')).text)).toMatchObject({ isGuest: true, admin: false });
    expect((await forger.state()).isViewingAs).toBe(false);
  });

  it.each([
    ['a user named "__proto__"', '__proto__', ['constructor']],
    ['a user whose name is markup', '<img src=x onerror=alert(1)>', ['<b>']],
  ])('shows the site as %s', async (_, userId, roles) => {
    const odd = new ToolbarVisitor(server);
    expect((await odd.viewAs(userId, roles)).status).toBe(200);
    expect(JSON.parse((await odd.get('/who')).text)).toMatchObject({ user: userId, admin: false });
  });

  it.each([
    [
      '10,000 roles',
      { do: 'view-as' as const, userId: 'ada', roles: Array.from({ length: 10_000 }, String), permissions: [] },
    ],
    ['a user without an id', { do: 'view-as' as const, userId: '', roles: [], permissions: [] }],
  ])('rejects %s', async (_, command) => {
    const { status, setCookies, text } = await visitor.press(command);
    expect({ status, setCookies }).toEqual({ status: 400, setCookies: [] });
    expect(JSON.parse(text).problem).toMatch(/\.$/);
  });

  it('rejects other methods', async () => {
    expect((await visitor.visit('/_gatehouse/toolbar', { method: 'DELETE', headers: OWN_PAGE })).status).toBe(405);
  });
});

describe('A stand-in for a user who also has sessions', () => {
  let server: Server;
  let visitor: ToolbarVisitor;
  /** Of what the server has printed, the length before. */
  let since = 0;

  beforeAll(async () => {
    since = development?.server.output.length ?? 0;
    server = await developedWith('few sessions with a schema');
  });
  beforeEach(async () => {
    visitor = new ToolbarVisitor(server);
    await visitor.post('/login', { user: 'ada' });
  });

  const who = async (somebody: ToolbarVisitor) => JSON.parse((await somebody.get('/who')).text);

  it.each(['/sign-out-others', '/sign-out-everywhere'])('ends none of these sessions at %s', async (path) => {
    await visitor.viewAs('ada', ['admin']);
    expect((await visitor.post(path)).status).toBe(200);
    await visitor.press({ do: 'myself' });
    expect((await who(visitor)).user).toBe('ada');
  });

  it('is listed instead of these sessions', async () => {
    await new ToolbarVisitor(server).post('/login', { user: 'lin' });
    await visitor.viewAs('lin');
    expect(JSON.parse((await visitor.get('/devices')).text)).toEqual([true]);
    await visitor.press({ do: 'myself' });
    expect(JSON.parse((await visitor.get('/devices')).text)).toContain(true);
  });

  it('is not ended when many stand-ins for the same user exist', async () => {
    await visitor.viewAs('grace');
    for (let other = 0; other < 4; other++) await new ToolbarVisitor(server).viewAs('grace');
    expect((await who(visitor)).user).toBe('grace');
  });

  it('has the defaults of the schema, without having to match it', async () => {
    expect((await who(visitor)).values).toEqual({ userId: 'ada', email: 'ada@site.example', cart: [] });
    expect((await visitor.state()).session.values.map(({ key }) => key)).toEqual(['userId', 'email', 'cart']);
    await visitor.viewAs('grace');
    await visitor.post('/set', { email: 'grace@site.example' });
    expect((await who(visitor)).values).toMatchObject({ userId: 'grace', cart: [] });
    expect((await visitor.state()).session.values.map(({ key }) => key)).toContain('cart');
    expect(server.output.slice(since)).not.toMatch(/asked|dropped/);
  });
});

/** Node's fetch sets Host by itself. */
async function statusFor(port: string, host: string): Promise<number | undefined> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const headers = { ...OWN_PAGE, host };
    request({ host: '127.0.0.1', port, path: '/_gatehouse/toolbar?page=/', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}
