import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { type Answer, Browser, type Visit } from '../support/browser.js';
import { siteConfig } from '../support/made-site.js';
import { LATER, MOVABLE_CLOCK, pass } from '../support/movable-clock.js';

const PROVIDER = 'http://provider.invalid';
const CROSS_SITE = { origin: PROVIDER, 'sec-fetch-site': 'cross-site' };
const MINUTE = 60_000;

const LOGIN_FORM = '<h1>sign in</h1>{Astro.url.search}';
/** Signs in whoever knows the password. */
const CHECK = `
  import { safeReturnTo, signIn } from 'astro-gatehouse/server';
  const enter = async (form, context) => {
    if (form.get('password') !== 'right') return undefined;
    await signIn({ userId: 'ada' }, context);
    return safeReturnTo('/dashboard', context);
  };`;

function application(): App {
  const options = `{ protect: [{ pattern: '/account/**' }], forms: true, session: { cookie: { secure: false } } }`;
  return App.create(undefined, {
    'src/pages/index.astro': '<h1>home</h1>',
    'astro.config.mjs': siteConfig(options, 'security: { checkOrigin: false },'),
    'src/gatehouse.ts': `
      import { Clock, defineGatehouse } from 'astro-gatehouse/server';
      ${MOVABLE_CLOCK}
      export default defineGatehouse({ services: (services) => services.override(Clock, MovableClock) });`,
    ...LATER,
    'src/middleware.ts': `
      import { takeSignIn } from 'astro-gatehouse/server';
      export const onRequest = async (context, next) => {
        if (context.url.pathname !== '/auth/rewritten') return next();
        return context.rewrite('/auth/callback' + context.url.search);
      };`,
    'src/pages/account/[...page].astro': '<h1>account</h1>',
    'src/pages/dashboard.astro': '<h1>dashboard</h1>',
    'src/pages/login.astro': `---
      ${CHECK}
      if (Astro.request.method === 'POST' && !Astro.url.searchParams.has('_action')) {
        const place = await enter(await Astro.request.formData(), Astro);
        if (place) return Astro.redirect(place, 303);
      }
      const language = Astro.cookies.get('language')?.value;
      if (language === 'de') return Astro.redirect('/de/login');
      if (language === 'none' && Astro.url.search !== '') return Astro.redirect('/login');
      ---
      ${LOGIN_FORM}`,
    'src/pages/de/login.astro': LOGIN_FORM,
    'src/pages/old-login.ts': `
      export const GET = (context) => {
        const headers = { Location: '/login', 'Cache-Control': 'public, max-age=3600', 'CDN-Cache-Control': 'max-age=60' };
        return new Response(null, { status: 301, headers });
      };`,
    'src/pages/api/login.ts': `
      ${CHECK}
      export const POST = async (context) => {
        const place = await enter(await context.request.formData(), context);
        return place ? context.redirect(place, 303) : Response.redirect(new URL('/login#form', context.url), 303);
      };`,
    'src/pages/api/logout.ts': `
      import { signOut } from 'astro-gatehouse/server';
      export const POST = async (context) => {
        await signOut(context);
        return context.redirect('/login', 303);
      };`,
    'src/actions/index.ts': `
      import { ActionError, defineAction } from 'astro:actions';
      import { goTo } from 'astro-gatehouse/server';
      ${CHECK}
      export const server = {
        signIn: defineAction({
          accept: 'form',
          handler: async (form, context) => {
            const place = await enter(form, context);
            if (!place) throw new ActionError({ code: 'UNAUTHORIZED' });
            goTo(place, context);
          },
        }),
      };`,
    'src/pages/auth/start.ts': `
      import { beginSignIn } from 'astro-gatehouse/server';
      export const ALL = async (context) => {
        const { returnTo, explicit, ...options } = Object.fromEntries(context.url.searchParams);
        const { parameters } = await beginSignIn(
          { ...options, returnTo: explicit, ...(options.data && { data: JSON.parse(options.data) }) }, context);
        return context.redirect('${PROVIDER}/?' + new URLSearchParams(parameters), 303);
      };`,
    'src/pages/auth/callback.ts': `
      import { currentUser, safeReturnTo, signIn, takeSignIn } from 'astro-gatehouse/server';
      export const ALL = async (context) => {
        const pending = await takeSignIn({ provider: context.url.searchParams.get('as') ?? undefined }, context);
        if (pending && context.url.searchParams.has('code')) await signIn({ userId: 'from the provider' }, context);
        return Response.json({ ...pending, back: safeReturnTo('/dashboard', context), user: currentUser()?.userId });
      };`,
    'src/pages/auth/other.ts': `export const POST = () => new Response('other');`,
    'src/pages/whoami.ts': `
      import { currentUser } from 'astro-gatehouse/server';
      export const GET = () => new Response(currentUser()?.userId ?? 'guest');`,
    'src/pages/second/password.ts': `
      import { beginSignIn } from 'astro-gatehouse/server';
      export const POST = async (context) => {
        const { state } = await beginSignIn({ provider: 'code', data: { userId: 'ada', tries: 0 } }, context);
        return context.redirect('/second/code?state=' + state, 303);
      };`,
    'src/pages/second/code.astro': `---
      import { beginSignIn, safeReturnTo, signIn, takeSignIn } from 'astro-gatehouse/server';
      if (Astro.request.method === 'POST') {
        const form = await Astro.request.formData();
        const pending = await takeSignIn({ provider: 'code', state: form.get('state') }, Astro);
        if (!pending || pending.data.tries >= 3) return Astro.redirect('/login');
        const { userId, tries } = pending.data;
        if (form.get('code') !== '123456') {
          const { state } = await beginSignIn({ provider: 'code', data: { userId, tries: tries + 1 } }, Astro);
          return Astro.redirect('/second/code?state=' + state, 303);
        }
        await signIn({ userId }, Astro);
        return Astro.redirect(safeReturnTo('/dashboard', Astro), 303);
      }
      ---
      <form method="post"><input type="hidden" name="state" value={Astro.url.searchParams.get('state')} /></form>`,
  });
}

