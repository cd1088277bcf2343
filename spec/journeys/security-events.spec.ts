import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { siteConfig } from '../support/made-site.js';

const NAMES = [
  ...['created', 'renewed', 'rotated', 'ended', 'revoked', 'expired', 'rejected'].map((name) => `session.${name}`),
  ...['login', 'logout', 'access.denied', 'csrf.refused', 'store.failed'],
];

const FILES = {
  'astro.config.mjs': siteConfig(`{ protect: [{ pattern: '/admin/**', role: 'admin' }], forbiddenPath: '/' }`),
  // A careless log, in which a line break in a value begins a new line.
  'src/print.mjs': `
    export const print = (event) => {
      console.log('EVENT ' + JSON.stringify(event));
      console.log('PLAIN ' + Object.values(event).join(' '));
    };`,
  'subscriber.mjs': `
    import { subscribe } from 'node:diagnostics_channel';
    import { print } from './src/print.mjs';
    for (const name of ${JSON.stringify(NAMES)}) subscribe('astro-gatehouse:' + name, print);`,
  'src/gatehouse.ts': `
    import { existsSync } from 'node:fs';
    import {
      Clock, DecisionLog, MemorySessionStore, SecurityEvents, SessionConfig, SessionStore, defineGatehouse,
    } from 'astro-gatehouse/server';
    import { print } from './print.mjs';

    class LaterClock extends Clock {
      now() { return super.now() + (existsSync('later') ? 9 * 24 * 3600 * 1000 : 0); }
    }
    class FragileStore extends MemorySessionStore {
      async read(token, lease) {
        if (existsSync('down')) throw new Error('The store is down.');
        return super.read(token, lease);
      }
    }
    class AuditTrail extends SecurityEvents {
      publish(event) { print(event); }
    }
    class FullTrail extends SecurityEvents {
      async publish() { throw new Error('The disk is full.'); }
    }
    class OwnLog extends DecisionLog {
      failure(line) { console.log('LOGGED ' + line); }
    }
    export default defineGatehouse({
      services: (services) => {
        services.override(Clock, LaterClock);
        if (process.env.STORE === 'memory')
          services.override(SessionStore, (get) => new FragileStore(get(SessionConfig), get(Clock)));
        if (process.env.TRAIL === 'own') services.override(SecurityEvents, AuditTrail);
        if (process.env.TRAIL === 'full') services.override(SecurityEvents, FullTrail).override(DecisionLog, OwnLog);
      },
    });`,
  'src/actions/index.ts': `
    import { defineAction } from 'astro:actions';
    import { authorize } from 'astro-gatehouse/server';
    export const server = {
      pay: defineAction({ accept: 'form', handler: () => authorize({ permission: 'pay' }) }),
    };`,
  'src/pages/index.astro': `---
    import { getSession } from 'astro-gatehouse/server';
    ---
    <p>hello {getSession()?.userId ?? 'guest'}</p>`,
  'src/pages/login.astro': '<p>sign in here</p>',
  'src/pages/admin/[...page].astro': '<p>the vault</p>',
  'src/pages/reports/[year].astro': `---
    export const guard = { role: 'auditor' };
    ---
    <p>reports</p>`,
  'src/pages/own-check.astro': `---
    import { authorize } from 'astro-gatehouse/server';
    await authorize({ role: 'keeper' });
    ---
    <p>checked</p>`,
  'src/pages/mark.ts': "export const GET = () => void console.log('MARK') ?? new Response('marked');",
  'src/pages/enter.ts': `
    import { setSession } from 'astro-gatehouse/server';
    export const POST = async (context) => {
      const userId = context.url.searchParams.get('user') ?? 'ada';
      await setSession(context, { userId, email: 'ada@site.example', address: 'Ada Street 1' });
      return new Response('welcome');
    };`,
  'src/pages/rotate.ts': `
    export const POST = ({ locals }) => { locals.session.regenerate(); return new Response('rotated'); };`,
  'src/pages/leave.ts': `
    import { clearSession } from 'astro-gatehouse/server';
    export const POST = (context) => { clearSession(context); return new Response('bye'); };`,
  'src/pages/leave-everywhere.ts': `
    import { SessionRegistry } from 'astro-gatehouse/server';
    export const POST = async ({ locals }) => {
      await locals.services.get(SessionRegistry).revokeAll(locals.visitor.id);
      return new Response('bye');
    };`,
};

