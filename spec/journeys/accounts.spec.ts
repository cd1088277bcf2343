import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { madeSite } from '../support/made-site.js';

const TO_FRONT = "return context.redirect('/');";
const action = (code: string, names: string, to = TO_FRONT) => `
  import { ${names} } from 'astro-gatehouse/server';
  export const POST = async (context) => {
    const form = await context.request.formData();
    ${code}
    ${to}
  };`;

/** Every page is rendered with a menu of the accounts. */
const FILES = {
  'src/gatehouse.ts': `
    import { defineGatehouse } from 'astro-gatehouse/server';
    export default defineGatehouse({
      store: process.env.STORE === 'sqlite' ? { use: 'sqlite', file: process.env.FILE } : { use: process.env.STORE },
      // What the cases send without a form of the site counts as sent by programs.
      csrf: {
        except: ['/login', '/posted', '/fill', '/add', '/switch', '/leave', '/leave-all', '/end'],
        requireToken: { off: false, note: ['/note'] }[process.env.TOKENS] ?? true,
      },
      session: { maxAccounts: Number(process.env.MOST ?? 3) },
    });`,
  // As a menu in a layout does: rendered after the page has begun.
  'src/components/Menu.astro': `---
    import { accounts } from 'astro-gatehouse/server';
    const all = await accounts();
    ---
    <p>{all.map(({ key, visitor, isCurrent }) => key + ' ' + visitor.session.name + (isCurrent ? ' *' : '')).join(', ') || 'nobody'}</p>`,
  'src/pages/index.astro': `---
    import Menu from '../components/Menu.astro';
    const { session } = Astro.locals;
    ---
    <Menu /><i>cart {session.get('cart') ?? 0}</i><b>{session.flash('notice')}</b>`,
  'src/pages/members.astro': '<h1>{Astro.locals.visitor.id}</h1>',
  'src/pages/login.ts': action(
    "await signIn({ userId: form.get('user'), name: 'Name of ' + form.get('user') }, context);",
    'signIn',
  ),
  // Where a provider posts its answer.
  'src/pages/posted.ts': action("await signIn({ userId: 'eve', name: 'Name of eve' }, context);", 'signIn'),
  'src/pages/fill.ts': action(
    "context.locals.session.set('cart', (n = 0) => n + 1); context.locals.session.flash('notice', 'Filled');",
    'signIn',
  ),
  'src/pages/add.ts': action(
    'const isDone = await addAccount(context);',
    'addAccount',
    'return new Response(String(isDone));',
  ),
  'src/pages/switch.ts': action(
    "const isDone = await switchAccount(String(form.get('key')), context);",
    'switchAccount',
    'return new Response(String(isDone));',
  ),
  'src/pages/leave.ts': action('await signOut(context);', 'signOut'),
  'src/pages/leave-all.ts': action('await signOutOfAll({}, context);', 'signOutOfAll'),
  // What a WebSocket or an event stream does with its request.
  'src/pages/stream.ts': `
    import { openSession } from 'astro-gatehouse/server';
    export const GET = async ({ request }) => {
      const opened = await openSession(request, { checkEvery: 0.05 });
      const body = new ReadableStream({
        start: (stream) => {
          stream.enqueue(new TextEncoder().encode(opened.visitor.id));
          opened.ended.addEventListener('abort', () => {
            stream.enqueue(new TextEncoder().encode(' ended'));
            stream.close();
          });
        },
      });
      return new Response(body);
    };`,
  'src/pages/end.ts': `
    import { SessionRegistry } from 'astro-gatehouse/server';
    export const POST = async ({ url, locals }) => {
      await locals.services.get(SessionRegistry).revokeAll(url.searchParams.get('user'));
      return new Response('ended');
    };`,
  'src/pages/note.astro': `---
    import { CsrfField } from 'astro-gatehouse/components';
    ---
    <h1>{Astro.request.method} {Astro.locals.visitor.id}</h1><form method="post"><CsrfField /><button>send</button></form>`,
};