describe('A sign-in that leaves the site, in a built application', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await application().build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  const own = (path: string) => server.origin + path;
  const referring = (path: string): Visit => ({ headers: { referer: own(path) } });
  const whoIs = async (browser: Browser) => (await browser.get('/whoami')).text;

  /** Begins a sign-in, and returns what the provider is told. */
  async function begin(browser: Browser, query = ''): Promise<Record<string, string>> {
    const { status, location } = await browser.get(`/auth/start${query}`);
    expect({ status, site: new URL(location ?? '').origin }).toEqual({ status: 303, site: PROVIDER });
    return Object.fromEntries(new URL(location ?? '').searchParams);
  }
  const comeBack = async (browser: Browser, query: string, visit: Visit = {}) =>
    JSON.parse((await browser.get(`/auth/callback?${query}`, visit)).text);
  const pendingIn = ({ cookies }: Browser) => [...cookies.keys()].filter((name) => name.includes('-sign-in~'));

  async function signedIn(): Promise<Browser> {
    const browser = new Browser(server);
    await browser.post('/api/login', { password: 'right' });
    return browser;
  }

  it('comes back with what it left with: nonce, verifier, data and the page to return to', async () => {
    const browser = new Browser(server);
    const { location } = await browser.get('/account/orders?page=2');
    const data = encodeURIComponent('{"invitation":7}');
    const { state, nonce, code_challenge, code_challenge_method } = await begin(
      browser,
      `${new URL(location ?? '', server.origin).search}&provider=google&data=${data}`,
    );
    expect(code_challenge_method).toBe('S256');
    const back = await comeBack(browser, `state=${state}&code=1&as=google`);
    expect(back).toMatchObject({
      state,
      nonce,
      provider: 'google',
      data: { invitation: 7 },
      user: 'from the provider',
    });
    expect(back.back).toBe('/account/orders?page=2');
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(back.codeVerifier));
    expect(Buffer.from(digest).toString('base64url')).toBe(code_challenge);
    expect(pendingIn(browser)).toEqual([]);
  });

  it('sets a cookie that only this site reads, for ten minutes, and keeps the answer out of caches', async () => {
    const { setCookies, headers } = await new Browser(server).get('/auth/start');
    expect(setCookies).toHaveLength(1);
    expect(setCookies[0]).toMatch(
      /^gatehouse(?:-\w+)?-sign-in~[a-h]=Fe26\.2\*[^;]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(headers.get('cache-control')).toMatch(/private/);
  });

  it('does not touch the session, whatever comes back', async () => {
    const browser = await signedIn();
    const before = browser.sessionCookie;
    const { state } = await begin(browser);
    for (const query of [
      '',
      'state=',
      `state=a${'x'.repeat(43)}`,
      `state=${state}&state=${state}`,
      'error=access_denied',
    ]) {
      expect(await comeBack(browser, query)).toEqual({ back: '/dashboard', user: 'ada' });
    }
    expect(await comeBack(browser, `state=${state}&error=access_denied`)).toMatchObject({ state, user: 'ada' });
    expect(browser.sessionCookie).toEqual(before);
    expect(await whoIs(browser)).toBe('ada');
  });

  it('counts once, in the browser that left, and only for ten minutes', async () => {
    const browser = new Browser(server);
    const { state } = await begin(browser);
    expect(await comeBack(new Browser(server), `state=${state}&code=1`)).toEqual({ back: '/dashboard' });
    const copy = browser.copy();
    expect(await comeBack(browser, `state=${state}&code=1`)).toMatchObject({ state, user: 'from the provider' });
    expect(await comeBack(browser, `state=${state}&code=1`)).toEqual({ back: '/dashboard', user: 'from the provider' });
    expect(await comeBack(copy, `state=${state}&code=1`)).toEqual({ back: '/dashboard' });

    const late = new Browser(server);
    const { state: lateState } = await begin(late, '?explicit=/account/late');
    await pass(11 * MINUTE, server);
    expect(await comeBack(late, `state=${lateState}&code=1`)).toEqual({ back: '/account/late' });
    expect(pendingIn(late)).toEqual([]);
  });

  it('refuses the answer that another visitor was given: nobody is signed in to the account of an attacker', async () => {
    const [attacker, victim] = [new Browser(server), new Browser(server)];
    const { state } = await begin(attacker);
    await begin(victim);
    expect(await comeBack(victim, `state=${state}&code=of-the-attacker`)).toEqual({ back: '/dashboard' });
    expect(await whoIs(victim)).toBe('guest');
  });

  it('refuses the answer of another provider, and the page of another step', async () => {
    const browser = new Browser(server);
    const { state } = await begin(browser, '?provider=google');
    expect(await comeBack(browser, `state=${state}&code=1&as=github`)).toEqual({ back: '/dashboard' });
    const { location } = await browser.post('/second/password');
    const waiting = new URL(location ?? '', server.origin).searchParams.get('state');
    expect(await comeBack(browser, `state=${waiting}&code=1`)).toEqual({ back: '/dashboard' });
    expect(await whoIs(browser)).toBe('guest');
  });

  it('keeps the tabs of a browser apart, and the headers short, however many are left open', async () => {
    const browser = new Browser(server);
    const states: string[] = [];
    for (let tab = 0; tab < 20; tab++) {
      states.push((await begin(browser, `?returnTo=/account/${tab}`)).state ?? '');
      expect(browser.cookieHeader.length).toBeLessThan(4500);
    }
    const [first, second] = [states.at(-1), states.at(-2)];
    expect(await comeBack(browser, `state=${second}`)).toMatchObject({ state: second, back: '/account/18' });
    expect(await comeBack(browser, `state=${first}`)).toMatchObject({ state: first, back: '/account/19' });
    expect(await comeBack(browser, `state=${states[0]}`)).toEqual({ back: '/dashboard' });

    const burst = new Browser(server);
    const begun = await Promise.all(Array.from({ length: 20 }, () => begin(burst)));
    expect(pendingIn(burst).length).toBeLessThanOrEqual(8);
    const taken = [];
    for (const { state } of begun) taken.push((await comeBack(burst, `state=${state}`)).state);
    expect(taken.filter(Boolean).length).toBeGreaterThanOrEqual(3);
  });

  it('is not taken by a request for the headers alone, and is taken after a rewrite', async () => {
    const browser = new Browser(server);
    const { state } = await begin(browser);
    await browser.visit(`/auth/callback?state=${state}`, { method: 'HEAD' });
    const { text } = await browser.get(`/auth/rewritten?state=${state}`);
    expect(JSON.parse(text)).toMatchObject({ state });
    expect(pendingIn(browser)).toEqual([]);
  });

  it('sees the sealed page alone on the way back, and none that leaves the site', async () => {
    const browser = new Browser(server);
    const { state } = await begin(browser);
    expect(await comeBack(browser, `state=${state}&returnTo=/account/planted`)).toMatchObject({ back: '/dashboard' });
    for (const place of ['https://evil.example', '//evil.example', '/\\evil.example', '/login', '/_actions/signIn']) {
      for (const option of ['returnTo', 'explicit']) {
        const { state: other } = await begin(browser, `?${option}=${encodeURIComponent(place)}`);
        expect(await comeBack(browser, `state=${other}`)).toMatchObject({ state: other, back: '/dashboard' });
      }
    }
  });

  it('refuses options that cannot be kept, by name', async () => {
    const since = server.output.length;
    for (const [query, problem] of [
      ['expiresIn=nine', 'expiresIn'],
      [`provider=${'x'.repeat(101)}`, 'provider'],
      [`data=${encodeURIComponent(JSON.stringify('x'.repeat(1100)))}`, 'more than 1024'],
      ['formPost=callback', 'formPost'],
    ] as const) {
      expect((await new Browser(server).get(`/auth/start?${query}`)).status).toBe(500);
      expect(await server.printed(problem, since)).toContain(problem);
    }
  });

  describe('that comes back as a form (response_mode=form_post)', () => {
    const FORM_POST = '?formPost=/auth/callback&provider=apple';
    const post = (browser: Browser, path: string, form: Record<string, string>, headers = {}): Promise<Answer> =>
      browser.post(path, form, { headers: { ...CROSS_SITE, ...headers } });

    it('has a cookie that browsers send with it, over TLS alone', async () => {
      const [cookie = ''] = (await new Browser(server).get(`/auth/start${FORM_POST}`)).setCookies;
      expect(cookie).toMatch(/^__Host-gatehouse(?:-\w+)?-sign-in~[a-h]=/);
      expect(cookie).toMatch(/; HttpOnly; Secure; SameSite=None$/);
    });

    it('is admitted to that path, once, with the state of this browser', async () => {
      const browser = new Browser(server);
      const { state = '' } = await begin(browser, `${FORM_POST}&returnTo=/account/1`);
      const answer = await post(browser, '/auth/callback?code=1&as=apple', { state });
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.text)).toMatchObject({
        provider: 'apple',
        back: '/account/1',
        user: 'from the provider',
      });
      expect((await post(browser, '/auth/callback', { state })).status).toBe(403);
    });

    it.each([
      ['without a state', '/auth/callback', () => ({})],
      ['with the state of another browser', '/auth/callback', () => ({ state: `a${'x'.repeat(43)}` })],
      ['with the state in the query', '/auth/callback?state=STATE', () => ({})],
      ['at another path', '/auth/other', (state: string) => ({ state })],
      ['at a longer path', '/auth/callback/more', (state: string) => ({ state })],
      ['with an action', '/auth/callback?_action=signIn', (state: string) => ({ state })],
      ['at the address of an action', '/_actions/signIn', (state: string) => ({ state })],
    ])('is refused %s', async (_, path, form) => {
      const browser = new Browser(server);
      const { state = '' } = await begin(browser, FORM_POST);
      const before = new Map(browser.cookies);
      expect((await post(browser, path.replace('STATE', state), form(state))).status).toBe(403);
      expect(browser.cookies).toEqual(before);
    });

    it('is refused in a browser that did not leave, and for an attempt that was to come back by a redirect', async () => {
      const browser = new Browser(server);
      const { state = '' } = await begin(browser, FORM_POST);
      expect((await post(new Browser(server), '/auth/callback', { state })).status).toBe(403);
      const { state: redirected = '' } = await begin(browser);
      expect((await post(browser, '/auth/callback', { state: redirected })).status).toBe(403);
      await pass(11 * MINUTE, server);
      expect((await post(browser, '/auth/callback', { state })).status).toBe(403);
    });

    it('is refused as JSON, and with another method', async () => {
      const browser = new Browser(server);
      const { state = '' } = await begin(browser, FORM_POST);
      const headers = { ...CROSS_SITE, 'content-type': 'text/plain' };
      const body = JSON.stringify({ state });
      expect((await browser.visit('/auth/callback', { method: 'POST', headers, body })).status).toBe(403);
      expect(
        (await browser.visit('/auth/callback', { method: 'PUT', headers: CROSS_SITE, form: { state } })).status,
      ).toBe(403);
    });

    it('leaves the session of the browser, whose cookie such a request does not carry, to the sign-in', async () => {
      const browser = await signedIn();
      const { state = '' } = await begin(browser, FORM_POST);
      const arriving = new Browser(
        server,
        new Map([...browser.cookies].filter(([name]) => name.startsWith('__Host-'))),
      );
      const cancelled = await post(arriving, '/auth/callback', { state, error: 'user_cancelled' });
      expect(cancelled.setCookies.filter((cookie) => !cookie.includes('-sign-in~'))).toEqual([]);
      expect(await whoIs(browser)).toBe('ada');
    });
  });

  describe('in two steps', () => {
    it('asks for the second factor, on another page, and returns to where the visitor wanted to go', async () => {
      const browser = new Browser(server);
      const { location } = await browser.post('/second/password', {}, referring('/login?returnTo=/account/5'));
      expect(await whoIs(browser)).toBe('guest');
      const state = new URL(location ?? '', server.origin).searchParams.get('state') ?? '';
      const wrong = await browser.post('/second/code', { state, code: '000000' });
      const again = new URL(wrong.location ?? '', server.origin).searchParams.get('state') ?? '';
      expect(again).not.toBe(state);
      expect((await browser.post('/second/code', { state, code: '123456' })).location).toBe('/login');
      expect((await browser.post('/second/code', { state: again, code: '123456' })).location).toBe('/account/5');
      expect(await whoIs(browser)).toBe('ada');
    });

    it('counts the attempts in the seal, where nobody can reset them', async () => {
      const browser = new Browser(server);
      let location = (await browser.post('/second/password')).location ?? '';
      for (let attempt = 0; attempt < 4; attempt++) {
        const state = new URL(location, server.origin).searchParams.get('state') ?? '';
        location = (await browser.post('/second/code', { state, code: '000000' })).location ?? '';
      }
      expect(location).toBe('/login');
    });
  });

  describe('The page that a visitor wanted to open', () => {
    const WANTED = '/account/orders?page=2';
    const LOGIN = `/login?returnTo=${encodeURIComponent(WANTED)}`;
    const WRONG = { password: 'wrong' };
    const RIGHT = { password: 'right' };
    /** The address of the page after a redirect. */
    const pageAfter = ({ location }: Answer) => {
      const { pathname, search } = new URL(location ?? '', server.origin);
      return pathname + search;
    };

    const WAYS: readonly [string, (browser: Browser) => Promise<Answer>][] = [
      [
        'a form that keeps the query of its page',
        (browser) => browser.post(`/api/login${new URL(own(LOGIN)).search}`, RIGHT),
      ],
      ['a form that does not, to an endpoint', (browser) => browser.post('/api/login', RIGHT, referring(LOGIN))],
      ['a form of the page itself', (browser) => browser.post(LOGIN, RIGHT, referring(LOGIN))],
      [
        'one wrong password, after which an endpoint redirects to the login page',
        async (browser) => {
          const shown = pageAfter(await browser.post('/api/login', WRONG, referring(LOGIN)));
          return browser.post('/api/login', RIGHT, referring(shown));
        },
      ],
      [
        'three wrong passwords',
        async (browser) => {
          let shown = LOGIN;
          for (let count = 0; count < 3; count++)
            shown = pageAfter(await browser.post('/api/login', WRONG, referring(shown)));
          return browser.post('/api/login', RIGHT, referring(shown));
        },
      ],
      [
        'one wrong password, which the login page answers itself',
        async (browser) => {
          await browser.post(LOGIN, WRONG, referring(LOGIN));
          return browser.post(LOGIN, RIGHT, referring(LOGIN));
        },
      ],
      [
        'one wrong password, which the login page answers itself at an address without the query',
        async (browser) => {
          await browser.post('/login', WRONG, referring(LOGIN));
          return browser.post('/login', RIGHT, referring('/login'));
        },
      ],
      ['an action (forms: true)', (browser) => browser.post('/login?_action=signIn', RIGHT, referring(LOGIN))],
      [
        'one wrong password in an action (forms: true)',
        async (browser) => {
          const shown = pageAfter(await browser.post('/login?_action=signIn', WRONG, referring(LOGIN)));
          return browser.post('/login?_action=signIn', RIGHT, referring(shown));
        },
      ],
      [
        'a login page that redirects to that of another language',
        async (browser) => {
          const shown = pageAfter(await browser.get(LOGIN, { headers: { cookie: 'language=de' } }));
          expect(shown).toMatch(/^\/de\/login/);
          return browser.post('/api/login', RIGHT, referring(shown));
        },
      ],
      [
        'a former login page that redirects to this one',
        async (browser) => {
          const shown = pageAfter(await browser.get(LOGIN.replace('/login', '/old-login')));
          return browser.post('/api/login', RIGHT, referring(shown));
        },
      ],
      [
        'a provider',
        async (browser) => {
          const { location } = await browser.post('/auth/start', {}, referring(LOGIN));
          const { state } = Object.fromEntries(new URL(location ?? '').searchParams);
          const { text } = await browser.get(`/auth/callback?state=${state}&code=1`);
          return { ...(await browser.get('/')), location: JSON.parse(text).back };
        },
      ],
      [
        'a provider, after one wrong password',
        async (browser) => {
          const shown = pageAfter(await browser.post('/api/login', WRONG, referring(LOGIN)));
          const { location } = await browser.post('/auth/start', {}, referring(shown));
          const { state } = Object.fromEntries(new URL(location ?? '').searchParams);
          const { text } = await browser.get(`/auth/callback?state=${state}&code=1`);
          return { ...(await browser.get('/')), location: JSON.parse(text).back };
        },
      ],
    ];

    it.each(WAYS)('is found after %s', async (_, signIn) => {
      const browser = new Browser(server);
      expect((await browser.get(WANTED)).location).toBe(LOGIN);
      expect((await signIn(browser)).location).toBe(WANTED);
    });

    it('is not invented: none was asked for, or the visitor signs out', async () => {
      const browser = new Browser(server);
      expect(pageAfter(await browser.post('/api/login', WRONG, referring('/login')))).toBe('/login');
      await browser.post('/api/login', RIGHT);
      const left = await browser.post('/api/logout', {}, referring('/account?returnTo=/account/1'));
      expect(left.location).toBe('/login');
    });

    it('is kept for a user who must sign in again, who is still to be asked for it', async () => {
      const browser = await signedIn();
      const login = `${LOGIN}&reauthenticate=1`;
      const wrong = await browser.post('/api/login', WRONG, referring(login));
      const { searchParams } = new URL(wrong.location ?? '', server.origin);
      expect(Object.fromEntries(searchParams)).toEqual({ returnTo: WANTED, reauthenticate: '1' });
    });

    it('is remembered for nobody after a sign-in, and never sends a page around in a circle', async () => {
      const browser = new Browser(server);
      await browser.post('/login', WRONG, referring(LOGIN));
      await browser.post('/login', RIGHT, referring('/login'));
      await browser.post('/api/logout');
      expect((await browser.post('/login', RIGHT, referring('/login'))).location).toBe('/dashboard');
      const stripped = await browser.get(LOGIN, { headers: { cookie: 'language=none' } });
      expect(stripped.location).toBe('/login');
    });

    it('is kept from shared caches, which would lead other visitors there', async () => {
      const kept = await new Browser(server).get('/old-login', referring(LOGIN));
      expect(pageAfter(kept)).toBe(LOGIN);
      const policies = ({ headers }: Answer) =>
        ['cache-control', 'cdn-cache-control', 'vary'].map((name) => headers.get(name));
      expect(policies(kept)).toEqual(['private, no-cache', null, 'Cookie']);
      const plain = await new Browser(server).get('/old-login');
      expect([pageAfter(plain), ...policies(plain)]).toEqual(['/login', 'public, max-age=3600', 'max-age=60', null]);
    });

    it('is forgotten after every sign-in, however it is answered', async () => {
      const browser = new Browser(server);
      await browser.post('/login', WRONG, referring(LOGIN));
      const remembered = () => [...browser.cookies.keys()].filter((name) => name.endsWith('-return'));
      expect(remembered()).toHaveLength(1);
      const { state } = await begin(browser);
      expect(await comeBack(browser, `state=${state}&code=1`)).toMatchObject({ user: 'from the provider' });
      expect(remembered()).toEqual([]);
    });

    it('is added to no redirect that leads elsewhere, and never one of another site', async () => {
      const foreign = referring('/login?returnTo=https://evil.example');
      expect(pageAfter(await new Browser(server).post('/api/login', WRONG, foreign))).toBe('/login');
      const stranger = { headers: { referer: 'https://evil.example/login?returnTo=/account/9' } };
      expect(pageAfter(await new Browser(server).get('/old-login', stranger))).toBe('/login');
      const answer = await new Browser(server).post('/api/login', WRONG, referring(LOGIN));
      expect(answer.location).toBe(`${own(LOGIN)}#form`);
    });
  });
});
