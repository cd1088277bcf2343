import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../../support/app.js';
import { toolbarSite } from '../../support/toolbar-site.js';
import { OWN_PAGE, ToolbarVisitor } from '../../support/toolbar-visitor.js';

let app: App | undefined;
let server: Server | undefined;

afterEach(async () => {
  await server?.stop();
  app?.remove();
  server = undefined;
  app = undefined;
});

/** Returns a visitor of the development server of a site. */
async function visiting(site: App, endpoint?: string): Promise<ToolbarVisitor> {
  await SharedProject.stopAll();
  app = site;
  server = await site.serveWith('dev');
  return new ToolbarVisitor(server, endpoint);
}

/** A project that several tests share, because starting `astro dev` takes longer than the tests. */
class SharedProject {
  static readonly #all: SharedProject[] = [];
  #server: Server | undefined;

  constructor(readonly site: App) {
    SharedProject.#all.push(this);
  }

  /** Each server is a process of its own, so only one runs at a time. */
  async serve(): Promise<Server> {
    if (!this.#server) await SharedProject.stopAll();
    this.#server ??= await this.site.serveWith('dev');
    return this.#server;
  }

  async visit(): Promise<ToolbarVisitor> {
    return new ToolbarVisitor(await this.serve());
  }

  static async stopAll(): Promise<void> {
    for (const project of SharedProject.#all) {
      await project.#server?.stop();
      project.#server = undefined;
    }
  }

  static async removeAll(): Promise<void> {
    await SharedProject.stopAll();
    for (const { site } of SharedProject.#all) site.remove();
  }
}

afterAll(() => SharedProject.removeAll());

const who = async (visitor: ToolbarVisitor, path = '/who') => JSON.parse((await visitor.get(path)).text);
const setup = (options: string, before = '') => ({
  'src/gatehouse.ts': `import { defineGatehouse, MemorySessionStore, SessionStore, VisitorResolver } from 'astro-gatehouse/server';
    ${before}
    export default defineGatehouse(${options});`,
});

describe('The toolbar', () => {
  const RELOAD = `access: { reload: async ({ userId }) => (userId === 'ada' ? { role: 'reader' } : null) }`;
  /** A project with everything protected, a custom pipeline and reload(). */
  const closed = new SharedProject(
    toolbarSite('globalProtect: true, exclude: ["/who"], session: { cookie: { chunks: true } }', {
      'src/fetch.ts': `
        import { FetchState, actions, middleware, pages } from 'astro/fetch';
        import { guard } from 'astro-gatehouse/fetch';
        export default {
          async fetch(request: Request): Promise<Response> {
            const state = new FetchState(request);
            return (await guard(state)) ?? (await actions(state)) ?? middleware(state, pages);
          },
        };`,
      ...setup(`{ ${RELOAD} }`),
    }),
  );
  const resisting = new SharedProject(
    toolbarSite('', {
      'src/middleware.ts': `export const onRequest = (context, next) => {
        context.locals.session = { userId: 'somebody', role: 'boss' };
        return context.url.pathname.startsWith('/_gatehouse') ? new Response('not here', { status: 418 }) : next();
      };`,
      ...setup(
        `{ access: { reload: async () => { throw new Error('asked'); } },
           services: (services) => services.override(VisitorResolver, Nobody).override(SessionStore, Away) }`,
        `class Nobody extends VisitorResolver { resolve() { return this.guest(); } }
         class Away extends MemorySessionStore { async read() { throw new Error('redis://me:hunter2@db'); } }`,
      ),
    }),
  );
  const NO_RULES = 'export const rules = {};';
  const telling = new SharedProject(
    toolbarSite("session: { store: 'memory' }", {
      'src/rules.ts': NO_RULES,
      'src/pages/mark.ts': `export const GET = ({ url }) => {
        console.log('mark' + url.search + ';');
        return new Response('marked');
      };`,
      'src/gatehouse.ts': `import { defineGatehouse, SecurityEvents } from 'astro-gatehouse/server';
        import { rules } from './rules';
        class Told extends SecurityEvents { publish({ name }) { console.log('event:' + name + ';'); } }
        export default defineGatehouse({ ...rules, services: (services) => services.override(SecurityEvents, Told) });`,
    }),
  );

  it('is served below the base of the site, with its trailing slash', async () => {
    const visitor = await visiting(
      toolbarSite('', {}, "base: '/docs', trailingSlash: 'always'"),
      '/docs/_gatehouse/toolbar/',
    );
    const { setCookies } = await visitor.viewAs('ada', ['admin']);
    expect(setCookies[0]).toMatch(/; Path=\/docs; HttpOnly; SameSite=Strict$/);
    expect((await visitor.get('/docs/admin/')).status).toBe(200);
    const { page } = await visitor.state('/docs/admin/');
    expect(page).toMatchObject({ path: '/docs/admin/', isViewedAs: true });
    expect(page).not.toHaveProperty('refusal');
    await visitor.press({ do: 'myself' });
    expect(visitor.cookies.size).toBe(0);
  });

  it('shows the requirements of pages when everything is protected', async () => {
    const visitor = await closed.visit();
    for (const path of ['/read', '/who']) await visitor.get(path);
    const { latest } = await visitor.state();
    expect(latest.slice(0, 2).map(({ views }) => views)).toEqual([
      [{ path: '/who', by: 'exclude', who: 'everybody' }],
      [{ path: '/read', by: 'globalProtect', who: 'signed in' }],
    ]);
  });

  it('is compatible with reload(): it neither reverts the stand-in nor ends sessions', async () => {
    const visitor = await closed.visit();
    await visitor.post('/login', { user: 'ada' });
    await visitor.viewAs('made-up', ['admin']);
    for (let look = 0; look < 2; look++) expect(await who(visitor)).toMatchObject({ user: 'made-up', admin: true });
    await visitor.press({ do: 'myself' });
    expect(await who(visitor)).toMatchObject({ user: 'ada', admin: false });
  });

  it('counts every cookie of a session', async () => {
    const visitor = await closed.visit();
    await visitor.post('/login', { user: 'ada', text: 'x'.repeat(5000) });
    const sent = [...visitor.cookies].map((pair) => pair.join('').length);
    expect((await visitor.state()).session.size).toEqual({
      ...{ used: sent.reduce((sum, bytes) => sum + bytes, 0), limit: 3 * 4096, cookies: 2 },
    });
  });

  it('works in a custom pipeline', async () => {
    const visitor = await closed.visit();
    expect((await visitor.state()).isViewingAs).toBe(false);
    await visitor.viewAs('ada');
    expect((await who(visitor)).user).toBe('ada');
  });

  it('keeps its stand-in user when code of the project changes', async () => {
    const visitor = await closed.visit();
    await visitor.viewAs('ada', ['admin']);
    closed.site.write(setup(`{ ${RELOAD}, protect: [{ pattern: '/read', role: 'new' }] }`));
    // The server closes its connections when it starts again, perhaps after its first answer.
    const status = async () => (await visitor.get('/read').catch(() => undefined))?.status;
    const seen: Awaited<ReturnType<typeof who>>[] = [];
    const dev = await closed.serve();
    await dev.until(async () => (await status()) === 403);
    await dev.until(async () => {
      const answer = await who(visitor).catch(() => undefined);
      if (answer) seen.push(answer);
      return answer !== undefined;
    });
    expect(seen).toMatchObject([{ user: 'ada' }]);
  });

  it('takes precedence over middleware and resolvers of the application', async () => {
    const visitor = await resisting.visit();
    expect((await who(visitor)).isGuest).toBe(true);
    await visitor.viewAs('ada', ['admin']);
    expect(await who(visitor)).toMatchObject({ user: 'ada', admin: true, locals: 'ada' });
    expect((await visitor.get('/admin')).status).toBe(200);
    await visitor.press({ do: 'guest' });
    expect(await who(visitor)).toMatchObject({ user: null, locals: null });
  });

  it('shows that the store is unavailable', async () => {
    const visitor = await resisting.visit();
    visitor.cookies.set('gatehouse', 'x'.repeat(43));
    const { text } = await visitor.ask();
    expect(JSON.parse(text).session.failure).toMatch(/store/i);
    expect(text).not.toMatch(/hunter2/);
    for (const button of ['clear', 'expire'] as const) {
      const { status, text: problem } = await visitor.press({ do: button });
      expect([status, JSON.parse(problem).problem]).toEqual([409, expect.stringMatching(/store is unavailable/)]);
    }
    await visitor.viewAs('ada');
    expect((await who(visitor)).user).toBe('ada');
  });

  it('is available when everything is protected, and despite rules for all paths', async () => {
    telling.site.write({
      'src/rules.ts': `export const rules = {
        globalProtect: true, exclude: ['/login'], protect: [{ pattern: '/**', role: 'nobody' }],
      };`,
    });
    const visitor = await telling.visit();
    const { page, latest, known } = await visitor.state('/who');
    expect(page).toBeUndefined();
    expect(latest.map(({ path }) => path)).not.toContain('/_gatehouse/toolbar');
    expect(known.roles).toContain('nobody');
    await visitor.get('/who');
    expect((await visitor.state('/who')).latest[0]?.views).toEqual([
      { path: '/who', by: 'protect[0] of src/gatehouse.ts', who: 'role nobody' },
    ]);
    await visitor.viewAs('ada', ['nobody']);
    expect((await visitor.get('/who')).status).toBe(200);

    telling.site.write({ 'src/rules.ts': NO_RULES });
    const guest = await telling.visit();
    await (await telling.serve()).until(async () => (await guest.get('/who')).status === 200);
  });

  it('emits no security events, except for a session that it ends or expires', async () => {
    const [visitor, server] = [await telling.visit(), await telling.serve()];
    // What a server prints may come later than its answers, but in the same order.
    const mark = async (name: string) => {
      await fetch(`${server.origin}/mark?${name}`);
      return server.printed(`mark?${name};`);
    };
    const events = async (since: string, name: string) =>
      [...((await mark(name)).split(`mark?${since};`)[1] ?? '').matchAll(/event:([\w.]+);/g)].map(([, event]) => event);
    await mark('begin');
    await visitor.post('/login', { user: 'ada' });
    await visitor.viewAs('grace', ['admin']);
    await visitor.get('/who');
    await visitor.post('/logout');
    await visitor.press({ do: 'myself' });
    await visitor.press({ do: 'expire' });
    for (let look = 0; look < 3; look++) await visitor.state();
    expect(await events('begin', 'looked')).toEqual(['session.created', 'login']);

    await visitor.get('/who');
    expect(await events('looked', 'expired')).toEqual(['session.expired']);

    await visitor.post('/login', { user: 'ada' });
    await visitor.press({ do: 'clear' });
    expect(await events('expired', 'cleared')).toEqual(['session.created', 'login', 'session.ended', 'logout']);
  });

  it('shortens its answer for a very large session', async () => {
    const visitor = await telling.visit();
    await visitor.post('/login', { user: 'ada' });
    for (let at = 0; at < 6; at++) await visitor.post('/set', { [`k${at}`]: 'x'.repeat(10_000) });
    const { text } = await visitor.ask();
    expect(JSON.parse(text).session.size).toMatchObject({ limit: 65_536, cookies: 0 });
    expect(JSON.parse(text).session.size.used).toBeGreaterThan(60_000);
    expect(text.length).toBeLessThan(20_000);
  });
});

describe('The toolbar of a site without a server', () => {
  it('shows that its pages are prerendered', async () => {
    const site = App.create(undefined, {
      'astro.config.mjs': `
        import { defineConfig } from 'astro/config';
        import gatehouse from 'astro-gatehouse';
        export default defineConfig({ integrations: [gatehouse()] });`,
      'src/pages/index.astro': '<h1>here</h1>',
    });
    const visitor = await visiting(site);
    expect((await visitor.get('/')).text).toMatch(/here/);
    const { page, session } = await visitor.state('/');
    expect([page?.isPrerendered, session.isStored]).toEqual([true, false]);
  });
});

describe('The toolbar, when it is switched off,', () => {
  it.each([
    ['devToolbar.enabled of astro.config', 'devToolbar: { enabled: false }', {}],
    ['astro preferences', '', { '.astro/settings.json': '{"devToolbar":{"enabled":false}}' }],
  ])('does not exist: %s', async (_, config, files) => {
    const visitor = await visiting(toolbarSite('', files, config));
    expect((await visitor.ask()).status).toBe(404);
    expect((await visitor.viewAs('ada')).status).toBe(404);
    expect((await visitor.get('/who')).status).toBe(200);
  });
});

describe('A built site', () => {
  afterAll(() => app?.remove());

  it('contains nothing of the toolbar, and ignores its cookie', async () => {
    app = await toolbarSite().build();
    const files = readdirSync(join(app.folder, 'dist'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.(?:m?js|html|css|json|map)$/.test(file),
    );
    expect(files.length).toBeGreaterThan(5);
    const traces = files.filter((file) =>
      /-view-as\b|\/_gatehouse|X-Gatehouse|viewing as|StandIns|DecisionHistory|ValueTrees|OwnSessions/i.test(
        readFileSync(join(app?.folder ?? '', 'dist', file), 'utf8'),
      ),
    );
    expect(traces).toEqual([]);

    server = await app.serve({ GATEHOUSE_SECRET: 'k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa' });
    const visitor = new ToolbarVisitor(server);
    visitor.cookies.set('gatehouse-view-as', 'x'.repeat(43));
    expect((await visitor.ask()).status).toBe(404);
    expect((await visitor.press({ do: 'guest' }, { ...OWN_PAGE, origin: server.origin })).status).toBe(404);
    expect(await who(visitor)).toMatchObject({ isGuest: true });
    const listed = await app.gatehouse('routes');
    expect(listed.code).toBe(0);
    expect(listed.output).not.toMatch(/_gatehouse/);
  });
});
