import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { type Answer, Browser } from '../support/browser.js';
import { madeSite } from '../support/made-site.js';
import { LATER, MOVABLE_CLOCK, pass } from '../support/movable-clock.js';

const SERVER = `from 'astro-gatehouse/server';`;
const HOUR = 3_600_000;
const part = (id: string) => `---
  import { seen } from '../seen';
  import { Can, SignedIn } from 'astro-gatehouse/components';
  await Promise.resolve();
  ---
  <p id="${id}">{JSON.stringify(seen(Astro))}</p>
  <SignedIn><b>signed in</b></SignedIn><Can role="support"><b>may support</b></Can>`;
const PAGE = part('page').replace("../seen';", "../seen';\n  import Panel from '../components/Panel.astro';");

const FILES = {
  ...LATER,
  'src/gatehouse.ts': `
    import {
      Clock, CookieSessionStore, defineGatehouse, MemorySessionStore, RevocationList, SecurityEvents, SessionStore,
      Secrets, SessionConfig, type SecurityEvent,
    } ${SERVER}
    import { MemoryRevocationList, MigratingSessionStore } from 'astro-gatehouse/stores';
    import { users } from './users.js';

    ${MOVABLE_CLOCK}
    class Printed extends SecurityEvents {
      override publish(event: SecurityEvent) {
        console.log('EVENT ' + JSON.stringify(event));
      }
    }
    const { STORE, RULE, RELOAD } = process.env;
    const RULES = {
      role: { role: 'support' },
      recent: { role: 'support', authenticatedWithin: 60 },
      function: async (session, target, { headers }) => {
        if (headers.has('x-check-throws')) throw new Error('the check failed');
        return session.role === 'support' && target.role !== 'admin';
      },
    };
    const get = (services, ...classes) => classes.map((one) => services.get(one));
    export default defineGatehouse({
      access: {
        ...(RULE !== 'none' && { impersonate: RULES[RULE ?? 'role'] }),
        ...(RELOAD === 'yes' && {
          reload: ({ userId }) => {
            if (users.fails === userId) throw new Error('the database is down');
            return users[userId] ?? null;
          },
        }),
      },
      ...(STORE && STORE !== 'migrating' && { store: { use: STORE } }),
      services: (services) => {
        services.override(Clock, MovableClock).override(SecurityEvents, Printed);
        services.override(RevocationList, () => new MemoryRevocationList());
        if (STORE === 'migrating') {
          services.override(SessionStore, (get) => new MigratingSessionStore({
            from: new CookieSessionStore(get(Secrets), get(SessionConfig)),
            to: new MemorySessionStore(get(SessionConfig), get(Clock)),
          }));
        }
      },
    });`,
  'src/users.js': `
    export const users = (globalThis.users ??= {
      sam: { role: 'support', email: 'sam@example.com' },
      cleo: { role: 'customer' },
      root: { role: 'admin' },
      sue: { role: 'support' },
    });`,
  'src/seen.js': `
    import { can, currentUser, hasRole } ${SERVER}
    export const seen = ({ locals }, takesMessages = true) => ({
      visitor: locals.visitor.id ?? null,
      impersonator: locals.visitor.impersonator?.userId ?? null,
      via: locals.visitor.via,
      roles: locals.visitor.roles,
      user: currentUser()?.userId ?? null,
      isCustomer: hasRole('customer'),
      value: locals.services.session.get('note') ?? null,
      userId: locals.services.session.get('userId') ?? null,
      signedInAt: locals.services.session.signedInAt === undefined ? null : 'known',
      notice: (takesMessages && locals.services.session.flash('notice')) || null,
    });`,
  'src/middleware.js': `
    export const onRequest = ({ locals, request: { headers } }, next) => {
      const { session } = locals;
      if (headers.has('x-copied')) locals.session = { userId: session.get('userId'), role: session.get('role') };
      if (headers.has('x-named')) locals.session = { userId: headers.get('x-named') };
      if (headers.has('x-back')) locals.session = session;
      if (headers.has('x-clears')) session.clear();
      return next();
    };`,
  'src/components/Panel.astro': part('island'),
  'src/pages/page.astro': PAGE,
  'src/pages/island.astro': `---
    import Panel from '../components/Panel.astro';
    ---
    <html><head></head><body><Panel server:defer /></body></html>`,
  'src/pages/support.astro': PAGE,
  'src/pages/customer.astro': PAGE,
  'src/pages/recent.astro': PAGE,
  'src/pages/recent.json.js': `export const GET = () => new Response('recent');`,
  'src/pages/404.astro': PAGE,
  'src/pages/login.js': `
    import { signIn, signOut, updateSession } ${SERVER}
    import { users } from '../users';
    export const POST = async ({ locals, request, url }) => {
      const { userId, note } = Object.fromEntries(await request.formData());
      if (url.searchParams.has('out')) await signOut();
      else if (url.searchParams.has('update')) await updateSession({ role: note, ...(userId && { userId }) });
      else await signIn({ userId, ...users[userId] }, { label: 'Desk' });
      if (note && !url.search) locals.session.set('note', note);
      return new Response(locals.visitor.id ?? 'nobody');
    };`,
  'src/pages/support/as.js': `
    import { impersonate } ${SERVER}
    import { seen } from '../../seen';
    import { users } from '../../users';
    export const POST = async (context) => {
      const { userId, seconds, form } = Object.fromEntries(await context.request.formData());
      const user = { userId, ...users[userId] };
      const options = seconds ? { seconds: Number(seconds) } : undefined;
      if (form === 'first') await impersonate(context, user, options);
      else if (form === 'last') await impersonate(user, options, context);
      else await impersonate(user, options);
      context.locals.session.flash('notice', 'You are now ' + userId);
      const shown = seen(context, false);
      if (form === 'fails') throw new Error('after the impersonation');
      return Response.json(shown);
    };`,
  'src/pages/stop.js': `
    import { stopImpersonating } ${SERVER}
    import { seen } from '../seen';
    export const POST = async (context) => {
      context.locals.session.flash('notice', 'Welcome back');
      await stopImpersonating();
      return Response.json(seen(context, false));
    };`,
  'src/pages/set.js': `
    export const POST = async ({ locals: { session }, url }) => {
      if (url.searchParams.has('id')) session.regenerate();
      session.set('note', 'of the customer').set('impersonation', { userId: 'x' }).set('userId', 'root');
      session.flash('notice', 'Saved');
      return Response.json(session.all());
    };`,
  'src/pages/devices.js': `
    import { SessionRegistry } ${SERVER}
    export const GET = async ({ locals: { services, session, visitor } }) =>
      Response.json((await services.get(SessionRegistry).list(visitor.id, session)).map(({ label, isCurrent }) => ({ label, isCurrent })));
    export const POST = async ({ locals: { services }, url }) => {
      await services.get(SessionRegistry).revokeAll(url.searchParams.get('of'));
      return new Response('revoked');
    };`,
  'src/pages/users.js': `
    import { users } from '../users';
    export const GET = ({ url }) => {
      if (url.searchParams.has('mark')) return console.log('MARK ' + url.searchParams.get('mark')) ?? new Response('');
      Object.assign(users, JSON.parse(url.searchParams.get('set')));
      return new Response('set');
    };`,
  'src/actions/index.js': `
    import { defineAction } from 'astro:actions';
    import { seen } from '../seen';
    export const server = { who: defineAction({ accept: 'form', handler: (_, context) => seen(context) }) };`,
};
const OPTIONS = `{
  loginPath: '/sign-in',
  protect: [
    { pattern: '/support', role: 'support' },
    { pattern: '/customer', role: 'customer' },
    { pattern: '/recent', authenticatedWithin: 3600, redirectTo: '/confirm' },
    { pattern: '/recent.json', authenticatedWithin: 3600 },
    { action: 'who', role: 'customer' },
  ],
}`;

