import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, type Outcome, SECRET, type Server } from '../support/app.js';
import { type Answer, Browser } from '../support/browser.js';
import { madeSite } from '../support/made-site.js';

const OWN = 'AN ANSWER OF ITS OWN';

/** A middleware that responds in the way the query names, for every path. */
const MIDDLEWARE = `
import { authorize, clearSession, setSession } from 'astro-gatehouse/server';
import { guard } from 'astro-gatehouse/fetch';

const own = (init) => new Response('${OWN}', init);
const endless = () => new ReadableStream({
  pull(controller) { controller.enqueue(new TextEncoder().encode('${OWN}')); },
  cancel() { console.log('THE STREAM WAS CANCELLED'); },
});
const locked = () => {
  const response = own();
  response.body.getReader();
  return response;
};
const answers = {
  plainly: () => own(),
  cached: () => own({ headers: { 'Cache-Control': 'public, max-age=60', 'Content-Type': 'text/html', 'Set-Cookie': 'own=1' } }),
  fetched: () => fetch('data:text/plain,${encodeURIComponent(OWN)}'),
  streaming: () => new Response(endless(), { headers: { 'Content-Type': 'text/html' } }),
  'partly': () => own({ status: 206 }),
  'with nothing new': () => new Response(null, { status: 304, headers: { ETag: '"own"' } }),
  locked,
  after: async (context, next) => (await next(), own()),
  'where nothing is': async (context, next) => {
    const answer = await next();
    return answer.status === 404 ? own() : answer;
  },
  'in place of a refusal': async (context, next) => {
    const answer = await next();
    return answer.status === 302 ? own() : answer;
  },
  authorizing: async (context) => (await authorize({ role: 'admin' }, context), own()),
  asking: async (context) => (await guard(context)) ?? own(),
  redirect: () => new Response('${OWN}', { status: 302, headers: { Location: '/elsewhere' } }),
  refusal: () => own({ status: 403 }),
  error: () => own({ status: 502 }),
  enter: async (context) => (await setSession(context, { userId: 'u1', role: 'admin' }), own()),
  leave: async (context) => (await clearSession(context), own()),
  rewritten: (context) => context.rewrite('/'),
  known: (context) => {
    context.locals.session = { userId: 'key', role: 'admin' };
    return own();
  },
};

export const onRequest = (context, next) => {
  const how = new URL(context.request.url).searchParams.get('how');
  return how ? answers[how](context, next) : next();
};`;

const RULES = {
  protect: [
    { pattern: '/admin/**', role: 'admin' },
    { pattern: '/hidden/**', role: 'admin', status: 404 },
    { pattern: '/tried/**', role: 'admin', enforce: false },
    { pattern: '/posted/**', role: 'admin', methods: ['POST'] },
  ],
};

const FILES = {
  'src/middleware.ts': MIDDLEWARE,
  // A development server reloads it when it is written.
  'src/rules.ts': `export const rules = JSON.parse(process.env.RULES ?? '${JSON.stringify(RULES)}');`,
  'src/gatehouse.ts': `
    import { defineGatehouse } from 'astro-gatehouse/server';
    import { rules } from './rules';
    export default defineGatehouse(rules);`,
  'src/pages/404.astro': '<h1>nothing here</h1>',
  'src/pages/enter.ts': `
    import { setSession } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      await setSession(context, { userId: 'u1', role: context.url.searchParams.get('role') ?? undefined });
      return new Response('welcome');
    };`,
  'src/pages/admin/page.astro': '<h1>the page itself</h1>',
  'src/pages/own.astro': `---\nexport const guard = { role: 'admin' };\n---\n<h1>the page itself</h1>`,
  'src/pages/public/page.astro': '<h1>a public page</h1>',
};

const EVERYTHING = { globalProtect: true, exclude: ['/', '/enter', '/public/**'] };

const PAGES = ['plainly', 'cached', 'fetched', 'partly', 'after', 'where nothing is'];
const asked = (path: string, how: string) => `${path}?how=${encodeURIComponent(how)}`;

const NOTE =
  'protect[1] of src/gatehouse.ts, /hidden/** (role admin), is only for what src/middleware.ts answers itself';

