import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

describe.each(['a build', 'astro dev'] as const)('The container of an application, in %s,', (mode) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = App.create('spec/apps/container');
    server = mode === 'a build' ? await (await app.build()).serve() : await app.serveWith('dev');
  });
  afterAll(async () => {
    await server?.stop();
    app.remove();
  });

  it('replaces the checker with a subclass that has no decorator', async () => {
    const staff = new Browser(server);
    const member = new Browser(server);
    const other = new Browser(server);
    await staff.get('/login?role=staff');
    await member.get('/login?role=member');
    await other.get('/login?role=other');
    expect((await staff.get('/team')).status).toBe(200);
    expect((await member.get('/team')).status).toBe(200);
    expect((await other.get('/team')).status).toBe(302);
  });

  it('stores sessions in the store that a function created', async () => {
    const browser = new Browser(server);
    await browser.get('/login?role=member');
    expect([...browser.cookies.values()][0]).toMatch(/^[\w-]{43}$/);
  });

  it('injects dependencies into decorated classes, with one instance per request', async () => {
    const browser = new Browser(server);
    const first = JSON.parse((await browser.get('/cart?name=ada')).text);
    const second = JSON.parse((await browser.get('/cart')).text);
    expect(first).toMatchObject({ text: 'good day, ada', same: true, shout: 'ADA' });
    expect(second).toMatchObject({ text: 'good day, ada', same: true });
    expect(second.number).toBe(first.number + 1);
  });

  it('never gives one request the services of another', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `visitor-${index}`);
    const answers = await Promise.all(names.map((name) => new Browser(server).get(`/cart?name=${name}`)));
    const carts = answers.map(({ text }) => JSON.parse(text));
    expect(carts.map(({ text }) => text)).toEqual(names.map((name) => `good day, ${name}`));
    expect(new Set(carts.map(({ number }) => number)).size).toBe(names.length);
  });

  it('never mixes up the visitors of concurrent requests, even when helpers get no context', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `visitor-${index}`);
    const answers = await Promise.all(names.map((name) => new Browser(server).get(`/who?name=${name}`)));
    expect(answers.map(({ text }) => text)).toEqual(names);
  });
});

const MISFITS: [string, string, RegExp, RegExp][] = [
  [
    'a class that does not extend what it replaces',
    'override(AccessChecker, class Stranger {} as never)',
    /INVALID_OVERRIDE/,
    /Stranger cannot replace AccessChecker: it does not extend it\. Write class Stranger extends AccessChecker/,
  ],
  [
    'a class with a constructor of its own that nothing can fill',
    'override(AccessChecker, class Own extends AccessChecker { constructor(readonly mailer: { send(): void }) { super(undefined as never, undefined as never); } })',
    /INVALID_OVERRIDE/,
    /Own cannot replace AccessChecker: its constructor has parameters, and nothing declares/,
  ],
  [
    'a shared service that needs the session of a request',
    'shared(Captive, (get) => new Captive(get(Session)))',
    /CAPTIVE_SERVICE/,
    /Captive is shared by all requests but needs Session/,
  ],
  [
    'a port that nobody registered',
    'shared(Captive, (get) => new Captive(get(Port) as never))',
    /MISSING_SERVICE/,
    /Captive needs Port, which is not registered\. Add it in src\/gatehouse\.ts/,
  ],
  [
    'a guard that refuses where nobody asks it',
    'override(RouteGuard, class Late extends RouteGuard { async inspect() { return new Response(null, { status: 451 }); } })',
    /INVALID_OVERRIDE/,
    /Late cannot replace RouteGuard: it overrides inspect\(\), which the package does not call\. Override judge\(\) instead/,
  ],
];

/** Guards with which the server starts, but which return an invalid result. */
const CARELESS: [string, string][] = [
  ['a Response in place of a verdict', 'judge() { return new Response(null, { status: 451 }); }'],
  ['nothing in place of a verdict', 'async judge() {}'],
  ['nothing to whom it refuses', 'async refuse() {}'],
];

/** One build; the registration to make is chosen when it starts. */
const MISFITTING = `
  import { AccessChecker, defineGatehouse, RouteGuard, Session } from 'astro-gatehouse/server';
  abstract class Port {}
  class Captive { constructor(readonly session: Session) {} }
  export class Cart {}
  console.log(AccessChecker.name, Session.name, Port.name, Captive.name);
  const registrations = [
    ${[
      ...MISFITS,
      ...CARELESS.map(([what, method]) => [what, `override(RouteGuard, class extends RouteGuard { ${method} })`]),
    ].map(([, registration]) => `(services) => services.${registration}`)}
  ];
  export default defineGatehouse({ services: registrations[Number(process.env.MISFIT ?? Number.NaN)] });
`;

describe('A server with invalid services', () => {
  it.each(MISFITS)('does not start with %s', async (what, _, code, sentence) => {
    const app = await App.create('spec/apps/container', { 'src/gatehouse.ts': MISFITTING }).build();
    const misfit = MISFITS.findIndex(([name]) => name === what);
    const { code: exitCode, output } = await app.serveAndFail({ GATEHOUSE_SECRET: SECRET, MISFIT: String(misfit) });
    app.remove();
    expect(exitCode).toBe(1);
    expect(output).toMatch(code);
    expect(output).toMatch(sentence);
  });
});

describe('A server with a route guard that', () => {
  it.each(CARELESS)('returns %s shows no visitor the page', async (what) => {
    const app = await App.create('spec/apps/container', { 'src/gatehouse.ts': MISFITTING }).build();
    const misfit = MISFITS.length + CARELESS.findIndex(([name]) => name === what);
    const server = await app.serve({ GATEHOUSE_SECRET: SECRET, MISFIT: String(misfit) });
    const { status } = await new Browser(server).get('/team');
    const said = await server.printed('returned no');
    await server.stop();
    app.remove();
    expect([status, said]).toEqual([500, expect.stringMatching(/judge\(\) returned no Verdict|returned no Response/)]);
  });
});