const SAM = { visitor: 'sam', impersonator: null, roles: ['support'], user: 'sam', value: 'of sam', userId: 'sam' };
const AS_CLEO = {
  visitor: 'cleo',
  impersonator: 'sam',
  via: 'session',
  roles: ['customer'],
  user: 'cleo',
  isCustomer: true,
  value: null,
  userId: 'cleo',
  signedInAt: null,
};

function said({ text }: Answer, where: 'page' | 'island' = 'page'): Record<string, unknown> {
  if (text.startsWith('{')) return JSON.parse(text);
  const [, json = 'null'] = new RegExp(`<p id="${where}"[^>]*>(.*?)</p>`, 's').exec(text) ?? [];
  return JSON.parse(json.replaceAll('&quot;', '"').replaceAll('&#34;', '"'));
}

const islandOn = ({ text }: Answer) => {
  const [, address = '/not-on-the-page'] = /href="(\/_server-islands\/Panel[^"]*)"/.exec(text) ?? [];
  return address.replaceAll(/&(?:amp|#38);/g, '&');
};

let app: App;
let server: Server;

beforeAll(async () => {
  app = madeSite(OPTIONS, FILES, 'security: { checkOrigin: false },');
  await app.build();
});
afterAll(() => app?.remove());

async function signedIn(userId = 'sam', note = `of ${userId}`): Promise<Browser> {
  const browser = new Browser(server);
  const answer = await browser.post('/login', { userId, note });
  expect([answer.status, answer.text]).toEqual([200, userId]);
  return browser;
}

async function asCleo(form: Record<string, string> = {}): Promise<Browser> {
  const browser = await signedIn();
  const answer = await browser.post('/support/as', { userId: 'cleo', ...form });
  expect([answer.status, said(answer)]).toEqual([200, expect.objectContaining(AS_CLEO)]);
  return browser;
}

let marks = 0;

/** Has the server print a mark. @returns Its place in the output. */
async function mark(): Promise<number> {
  marks += 1;
  const [line, since] = [`MARK ${marks};`, server.output.length];
  await fetch(`${server.origin}/users?mark=${marks};`);
  await server.printed(line, since);
  return server.output.indexOf(line, since);
}

/** Returns the events that are emitted while something happens. */
async function eventsOf(act: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
  const from = await mark();
  await act();
  const to = await mark();
  const printed = server.output.slice(from, to);
  return [...printed.matchAll(/EVENT (.*)/g)].map(([, json = '{}']) => JSON.parse(json));
}

describe.each(['cookie', 'sqlite', 'memory', 'migrating', 'astro'])(
  'A support person, with sessions in the store %s,',
  (store) => {
    const endsSessions = store !== 'cookie';

    beforeAll(async () => {
      server = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: store });
    });
    afterAll(async () => {
      await server?.stop();
    });

    it('sees the site as a customer, in pages, islands, actions and error pages, and is themselves again afterwards', async () => {
      const browser = await asCleo();
      const page = await browser.get('/customer');
      expect([page.status, said(page)]).toEqual([200, { ...AS_CLEO, notice: 'You are now cleo' }]);
      expect([page.text.includes('signed in'), page.text.includes('may support')]).toEqual([true, false]);
      expect(said(await browser.get(islandOn(await browser.get('/island'))), 'island')).toMatchObject(AS_CLEO);
      const called = await browser.post('/_actions/who', {}, { headers: { accept: 'application/json' } });
      expect([called.status, called.text]).toEqual([200, expect.stringContaining('"cleo"')]);
      expect(said(await browser.get('/nothing-here'))).toMatchObject(AS_CLEO);
      expect((await browser.get('/support')).status).toBe(302);
      expect(said(await browser.post('/stop'))).toMatchObject(SAM);
      const back = await browser.get('/support');
      expect([back.status, said(back)]).toEqual([200, expect.objectContaining({ ...SAM, notice: 'Welcome back' })]);
      expect(said(await browser.post('/stop'))).toMatchObject(SAM);
    });

    it.each(['first', 'last'])('may pass the context: %s', async (form) => {
      await asCleo({ form });
    });

    it('changes what the customer sees for one request alone, except messages', async () => {
      const browser = await asCleo();
      await browser.get('/page');
      const set = await browser.post('/set?id');
      expect([set.status, JSON.parse(set.text)]).toEqual([200, expect.objectContaining({ note: 'of the customer' })]);
      expect(said(await browser.get('/page'))).toEqual({ ...AS_CLEO, notice: 'Saved' });
      expect(said(await browser.post('/stop'))).toMatchObject(SAM);
      expect(said(await browser.get('/page'))).toMatchObject(SAM);
    });

    it('gets a new id at both turns, and an old cookie brings nothing back', async () => {
      const browser = await signedIn();
      const before = browser.copy();
      await browser.post('/support/as', { userId: 'cleo' });
      const during = browser.copy();
      await browser.post('/stop');
      await pass(61_000, server);
      // A cookie cannot be ended, but the list of what has ended knows this one.
      expect(said(await during.get('/page'))).toMatchObject({
        impersonator: null,
        visitor: endsSessions ? null : 'sam',
      });
      expect(said(await before.get('/page'))).toMatchObject({
        impersonator: null,
        visitor: endsSessions ? null : 'sam',
      });
      expect(said(await browser.get('/page'))).toMatchObject(SAM);
    });

    it('is refused with 403 where the customer would have to sign in again, without a way round', async () => {
      const browser = await signedIn();
      expect((await browser.get('/recent')).status).toBe(200);
      await browser.post('/support/as', { userId: 'cleo' });
      const page = await browser.get('/recent');
      expect([page.status, page.location, page.text]).toEqual([403, null, expect.stringContaining('impersonated')]);
      const program = await browser.get('/recent.json');
      expect([program.status, JSON.parse(program.text)]).toEqual([
        403,
        expect.objectContaining({ code: 'IMPERSONATED' }),
      ]);
      for (const userId of ['cleo', 'root', 'sam']) {
        expect((await browser.post('/login', { userId })).status).toBe(403);
      }
      expect((await browser.post('/login?update', { userId: 'root', note: 'admin' })).status).toBe(403);
      expect(said(await browser.get('/page'))).toMatchObject(AS_CLEO);
      await browser.post('/stop');
      expect((await browser.get('/recent')).status).toBe(200);
    });

    it('keeps what updateSession changes of the customer, until the end', async () => {
      const browser = await asCleo();
      expect((await browser.post('/login?update', { note: 'editor' })).status).toBe(200);
      expect(said(await browser.get('/page'))).toMatchObject({
        visitor: 'cleo',
        impersonator: 'sam',
        roles: ['editor'],
      });
      await browser.post('/stop');
      expect(said(await browser.get('/page'))).toMatchObject(SAM);
    });

    it('impersonates nobody from within, nor themselves, nor another support person', async () => {
      const browser = await asCleo();
      expect((await browser.post('/support/as', { userId: 'root' })).status).toBe(403);
      await browser.post('/stop');
      for (const userId of ['sam', 'sue']) expect((await browser.post('/support/as', { userId })).status).toBe(403);
      expect(said(await browser.get('/page'))).toMatchObject(SAM);
      const customer = await signedIn('cleo');
      expect((await customer.post('/support/as', { userId: 'root' })).status).toBe(403);
      const guest = await new Browser(server).post('/support/as', { userId: 'cleo' });
      expect([guest.status, said(await customer.get('/page'))]).toEqual([
        401,
        expect.objectContaining({ visitor: 'cleo' }),
      ]);
      expect((await browser.post('/support/as', { userId: 'cleo', seconds: '3601' })).status).toBe(500);
      expect((await browser.post('/support/as', {})).status).toBe(500);
      expect(said(await browser.get('/page'))).toMatchObject(SAM);
    });

    it('is themselves again once the time is over', async () => {
      const browser = await asCleo({ seconds: '60' });
      await pass(59_000, server);
      expect(said(await browser.get('/page'))).toMatchObject(AS_CLEO);
      await pass(2_000, server);
      const events = await eventsOf(async () => expect(said(await browser.get('/support'))).toMatchObject(SAM));
      expect(events).toContainEqual(
        expect.objectContaining({
          name: 'impersonation.ended',
          userId: 'cleo',
          impersonator: 'sam',
          reason: 'expired',
        }),
      );
      const longer = await asCleo();
      await pass(HOUR, server);
      expect(said(await longer.get('/page'))).toMatchObject(SAM);
    });

    it('loses the impersonation alone when the sessions of the customer are revoked, and all with their own', async () => {
      const browser = await asCleo();
      await pass(1, server);
      await new Browser(server).post('/devices?of=cleo');
      await pass(1, server);
      expect(said(await browser.get('/page'))).toMatchObject(SAM);
      const other = await asCleo();
      await pass(1, server);
      await new Browser(server).post('/devices?of=sam');
      expect(said(await other.get('/page'))).toMatchObject({ visitor: null, impersonator: null });
      expect(said(await browser.get('/page'))).toMatchObject({ visitor: null });
      await pass(1, server);
    });

    it('remains the impersonator when a middleware names the same customer from the session', async () => {
      const browser = await asCleo();
      await browser.get('/page');
      const copied = { headers: { 'x-copied': '1' } };
      const page = await browser.get('/customer', copied);
      expect(said(page)).toMatchObject({ visitor: 'cleo', impersonator: 'sam', via: 'application' });
      expect((await browser.get('/recent.json', copied)).status).toBe(403);
      expect((await browser.post('/login', { userId: 'cleo' }, copied)).status).toBe(403);
      expect(said(await browser.get('/page', { headers: { 'x-back': '1' } }))).toMatchObject(AS_CLEO);
      const other = await browser.get('/page', { headers: { 'x-named': 'bob' } });
      expect(said(other)).toMatchObject({ visitor: 'bob', impersonator: null, userId: null, value: null });
      expect(said(await browser.get('/page'))).toMatchObject(AS_CLEO);
    });

    it('is themselves again after a page that removes the user from the session', async () => {
      const browser = await asCleo();
      await browser.get('/page', { headers: { 'x-clears': '1' } });
      expect(said(await browser.get('/page'))).toMatchObject(SAM);
    });

    it('is signed out altogether by a sign-out', async () => {
      const browser = await asCleo();
      const events = await eventsOf(async () => expect((await browser.post('/login?out')).text).toBe('nobody'));
      expect(events.map(({ name, userId, impersonator, reason }) => ({ name, userId, impersonator, reason }))).toEqual([
        { name: 'impersonation.ended', userId: 'cleo', impersonator: 'sam', reason: 'session-ended' },
        { name: 'session.ended', userId: 'sam' },
        { name: 'logout', userId: 'sam' },
      ]);
      expect(said(await browser.get('/page'))).toMatchObject({ visitor: null, userId: null });
    });

    it('is told apart from the customer in events', async () => {
      const browser = await signedIn();
      const began = await eventsOf(() => browser.post('/support/as', { userId: 'cleo' }));
      expect(began.find(({ name }) => name === 'impersonation.started')).toMatchObject({
        userId: 'cleo',
        impersonator: 'sam',
      });
      expect(began.find(({ name }) => name === 'login')).toBeUndefined();
      const denied = await eventsOf(() => browser.get('/support'));
      expect(denied).toContainEqual(
        expect.objectContaining({ name: 'access.denied', userId: 'cleo', impersonator: 'sam', via: 'session' }),
      );
      const forged = await eventsOf(() => browser.post('/set', {}, { headers: { origin: 'https://evil.example' } }));
      expect(forged).toContainEqual(
        expect.objectContaining({ name: 'csrf.refused', userId: 'cleo', impersonator: 'sam' }),
      );
      const ended = await eventsOf(() => browser.post('/stop'));
      expect(ended.find(({ name }) => name === 'impersonation.ended')).toMatchObject({
        userId: 'cleo',
        reason: 'stopped',
      });
      const later = await eventsOf(() => browser.get('/customer'));
      expect(later).toEqual([expect.objectContaining({ name: 'access.denied', userId: 'sam' })]);
      expect(later[0]).not.toHaveProperty('impersonator');
    });

    it('does not stand among the devices of the customer', async () => {
      if (!['sqlite', 'memory'].includes(store)) return;
      const browser = await asCleo();
      const devices = JSON.parse((await browser.get('/devices')).text) as unknown[];
      expect(devices.filter((device) => (device as { isCurrent: boolean }).isCurrent)).toEqual([]);
      await browser.post('/stop');
      expect(JSON.parse((await browser.get('/devices')).text)).toContainEqual({ label: 'Desk', isCurrent: true });
    });

    it('impersonates nobody when the page fails afterwards', async () => {
      const browser = await signedIn();
      expect((await browser.post('/support/as', { userId: 'cleo', form: 'fails' })).status).toBe(500);
      expect(said(await browser.get('/page'))).toMatchObject(SAM);
    });
  },
);

