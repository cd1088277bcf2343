import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { LATER, MOVABLE_CLOCK, pass } from '../support/movable-clock.js';
import { INSTALLED } from '../support/packed-package.js';
import { UpgradedConnection } from '../support/upgraded-connection.js';

/** Answers upgrades outside the site's bundle, with a copy of the package of its own. */
const SOCKETS = `
  import { openSession } from 'astro-gatehouse/server';
  const frame = (text) => Buffer.concat([Buffer.from([0x81, Buffer.byteLength(text)]), Buffer.from(text)]);
  const STATUS = { 401: 'Unauthorized', 403: 'Forbidden', 500: 'Internal Server Error', 503: 'Service Unavailable' };
  export function answerUpgrades(server) {
    server.on('upgrade', async (request, socket) => {
      if (!request.url.startsWith('/socket')) return;
      socket.on('error', () => {});
      const refuse = (status) => socket.end(\`HTTP/1.1 \${status} \${STATUS[status]}\\r\\nConnection: close\\r\\n\\r\\n\`);
      try {
        const opened = await openSession(request, { checkEvery: Number(process.env.CHECK) });
        if (opened.refusal) return refuse(opened.refusal.status);
        if (opened.visitor.isGuest) return refuse(401);
        socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n');
        const { visitor, session } = opened;
        socket.write(frame(\`\${visitor.id} \${visitor.roles} \${session.get('cart') ?? 'empty'} via \${visitor.via}\`));
        opened.onEnd((why) => socket.end(frame(why)));
        socket.on('close', () => opened.close());
      } catch (error) {
        console.error(error);
        refuse(500);
      }
    });
  }`;

const FILES = {
  'sockets.mjs': SOCKETS,
  'server.mjs': `
    import { createServer } from 'node:http';
    import { handler } from './dist/server/entry.mjs';
    import { answerUpgrades } from './sockets.mjs';
    const server = createServer(handler);
    answerUpgrades(server);
    server.listen(Number(process.env.PORT), process.env.HOST);`,
  // Two sites in one process, as a server for several hosts runs them.
  'two.mjs': `
    import { cpSync } from 'node:fs';
    import { openSession } from 'astro-gatehouse/server';
    cpSync('dist', 'copy', { recursive: true, dereference: true });
    process.env.COOKIE = 'shop';
    await import('./dist/server/entry.mjs');
    process.env.COOKIE = 'blog';
    await import('./copy/server/entry.mjs');
    await openSession({ cookie: '' }).catch((error) => console.log(error.message));
    const opened = await openSession({ cookie: '' }, { site: '__Host-blog' });
    console.log('a guest: ' + opened.visitor.isGuest);`,
  'alone.mjs': `
    import { openSession } from 'astro-gatehouse/server';
    await openSession({ cookie: '' }).catch((error) => console.log(error.code, error.message));`,
  'astro.config.mjs': `
    import node from '@astrojs/node';
    import { defineConfig } from 'astro/config';
    import gatehouse from 'astro-gatehouse';
    import { answerUpgrades } from './sockets.mjs';
    const sockets = { name: 'sockets', hooks: { 'astro:server:setup': ({ server }) => answerUpgrades(server.httpServer) } };
    export default defineConfig({
      output: 'server',
      adapter: node({ mode: 'middleware' }),
      integrations: [gatehouse({ csrf: { trustedOrigins: ['https://app.example.com'] } }), sockets],
    });`,
  'src/gatehouse.ts': `
    import { Clock, defineGatehouse, SessionStore } from 'astro-gatehouse/server';
    import { SqliteSessionStore } from 'astro-gatehouse/stores/sqlite';
    ${MOVABLE_CLOCK}
    const users = { 'key-of-a-program': { userId: 'program', role: 'reader', via: 'api-key' } };
    export default defineGatehouse({
      store: { use: process.env.STORE ?? 'sqlite' },
      session: { cookie: { name: process.env.COOKIE }, idleTimeout: 3600, absoluteTimeout: 7200, renewAfter: 0.001 },
      identify: ({ headers }) => users[headers.get('authorization')?.slice('Bearer '.length)],
      services: (services) => {
        services.override(Clock, MovableClock);
        if (process.env.OWN_STORE) services.override(SessionStore, (get) => new SqliteSessionStore({ file: 'own.db' }, get(Clock)));
      },
    });`,
  ...LATER,
  'src/pages/sign-in.ts': `
    import { signIn } from 'astro-gatehouse/server';
    export const GET = async ({ url, locals }) => {
      await signIn({ userId: url.searchParams.get('user'), role: 'member' });
      locals.session.set('cart', 'tea').flash('notice', 'Welcome');
      return new Response('signed in');
    };`,
  'src/pages/sign-out.ts': `
    import { signOut } from 'astro-gatehouse/server';
    export const GET = async () => {
      await signOut();
      return new Response('signed out');
    };`,
  'src/pages/rotate.ts': `export const GET = ({ locals }) => {
    locals.session.regenerate();
    return new Response('another id');
  };`,
  'src/pages/revoke.ts': `
    import { SessionRegistry } from 'astro-gatehouse/server';
    export const GET = async ({ locals, url }) => {
      const ended = await locals.services.get(SessionRegistry).endAll({ by: { userId: url.searchParams.get('user') } });
      return new Response(String(ended));
    };`,
  'src/pages/kept.ts': `
    import { SessionRegistry } from 'astro-gatehouse/server';
    export const GET = async ({ locals, url }) => {
      const { sessions } = await locals.services.get(SessionRegistry).listAll({ by: { userId: url.searchParams.get('user') } });
      return Response.json(sessions);
    };`,
  'src/pages/notice.astro': `<p>{Astro.locals.session.flash('notice') ?? 'none'}</p>`,
  'src/pages/public.ts': `
    import { openSession } from 'astro-gatehouse/server';
    export const GET = async ({ request }) => {
      const opened = await openSession(request);
      opened.close();
      return new Response(opened.visitor.id ?? 'guest', { headers: { 'Cache-Control': 'public, max-age=60' } });
    };`,
  'src/pages/events.ts': `
    import { openSession } from 'astro-gatehouse/server';
    export const GET = async ({ request }) => {
      const opened = await openSession(request, { checkEvery: Number(process.env.CHECK) });
      if (opened.refusal || opened.visitor.isGuest) return new Response(null, { status: opened.refusal?.status ?? 401 });
      const body = new ReadableStream({
        start(controller) {
          const send = (data) => controller.enqueue(new TextEncoder().encode('data: ' + data + '\\n\\n'));
          send('hello ' + opened.visitor.id);
          opened.ended.addEventListener('abort', () => {
            send(opened.ended.reason.why);
            controller.close();
          });
        },
        cancel: () => opened.close(),
      });
      return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
    };`,
};

