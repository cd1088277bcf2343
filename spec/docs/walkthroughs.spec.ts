import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { Document } from '../support/documents.js';
import { madeSite, setup } from '../support/made-site.js';

const ADA = { email: 'ada@example.com', password: 'lovelace' };
/** What every project has by then. */
const HOME = { 'src/pages/index.astro': '<h1>home</h1>' };

/** The files that a document shows from one heading up to another, or to its end. */
function filesBetween(document: Document, from: string, to = 'end'): Record<string, string> {
  const blocks = document.blocks.filter(
    ({ before }) => before.includes(`\n${from}\n`) && !before.includes(`\n${to}\n`),
  );
  const named = blocks.map(({ code }) => [/^(?:---\n)?\/\/ (\S+\.\w+)/.exec(code)?.[1], code]);
  return Object.fromEntries(named.filter(([path]) => path !== undefined));
}

describe('The ten lines of the README, and what follows on them', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    const shown = filesBetween(new Document('README.md'), '## Ten lines to a protected page', '## The secret');
    expect(Object.keys(shown)).toEqual([
      'astro.config.mjs',
      'src/pages/dashboard.astro',
      'src/users.ts',
      'src/pages/api/login.ts',
      'src/pages/login.astro',
      'src/pages/api/logout.ts',
    ]);
    app = App.create(undefined, { ...shown, ...HOME });
    await app.build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  it('protect a page, let somebody in who knows the password, and out again', async () => {
    const browser = new Browser(server);
    const refused = await browser.get('/dashboard');
    expect([refused.status, refused.location]).toEqual([302, '/login?returnTo=%2Fdashboard']);

    const wrong = await browser.post('/api/login?returnTo=%2Fdashboard', { ...ADA, password: 'hopper' });
    expect(wrong.location).toBe('/login?returnTo=%2Fdashboard');
    expect((await browser.get('/login')).text).toContain('Wrong email or password');
    expect((await browser.get('/login')).text).not.toContain('Wrong email or password');

    const right = await browser.post('/api/login?returnTo=%2Fdashboard', ADA);
    expect([right.status, right.location]).toEqual([303, '/dashboard']);
    expect((await browser.get('/dashboard')).text).toContain('<p>Welcome, ada@example.com</p>');

    await browser.post('/api/logout', {});
    expect((await browser.get('/dashboard')).status).toBe(302);
  });
});

describe.each(['cookie', 'astro'])(
  "The middleware for whoever comes with a session of Astro's own, store %s",
  (store) => {
    let app: App;
    let server: Server;

    beforeAll(async () => {
      const shown = filesBetween(new Document('docs/migrate.md'), "## From Astro's own sessions");
      expect(Object.keys(shown)).toEqual(['src/middleware.ts']);
      // One build; the server is told the store.
      app = madeSite(`{ protect: [{ pattern: '/members' }] }`, {
        ...shown,
        ...setup('{ session: { store: process.env.STORE } }'),
        'src/pages/members.astro': '<h1>{Astro.locals.visitor.id}</h1>',
        'src/pages/before.ts': `export const GET = ({ session, redirect }) => {
        session.set('user', { id: 'ada', role: 'admin' });
        return redirect('/');
      };`,
        'src/pages/logout.ts': `import { clearSession } from 'astro-gatehouse/server';
        export const POST = async (context) => { await clearSession(context); return context.redirect('/'); };`,
      });
      await app.build();
      server = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: store });
    });
    afterAll(async () => {
      await server.stop();
      app.remove();
    });

    it('has them signed in, until they sign out', async () => {
      const browser = new Browser(server);
      await browser.get('/before');
      expect((await browser.get('/members')).text).toContain('<h1>ada</h1>');
      expect((await browser.get('/members')).text).toContain('<h1>ada</h1>');
      await browser.post('/logout');
      expect((await browser.get('/members')).status).toBe(302);
    });

    it('has nobody else signed in', async () => {
      expect((await new Browser(server).get('/members')).status).toBe(302);
    });
  },
);

const TSCONFIG = {
  extends: 'astro/tsconfigs/strict',
  include: ['.astro/types.d.ts', '**/*'],
  exclude: ['dist'],
};

