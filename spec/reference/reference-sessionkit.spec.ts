import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Outcome, SECRET, type Server } from '../support/app.js';
import { type Answer, Browser } from '../support/browser.js';

/*
 * Today's spelling in the applications: two ways to get the session, printed in one frontmatter, are two pages; a helper
 * module beside an endpoint has an underscore, or Astro would serve it; a context of one's own stands in
 * src/gatehouse.ts, because functions in astro.config cannot refer to anything outside; a middleware that fills Astro's
 * session needs `session: { store: 'astro' }`. Options on which no build depends stand in one setup module, by the
 * section that they come from: one built site serves them all. Functions for `access` stay in astro.config, where the
 * build takes them from.
 */
const APPS = resolve(import.meta.dirname, '../apps');
const ADA = { email: 'ada@example.com', password: 'lovelace' };
const GRACE = { email: 'grace@example.com', password: 'hopper' };
const ALAN = { email: 'alan@example.com', password: 'turing' };
const GUEST = {
  session: null,
  isAuthenticated: false,
  hasRole: false,
  hasPermission: false,
  hasAllPermissions: false,
  hasAnyPermission: false,
  hasRolePermission: false,
};

function filesOf(variantName: string): Record<string, string> {
  const folder = join(APPS, `reference-sessionkit-${variantName}`);
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = paths.filter((path) => statSync(join(folder, path)).isFile());
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

/** The application with the files of a variant laid over it. */
function variant(name: string): App {
  return App.create('spec/apps/reference-sessionkit', filesOf(name));
}

/**
 * The application whose options come when its server starts: one build for many cases. It stands in a workspace, where its
 * own package.json names no dependency.
 */
function settledAtStart(): App {
  const files = filesOf('settled-at-start');
  return App.create('spec/apps/reference-sessionkit', { ...files, 'package.json': '{ "type": "module" }' });
}

/** What its setup module goes by when its server starts. */
function settled(name: string): Record<string, string> {
  return { GATEHOUSE_SECRET: SECRET, GATEHOUSE_VARIANT: name };
}

/** Says that a session can be put on locals, and what can be read there. */
const TYPED = `
  import type { APIContext } from 'astro';

  export function typed({ locals }: APIContext): string {
    // @ts-expect-error A visitor has a userId.
    locals.session = { role: 'admin' };
    // @ts-expect-error A session is an object.
    const count: number = locals.session;
    return locals.session.id + locals.visitor.isGuest + count;
  }
`;

let check: Promise<Outcome> | undefined;

/** Checks the types of the quick start, of a setup module for it, and of a middleware that puts visitors on locals. */
function checked(): Promise<Outcome> {
  check ??= (async () => {
    const { 'astro.config.mjs': _, ...texts } = filesOf('settled-at-start');
    const files = { ...texts, ...renamed('locals'), 'src/typed.ts': TYPED };
    const app = App.create('spec/apps/reference-sessionkit', files);
    const outcome = await app.astro('check');
    app.remove();
    return outcome;
  })();
  return check;
}

/** The modules of a variant, beside those of the same name. */
function renamed(name: string): Record<string, string> {
  const modules = Object.entries(filesOf(name)).filter(([path]) => path.endsWith('.ts'));
  return Object.fromEntries(modules.map(([path, text]) => [path.replace(/(\w+)\.ts$/, `_$1-of-${name}.ts`), text]));
}

async function postJson(browser: Browser, path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return browser.visit(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** A browser whose session holds these values. */
async function signedIn(server: Server, session: object): Promise<Browser> {
  const browser = new Browser(server);
  const answer = await postJson(browser, '/api/set', { userId: 'u9', ...session });
  if (answer.status !== 200) throw new Error(`Nobody was signed in: ${answer.status} ${answer.text}`);
  return browser;
}

async function questions(browser: Browser): Promise<Record<string, unknown>> {
  return JSON.parse((await browser.get('/api/questions')).text);
}

describe('The application of the quick start, built and served', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await App.create('spec/apps/reference-sessionkit').build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  it('signs a visitor in from an endpoint, welcomes them and signs them out', async () => {
    const browser = new Browser(server);
    const refused = await postJson(browser, '/api/login', { ...ADA, password: 'byron' });
    expect(refused).toMatchObject({ status: 401, text: '{"error":"Invalid credentials"}', setCookies: [] });
    expect((await browser.get('/dashboard')).status).toBe(302);

    const accepted = await postJson(browser, '/api/login', ADA);
    expect(accepted).toMatchObject({ status: 200, text: '{"success":true}' });
    const names = accepted.setCookies.map((setCookie) => setCookie.replace(/=.*/s, ''));
    expect(names.sort()).toEqual(['__Host-gatehouse', 'session_id']);
    expect(accepted.setCookies.find((setCookie) => setCookie.startsWith('__Host-'))).toMatch(
      /^__Host-gatehouse=[^;]+; Max-Age=691200; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect((await browser.get('/dashboard')).text).toContain('<h1>Welcome, ada@example.com</h1>');

    const left = await browser.post('/api/logout');
    expect(left).toMatchObject({ status: 302, location: '/login' });
    // The mark of a sign-out, which holds nothing.
    expect([...browser.cookies.keys()]).toEqual([expect.stringMatching(/^__Host-gatehouse~\w+(?:-0)?$/)]);
    expect(await browser.get('/dashboard')).toMatchObject({ status: 302, location: '/login?returnTo=%2Fdashboard' });
  });

  it('signs a visitor in with the complete login endpoint', async () => {
    const browser = new Browser(server);
    const unknown = await postJson(browser, '/api/auth/login', { email: 'nobody@example.com', password: 'x' });
    const wrong = await postJson(browser, '/api/auth/login', { ...GRACE, password: 'x' });
    expect([unknown.status, wrong.status]).toEqual([401, 401]);

    const accepted = await postJson(browser, '/api/auth/login', GRACE);
    expect(JSON.parse(accepted.text)).toEqual({ success: true, user: { email: 'grace@example.com', role: 'user' } });
    expect((await browser.get('/dashboard')).text).toContain('<h1>Welcome, grace@example.com</h1>');
  });

  it('gives a page the session, or null', async () => {
    const guest = new Browser(server);
    const user = await signedIn(server, {});
    expect((await guest.get('/profile')).text).toContain('data-guest');
    expect((await user.get('/profile')).text).toContain('<p data-user>u9</p>');
  });

  it('answers 401 where a session is required, on a page and in an endpoint', async () => {
    const guest = new Browser(server);
    expect((await guest.get('/account')).status).toBe(401);
    expect((await guest.get('/api/admin')).status).toBe(401);
    const user = await signedIn(server, { email: 'u9@example.com' });
    expect((await user.get('/account')).text).toContain('<h1>Welcome, u9@example.com</h1>');
  });

  it('lets an endpoint tell roles apart', async () => {
    const user = await signedIn(server, { role: 'user' });
    const admin = await signedIn(server, { role: 'admin' });
    expect(await user.get('/api/admin')).toMatchObject({ status: 403, text: 'Forbidden' });
    expect(await admin.get('/api/admin')).toMatchObject({ status: 200, text: '{"data":"secret","for":"u9"}' });
  });

  it('answers every question about a guest with no', async () => {
    expect(await questions(new Browser(server))).toEqual(GUEST);
  });

  const visitors = [
    ['an admin by role', { role: 'admin' }, { hasRole: true }],
    ['an admin among several roles', { roles: ['editor', 'admin'] }, { hasRole: true }],
    ['an editor', { role: 'editor' }, {}],
    ['one who may delete posts', { permissions: ['posts:delete'] }, { hasPermission: true, hasAnyPermission: true }],
    ['one who has a panel', { permissions: ['admin:panel'] }, { hasAnyPermission: true }],
    ['one who reads posts', { permissions: ['posts:read'] }, {}],
    ['one who reads and writes', { permissions: ['posts:read', 'posts:write'] }, { hasAllPermissions: true }],
    [
      'an admin who may delete users',
      { role: 'admin', permissions: ['delete users'] },
      { hasRole: true, hasRolePermission: true },
    ],
    ['one who may delete users and is no admin', { role: 'editor', permissions: ['delete users'] }, {}],
  ] as const;

  it.each(visitors)('answers the questions about %s', async (_, session, yes) => {
    const browser = await signedIn(server, session);
    const expected = { ...GUEST, session: { userId: 'u9', ...session }, isAuthenticated: true, ...yes };
    expect(await questions(browser)).toEqual(expected);
  });

  it.each(['context-first', 'no-context', 'reversed'])('sets, updates and clears a session: %s', async (order) => {
    const browser = new Browser(server);
    const set = await postJson(browser, `/api/set?order=${order}`, { userId: 'u1', role: 'user', team: 'blue' });
    const session = { userId: 'u1', role: 'user', team: 'blue' };
    expect(JSON.parse(set.text)).toEqual({ ...GUEST, session, isAuthenticated: true });
    expect(await questions(browser)).toEqual({ ...GUEST, session, isAuthenticated: true });

    const updates = { role: 'admin', permissions: ['admin:read', 'admin:write'] };
    const updated = await postJson(browser, `/api/update?order=${order}`, updates);
    const after = { ...GUEST, session: { ...session, ...updates }, isAuthenticated: true, hasRole: true };
    expect(JSON.parse(updated.text)).toEqual(after);
    expect(await questions(browser)).toEqual(after);

    const cleared = await postJson(browser, `/api/clear?order=${order}`, {});
    expect(JSON.parse(cleared.text)).toEqual(GUEST);
    expect(await questions(browser)).toEqual(GUEST);
    // The mark of a sign-out, which holds nothing.
    expect([...browser.cookies.keys()]).toEqual([expect.stringMatching(/^__Host-gatehouse~\w+(?:-0)?$/)]);
  });

  it('has the guard see a new role on the next request', async () => {
    const browser = new Browser(server);
    await postJson(browser, '/api/login', ALAN);
    expect(await browser.get('/dashboard')).toMatchObject({ status: 302, location: '/login' });
    const before = browser.cookies.get('__Host-gatehouse');

    const updated = await postJson(browser, '/api/update-role', { newRole: 'user' });
    expect(updated).toMatchObject({ status: 200, text: '{"success":true}' });
    expect(browser.cookies.get('__Host-gatehouse')).not.toBe(before);
    expect((await browser.get('/dashboard')).text).toContain('Welcome, alan@example.com');
    expect((await browser.get('/admin')).status).toBe(302);

    await postJson(browser, '/api/update-role', { newRole: 'admin' });
    expect((await browser.get('/admin')).text).toContain('<p data-page>admin</p>');
  });

  const wrong = [
    ['a session without userId', { role: 'user' }, '"userId" must be a non-empty string'],
    ['an empty userId', { userId: '' }, '"userId" must be a non-empty string'],
    ['a role that is no string', { userId: 'u1', role: 7 }, '"role" must be a string'],
    ['permissions that are no list', { userId: 'u1', permissions: 'all' }, '"permissions" must be an array of strings'],
  ] as const;

  it.each(wrong)('refuses to set %s', async (_, session, message) => {
    const browser = new Browser(server);
    const answer = JSON.parse((await postJson(browser, '/api/set-wrong', { helper: 'setSession', ...session })).text);
    expect(answer.isError).toBe(true);
    expect(answer.message).toContain(message);
    expect(await questions(browser)).toEqual(GUEST);
  });

  it('refuses an update that leaves no valid session, and keeps the session as it was', async () => {
    const browser = await signedIn(server, { role: 'user' });
    const answer = await postJson(browser, '/api/set-wrong', { helper: 'updateSession', roles: 'admin' });
    expect(JSON.parse(answer.text).message).toContain('"roles" must be an array of strings');
    expect(await questions(browser)).toMatchObject({ session: { userId: 'u9', role: 'user' } });
  });

  it('refuses to update where there is no session: an error, and 401 if nobody catches it', async () => {
    const guest = new Browser(server);
    const caught = await postJson(guest, '/api/set-wrong', { helper: 'updateSession', role: 'admin' });
    expect(JSON.parse(caught.text).message).toContain('there is no session to update');
    expect((await postJson(guest, '/api/update-role', { newRole: 'admin' })).status).toBe(401);
    expect(await questions(guest)).toEqual(GUEST);
  });

  it('shows what a role or a permission is there for, in a nested component too', async () => {
    const guest = await new Browser(server).get('/');
    const admin = await (await signedIn(server, { role: 'admin' })).get('/');
    const author = await (await signedIn(server, { permissions: ['posts:create'] })).get('/');
    expect(guest.text).not.toMatch(/Admin Panel|Create Post/);
    expect(admin.text).toContain('<a href="/admin">Admin Panel</a>');
    expect(admin.text).not.toContain('Create Post');
    expect(author.text).toContain('<button>Create Post</button>');
    expect(author.text).not.toContain('Admin Panel');
  });

  it('sends guests to the login page from what the rules name, and leaves the rest open', async () => {
    const guest = new Browser(server);
    for (const path of ['/admin', '/admin/users', '/admin/users/7', '/dashboard', '/settings', '/premium/video']) {
      const location = `/login?returnTo=${encodeURIComponent(path)}`;
      expect(await guest.get(path)).toMatchObject({ status: 302, location });
    }
    for (const path of ['/', '/login', '/about', '/public/page', '/settings/profile']) {
      expect((await guest.get(path)).status).toBe(200);
    }
  });

  it('lets custom logic read a field of one’s own', async () => {
    const premium = await signedIn(server, { subscription: 'premium' });
    const basic = await signedIn(server, { subscription: 'basic' });
    expect((await premium.get('/premium')).status).toBe(200);
    expect((await premium.get('/premium/video')).status).toBe(200);
    expect(await basic.get('/premium/video')).toMatchObject({ status: 302, location: '/login' });
  });

  it('logs no decisions', async () => {
    await new Browser(server).get('/dashboard');
    expect(server.output).not.toContain('route /dashboard');
  });

  it('type-checks under Astro’s strict settings', async () => {
    const { code, output } = await checked();
    expect(output).toContain('- 0 errors');
    expect(code).toBe(0);
  });

  it('works the same while it is developed, the functions of its rules included', async () => {
    const development = await app.serveWith('dev');
    try {
      const browser = new Browser(development);
      expect((await browser.get('/dashboard')).status).toBe(302);
      expect((await postJson(browser, '/api/login', ADA)).status).toBe(200);
      expect((await browser.get('/dashboard')).text).toContain('Welcome, ada@example.com');
      expect((await browser.get('/premium')).status).toBe(302);
      await postJson(browser, '/api/update', { subscription: 'premium' });
      expect((await browser.get('/premium')).status).toBe(200);
      await browser.post('/api/logout');
      expect((await browser.get('/account')).status).toBe(401);
    } finally {
      await development.stop();
    }
  });
});

describe('The application of the quick start in a workspace', () => {
  it('has helpers and guard agree though its own package.json names no dependency', async () => {
    const app = await settledAtStart().build();
    const server = await app.serve(settled('rules'));
    try {
      const user = await signedIn(server, { role: 'user', email: 'u9@example.com' });
      expect((await user.get('/dashboard')).text).toContain('Welcome, u9@example.com');
      expect((await new Browser(server).get('/api/admin')).status).toBe(401);
    } finally {
      await server.stop();
      app.remove();
    }
  });
});

describe('Every kind of rule, with debug lines', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await settledAtStart().build();
    server = await app.serve(settled('rules'));
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  const granted = [
    ['/admin', { role: 'admin' }],
    ['/admin/users/7', { roles: ['user', 'admin'] }],
    ['/admin/users', { permissions: ['users:read', 'users:write'] }],
    ['/dashboard', { role: 'user', email: 'u9@example.com' }],
    ['/dashboard', { role: 'moderator', email: 'u9@example.com' }],
    ['/dashboard', { roles: ['guest', 'admin'], email: 'u9@example.com' }],
    ['/settings', { permissions: ['settings:write'] }],
    ['/premium/video', { subscription: 'premium' }],
  ] as const;
  const refused = [
    ['/admin', { role: 'user' }, '/unauthorized'],
    ['/admin/users/7', { permissions: ['users:read', 'users:write'] }, '/unauthorized'],
    ['/admin/users', { role: 'admin' }, '/login'],
    ['/admin/users', { permissions: ['users:read'] }, '/login'],
    ['/dashboard', { role: 'visitor' }, '/login'],
    ['/dashboard', { permissions: ['user'] }, '/login'],
    ['/settings', { permissions: ['settings:read'] }, '/login'],
    ['/settings', { role: 'admin' }, '/login'],
    ['/premium/video', { subscription: 'premium', banned: true }, '/login'],
    ['/premium/video', {}, '/login'],
  ] as const;

  it.each(granted)('opens %s to %j', async (path, session) => {
    const answer = await (await signedIn(server, session)).get(path);
    expect(answer).toMatchObject({ status: 200, location: null });
  });

  it.each(refused)('closes %s to %j', async (path, session, location) => {
    const answer = await (await signedIn(server, session)).get(path);
    expect(answer).toMatchObject({ status: 302, location });
  });

  it('sends guests where the rule says, with the way back', async () => {
    const guest = new Browser(server);
    expect(await guest.get('/admin')).toMatchObject({ status: 302, location: '/unauthorized?returnTo=%2Fadmin' });
    expect(await guest.get('/settings')).toMatchObject({ status: 302, location: '/login?returnTo=%2Fsettings' });
  });

  const patterns = [
    ['/exact', { itself: true, child: false, grandchild: false }],
    ['/below', { itself: false, child: true, grandchild: true }],
    ['/all', { itself: true, child: true, grandchild: true }],
  ] as const;

  it.each(patterns)('reads the pattern of %s', async (path, covers) => {
    const guest = new Browser(server);
    const isRefused = async (page: string) => (await guest.get(page)).status === 302;
    expect({
      itself: await isRefused(path),
      child: await isRefused(`${path}/users`),
      grandchild: await isRefused(`${path}/users/123`),
    }).toEqual(covers);
    expect(await isRefused(`${path}ish`)).toBe(false);
  });

  it('logs which rule decided and how, and nothing of the session', async () => {
    const user = await signedIn(server, { role: 'user', email: 'private@example.com' });
    const before = server.output.length;
    await user.get('/dashboard');
    await user.get('/admin/users/7');
    await new Browser(server).get('/settings');
    const lines = (await server.printed(/GET \/settings .*\n/, before)).split('\n');
    expect(lines).toContain(
      '[astro-gatehouse] GET /dashboard (route /dashboard): /dashboard (one of roles user, admin, moderator) granted: every requirement holds',
    );
    expect(lines).toContain(
      '[astro-gatehouse] GET /admin/users/7 (route /admin/users/[id]): /admin/** (role admin) refused: needs role admin',
    );
    expect(lines).toContain(
      '[astro-gatehouse] GET /settings (route /settings): /settings (permissions settings:write) refused: not signed in',
    );
    expect(server.output).not.toContain('private@example.com');
  });
});

describe('The rules of the example section', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await settledAtStart().build();
    server = await app.serve(settled('examples'));
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  it('guards the admin section, the dashboard, the settings and the premium content', async () => {
    const all = { role: 'admin', email: 'u9@example.com', permissions: ['settings:access'], tier: 'premium' };
    const everything = await signedIn(server, all);
    const nothing = await signedIn(server, { role: 'visitor', tier: 'basic' });
    const pages = {
      '/admin': '/unauthorized',
      '/dashboard': '/login',
      '/settings/profile': '/login',
      '/premium': '/login',
    };
    for (const [path, location] of Object.entries(pages)) {
      expect((await everything.get(path)).status).toBe(200);
      expect(await nothing.get(path)).toMatchObject({ status: 302, location });
    }
    expect((await nothing.get('/unauthorized')).status).toBe(200);
    expect((await nothing.get('/login')).status).toBe(200);
  });
});

describe('Global protection', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await settledAtStart().build();
    server = await app.serve(settled('global'));
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  it('opens what is excluded to guests, and nothing else', async () => {
    const guest = new Browser(server);
    for (const path of ['/', '/login', '/about', '/public/page', '/api/health']) {
      expect((await guest.get(path)).status).toBe(200);
    }
    for (const path of ['/profile', '/account', '/admin', '/premium/video']) {
      const location = `/login?returnTo=${encodeURIComponent(path)}`;
      expect(await guest.get(path)).toMatchObject({ status: 302, location });
    }
    const answer = await guest.get('/api/questions');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await guest.get('/no-such-page')).toMatchObject({
      status: 302,
      location: '/login?returnTo=%2Fno-such-page',
    });
  });

  it('asks for a session and for no particular role', async () => {
    // The endpoint that signs in is protected here like any other: the session comes from the same site without rules.
    const openServer = await app.serve(settled('open'));
    const browser = new Browser(server);
    try {
      for (const [name, value] of (await signedIn(openServer, {})).cookies) browser.cookies.set(name, value);
    } finally {
      await openServer.stop();
    }
    expect((await browser.get('/profile')).text).toContain('<p data-user>u9</p>');
    expect((await browser.get('/admin')).status).toBe(200);
    expect((await browser.get('/api/questions')).status).toBe(200);
    expect(await browser.get('/login')).toMatchObject({ status: 302, location: '/' });
  });
});