let app: App;
let server: Server;
const connections: UpgradedConnection[] = [];

beforeAll(async () => {
  app = await App.create(undefined, FILES).build();
});
afterAll(() => app.remove());
afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
});

async function signedIn(user: string, at = server): Promise<Browser> {
  const browser = new Browser(at);
  await browser.get(`/sign-in?user=${user}`);
  return browser;
}

/** Opens a WebSocket, and waits for the first message. */
async function connected(
  browser: Browser,
  headers: Record<string, string | undefined> = {},
): Promise<UpgradedConnection> {
  const opened = await UpgradedConnection.open(server, browser, headers);
  if (typeof opened === 'number') throw new Error(`It was refused with ${opened}: ${server.output}`);
  connections.push(opened);
  return opened.until(({ messages }) => messages.length > 0);
}

const statusOf = async (browser: Browser, headers: Record<string, string | undefined> = {}) => {
  const opened = await UpgradedConnection.open(server, browser, headers);
  if (typeof opened === 'number') return opened;
  opened.close();
  return 101;
};

const end = (connection: UpgradedConnection) =>
  connection.until(({ isClosed }) => isClosed).then(({ messages }) => messages[1]);

/** Starts the site with a WebSocket beside it: as a server of its own, or in development. */
const PLACES: [string, (environment: Record<string, string>) => Promise<Server>][] = [
  ['a custom server', (environment) => app.serve({ GATEHOUSE_SECRET: SECRET, ...environment }, 'server.mjs')],
  ['a development server', (environment) => app.serveWith('dev', environment)],
];