describe('The pages beside Better Auth, with its middleware and its types', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    const shown = filesBetween(new Document('docs/beside.md'), '## Better Auth', '## Any other');
    expect(Object.keys(shown)).toEqual([
      'src/middleware.ts',
      'src/env.d.ts',
      'astro.config.mjs',
      'src/gatehouse.ts',
      'src/pages/welcome.astro',
      'src/pages/api/auth/[...all].ts',
    ]);
    app = App.create(undefined, {
      ...shown,
      ...HOME,
      'tsconfig.json': JSON.stringify({ ...TSCONFIG, compilerOptions: { paths: { '@/*': ['./src/*'] } } }),
      // To check with: for a project that has paths of its own, the compiler reads the types of all packages again.
      'tsconfig.check.json': JSON.stringify(TSCONFIG),
      'src/paths.d.ts': `declare module '@/auth' { export const auth: typeof import('./auth').auth; }`,
      // In place of the library: sessions by the value of its cookie.
      'src/better-auth.d.ts': `declare module 'better-auth' {
        export interface User { id: string; name: string; email: string }
        export interface Session { id: string; userId: string; token: string; expiresAt: Date }
      }`,
      'src/auth.ts': `
        const SESSION = /better-auth\\.session_token=(\\w+)/;
        export const auth = {
          api: {
            async getSession({ headers }: { headers: Headers }) {
              const [, id] = SESSION.exec(headers.get('cookie') ?? '') ?? [];
              if (!id) return null;
              const user = { id, name: id.toUpperCase(), email: id + '@site.example' };
              return { user, session: { id: 's-' + id, userId: id, token: 't', expiresAt: new Date(8e15) } };
            },
          },
          async handler(_: Request) {
            return new Response('out', { headers: { 'set-cookie': 'better-auth.session_token=; Path=/; Max-Age=0' } });
          },
        };`,
      'src/roles.ts': `export const roleOf = async (id: string) => (id === 'ada' ? 'admin' : 'user');`,
      'src/pages/account/index.astro': `---
        const { session, user } = Astro.locals;
        ---
        <h1>{session?.token} of {user?.email}</h1>`,
      'src/pages/admin.astro': '<h1>admin</h1>',
      'src/pages/enter.ts': `import type { APIRoute } from 'astro';
        import { setSession } from 'astro-gatehouse/server';
        export const POST: APIRoute = async (context) => {
          await setSession(context, { userId: 'ada', role: 'admin' });
          return new Response('in');
        };`,
    });
    await app.build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  function browserOf(user?: string): Browser {
    const browser = new Browser(server);
    if (user) browser.cookies.set('better-auth.session_token', user);
    return browser;
  }

  it('send guests to sign in, by a rule and by what the page asks', async () => {
    expect((await browserOf().get('/account')).location).toBe('/sign-in?returnTo=%2Faccount');
    expect((await browserOf().get('/welcome')).location).toBe('/sign-in');
  });

  it('know who is signed in there, and their role', async () => {
    const bob = browserOf('bob');
    expect((await bob.get('/account')).text).toContain('<h1>t of bob@site.example</h1>');
    expect((await bob.get('/admin')).status).toBe(302);
    expect((await browserOf('ada').get('/admin')).status).toBe(200);
  });

  it('keep what is in our session beside it, until somebody signs out there', async () => {
    const bob = browserOf('bob');
    await bob.get('/welcome');
    expect((await bob.get('/welcome')).text).toContain('<p>Hello, BOB: visit 2</p>');
    expect((await bob.post('/api/auth/sign-out')).text).toBe('out');
    expect(bob.namesBesideMark).toEqual([]);
    bob.cookies.set('better-auth.session_token', 'cleo');
    expect((await bob.get('/welcome')).text).toContain('<p>Hello, CLEO: visit 1</p>');
  });

  it('let nobody in by a session of ours', async () => {
    const browser = browserOf();
    await browser.post('/enter');
    expect((await browser.get('/admin')).status).toBe(302);
    expect((await browser.get('/welcome')).location).toBe('/sign-in');
    browser.cookies.set('better-auth.session_token', 'bob');
    expect((await browser.get('/admin')).status).toBe(302);
  });

  it('compile', async () => {
    const { code, output } = await app.astro(['check', '--tsconfig', join(app.folder, 'tsconfig.check.json')]);
    expect(output).toContain('- 0 errors');
    expect(code).toBe(0);
  });
});