let app: App;

beforeAll(async () => {
  app = await madeSite(`{ protect: [{ pattern: '/members' }] }`, FILES, 'security: { checkOrigin: false },').build();
});
afterAll(() => app?.remove());

describe.each([
  ['memory', 'built'],
  ['sqlite', 'built'],
  ['memory', 'dev'],
])('A browser with several accounts, of the store %s, %s,', (store, way) => {
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    const environment = { GATEHOUSE_SECRET: SECRET, STORE: store, FILE: 'accounts.db' };
    server = await (way === 'dev' ? app.serveWith('dev', environment) : app.serve(environment));
  });
  afterAll(() => server?.stop());
  beforeEach(() => {
    browser = new Browser(server);
  });

  const shown = async (path = '/') => /<p[^>]*>([^<]*)</.exec((await browser.get(path)).text)?.[1];
  const signIn = (user: string) => browser.post('/login', { user });
  const switchTo = async (key: string) => (await browser.post('/switch', { key })).text;

  async function withTwo(): Promise<void> {
    await signIn('ada');
    expect((await browser.post('/add')).text).toBe('true');
    await signIn('bob');
  }

  it('adds one beside another, and switches between them, each with its own session and messages', async () => {
    await signIn('ada');
    await browser.post('/fill');
    expect((await browser.post('/add')).text).toBe('true');
    expect(await shown()).toBe('1 Name of ada');
    expect((await browser.get('/members')).status).toBe(302);
    await signIn('bob');
    expect(await shown()).toBe('1 Name of ada, 2 Name of bob *');
    expect((await browser.get('/members')).text).toContain('>bob<');
    expect((await browser.get('/')).text).toMatch(/cart 0<.*<b[^>]*><\/b>/s);
    expect(await switchTo('1')).toBe('true');
    const page = (await browser.get('/')).text;
    expect(page).toMatch(/1 Name of ada \*, 2 Name of bob<.*cart 1.*Filled/s);
  });

  it('switches to no account that is not there', async () => {
    await withTwo();
    for (const key of ['3', '4', '0', '', 'ada', '1~x']) expect(await switchTo(key)).toBe('false');
    expect(await shown()).toBe('1 Name of ada, 2 Name of bob *');
  });

  it('has as many as the option allows', async () => {
    await withTwo();
    await browser.post('/add');
    await signIn('eve');
    expect((await browser.post('/add')).text).toBe('false');
    expect(await shown()).toBe('1 Name of ada, 2 Name of bob, 3 Name of eve *');
  });

  it('signs out of one, and goes on with another', async () => {
    await withTwo();
    await browser.post('/leave');
    expect(await shown()).toBe('1 Name of ada');
    expect((await browser.get('/members')).status).toBe(302);
    expect(await switchTo('2')).toBe('false');
    expect(await switchTo('1')).toBe('true');
    expect((await browser.get('/members')).text).toContain('>ada<');
    // The place that has become free is taken again.
    await browser.post('/add');
    await signIn('eve');
    expect(await shown()).toBe('1 Name of ada, 2 Name of eve *');
  });

  it('signs out of all of them, so that copies of their cookies are worth nothing', async () => {
    await withTwo();
    const copy = browser.copy();
    await browser.post('/leave-all');
    expect(await shown()).toBe('nobody');
    expect([...browser.cookies.keys()]).toEqual([]);
    expect((await copy.get('/members')).status).toBe(302);
    expect((await copy.get('/')).text).toContain('nobody');
  });

  it('signs out of all of them also with the cookie that another one has just got a new id for', async () => {
    await withTwo();
    const early = browser.copy();
    expect(await switchTo('1')).toBe('true');
    await signIn('ada');
    expect((await browser.get('/members')).text).toContain('>ada<');
    await early.post('/leave-all');
    expect(await shown()).toBe('nobody');
  });

  it('drops an account whose sessions were ended elsewhere', async () => {
    await withTwo();
    await browser.post('/end?user=ada');
    expect(await shown()).toBe('2 Name of bob *');
    expect(await switchTo('1')).toBe('false');
  });

  it('refuses a form in a tab of the account before, and takes it again after switching back', async () => {
    await withTwo();
    await switchTo('1');
    const token = /name="_csrf" value="([^"]+)"/.exec((await browser.get('/note')).text)?.[1] ?? '';
    await switchTo('2');
    expect((await browser.post('/note', { _csrf: token })).status).toBe(403);
    await switchTo('1');
    expect((await browser.post('/note', { _csrf: token })).text).toContain('POST ada');
  });

  it('has answers that no cache may share, and cookies with the attributes of the session', async () => {
    await signIn('ada');
    const { setCookies } = await browser.post('/add');
    expect(setCookies).toEqual([
      expect.stringMatching(
        /^(?:__Host-)?gatehouse[\w-]*-account=2; Max-Age=\d+; Path=\/; HttpOnly; (?:Secure; )?SameSite=Lax$/,
      ),
    ]);
    expect((await browser.get('/')).headers.get('cache-control')).toContain('private');
    await signIn('bob');
    expect(
      [...browser.cookies.keys()].map((name) => name.replace(/^.*?gatehouse(?:-[0-9a-f]{6})?/, '')).sort(),
    ).toEqual(['', '-2', '-account']);
  });

  it('sees the account of a sign-in that another site has posted, without the cookies', async () => {
    await withTwo();
    const headers = { cookie: '', origin: 'https://provider.test' };
    await browser.visit('/posted', { method: 'POST', form: {}, headers });
    expect(await shown()).toBe('1 Name of eve *, 2 Name of bob');
  });

  it('opens the session of the current account for an event stream, and tells of its end', async () => {
    await withTwo();
    const opened = async () => fetch(`${server.origin}/stream`, { headers: { cookie: browser.cookieHeader } });
    const ofBob = await opened();
    await switchTo('1');
    const ofAda = await opened();
    await browser.post('/leave-all');
    expect([await ofBob.text(), await ofAda.text()]).toEqual(['bob ended', 'ada ended']);
  });

  it('ignores a number that names no account', async () => {
    await signIn('ada');
    const [name = ''] = browser.cookies.keys();
    for (const value of ['9', '2x', '-1', 'constructor']) {
      browser.cookies.set(`${name}-account`, value);
      expect(await shown()).toBe('1 Name of ada *');
    }
  });
});

