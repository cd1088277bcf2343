import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

const ASK = `
import { authorize } from 'astro-gatehouse/server';

const asked = {
  nothing: undefined,
  role: { role: 'admin' },
  oneOf: { anyPermission: ['posts:write', 'posts:publish'] },
  emptyOneOf: { anyPermission: [] },
  public: { public: true },
  allowed: { allow: () => true },
  throwing: { allow: () => { throw new Error('broken'); } },
  rejecting: { allow: async () => { throw new Error('broken'); } },
  lookalike: { role: 'lookalike' },
  truthy: { role: 'truthy' },
  contradiction: { role: 'contradiction' },
  text: 'admin',
  misspelt: { rol: 'admin' },
  none: null,
  list: ['admin'],
  empty: { permissions: [] },
  undefined: { role: undefined },
};

export const GET = async (context) => {
  const requirement = asked[context.url.searchParams.get('what')];
  if (context.url.searchParams.has('catch')) {
    return new Response(await authorize(requirement, context).then(() => 'let in', (error) => error.code));
  }
  await authorize(requirement, context);
  return new Response('let in');
};`;

const SETUP = `
import { AccessChecker, AccessDecision, defineGatehouse } from 'astro-gatehouse/server';

class CarelessChecker extends AccessChecker {
  async check(rule, visitor) {
    if (rule.role === 'lookalike') return { isGranted: true };
    if (rule.role === 'truthy') return new AccessDecision('yes', 'GRANTED', 'half a yes');
    if (rule.role === 'contradiction') return new AccessDecision(false, 'GRANTED', 'no and yes');
    return super.check(rule, visitor);
  }
}
export default defineGatehouse({ services: (services) => services.override(AccessChecker, CarelessChecker) });`;

/** Code that calls authorize() without await, in every place where it can stand. */
const FORGETFUL = {
  'src/pages/forgotten/page.astro': `---
    import { authorize } from 'astro-gatehouse/server';
    authorize({ role: 'admin' });
    Astro.locals.session.set('seen', true);
    ---
    <h1>let in</h1>`,
  'src/pages/forgotten/later.astro': `---
    import { authorize } from 'astro-gatehouse/server';
    const check = authorize({ role: 'admin' });
    await check.catch(() => {});
    ---
    <h1>let in</h1>`,
  'src/pages/forgotten/misspelt.astro': `---
    import { authorize } from 'astro-gatehouse/server';
    authorize({ rol: 'admin' });
    ---
    <h1>let in</h1>`,
  'src/pages/forgotten/endpoint.js': `
    import { authorize } from 'astro-gatehouse/server';
    const allow = () => new Promise((decide) => setTimeout(decide, 20, false));
    export const GET = (context) => {
      authorize({ allow }, context);
      return new Response('let in');
    };`,
  'src/pages/forgotten/calling.astro': `---
    import { actions } from 'astro:actions';
    import { authorize } from 'astro-gatehouse/server';
    authorize({ role: 'admin' });
    await Astro.callAction(actions.open, {});
    ---
    <h1>let in</h1>`,
  'src/pages/forgotten/open.js': "export const GET = () => new Response('let in');",
  'src/pages/forgotten/shown.js': "export const GET = () => new Response('let in');",
  'src/pages/forgotten/state.js': 'export const GET = ({ locals }) => Response.json(locals.session.all());',
  'src/middleware.js': `
    import { authorize } from 'astro-gatehouse/server';
    export const onRequest = (context, next) => {
      const { searchParams } = context.url;
      if (searchParams.get('by') === 'middleware') authorize({ role: 'admin' }, context);
      if (searchParams.get('by') === 'silent-middleware') return silently(context, next);
      if (searchParams.get('by') === 'patient-middleware') return patiently(context, next);
      return next();
    };
    const silently = async (context, next) => {
      await next();
      authorize({ role: 'admin' }, context);
    };
    const patiently = async (context, next) => {
      const check = authorize({ role: 'admin' }, context);
      const answer = await next();
      await check.catch(() => {});
      return answer;
    };`,
  'src/actions/index.js': `
    import { defineAction } from 'astro:actions';
    import { authorize } from 'astro-gatehouse/server';
    export const server = {
      open: defineAction({ handler: () => 'open' }),
      forgetful: defineAction({
        handler: (_, context) => {
          authorize({ role: 'admin' }, context);
          return 'let in';
        },
      }),
    };`,
};

