import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { Document } from '../support/documents.js';
import { madeSite } from '../support/made-site.js';

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
      app = madeSite(`{ protect: [{ pattern: '/members' }], session: { store: '${store}' } }`, {
        ...shown,
        'src/pages/members.astro': '<h1>{Astro.locals.visitor.id}</h1>',
        'src/pages/before.ts': `export const GET = ({ session, redirect }) => {
        session.set('user', { id: 'ada', role: 'admin' });
        return redirect('/');
      };`,
        'src/pages/logout.ts': `import { clearSession } from 'astro-gatehouse/server';
        export const POST = async (context) => { await clearSession(context); return context.redirect('/'); };`,
      });
      await app.build();
      server = await app.serve();
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