describe.each(PLACES)('A WebSocket at %s', (_, start) => {
  beforeAll(async () => {
    // So seldom that only news within the process can end a connection in time.
    server = await start({ STORE: 'memory', CHECK: '3600' });
    await new Browser(server).get('/notice');
  });
  afterAll(() => server.stop());

  it('is refused to a guest, and to a cookie that was tampered with', async () => {
    expect(await statusOf(new Browser(server))).toBe(401);
    const browser = await signedIn('ada');
    const { name = '' } = browser.sessionCookie ?? {};
    browser.cookies.set(name, `${browser.cookies.get(name)?.slice(0, -2)}xx`);
    expect(await statusOf(browser)).toBe(401);
  });

  it('knows the visitor, and reads the session, and no message of it', async () => {
    const browser = await signedIn('ada');
    expect((await connected(browser)).messages).toEqual(['ada member tea via session']);
    expect((await browser.get('/notice')).text).toContain('Welcome');
  });

  it('writes and renews nothing', async () => {
    const browser = await signedIn('grace');
    const before = (await new Browser(server).get('/kept?user=grace')).text;
    await connected(browser);
    await connected(browser);
    expect((await new Browser(server).get('/kept?user=grace')).text).toBe(before);
    await browser.get('/notice');
    expect((await new Browser(server).get('/kept?user=grace')).text).not.toBe(before);
  });

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['another port of this host', { origin: 'http://127.0.0.1:1' }],
    ['a sandboxed page', { origin: 'null' }],
    ['an unknown place', { origin: undefined }],
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
  ])('is refused to a page of %s, although the browser sends the cookie', async (_, headers) => {
    const browser = await signedIn('ada');
    expect(await statusOf(browser, headers)).toBe(403);
  });

  it('is opened to a page of a trusted origin, and to a program that says who it is', async () => {
    const browser = await signedIn('ada');
    expect(await statusOf(browser, { origin: 'https://app.example.com' })).toBe(101);
    const program = await connected(new Browser(server), {
      authorization: 'Bearer key-of-a-program',
      origin: undefined,
    });
    expect(program.messages).toEqual(['program reader empty via api-key']);
  });

  it('is closed when its visitor signs out elsewhere, and no other is', async () => {
    const [ada, bob] = [await signedIn('ada'), await signedIn('bob')];
    const [first, second, other] = [await connected(ada), await connected(ada), await connected(bob)];
    await ada.get('/sign-out');
    expect([await end(first), await end(second)]).toEqual(['ended', 'ended']);
    expect(other.isClosed).toBe(false);
  });

  it('is closed when its session is revoked, and when somebody signs in', async () => {
    const [ada, bob] = [await signedIn('ada-2'), await signedIn('bob')];
    const [first, second] = [await connected(ada), await connected(bob)];
    await new Browser(server).get('/revoke?user=ada-2');
    await bob.get('/sign-in?user=eve');
    expect([await end(first), await end(second)]).toEqual(['ended', 'ended']);
  });

  it('goes on when the session gets another id, and is closed with it later', async () => {
    const ada = await signedIn('ada');
    const connection = await connected(ada);
    for (let time = 0; time < 3; time++) await ada.get('/rotate');
    expect(connection.isClosed).toBe(false);
    await ada.get('/sign-out');
    expect(await end(connection)).toBe('ended');
  });

  it('makes an answer of the site for which it is opened personal, whatever that says of caches', async () => {
    const visitor = await signedIn('ada');
    for (const browser of [visitor, new Browser(server)]) {
      const { text, headers } = await browser.get('/public');
      expect(['ada', 'guest']).toContain(text);
      expect([headers.get('vary'), headers.get('cache-control')]).toEqual([
        'Cookie',
        expect.stringMatching(/^private/),
      ]);
    }
  });

  it('has an event stream of the site beside it, which ends in the same way', async () => {
    expect((await new Browser(server).get('/events')).status).toBe(401);
    const ada = await signedIn('ada');
    // Its headers are there as soon as it hears of the end.
    const stream = await fetch(`${server.origin}/events`, { headers: { cookie: ada.cookieHeader } });
    await connected(ada);
    await ada.copy().get('/sign-out');
    expect(await stream.text()).toBe('data: hello ada\n\ndata: ended\n\n');
  });
});

describe('A WebSocket beside another process with the same store', () => {
  let other: Server;

  beforeAll(async () => {
    const environment = { GATEHOUSE_SECRET: SECRET, STORE: 'sqlite', CHECK: '0.1' };
    server = await app.serve(environment, 'server.mjs');
    other = await app.serve(environment, 'server.mjs');
  });
  afterAll(async () => {
    await server.stop();
    await other.stop();
  });

  it('is closed when its visitor signs out there', async () => {
    const ada = await signedIn('ada');
    const connection = await connected(ada);
    await ada.at(other).get('/sign-out');
    expect(await end(connection)).toBe('ended');
  });

  it('goes on when the session is renewed there, until it expires', async () => {
    const ada = await signedIn('ada');
    const [used, unused] = [await connected(ada), await connected(await signedIn('bob'))];
    await pass(3_000_000, other);
    await ada.at(other).get('/notice');
    await pass(3_000_000, server);
    await pass(1_000_000, server);
    expect(await end(unused)).toBe('expired');
    expect(used.isClosed).toBe(false);
    await pass(3_000_000, server);
    expect(await end(used)).toBe('expired');
  });
});