describe('Access of one’s own', () => {
  it('reads roles and permissions as told, in the guard and in the helpers', async () => {
    const app = await variant('access').build();
    const server = await app.serve();
    try {
      const admin = await signedIn(server, { primaryRole: 'admin' });
      const claimant = await signedIn(server, { role: 'admin' });
      expect((await admin.get('/admin')).status).toBe(200);
      expect((await claimant.get('/admin')).status).toBe(302);
      expect(await questions(admin)).toMatchObject({ hasRole: true });
      expect(await questions(claimant)).toMatchObject({ hasRole: false });

      const fixed = await signedIn(server, { permissions: ['settings:write'] });
      const dynamic = await signedIn(server, {
        permissions: ['posts:read'],
        dynamicPerms: ['settings:write', 'posts:write'],
      });
      const neither = await signedIn(server, { dynamicPerms: ['settings:read'] });
      expect((await fixed.get('/settings')).status).toBe(200);
      expect((await dynamic.get('/settings')).status).toBe(200);
      expect((await neither.get('/settings')).status).toBe(302);
      expect(await questions(dynamic)).toMatchObject({ hasAllPermissions: true });
    } finally {
      await server.stop();
      app.remove();
    }
  });

  it('lets one check decide every rule alone, knowing the rule', async () => {
    const app = await variant('check').build();
    const server = await app.serve();
    try {
      const allowed = await signedIn(server, { customField: 'allowed' });
      const settingsOnly = await signedIn(server, { customField: '/settings/**', role: 'admin' });
      const admin = await signedIn(server, { role: 'admin', permissions: ['settings:write'] });
      const statuses = async (browser: Browser) => [
        (await browser.get('/admin')).status,
        (await browser.get('/settings')).status,
        (await browser.get('/premium')).status,
        (await browser.get('/about')).status,
      ];
      expect(await statuses(allowed)).toEqual([200, 200, 200, 200]);
      expect(await statuses(settingsOnly)).toEqual([302, 200, 302, 200]);
      expect(await statuses(admin)).toEqual([302, 302, 302, 200]);
      expect(await statuses(new Browser(server))).toEqual([302, 302, 302, 200]);
    } finally {
      await server.stop();
      app.remove();
    }
  });
});