describe('An impersonation is checked with each request,', () => {
  const set = (users: object) => new Browser(server).get(`/users?set=${encodeURIComponent(JSON.stringify(users))}`);
  const fresh = () => set({ sam: { role: 'support' }, cleo: { role: 'customer' }, fails: null });

  beforeAll(async () => {
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: 'memory', RELOAD: 'yes' });
  });
  afterAll(async () => {
    await server?.stop();
  });

  it('shows the customer as they are today', async () => {
    await fresh();
    const browser = await asCleo();
    await set({ cleo: { role: 'vip' } });
    expect(said(await browser.get('/page'))).toMatchObject({ visitor: 'cleo', impersonator: 'sam', roles: ['vip'] });
  });

  it('ends with the role of the support person', async () => {
    await fresh();
    const browser = await asCleo();
    await set({ sam: { role: 'cook' } });
    const events = await eventsOf(async () =>
      expect(said(await browser.get('/page'))).toMatchObject({ visitor: 'sam', impersonator: null, roles: ['cook'] }),
    );
    expect(events).toContainEqual(expect.objectContaining({ name: 'impersonation.ended', reason: 'not-allowed' }));
    await fresh();
    expect(said(await browser.get('/page'))).toMatchObject({ visitor: 'sam', impersonator: null });
  });

  it('ends with the account of the support person, who is a guest then', async () => {
    await fresh();
    const browser = await asCleo();
    await set({ sam: null });
    expect((await browser.get('/customer')).status).toBe(302);
    await fresh();
    expect(said(await browser.get('/page'))).toMatchObject({ visitor: null });
  });

  it('ends with the account of the customer, and leaves the support person signed in', async () => {
    await fresh();
    const browser = await asCleo();
    await set({ cleo: null });
    const events = await eventsOf(async () => expect(said(await browser.get('/support'))).toMatchObject(SAM));
    expect(events).toContainEqual(expect.objectContaining({ name: 'impersonation.ended', reason: 'user-gone' }));
  });

  it('has what is set meanwhile logged as not stored, and not what is stored with it', async () => {
    await fresh();
    const browser = await asCleo();
    await set({ cleo: { role: 'vip' } });
    await browser.get('/page');
    await browser.post('/login?update', { note: 'editor' });
    await browser.post('/set');
    expect(await server.printed(/"\w+" was set in a session and is not stored: its visitor is imp/)).toContain(
      '"note"',
    );
  });

  it.each(['sam', 'cleo'])('is unavailable on guarded pages while %s cannot be looked up', async (fails) => {
    await fresh();
    const browser = await asCleo();
    await browser.get('/page');
    await set({ fails });
    expect((await browser.get('/customer')).status).toBe(503);
    expect(said(await browser.get('/page'))).toMatchObject({ visitor: null });
    await fresh();
    expect(said(await browser.get('/customer'))).toMatchObject(AS_CLEO);
  });
});

