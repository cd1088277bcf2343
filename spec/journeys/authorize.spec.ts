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

const FILES = {
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
});