describe('A context of one’s own', () => {
  const ways = [
    ['context', 'runWithContext'],
    ['set-context', 'setContextStore'],
  ] as const;

  let app: App;
  const servers = new Map<string, Server>();

  beforeAll(async () => {
    app = await settledAtStart().build();
  });
  afterAll(async () => {
    for (const server of servers.values()) await server.stop();
    app?.remove();
  });

  async function served(name: string): Promise<Server> {
    const server = servers.get(name) ?? (await app.serve(settled(name)));
    servers.set(name, server);
    return server;
  }

  it.each(ways)('carries the session to pages and helpers: %s', async (name, entry) => {
    const server = await served(name);
    const guest = new Browser(server);
    const user = await signedIn(server, { email: 'u9@example.com', role: 'admin' });
    const calls = async (): Promise<Record<string, number>> => JSON.parse((await guest.get('/api/calls')).text);
    const before = await calls();
    const answers = await Promise.all([questions(user), questions(guest), questions(user), questions(guest)]);
    expect(answers.map(({ isAuthenticated }) => isAuthenticated)).toEqual([true, false, true, false]);
    expect((await user.get('/dashboard')).text).toContain('Welcome, u9@example.com');
    expect((await user.get('/')).text).toContain('Admin Panel');
    const after = await calls();
    expect(after[entry]).toBeGreaterThanOrEqual((before[entry] ?? 0) + 6);
    expect(after.getContextStore).toBeGreaterThan(before.getContextStore ?? 0);

    const updated = await postJson(user, '/api/update?order=no-context', { role: 'user' });
    expect(JSON.parse(updated.text)).toMatchObject({ hasRole: false });
    expect(JSON.parse((await postJson(user, '/api/clear?order=no-context', {})).text)).toEqual(GUEST);
  });

  it('leaves the login page open under global protection though nothing excludes it', async () => {
    const guest = new Browser(await served('context'));
    expect(await guest.get('/profile')).toMatchObject({ status: 302, location: '/enter?returnTo=%2Fprofile' });
    expect((await guest.get('/enter')).text).toContain('<p data-page>enter</p>');
  });

  it('stops the build when it stands in astro.config and refers to a storage outside', async () => {
    const wrong = App.create('spec/apps/reference-sessionkit', {
      'astro.config.mjs': `
        import { AsyncLocalStorage } from 'node:async_hooks';
        import node from '@astrojs/node';
        import { defineConfig } from 'astro/config';
        import sessionkit from 'astro-gatehouse';

        const myCustomStorage = new AsyncLocalStorage();

        export default defineConfig({
          output: 'server',
          adapter: node({ mode: 'standalone' }),
          integrations: [
            sessionkit({
              runWithContext: (context, fn) => {
                return myCustomStorage.run(context, fn);
              },
              getContextStore: () => {
                return myCustomStorage.getStore();
              },
            }),
          ],
        });
      `,
    });
    try {
      const { code, output } = await wrong.astro('build');
      expect(code).not.toBe(0);
      expect(output).toContain('runWithContext refers to "myCustomStorage"');
      expect(output).toContain('getContextStore refers to "myCustomStorage"');
      expect(output).toContain('Move it to src/gatehouse.ts');
    } finally {
      wrong.remove();
    }
  });
});

