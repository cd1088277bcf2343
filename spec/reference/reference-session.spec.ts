import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

/*
 * The module of one's own, without the integration. Today's spelling in the application: `POST` for `post`, `{count}`
 * for `{{ count }}`, pages below src/pages, one path to the session module everywhere; the login page sends away who is
 * signed in (printed, it is who is not, which would leave nobody to see the form); the secret comes from the
 * environment, because a placeholder is refused in production.
 */
const ADA = { email: 'ada@example.com', password: 'lovelace' };
const COOKIE = '__session-id';

describe('A session module of one’s own, built and served', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await App.create('spec/apps/reference-session').build();
    server = await app.serve({ SESSION_SECRET: SECRET });
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  it('begins a visitor’s session with the defaults and sets its cookie', async () => {
    const first = await new Browser(server).get('/');
    expect(first.text).toContain('<p data-count>1</p>');
    expect(first.setCookies).toHaveLength(1);
    expect(first.setCookies[0]).toMatch(
      /^__session-id=[^;]+; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  it('carries a value from one request to the next', async () => {
    const browser = new Browser(server);
    await browser.get('/');
    await browser.get('/');
    const third = await browser.get('/');
    expect(third.text).toContain('<p data-count>3</p>');
  });

  it('keeps visitors apart', async () => {
    const one = new Browser(server);
    const other = new Browser(server);
    await one.get('/');
    await one.get('/');
    expect((await other.get('/')).text).toContain('<p data-count>1</p>');
    expect((await one.get('/')).text).toContain('<p data-count>3</p>');
  });

  it('makes a value out of the one before with a function', async () => {
    const browser = new Browser(server);
    await browser.get('/');
    expect((await browser.get('/by-function')).text).toContain('<p data-count>2</p>');
    expect((await browser.get('/by-function')).text).toContain('<p data-count>3</p>');
  });

  it('takes a value out: the default is back, here and on the next request', async () => {
    const browser = new Browser(server);
    await browser.get('/');
    await browser.get('/');
    expect((await browser.post('/api/reset')).text).toBe('0');
    expect((await browser.get('/')).text).toContain('<p data-count>1</p>');
  });

  it('keeps nothing that is not committed', async () => {
    const browser = new Browser(server);
    await browser.get('/');
    const uncommitted = await browser.get('/uncommitted');
    expect(uncommitted.text).toContain('<p data-count>2</p>');
    expect(uncommitted.setCookies).toEqual([]);
    expect((await browser.get('/')).text).toContain('<p data-count>2</p>');
  });

  it('delivers a message to the request that left it, or to a later one: once', async () => {
    const browser = new Browser(server);
    expect((await browser.post('/api/flash')).text).toBe('Saved');
    expect((await browser.get('/api/flash')).text).toBe('nothing');

    expect((await browser.visit('/api/flash', { method: 'PUT' })).status).toBe(204);
    await browser.get('/');
    expect((await browser.get('/api/flash')).text).toBe('Saved for later');
    expect((await browser.get('/api/flash')).text).toBe('nothing');
  });

  it('shows the message of a failed login once, then lets the visitor in', async () => {
    const browser = new Browser(server);
    const refused = await browser.post('/api/login', { ...ADA, password: 'byron' });
    expect(refused).toMatchObject({ status: 302, location: '/login' });
    expect(refused.setCookies[0]).toMatch(/^__session-id=/);

    const shown = await browser.get('/login');
    expect(shown.text).toContain('<p data-error>No such pair of email and password</p>');
    const shownAgain = await browser.get('/login');
    expect(shownAgain.status).toBe(200);
    expect(shownAgain.text).not.toContain('data-error');

    const accepted = await browser.post('/api/login', ADA);
    expect(accepted).toMatchObject({ status: 302, location: '/dashboard' });
    expect((await browser.get('/dashboard')).text).toContain('<p data-user>ada@example.com</p>');
    expect(await browser.get('/login')).toMatchObject({ status: 302, location: '/dashboard' });
  });

  it('keeps what a guest collected through a login', async () => {
    const browser = new Browser(server);
    await browser.get('/');
    await browser.post('/api/login', ADA);
    expect((await browser.get('/')).text).toContain('<p data-count>2</p>');
  });

  it('ends the session with a logout', async () => {
    const browser = new Browser(server);
    await browser.get('/');
    await browser.post('/api/login', ADA);
    const left = await browser.post('/api/logout');
    expect(left).toMatchObject({ status: 302, location: '/login' });
    expect(left.setCookies[0]).toMatch(/^__session-id=; Max-Age=0; Path=\/;/);
    expect(browser.cookies.has(COOKIE)).toBe(false);
    expect(await browser.get('/dashboard')).toMatchObject({ status: 302, location: '/login' });
    expect((await browser.get('/')).text).toContain('<p data-count>1</p>');
  });

  it('takes a tampered cookie for none', async () => {
    const browser = new Browser(server);
    await browser.get('/');
    await browser.post('/api/login', ADA);
    const sealed = browser.cookies.get(COOKIE) ?? '';
    const middle = Math.floor(sealed.length / 2);
    const tampered = sealed.slice(0, middle) + (sealed[middle] === 'A' ? 'B' : 'A') + sealed.slice(middle + 1);
    browser.cookies.set(COOKIE, tampered);
    expect(await browser.get('/dashboard')).toMatchObject({ status: 302, location: '/login' });
    const counted = await browser.get('/');
    expect(counted.status).toBe(200);
    expect(counted.text).toContain('<p data-count>1</p>');
  });

  it('takes a cookie that another secret sealed for none', async () => {
    const other = await app.serve({ SESSION_SECRET: [...SECRET].reverse().join('') });
    const elsewhere = new Browser(other);
    const here = new Browser(server);
    try {
      await elsewhere.get('/');
      await elsewhere.get('/');
    } finally {
      await other.stop();
    }
    here.cookies.set(COOKIE, elsewhere.cookies.get(COOKIE) ?? '');
    expect((await here.get('/')).text).toContain('<p data-count>1</p>');
  });

  it('holds nothing readable in its cookie', async () => {
    const browser = new Browser(server);
    await browser.post('/api/login', ADA);
    const sealed = browser.cookies.get(COOKIE) ?? '';
    const decoded = sealed.split(/[*~.]/).map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    expect([sealed, ...decoded].join(' ')).not.toContain('ada@example.com');
  });

  const weak = [
    ['no secret', {}, 'No secret to seal sessions with: set cookie.secret of createCookieSessionStorage'],
    [
      'a placeholder for a secret',
      { SESSION_SECRET: 'not-secret' },
      'The secret from cookie.secret of createCookieSessionStorage has 10 characters. Use at least 32 random characters',
    ],
  ] as const;

  it.each(weak)('opens no session in production with %s, and says what to do', async (_, environment, message) => {
    const unsafe = await app.serve(environment);
    try {
      const answer = await new Browser(unsafe).get('/');
      expect(answer.status).toBe(500);
      expect(answer.setCookies).toEqual([]);
      expect(await unsafe.printed(message)).toContain(message);
      expect(await unsafe.printed('npx astro-gatehouse secret')).toContain('npx astro-gatehouse secret');
    } finally {
      await unsafe.stop();
    }
  });

  it('type-checks under Astro’s strict settings, session data included', async () => {
    app.write({
      'src/typed.ts': `
        import { getSession } from './session';

        export async function typed(request: Request): Promise<number> {
          const session = await getSession(request);
          // @ts-expect-error The count is a number.
          session.set('count', 'many');
          // @ts-expect-error Nothing of the kind is in the session's data.
          session.get('colour');
          return session.get('count') + (session.get('user')?.email.length ?? 0);
        }
      `,
    });
    const { code, output } = await app.astro('check');
    expect(output).toContain('- 0 errors');
    expect(code).toBe(0);
  });
});

describe('A session module of one’s own that the setup module imports', () => {
  let app: App;

  beforeAll(async () => {
    app = await App.create('spec/apps/reference-session', {
      'astro.config.mjs': `
        import node from '@astrojs/node';
        import gatehouse from 'astro-gatehouse';
        import { defineConfig } from 'astro/config';

        export default defineConfig({
          output: 'server',
          adapter: node({ mode: 'standalone' }),
          integrations: [gatehouse()],
        });
      `,
      'src/gatehouse.ts': `
        import { defineGatehouse } from 'astro-gatehouse/server';
        import './session';

        export default defineGatehouse({});
      `,
    }).build();
  });
  afterAll(() => app?.remove());

  it('works beside the integration', async () => {
    const server = await app.serve({ GATEHOUSE_SECRET: SECRET, SESSION_SECRET: SECRET });
    try {
      const browser = new Browser(server);
      await browser.get('/');
      const second = await browser.get('/');
      expect(second.text).toContain('<p data-count>2</p>');
      expect([...browser.cookies.keys()]).toEqual([COOKIE]);
    } finally {
      await server.stop();
    }
  });

  it('stops a production server without its secret', async () => {
    const { code, output } = await app.serveAndFail({ GATEHOUSE_SECRET: SECRET });
    expect(code).toBe(1);
    expect(output).toContain('No secret to seal sessions with: set cookie.secret of createCookieSessionStorage');
  });

  it('stops a production server with a placeholder for a secret', async () => {
    const { code, output } = await app.serveAndFail({ GATEHOUSE_SECRET: SECRET, SESSION_SECRET: 'not-secret' });
    expect(code).toBe(1);
    expect(output).toContain('The secret from cookie.secret of createCookieSessionStorage has 10 characters');
  });
});

describe('A session module of one’s own that says nothing but its defaults', () => {
  let app: App;

  beforeAll(() => {
    app = App.create('spec/apps/reference-session', {
      'src/session.ts': `
        import { createCookieSessionStorage } from 'astro-gatehouse/server';
        import type { User } from './users';

        export const { getSession, commitSession, destroySession } =
          createCookieSessionStorage<{ count: number; user: User | null }>({ count: 0, user: null });
      `,
    });
  });
  afterAll(() => app?.remove());

  it('opens sessions in development, and says that they will not last', async () => {
    const development = await app.serveWith('dev');
    try {
      const browser = new Browser(development);
      const first = await browser.get('/');
      expect(first.setCookies[0]).toMatch(/^__session-id=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/);
      expect((await browser.get('/')).text).toMatch(/<p data-count[^>]*>2<\/p>/);
      const advice = 'createCookieSessionStorage has no cookie.secret';
      expect(await development.printed(advice)).toContain(advice);
    } finally {
      await development.stop();
    }
  });
});
