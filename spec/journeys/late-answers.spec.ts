import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { madeSite } from '../support/made-site.js';

/** Setup modules, one of which is chosen by the environment of the server. */
const SETUP = `
  import { AccessChecker, defineGatehouse, RequestScope, Visitor } from 'astro-gatehouse/server';
  import { chosen } from './chosen.js';
  const look = async () => {};
  await look();
  class Nobody extends AccessChecker {
    async check(rule, visitor) { return this.deny('nobody may'); }
  }
  class Mailer { send() { return 'sent'; } }
  class LateVisitor extends Visitor {
    async hasRole(role) { await look(); return false; }
  }
  export { Mailer };
  const CASES = {
    none: { services: (services) => services.override(AccessChecker, Nobody).value(Mailer, new Mailer()) },
    asyncServices: { services: async (services) => { await look(); services.override(AccessChecker, Nobody); } },
    promisedServices: { services: (services) => look().then(() => services.override(AccessChecker, Nobody)) },
    unawaited: { services: (services) => void look().then(() => services.override(AccessChecker, Nobody)) },
    failingServices: { services: () => Promise.reject(new Error('unheard')) },
    asyncFactory: { services: (services) => services.perRequest(Mailer, async () => new Mailer()) },
    promisedOverride: { services: (services) => services.override(AccessChecker, () => Promise.resolve(new Nobody())) },
    promisedValue: { services: (services) => services.value(Mailer, Promise.resolve(new Mailer())) },
    lookalike: { services: (services) => services.value(AccessChecker, { check: () => true }) },
    asyncQuestion: { services: (services) => services.override(Visitor, LateVisitor) },
    asyncRole: { access: { getRole: async () => 'member' } },
    asyncPermissions: { access: { getPermissions: async () => ['x'] } },
    asyncStore: { runWithContext: (_, run) => run(), getContextStore: async () => undefined },
    generatorObject: { services: (services) => (function* () { services.override(AccessChecker, Nobody); })() },
    innerFunction: { services: (services) => () => services.override(AccessChecker, Nobody) },
    circle: {
      services: (services) => services.shared(Mailer, (get) => get(Nobody)).shared(Nobody, (get) => get(Mailer)),
    },
    promisedStore: { runWithContext: (_, run) => run(), getContextStore: () => look().then(() => undefined) },
    promisedRole: { access: { getRole: () => look().then(() => 'member') } },
  };
  export default defineGatehouse(CASES[chosen]);`;

const FILES = {
  // A development server reloads it when it is written.
  'src/chosen.js': `export const chosen = process.env.CASE ?? 'none';`,
  'src/gatehouse.js': SETUP,
  'src/pages/enter.ts': `
    import { setSession } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      await setSession(context, { userId: 'ada', role: 'member' });
      return new Response('in');
    };`,
  'src/pages/club.astro': '<p>{Astro.locals.visitor.id}</p>',
  'src/pages/mail.ts': `
    import { Mailer } from '../gatehouse';
    export const GET = ({ locals }) => new Response(locals.services.get(Mailer).send());`,
};

const REFUSED: [string, string | RegExp][] = [
  ['asyncServices', /services: cannot be async, .*register immediately, and let a service wait in its methods/],
  [
    'promisedServices',
    /services of defineGatehouse\(\{…\}\) returned a promise, but everything must be registered when it returns: register immediately/,
  ],
  ['generatorObject', 'services of defineGatehouse({…}) returned a generator, which nobody runs'],
  ['innerFunction', 'services of defineGatehouse({…}) returned a function, which nobody calls'],
  [
    'circle',
    'Mailer could not be created at start: Mailer needs Nobody needs Mailer, so none of them can be created first.',
  ],
  ['failingServices', 'services of defineGatehouse({…}) returned a promise'],
  ['asyncFactory', 'The function passed cannot replace Mailer: it is async, and is not awaited.'],
  ['promisedOverride', 'The result of the function passed cannot replace AccessChecker: it is a promise'],
  ['promisedValue', 'The value passed to value() cannot replace Mailer: it is a promise, and is not awaited.'],
  ['lookalike', 'The value passed to value() cannot replace AccessChecker: it is not a AccessChecker.'],
  [
    'asyncQuestion',
    'LateVisitor cannot replace Visitor: its hasRole() is async, and a caller takes a promise for true',
  ],
  ['asyncRole', /access\.getRole: cannot be async, .*access\.reload/],
  ['asyncPermissions', /access\.getPermissions: cannot be async/],
  ['asyncStore', /getContextStore: cannot be async/],
];

describe('A promise in the setup module', () => {
  let app: App;
  let development: Server | undefined;

  beforeAll(async () => {
    app = madeSite(`{ protect: [{ pattern: '/club', role: 'member' }], loginPath: '/' }`, FILES);
    await app.build();
  });
  afterAll(async () => {
    await development?.stop();
    app.remove();
  });

  it.each(REFUSED)('prevents the start of a built server: %s', async (name, sentence) => {
    const { code, output } = await app.serveAndFail({ GATEHOUSE_SECRET: SECRET, CASE: name });
    expect(code).toBe(1);
    expect(output).toMatch(sentence);
  });

  it.each([
    ['asyncServices', /services: cannot be async, .*register immediately, and let a service wait in its methods/],
    ['promisedValue', /The value passed to value\(\) cannot replace Mailer: it is a promise, and is not awaited\./],
  ])('makes every request fail in astro dev: %s', async (name, sentence) => {
    const before = development?.output.length;
    app.write({ 'src/chosen.js': `export const chosen = '${name}';` });
    development ??= await app.serveWith('dev');
    const browser = new Browser(development);
    await development.until(async () => {
      expect((await browser.get('/club')).status).toBe(500);
      return sentence.test(development?.output.slice(before) ?? '');
    });
  });

  it('takes effect when it is awaited at the top level', async () => {
    const server = await app.serve();
    const browser = new Browser(server);
    await browser.get('/enter');
    expect((await browser.get('/mail')).text).toBe('sent');
    expect((await browser.get('/club')).status).toBe(302);
    await server.stop();
  });

  it('is logged once when getContextStore() returns one', async () => {
    const server = await app.serve({ GATEHOUSE_SECRET: SECRET, CASE: 'promisedStore' });
    const browser = new Browser(server);
    await browser.get('/enter');
    await browser.get('/club');
    await server.printed('This is logged once');
    await server.stop();
    const told = server.output.match(/.*getContextStore returned a promise, which is not awaited.*/g);
    expect(told).toEqual([expect.stringContaining('wait inside runWithContext, or load the data before')]);
  });

  it('is not awaited, and makes requests fail when it replaces a service after the start', async () => {
    const server = await app.serve({ GATEHOUSE_SECRET: SECRET, CASE: 'unawaited' });
    const { status } = await new Browser(server).get('/');
    const sentence = 'A late registration cannot replace AccessChecker: the server has started.';
    const output = await server.printed(sentence);
    await server.stop();
    expect(status).toBe(500);
    expect(output).toContain(sentence);
  });

  it('grants no role when getRole() returns one, and is logged once', async () => {
    const server = await app.serve({ GATEHOUSE_SECRET: SECRET, CASE: 'promisedRole' });
    const browser = new Browser(server);
    await browser.get('/enter');
    for (let time = 0; time < 3; time++) expect((await browser.get('/club')).status).toBe(302);
    const output = await server.printed('getRole gave a promise');
    await server.stop();
    expect(output.match(/access\.getRole gave a promise/g)).toHaveLength(1);
  });
});