describe('A middleware that puts the visitor into Astro’s session', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await variant('astro-session').build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  it('has guard and helpers know them, from login to logout', async () => {
    const browser = new Browser(server);
    expect((await browser.get('/dashboard')).status).toBe(302);

    expect((await postJson(browser, '/api/login', GRACE)).status).toBe(200);
    expect((await browser.get('/dashboard')).text).toContain('Welcome, grace@example.com');
    expect(await browser.get('/admin')).toMatchObject({ status: 302, location: '/login' });
    expect(await questions(browser)).toMatchObject({ isAuthenticated: true, hasAllPermissions: true, hasRole: false });

    await postJson(browser, '/api/update-role', { newRole: 'admin' });
    expect((await browser.get('/admin')).status).toBe(200);
    expect(await questions(browser)).toMatchObject({ hasRole: true });

    expect(await browser.post('/api/logout')).toMatchObject({ status: 302, location: '/login' });
    expect((await browser.get('/dashboard')).status).toBe(302);
    expect(await questions(browser)).toEqual(GUEST);
  });

  it('sets no cookie for a guest', async () => {
    const guest = new Browser(server);
    expect((await guest.get('/')).setCookies).toEqual([]);
    expect((await guest.get('/dashboard')).setCookies).toEqual([]);
  });

  it('changes every id when somebody signs in, and forgets who was there before', async () => {
    const browser = new Browser(server);
    await postJson(browser, '/api/login', ADA);
    const ofAda = new Map(browser.cookies);
    expect([...ofAda.keys()].sort()).toEqual(['__Host-gatehouse', 'astro-session', 'session_id']);

    await postJson(browser, '/api/login', GRACE);
    for (const [name, value] of ofAda) expect(browser.cookies.get(name)).not.toBe(value);
    expect((await browser.get('/dashboard')).text).toContain('Welcome, grace@example.com');
    expect((await browser.get('/admin')).status).toBe(302);
  });

  it('knows a visitor by the cookie of the application alone', async () => {
    const first = new Browser(server);
    await postJson(first, '/api/auth/login', ADA);
    const second = new Browser(server);
    second.cookies.set('session_id', first.cookies.get('session_id') ?? '');
    expect((await second.get('/dashboard')).text).toContain('Welcome, ada@example.com');
    expect((await second.get('/settings')).status).toBe(200);
    expect((await second.get('/admin')).status).toBe(200);

    const updated = await postJson(second, '/api/update', { role: 'user' });
    expect(JSON.parse(updated.text)).toMatchObject({ hasRole: false, session: { userId: 'u1', role: 'user' } });

    expect(JSON.parse((await postJson(second, '/api/clear', {})).text)).toEqual(GUEST);
    second.cookies.delete('session_id');
    expect(await questions(second)).toEqual(GUEST);
  });

  it('lets a copy of the old cookies in nowhere after a logout', async () => {
    const browser = new Browser(server);
    await postJson(browser, '/api/login', GRACE);
    await browser.get('/dashboard');
    const thief = new Browser(server);
    for (const [name, value] of browser.cookies) if (name !== 'session_id') thief.cookies.set(name, value);
    expect((await thief.get('/dashboard')).status).toBe(200);
    await browser.post('/api/logout');
    expect((await thief.get('/dashboard')).status).toBe(302);
  });
});