describe.each(['production', 'dev'] as const)('A response created by a middleware, in %s,', (mode) => {
  let app: App;
  let server: Server;
  let built: Outcome = { code: 0, output: '' };

  beforeAll(async () => {
    app = madeSite('{ strict: true }', FILES);
    if (mode === 'production') built = await app.astro('build');
  });
  afterAll(async () => {
    await server?.stop();
    app.remove();
  });

  const serve = async (rules: object) => {
    const environment = { RULES: JSON.stringify(rules), GATEHOUSE_SECRET: SECRET };
    await server?.stop();
    server = mode === 'dev' ? await app.serveWith('dev', environment) : await app.serve(environment);
  };

  async function visitor(role?: string): Promise<Browser> {
    const browser = new Browser(server);
    if (role) await browser.get(`/enter?role=${role}`);
    return browser;
  }

  const withoutTime = (headers: Headers) => [...headers].filter(([name]) => name !== 'date');
  const isOwn = ({ status, text }: Answer) => status < 300 && text.startsWith(OWN);

  if (mode === 'production') {
    it('may have rules that match no route, which a build mentions', async () => {
      expect(built).toMatchObject({ code: 0, output: expect.stringContaining(NOTE) });
      expect(built.output).not.toContain('These rules have no effect');
    });

    it('causes no finding of the doctor', async () => {
      const { output } = await app.gatehouse('doctor', '--json');
      expect(output).toContain(NOTE);
      expect(output).not.toContain('USELESS_RULES');
    });
  }

  describe('under a rule', () => {
    beforeAll(() => serve(RULES));

    describe.each(['/admin/mounted', '/admin/page', '//admin/page', '/%61dmin/page'])('at %s', (path) => {
      it.each(PAGES)('is not sent to guests: %s', async (how) => {
        const answer = await (await visitor()).get(asked(path, how));
        expect(answer.text).not.toContain(OWN);
        expect([answer.status, answer.location?.replace(/\?.*/, '')]).toEqual([302, '/login']);
        expect(answer.headers.get('cache-control')).toBe('private, no-store');
        expect(answer.setCookies).toEqual([]);
      });
    });

    it('is not sent to guests in place of a denial of the guard', async () => {
      const answer = await (await visitor()).get(asked('/admin/page', 'in place of a refusal'));
      expect([answer.status, answer.text.includes(OWN)]).toEqual([302, false]);
    });

    it('is not sent to guests when the guard of the replaced page denies access', async () => {
      expect((await (await visitor()).get(asked('/own', 'cached'))).status).toBe(302);
      expect(isOwn(await (await visitor('admin')).get(asked('/own', 'cached')))).toBe(true);
    });

    it.each(PAGES)('is denied to programs, and to visitors without permission: %s', async (how) => {
      const headers = { accept: 'application/json' };
      const guest = await (await visitor()).get(asked('/admin/mounted', how), { headers });
      expect([guest.status, JSON.parse(guest.text).code]).toEqual([401, 'NOT_SIGNED_IN']);
      const reader = await (await visitor('reader')).get(asked('/admin/mounted', how), { headers });
      expect([reader.status, JSON.parse(reader.text).code]).toEqual([403, 'MISSING_ROLE']);
    });

    it.each(PAGES)('is sent to visitors with access, and may not be cached: %s', async (how) => {
      const answer = await (await visitor('admin')).get(asked('/admin/mounted', how));
      expect(isOwn(answer)).toBe(true);
      expect(answer.headers.get('cache-control')).toBe('private, no-store');
      expect(answer.headers.get('vary')?.toLowerCase()).toContain('cookie');
    });

    it('is not sent to guests for HEAD or conditional requests', async () => {
      const guest = await visitor();
      expect((await guest.visit(asked('/admin/mounted', 'plainly'), { method: 'HEAD' })).status).toBe(302);
      expect((await guest.get(asked('/admin/mounted', 'with nothing new'))).status).toBe(302);
      expect((await (await visitor('admin')).get(asked('/admin/mounted', 'with nothing new'))).status).toBe(304);
    });

    it('is cancelled when it is a stream that a guest may not see', async () => {
      const before = server.output.length;
      expect((await (await visitor()).get(asked('/admin/mounted', 'streaming'))).status).toBe(302);
      expect(await server.printed('THE STREAM WAS CANCELLED', before)).toContain('THE STREAM WAS CANCELLED');
      expect((await (await visitor()).get(asked('/admin/mounted', 'locked'))).status).toBe(302);
    });

    it('is checked by the method of the request', async () => {
      const guest = await visitor();
      expect(isOwn(await guest.get(asked('/posted/mounted', 'plainly')))).toBe(true);
      expect((await guest.post(asked('/posted/mounted', 'plainly'))).status).toBe(303);
    });

    it('looks missing when a rule hides it', async () => {
      const guest = await visitor();
      const nowhere = await guest.get('/nowhere');
      const seen = ({ status, text, headers }: Answer) => ({ status, text, headers: withoutTime(headers) });
      for (const how of PAGES) {
        const hidden = await guest.get(asked('/hidden/mounted', how));
        expect({ how, ...seen(hidden) }).toEqual({ how, ...seen(nowhere) });
      }
      expect(isOwn(await (await visitor('admin')).get(asked('/hidden/mounted', 'where nothing is')))).toBe(true);
    });

    it.each(['redirect', 'refusal', 'error'])('is sent unchanged when it is not a page: %s', async (how) => {
      const answer = await (await visitor()).get(asked('/admin/mounted', how));
      expect(answer.text).toBe(OWN);
      expect(answer.status).toBe({ redirect: 302, refusal: 403, error: 502 }[how]);
    });

    it('is sent unchanged when no rule applies, or only a report-only rule', async () => {
      const guest = await visitor();
      const open = await guest.get(asked('/mounted', 'cached'));
      expect([isOwn(open), open.headers.get('cache-control')]).toEqual([true, 'public, max-age=60']);
      expect(isOwn(await guest.get(asked('/tried/mounted', 'cached')))).toBe(true);
      expect(await server.printed('would be refused')).toContain('/tried/mounted');
    });

    it('is checked once when the middleware checks it itself', async () => {
      expect((await (await visitor()).get(asked('/admin/mounted', 'asking'))).status).toBe(302);
      expect(isOwn(await (await visitor('admin')).get(asked('/admin/mounted', 'asking')))).toBe(true);
    });

    it.each(['/admin/mounted', '/mounted'])(
      'is not sent to visitors whom authorize() denies access: %s',
      async (path) => {
        const guest = await (await visitor()).get(asked(path, 'authorizing'));
        expect([guest.status, guest.location]).toEqual([302, expect.stringMatching('^/login[?]returnTo=')]);
        const headers = { accept: 'application/json' };
        expect((await (await visitor()).get(asked(path, 'authorizing'), { headers })).status).toBe(401);
        expect((await (await visitor('reader')).get(asked(path, 'authorizing'), { headers })).status).toBe(403);
        expect(isOwn(await (await visitor('admin')).get(asked(path, 'authorizing')))).toBe(true);
      },
    );

    it('is checked for the visitor whom the middleware assigns, signs in or signs out', async () => {
      const browser = await visitor();
      expect(isOwn(await browser.get(asked('/admin/mounted', 'known')))).toBe(true);
      expect(isOwn(await browser.get(asked('/admin/mounted', 'enter')))).toBe(true);
      expect((await browser.get('/admin/page')).text).toContain('the page itself');
      expect(isOwn(await browser.get(asked('/admin/mounted', 'leave')))).toBe(true);
      expect((await browser.get('/admin/page')).status).toBe(302);
      expect((await browser.get(asked('/admin/mounted', 'leave'))).status).toBe(302);
    });

    it('is sent without its body for CORS preflights, and not at all for other OPTIONS requests', async () => {
      const preflight = (path: string) =>
        fetch(server.origin + path, {
          method: 'OPTIONS',
          headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'GET' },
        });
      const answer = await preflight(asked('/admin/mounted', 'cached'));
      expect([answer.ok, await answer.text()]).toEqual([true, '']);
      const other = await fetch(server.origin + asked('/admin/mounted', 'cached'), { method: 'OPTIONS' });
      // In development, Vite answers OPTIONS requests itself.
      expect([other.status, await other.text()]).toEqual([
        mode === 'dev' ? 204 : 401,
        expect.not.stringContaining(OWN),
      ]);
    });

    it('is checked as the page of the site when it is a rewrite', async () => {
      expect((await (await visitor()).get(asked('/mounted', 'rewritten'))).text).toContain('here');
      expect((await (await visitor()).get(asked('/admin/mounted', 'rewritten'))).status).toBe(302);
    });
  });

  describe('where everything is protected', () => {
    beforeAll(async () => {
      if (mode === 'production') return serve(EVERYTHING);
      const { status } = await (await visitor()).get('/elsewhere');
      expect(status).toBe(404);
      app.write({ 'src/rules.ts': `export const rules = ${JSON.stringify(EVERYTHING)};` });
      await server.until(async () => (await (await visitor()).get('/elsewhere')).status === 302);
    });

    it.each(PAGES)('is not sent to guests unless it is excluded: %s', async (how) => {
      const guest = await visitor();
      for (const path of ['/mounted', '/admin/page']) expect((await guest.get(asked(path, how))).status).toBe(302);
      for (const path of ['/public/mounted', '/public/page', '/'])
        expect({ path, own: isOwn(await guest.get(asked(path, how))) }).toEqual({
          path,
          own: how !== 'where nothing is' || path === '/public/mounted',
        });
      expect(isOwn(await (await visitor('reader')).get(asked('/mounted', how)))).toBe(true);
    });

    it('is public at the login page, from where signed-in visitors are redirected home', async () => {
      expect(isOwn(await (await visitor()).get(asked('/login', 'plainly')))).toBe(true);
      const member = await (await visitor('reader')).get(asked('/login', 'plainly'));
      expect([member.status, member.location]).toEqual([302, '/']);
    });
  });
});

describe.each([
  ['a base', '/app', "base: '/app',", '<h1>nothing here</h1>'],
  ['a prerendered 404 page', '', '', '---\nexport const prerender = true;\n---\n<h1>nothing here</h1>'],
])('A response of a middleware that a rule hides, on a site with %s,', (_, base, config, notFound) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = madeSite(
      '{}',
      { ...FILES, 'src/pages/hidden/page.astro': '<h1>the page itself</h1>', 'src/pages/404.astro': notFound },
      config,
    );
    server = await (await app.build()).serve();
  });
  afterAll(async () => {
    await server?.stop();
    app.remove();
  });

  it.each(PAGES.filter((how) => how !== 'where nothing is'))('looks missing: %s', async (how) => {
    const guest = new Browser(server);
    const nowhere = await guest.get(`${base}/hidden/nowhere`);
    const hidden = await guest.get(asked(`${base}/hidden/page`, how));
    expect([hidden.status, hidden.text]).toEqual([404, nowhere.text]);
    await guest.get(`${base}/enter?role=admin`);
    expect((await guest.get(asked(`${base}/hidden/page`, how))).text).toBe(OWN);
  });
});
