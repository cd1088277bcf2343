import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

const FILES = {
  'astro.config.mjs': `
    import node from '@astrojs/node';
    import { defineConfig } from 'astro/config';
    import gatehouse from 'astro-gatehouse';
    export default defineConfig({
      output: 'server',
      adapter: node({ mode: 'standalone' }),
      devToolbar: { enabled: false },
      integrations: [gatehouse({ protect: [{ pattern: '/team/**', role: 'admin' }], homePath: '/home' })],
    });`,
  'src/pages/login.astro': `---
    export const guard = 'guest';
    ---
    <h1>the login page</h1>`,
  'src/pages/home.astro': '<h1>home</h1>',
  'src/pages/team/index.astro': '<h1>the team</h1>',
  'src/pages/team/open.astro': `---
    export const guard = 'public';
    ---
    <h1>open to all</h1>`,
  'src/pages/team/[name].astro': `---
    import type { Guard } from 'astro-gatehouse/server';
    export const guard: Guard = [{ role: 'admin' }, { allow: (session, { params }) => session?.userId === params.name }];
    const { code, rule } = Astro.locals.decision;
    ---
    <h1>member {Astro.params.name}</h1><p>{code} by {String(rule)}</p><style>h1 { color: red }</style>`,
  'src/pages/api/report.ts': `
    export const guard = { permission: 'report:read', methods: ['GET'] };
    const answer = ({ request }) => new Response(request.method + ' of the report');
    export { answer as GET, answer as POST };`,
  'src/parts/shared.ts': "export const guard = 'user';",
  'src/pages/api/shared.ts': "export * from '../../parts/shared'; export const GET = () => new Response('shared');",
  // A build cannot detect this one statically.
  'src/pages/broken.astro': `---
    export const guard = String('admins');
    ---
    <h1>broken</h1>`,
  'src/parts/guards.ts': "export const guards: Record<string, 'user'> = {};",
  'src/pages/missing.astro': `---
    import { guards } from '../parts/guards';
    export const guard = guards.missing;
    ---
    <h1>missing</h1>`,
  'src/components/Late.astro': `---
    import { authorize } from 'astro-gatehouse/server';
    await new Promise((wake) => setTimeout(wake, 50));
    await authorize({ role: 'admin' });
    ---
    <p>the guarded part</p>`,
  'src/components/AtOnce.astro': `---
    import { requireSession } from 'astro-gatehouse/server';
    const { userId } = requireSession();
    ---
    <p>the guarded part of {userId}</p>`,
  'src/pages/late.astro': "---\nimport Late from '../components/Late.astro';\n---\n<h1>begun</h1><Late /><p>after</p>",
  'src/pages/at-once.astro': "---\nimport AtOnce from '../components/AtOnce.astro';\n---\n<AtOnce /><p>after</p>",
  'src/pages/enter.ts': `
    import { setSession } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      const { user, role } = Object.fromEntries(context.url.searchParams);
      await setSession(context, { userId: user, role });
      return new Response('welcome');
    };`,
};

const EXPORTED_OTHERWISE = "---\nconst guard = { role: 'admin' };\nexport { guard };\n---\n<h1>the page</h1>";
const WITH_OTHER = { ...FILES, 'src/pages/other.astro': EXPORTED_OTHERWISE };

let development: { app: App; server: Server } | undefined;

/** One application for all tests in development. */
async function developed(): Promise<{ app: App; server: Server }> {
  if (development) return development;
  const app = App.create(undefined, WITH_OTHER);
  development = { app, server: await app.serveWith('dev') };
  return development;
}

afterAll(async () => {
  await development?.server.stop();
  development?.app.remove();
});

async function visitor(server: Server, query: string): Promise<Browser> {
  const browser = new Browser(server);
  await browser.get(`/enter?${query}`);
  return browser;
}