describe('npx astro-gatehouse sessions', () => {
  const listed = async () => {
    const { output } = await app.gatehouse('sessions', 'list', '--json', '--user', 'mallory');
    // The store is named on stderr, beside the JSON.
    return JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
  };

  beforeAll(async () => {
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: 'sqlite', CHECK: '0.1' }, 'server.mjs');
  });
  afterAll(() => server.stop());

  it('lists and ends the sessions of the running server, several of them only when told to', async () => {
    const [first] = [await signedIn('mallory'), await signedIn('mallory'), await signedIn('ada')];
    const connection = await connected(first);
    const { sessions, next } = await listed();
    expect(next).toBeNull();
    expect(sessions).toHaveLength(2);
    expect(Object.keys(sessions[0])).toEqual(['id', 'userId', 'createdAt', 'lastSeenAt', 'expiresAt', 'userAgent']);
    expect(JSON.stringify(sessions)).not.toContain('tea');
    const tokens = [...first.cookies.values()];
    expect(sessions.some(({ id }: { id: string }) => tokens.includes(id))).toBe(false);
    const refused = await app.gatehouse('sessions', 'end', '--user', 'mallory');
    expect([refused.code, refused.output]).toEqual([
      2,
      expect.stringContaining('This would end 2 sessions: add --yes.'),
    ]);
    expect(connection.isClosed).toBe(false);
    const { output } = await app.gatehouse('sessions', 'end', '--by', 'userId=mallory', '--by', 'role=member', '--yes');
    expect(output).toContain('2 sessions were ended.');
    expect(output).toMatch(/^Store: SQLite, .*\.db$/m);
    expect(await end(connection)).toBe('ended');
    expect((await first.get('/notice')).text).toContain('none');
  });
});

it('npx astro-gatehouse sessions asks the built server about a store that the project creates by itself', async () => {
  const environment = { GATEHOUSE_SECRET: SECRET, OWN_STORE: 'sqlite', CHECK: '3600' };
  const running = await app.serve(environment, 'server.mjs');
  for (const user of ['ada', 'eve', 'eve']) await signedIn(user, running);
  await running.stop();
  app.write({
    '.env': `OWN_STORE=sqlite\nGATEHOUSE_SECRET=${SECRET}\n`,
    'command.mjs': `
      process.env.OWN_STORE = 'sqlite';
      await import(${JSON.stringify(pathToFileURL(join(INSTALLED, 'dist/cli/main.js')).href)});`,
  });
  const { output } = await app.node('command.mjs', 'sessions', 'count', '--user', 'eve');
  expect(output.split('\n').sort()).toEqual(['', '2', "Store: the project's own, as the built server opens it"]);
});

describe('A WebSocket of a site whose sessions are in cookies', () => {
  beforeAll(async () => {
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: 'cookie', CHECK: '3600' }, 'server.mjs');
  });
  afterAll(() => server.stop());

  it('is closed when its visitor signs out or in at the same process', async () => {
    const [ada, bob] = [await signedIn('ada'), await signedIn('bob')];
    const [first, second] = [await connected(ada), await connected(bob)];
    expect(first.messages).toEqual(['ada member tea via session']);
    await bob.get('/rotate');
    expect(second.isClosed).toBe(false);
    await ada.get('/sign-out');
    await bob.get('/sign-in?user=eve');
    expect([await end(first), await end(second)]).toEqual(['ended', 'ended']);
  });
});

it('Code in a process without a running site is told what to do', async () => {
  const { output } = await app.node('alone.mjs');
  expect(output).toContain('SITE_NOT_FOUND');
  expect(output).toContain("import { handler } from './dist/server/entry.mjs'");
});

it('Code beside two sites names the one that it means by its cookie', async () => {
  app.write({ 'with-secret.mjs': `process.env.GATEHOUSE_SECRET = '${SECRET}'; await import('./two.mjs');` });
  const { output } = await app.node('with-secret.mjs');
  expect(output).toContain("one of '__Host-shop', '__Host-blog'");
  expect(output).toContain('a guest: true');
});