it('Several accounts are all left when the site allows fewer of them than before', async () => {
  const environment = { GATEHOUSE_SECRET: SECRET, STORE: 'sqlite', FILE: 'fewer.db' };
  const [before, now] = [await app.serve(environment), await app.serve({ ...environment, MOST: '2' })];
  try {
    const browser = new Browser(before);
    for (const user of ['ada', 'bob', 'eve']) {
      await browser.post('/add');
      await browser.post('/login', { user });
    }
    const copy = browser.copy();
    const visitorOf = async () => (await copy.get('/members')).text;
    expect(await visitorOf()).toContain('eve');
    await browser.at(now).post('/leave-all');
    expect(await visitorOf()).not.toContain('eve');
  } finally {
    await Promise.all([before.stop(), now.stop()]);
  }
});

it.each([
  [{ STORE: 'cookie' }, 'session.maxAccounts needs a store on the server'],
  [{ STORE: 'memory', TOKENS: 'off' }, 'session.maxAccounts needs csrf.requireToken: true'],
  [{ STORE: 'memory', TOKENS: 'note' }, 'session.maxAccounts needs csrf.requireToken: true'],
])('Several accounts are refused at the start where they would not be safe: %j', async (more, problem) => {
  await expect(app.serve({ GATEHOUSE_SECRET: SECRET, ...more })).rejects.toThrow(problem);
});