const FILES = {
  ...FORGETFUL,
  'astro.config.mjs': `
    import node from '@astrojs/node';
    import { defineConfig } from 'astro/config';
    import gatehouse from 'astro-gatehouse';
    export default defineConfig({ output: 'server', adapter: node({ mode: 'standalone' }), integrations: [gatehouse()] });`,
  'src/gatehouse.js': SETUP,
  'src/pages/ask.js': ASK,
};

describe('authorize()', () => {
  let app: App;
  let server: Server;
  let user: Browser;

  beforeAll(async () => {
    app = App.create('spec/apps/empty', FILES);
    server = await (await app.build()).serve();
    user = new Browser(server);
    await user.get('/login');
  });
  afterAll(async () => {
    await server?.stop();
    app.remove();
  });

  it.each(['text', 'misspelt', 'none', 'list', 'empty', 'emptyOneOf', 'public', 'undefined'])(
    'throws for an invalid requirement: %s',
    async (what) => {
      for (const visitor of [user, new Browser(server)]) {
        expect((await visitor.get(`/ask?catch&what=${what}`)).text).toBe('INVALID_OPTIONS');
        expect((await visitor.get(`/ask?what=${what}`)).status).toBe(500);
      }
    },
  );

  it('requires a signed-in visitor when it is called without a requirement', async () => {
    expect((await user.get('/ask?what=nothing')).text).toBe('let in');
    expect((await new Browser(server).get('/ask?what=nothing')).status).toBe(401);
  });

  it('admits only visitors who meet the requirement', async () => {
    expect((await user.get('/ask?what=allowed')).text).toBe('let in');
    expect((await user.get('/ask?what=role')).status).toBe(403);
    const refused = await user.get('/ask?what=oneOf');
    expect([refused.status, JSON.parse(refused.text).missing]).toEqual([403, ['posts:write', 'posts:publish']]);
  });

  it.each(['throwing', 'rejecting'])('denies access for a %s allow(), and logs it', async (what) => {
    const before = server.output.length;
    expect((await user.get(`/ask?what=${what}`)).status).toBe(403);
    expect((await new Browser(server).get(`/ask?what=${what}`)).status).toBe(401);
    const printed = await server.printed('broken', before);
    expect(printed).toContain('A check for authorize() threw, so the visitor was refused.');
    expect(printed).toContain('broken');
  });

  it.each(['lookalike', 'truthy', 'contradiction'])(
    'denies access for an invalid result of the checker: %s',
    async (what) => {
      expect((await user.get(`/ask?what=${what}`)).status).toBe(403);
    },
  );

  it.each([
    ['/page', 302, 302],
    ['/endpoint', 403, 401],
    ['/open?by=middleware', 403, 401],
    ['/shown?by=silent-middleware', 403, 401],
    ['/calling', 302, 302],
  ])('holds where it was called without await: %s', async (path, ofUser, ofGuest) => {
    const before = server.output.length;
    const refused = await user.get(`/forgotten${path}`);
    expect([refused.status, refused.text]).toEqual([ofUser, expect.not.stringContaining('let in')]);
    const guest = await new Browser(server).get(`/forgotten${path}`, { headers: { accept: 'text/html' } });
    expect([guest.status, guest.text]).toEqual([ofGuest, expect.not.stringContaining('let in')]);
    expect(await server.printed('authorize() was called without "await"', before)).toContain('/forgotten/');
    expect((await user.get('/forgotten/open')).text).toBe('let in');
    expect(JSON.parse((await user.get('/forgotten/state')).text)).not.toHaveProperty('seen');
  });

  it('holds in an action that called it without await', async () => {
    const headers = { 'content-type': 'application/json', accept: 'application/json', 'sec-fetch-site': 'same-origin' };
    const called = await user.visit('/_actions/forgetful', { method: 'POST', body: '{}', headers });
    expect([called.status, called.text]).toEqual([403, expect.stringContaining('FORBIDDEN')]);
  });

  it('is not overruled where code waits for it later, and catches it', async () => {
    expect((await user.get('/forgotten/open?by=patient-middleware')).text).toBe('let in');
    expect((await user.get('/forgotten/later')).text).toContain('let in');
  });

  it('answers a mistake in the requirement with an error, also without await', async () => {
    expect((await user.get('/forgotten/misspelt')).status).toBe(500);
  });
});