describe.each(['built', 'in development'])('A guard beside a page, %s,', (how) => {
  let built: App | undefined;
  let server: Server;

  beforeAll(async () => {
    if (how === 'built') built = await App.create(undefined, FILES).build();
    server = built ? await built.serve() : (await developed()).server;
  });
  afterAll(async () => {
    if (!built) return;
    await server.stop();
    built.remove();
  });

  it('takes precedence over the rules for its route, and only there', async () => {
    const guest = new Browser(server);
    expect((await guest.get('/team/open')).text).toContain('open to all');
    expect((await guest.get('/team')).status).toBe(302);
    expect((await guest.get('/team/ada')).status).toBe(302);
  });

  it('admits visitors whom one of its entries admits, given the request', async () => {
    const ada = await visitor(server, 'user=ada&role=user');
    const admin = await visitor(server, 'user=root&role=admin');
    expect((await ada.get('/team/ada')).text).toContain('member ada');
    expect((await ada.get('/team/grace')).status).toBe(302);
    expect((await admin.get('/team/grace')).text).toContain('member grace');
    expect((await ada.get('/team')).status).toBe(302);
  });

  it('makes its decision available to the page', async () => {
    const ada = await visitor(server, 'user=ada&role=user');
    expect((await ada.get('/team/ada')).text).toContain('GRANTED by guard of /team/[name] (allow())');
  });

  it('protects endpoints for the methods that it names', async () => {
    const guest = new Browser(server);
    const refused = await guest.get('/api/report', { headers: { accept: 'application/json' } });
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      401,
      expect.objectContaining({ code: 'NOT_SIGNED_IN', detail: 'not signed in' }),
    ]);
    const ada = await visitor(server, 'user=ada&role=user');
    expect(JSON.parse((await ada.get('/api/report')).text)).toMatchObject({ status: 403, missing: ['report:read'] });
    expect((await guest.post('/api/report', {})).text).toBe('POST of the report');
  });

  it('may be imported from another file', async () => {
    expect((await new Browser(server).get('/api/shared')).status).toBe(401);
  });

  it('redirects signed-in visitors from the login page to the home page', async () => {
    const ada = await visitor(server, 'user=ada&role=user');
    expect((await new Browser(server).get('/login')).text).toContain('the login page');
    const answer = await ada.get('/login');
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/home']);
  });

  it('adds no style of its page to other pages', async () => {
    const guest = new Browser(server);
    expect((await guest.get('/team/open')).text).not.toMatch(/color:\s*red|stylesheet/);
  });

  it('that is undefined admits no visitor', async () => {
    expect((await (await visitor(server, 'user=root&role=admin')).get('/missing')).status).toBe(500);
    expect(await server.printed('missing.astro is undefined')).toContain(
      'guard of src/pages/missing.astro is undefined',
    );
  });

  it('that is invalid admits no visitor, and is logged by name', async () => {
    const answer = await (await visitor(server, 'user=root&role=admin')).get('/broken');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('<h1>broken');
    const problem = "guard of src/pages/broken.astro: must be 'public', 'user', 'guest' or a requirement";
    expect(await server.printed(problem)).toContain(problem);
  });
});

describe('A guard that is exported in another way', () => {
  const problem = /guard of src\/pages\/other\.astro: must be exported directly: write "export const guard = …"/;

  it('stops a build, because it would not be applied', async () => {
    const app = App.create(undefined, WITH_OTHER);
    const { code, output } = await app.astro('build');
    app.remove();
    expect([code === 0, output]).toEqual([false, expect.stringMatching(problem)]);
  });

  it('denies everybody the page in development', async () => {
    const { server } = await developed();
    const answer = await new Browser(server).get('/other');
    const printed = await server.printed('guard of src/pages/other.astro is undefined');
    expect([answer.status, answer.text.includes('<h1>the page')]).toEqual([500, false]);
    expect(printed).toContain('guard of src/pages/other.astro is undefined');
  });
});

describe('A guard beside a page, while the page is being edited,', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    ({ app, server } = await developed());
  });

  /** Sends requests until the status is as expected, because it is unknown when a changed file takes effect. */
  async function statusBecomes(path: string, expected: number): Promise<number> {
    const deadline = Date.now() + 15_000;
    let status = 0;
    while (Date.now() < deadline && status !== expected) {
      status = (await new Browser(server).get(path)).status;
      await new Promise((wake) => setTimeout(wake, 100));
    }
    return status;
  }

  it('applies in its current version', async () => {
    expect(await statusBecomes('/team/open', 200)).toBe(200);
    app.rewrite('src/pages/team/open.astro', (text) => text.replace("'public'", "{ role: 'admin' }"));
    expect(await statusBecomes('/team/open', 302)).toBe(302);
    app.rewrite('src/pages/team/open.astro', (text) => text.replace("{ role: 'admin' }", "'public'"));
    expect(await statusBecomes('/team/open', 200)).toBe(200);
  });

  it('applies to pages added while the server runs', async () => {
    app.write({ 'src/pages/added.astro': "---\nexport const guard = 'user';\n---\n<h1>added</h1>" });
    expect(await statusBecomes('/added', 302)).toBe(302);
    app.write({
      'src/pages/added-api.ts': "export const guard = 'user'; export const GET = () => new Response('added');",
    });
    expect(await statusBecomes('/added-api', 401)).toBe(401);
  });
});

describe.each(['built', 'in development'])('A check in a nested component, %s,', (how) => {
  let built: App | undefined;
  let server: Server;

  beforeAll(async () => {
    if (how === 'built') built = await App.create(undefined, FILES).build();
    server = built ? await built.serve() : (await developed()).server;
  });
  afterAll(async () => {
    if (!built) return;
    await server.stop();
    built.remove();
  });

  it.each([
    ['/late', '<!DOCTYPE html>'],
    ['/at-once', ''],
  ])('sends nothing of the guarded content, and logs where the check belongs: %s', async (path, begun) => {
    const before = server.output.length;
    const text = await whatArrived(`${server.origin}${path}`);
    expect(text).toContain(begun);
    expect(text).not.toMatch(/the guarded part|after/);
    const cure = "Check in the page's own frontmatter, not in a nested component, and await the check.";
    expect(await server.printed(cure, before)).toContain(cure);
  });
});

/** Returns the received part of a body, even when the connection breaks. */
async function whatArrived(address: string): Promise<string> {
  const response = await fetch(address, { headers: { accept: 'text/html' } });
  let text = '';
  try {
    for await (const chunk of response.body ?? []) text += new TextDecoder().decode(chunk);
  } catch (error) {
    expect(error).toMatchObject({ message: 'terminated' });
  }
  return text;
}