describe('Who may impersonate', () => {
  afterEach(async () => {
    await server?.stop();
  });

  it('is nobody without the option', async () => {
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, RULE: 'none' });
    const browser = await signedIn();
    const before = server.output.length;
    expect((await browser.post('/support/as', { userId: 'cleo' })).status).toBe(500);
    expect(await server.printed(/IMPERSONATION_OFF|access\.impersonate is not set/, before)).toContain('nobody may');
    expect(said(await browser.get('/page'))).toMatchObject(SAM);
  });

  it('may depend on both, by a function', async () => {
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, RULE: 'function' });
    const browser = await asCleo();
    const failed = await browser.get('/page', { headers: { 'x-check-throws': '1' } });
    expect(said(failed)).toMatchObject(SAM);
    expect((await browser.post('/support/as', { userId: 'root' })).status).toBe(403);
    expect((await browser.post('/support/as', { userId: 'sue' })).status).toBe(200);
  });

  it('may depend on a recent sign-in, at the beginning alone', async () => {
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, RULE: 'recent' });
    const browser = await asCleo();
    await pass(120_000, server);
    expect(said(await browser.get('/page'))).toMatchObject(AS_CLEO);
    await browser.post('/stop');
    const again = await browser.post('/support/as', { userId: 'cleo' });
    expect([again.status, JSON.parse(again.text)]).toEqual([401, expect.objectContaining({ code: 'SIGN_IN_AGAIN' })]);
  });
});