describe('A middleware that puts the visitor on locals', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await variant('locals').build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  it('has guard and helpers know them for as long as it says so', async () => {
    const browser = new Browser(server);
    expect((await browser.get('/dashboard')).status).toBe(302);
    expect((await postJson(browser, '/api/login', GRACE)).status).toBe(204);
    expect((await browser.get('/dashboard')).text).toContain('Welcome, grace@example.com');
    expect(await browser.get('/admin')).toMatchObject({ status: 302, location: '/login' });
    expect(await questions(browser)).toMatchObject({ isAuthenticated: true, hasAllPermissions: true, hasRole: false });
    expect([...browser.cookies.keys()]).toEqual(['session_id']);

    await browser.post('/api/logout');
    expect((await browser.get('/dashboard')).status).toBe(302);
    expect(await questions(browser)).toEqual(GUEST);
  });

  it('may do so as far as the types go, and reads a session there', async () => {
    const { code, output } = await checked();
    expect(output).toContain('- 0 errors');
    expect(code).toBe(0);
  });

  it('keeps answers about them out of shared caches', async () => {
    const browser = new Browser(server);
    await postJson(browser, '/api/login', GRACE);
    expect((await browser.get('/dashboard')).headers.get('cache-control')).toBe('private, no-store');
  });

  it('shows an updated role at once, and lasting where the application’s storage has it', async () => {
    const browser = new Browser(server);
    await postJson(browser, '/api/login', GRACE);
    const updated = await postJson(browser, '/api/update', { role: 'admin' });
    expect(JSON.parse(updated.text)).toMatchObject({ hasRole: true });
    await postJson(browser, '/api/update-role', { newRole: 'admin' });
    expect((await browser.get('/admin')).status).toBe(200);
  });
});