const hash = expect.stringMatching(/^[\w-]{12}$/);
const ada = { session: hash, userId: 'ada' };
const SERVERS = [
  ['a class of the application writes them', { STORE: 'memory', TRAIL: 'own' }],
  ['a subscriber listens to the channels', { STORE: 'cookie', NODE_OPTIONS: '--import ./subscriber.mjs' }],
] as const;

let app: App;

beforeAll(async () => {
  app = await App.create(undefined, FILES).build();
});
afterAll(() => {
  app.remove();
});

describe.each(SERVERS)('Security events, when %s,', (_, environment) => {
  const keepsInMemory = environment.STORE === 'memory';
  let server: Server;
  let browser: Browser;
  const tokens = new Set<string>();

  /** Returns the events emitted while a function runs. */
  async function told(happen: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
    const before = server.output.length;
    for (const token of browser.cookies.values()) tokens.add(token);
    await happen();
    for (const token of browser.cookies.values()) tokens.add(token);
    await new Browser(server).get('/mark');
    const lines = (await server.printed(/^MARK$/m, before)).split('\n');
    const [events, plain] = ['EVENT ', 'PLAIN '].map((start) => lines.filter((line) => line.startsWith(start)));
    expect(plain).toHaveLength(events?.length ?? 0);
    return (events ?? []).map((line) => {
      const { at, ...event } = JSON.parse(line.slice('EVENT '.length));
      expect(Date.parse(at)).toBeGreaterThan(0);
      return event;
    });
  }

  const enter = async () => {
    browser = new Browser(server);
    return told(() => browser.post('/enter'));
  };

  beforeAll(async () => {
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, ...environment });
  });
  afterAll(async () => {
    await server.stop();
  });
  afterEach(() => {
    for (const sign of ['later', 'down']) rmSync(join(app.folder, sign), { force: true });
  });

  it('report a visit from beginning to end', async () => {
    expect(await enter()).toEqual([
      { name: 'session.created', ...ada },
      { name: 'login', ...ada },
    ]);
    expect(await told(() => browser.get('/'))).toEqual([]);
    expect(await told(() => browser.post('/rotate'))).toEqual([{ name: 'session.rotated', ...ada, previous: hash }]);
    expect(await told(() => browser.post('/leave'))).toEqual([
      { name: 'session.ended', ...ada },
      { name: 'logout', ...ada },
    ]);
    expect(await told(() => browser.get('/'))).toEqual([]);
  });

  it.each([
    ['a rule', 'GET', '/admin/users', { code: 'MISSING_ROLE', rule: '/admin/** (role admin)' }],
    [
      "a page's guard",
      'GET',
      '/reports/2024',
      { code: 'MISSING_ROLE', rule: 'guard of /reports/[year] (role auditor)' },
    ],
    ['a check in a page', 'GET', '/own-check', { code: 'MISSING_ROLE' }],
    ['a check in an action', 'POST', '/_actions/pay', { code: 'MISSING_PERMISSION' }],
  ])('report once which visitor was denied what by %s', async (_, method, path, fields) => {
    await enter();
    const visit = () => (method === 'POST' ? browser.post(path, { any: 'thing' }) : browser.get(`${path}?key=secret`));
    const denial = {
      name: 'access.denied',
      method,
      path,
      reason: expect.any(String),
      via: 'session',
      ...fields,
      ...ada,
    };
    expect(await told(visit)).toEqual([denial]);
    browser = new Browser(server);
    expect(await told(visit)).toEqual([
      { ...denial, code: 'NOT_SIGNED_IN', session: undefined, userId: undefined, via: undefined },
    ]);
  });

  it('report a cross-site request', async () => {
    await enter();
    const headers = { origin: 'https://evil.example', 'content-type': 'application/json' };
    expect(await told(() => browser.visit('/leave', { method: 'POST', body: '{}', headers }))).toEqual([
      {
        name: 'csrf.refused',
        method: 'POST',
        path: '/leave',
        code: 'CSRF_REFUSED',
        reason: expect.stringContaining('https://evil.example'),
        ...ada,
        via: 'session',
      },
    ]);
  });

  it('report a tampered cookie once', async () => {
    await enter();
    for (const [name, token] of browser.cookies) {
      const middle = token.length >> 1;
      const letter = token[middle] === 'A' ? 'B' : 'A';
      browser.cookies.set(name, token.slice(0, middle) + letter + token.slice(middle + 1));
    }
    const reason = keepsInMemory ? 'unknown' : 'tampered';
    const expected = [{ name: 'session.rejected', reason, session: hash }];
    expect(await told(() => browser.get('/'))).toEqual(expected);
    expect(await told(() => browser.get('/'))).toEqual([]);
  });

  it('report an expired session', async () => {
    await enter();
    app.write({ later: '' });
    // The memory store drops expired sessions gradually.
    const expired = { name: 'session.expired', ...ada };
    const dropped = { name: 'session.rejected', reason: 'unknown', session: hash };
    expect(await told(() => browser.get('/'))).toEqual([keepsInMemory ? dropped : expired]);
  });

  it('cannot be used to forge log lines', async () => {
    const line = '\nEVENT {"name":"login","userId":"root"}\r\nPLAIN forged\u2028';
    browser = new Browser(server);
    const userId = `eve${line.replace(/[\r\n\u2028]/g, encodeURIComponent)}`;
    const entering = await told(() => browser.post(`/enter?user=${encodeURIComponent(`eve${line}`)}`));
    expect(entering).toMatchObject([{ name: 'session.created' }, { name: 'login', userId }]);
    const path = `/admin/${encodeURIComponent(line)}`;
    const visit = () => browser.get(path, { headers: { 'user-agent': `Spec\t${encodeURI(line)}` } });
    expect(await told(visit)).toMatchObject([{ name: 'access.denied', path, userId }]);
    browser.cookies.set('__Host-gatehouse', encodeURI(line));
    expect(await told(() => browser.get('/'))).toMatchObject([{ name: 'session.rejected', reason: 'malformed' }]);
  });

  if (keepsInMemory) {
    it('report revoked sessions, and later requests with one', async () => {
      await enter();
      const phone = new Browser(server);
      await phone.post('/enter');
      const revoked = (await told(() => browser.post('/leave-everywhere'))).filter(({ userId }) => userId === 'ada');
      expect(revoked.length).toBeGreaterThanOrEqual(2);
      expect(new Set(revoked.map(({ name }) => name))).toEqual(new Set(['session.revoked']));
      const [{ session } = {}] = await told(() => phone.get('/'));
      expect(revoked.map((event) => event.session)).toContain(session);
    });

    it('report that the store is unavailable', async () => {
      await enter();
      app.write({ down: '' });
      expect(await told(() => browser.get('/'))).toEqual([{ name: 'store.failed', operation: 'read' }]);
      expect(await told(() => browser.get('/own-check'))).toEqual([{ name: 'store.failed', operation: 'read' }]);
    });
  }

  it('contain no cookie, and nothing of a session but its hash and user', () => {
    const events = server.output.split('\n').filter((line) => /^(?:EVENT|PLAIN) /.test(line));
    expect(events.length).toBeGreaterThan(30);
    expect(tokens.size).toBeGreaterThan(5);
    for (const hidden of [...tokens, 'ada@site.example', 'Ada Street', 'secret']) {
      expect(events.filter((line) => line.includes(hidden))).toEqual([]);
    }
  });
});

describe('An application that cannot write its events', () => {
  it('still serves its visitors, and logs the failure once', async () => {
    const server = await app.serve({ GATEHOUSE_SECRET: SECRET, TRAIL: 'full' });
    const browser = new Browser(server);
    expect((await browser.post('/enter')).status).toBe(200);
    expect((await browser.get('/')).text).toContain('hello ada');
    expect((await browser.post('/leave')).status).toBe(200);
    await browser.get('/mark');
    const lines = (await server.printed(/^MARK$/m)).match(/^LOGGED .*$/gm);
    await server.stop();
    expect(lines).toEqual(['LOGGED FullTrail.publish() threw, so an event was lost. This is logged once.']);
  });
});
