import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { type Answer, Browser } from '../support/browser.js';

describe.each(['cookie', 'memory'])('A built application, %s store,', (store) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await App.create('spec/apps/journeys').build();
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: store });
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  let watched = 0;
  /** Returns the response and the calls of the session manager. */
  async function watch(browser: Browser, path: string): Promise<Answer & { did: string[] }> {
    watched += 1;
    const mark = `watched-${watched}`;
    const marked = (mark: string, before: string) => ({
      headers: { cookie: `${before}${before && '; '}mark=${mark}` },
    });
    const answer = await browser.get(path, marked(mark, browser.cookieHeader));
    // The output of a server may arrive later than its responses, but in the same order.
    await new Browser(server).get('/plain', marked(`after-${mark}`, ''));
    const printed = await server.printed(`COMMIT clean after-${mark}`);
    const steps = printed.matchAll(new RegExp(`^(OPEN|COMMIT \\w+) ${mark}$`, 'gm'));
    return { ...answer, did: [...steps].map(([, step = '']) => step) };
  }

  function sessionCookiesOf(answer: Answer): string[] {
    return answer.setCookies.filter((cookie) => cookie.startsWith('__Host-gatehouse'));
  }

  it('sets no cookie for a visitor without a stored session', async () => {
    const answer = await watch(new Browser(server), '/plain');
    expect(answer.setCookies).toEqual([]);
    expect(answer.did).toEqual(['OPEN', 'COMMIT clean']);
    expect(answer.headers.get('cache-control')).toBeNull();
  });

  it('does not write or set a cookie again when nothing changed', async () => {
    const browser = new Browser(server);
    await browser.get('/set-in-middleware');
    const again = await watch(browser, '/plain');
    expect(again.setCookies).toEqual([]);
    expect(again.did).toEqual(['OPEN', 'COMMIT clean']);
    expect(again.headers.get('cache-control')).toBe('private, no-cache');
    expect(again.headers.get('vary')).toBe('Cookie');
  });

  it.each([
    ['Astro.rewrite in a page', '/rewrites', 200],
    ['a rewrite by a middleware', '/rewritten-by-middleware', 200],
    ['a path that leads nowhere', '/nowhere', 404],
  ])('opens and commits the session once through %s', async (_, path, status) => {
    const browser = new Browser(server);
    await browser.get('/leave');
    const answer = await watch(browser, path);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain('notice: hello');
    expect(answer.did).toEqual(['OPEN', 'COMMIT dirty']);
    expect(sessionCookiesOf(answer)).toHaveLength(1);
    expect((await browser.get('/show')).text).toContain('nothing new');
  });

  it('stores values that a page set before a rewrite', async () => {
    const browser = new Browser(server);
    await browser.get('/rewrites');
    expect(JSON.parse((await browser.get('/by')).text)).toMatchObject({ by: 'the page that rewrites' });
  });

  it('rolls back the changes of a failed page, and commits once for the error page', async () => {
    const browser = new Browser(server);
    await browser.get('/set-in-middleware');
    const failed = await watch(browser, '/broken');
    const after = await browser.get('/by');
    expect(failed.status).toBe(500);
    expect(failed.did).toEqual(['OPEN', 'COMMIT clean']);
    expect(JSON.parse(after.text)).toMatchObject({ by: 'middleware' });
  });

  it('ends a session although the page that ended it failed', async () => {
    const browser = new Browser(server);
    await browser.get('/login');
    const failed = await browser.get('/broken-logout');
    expect(failed.status).toBe(500);
    const mark = expect.stringMatching(/^__Host-gatehouse~\w+(?:-0)?$/);
    expect([...browser.cookies.keys()]).toEqual(store === 'cookie' ? [mark] : []);
    expect((await browser.get('/private/page')).status).toBe(302);
  });

  it('stores values of a page whose empty response became the 404 page', async () => {
    const browser = new Browser(server);
    const missing = await watch(browser, '/empty-404');
    expect(missing.status).toBe(404);
    expect(missing.text).toContain('not found');
    expect(sessionCookiesOf(missing)).toHaveLength(1);
    expect(missing.did.filter((step) => step === 'OPEN')).toHaveLength(1);
    expect(missing.did.filter((step) => step === 'COMMIT dirty')).toHaveLength(1);
    expect(JSON.parse((await browser.get('/by')).text)).toMatchObject({ by: 'a page without an answer' });
  });

  it('delivers a message on the 404 page that replaces an empty response', async () => {
    const browser = new Browser(server);
    await browser.get('/leave');
    const missing = await watch(browser, '/empty-404');
    expect(missing.text).toContain('notice: hello');
    expect(sessionCookiesOf(missing)).toHaveLength(1);
    expect((await browser.get('/show')).text).toContain('nothing new');
  });

  it('delivers a message on the 404 page that a replaced page had already read', async () => {
    const browser = new Browser(server);
    await browser.get('/leave');
    expect((await browser.get('/reads-then-404')).text).toContain('notice: hello');
    expect((await browser.get('/show')).text).toContain('nothing new');
  });

  it('throws when a component changes the session after the headers were sent', async () => {
    const late = await new Browser(server).get('/late');
    expect(late.text).toContain('outcome: SESSION_COMMITTED');
    expect(late.setCookies).toEqual([]);
  });

  it('applies a sign-in immediately, under a new id', async () => {
    const browser = new Browser(server);
    await browser.get('/set-in-middleware');
    const login = await browser.get('/login');
    expect(JSON.parse(login.text)).toEqual({ rotated: true, isKeeper: true, user: 'u1' });
    expect((await browser.get('/vault')).status).toBe(200);
  });

  it('provides a guest to a prerendered page, and rejects session changes there', async () => {
    const page = await new Browser(server).get('/prerendered');
    expect(page.text).toContain('guest: true, outcome: SESSION_COMMITTED');
  });

  it.each([
    ['next() of a middleware with another path', '/sneak'],
    ['Astro.rewrite in a page', '/rewrites-to-private'],
  ])('guards the page that %s leads to', async (_, path) => {
    const guest = new Browser(server);
    const refused = await guest.get(path);
    expect(refused).toMatchObject({ status: 302, location: `/login?returnTo=${encodeURIComponent(path)}` });
    expect(refused.text).not.toContain('private page');

    const user = new Browser(server);
    await user.get('/login');
    expect((await user.get(path)).text).toContain('private page');
  });

  it('responds to authorize() as to a rule', async () => {
    const guest = await new Browser(server).get('/throws-in-guard');
    const program = await new Browser(server).get('/throws-in-guard', {
      headers: { accept: 'application/json', 'sec-fetch-mode': 'cors' },
    });
    const keeper = new Browser(server);
    await keeper.get('/login');
    expect(guest).toMatchObject({ status: 302, location: '/login?returnTo=%2Fthrows-in-guard' });
    expect(program.status).toBe(401);
    expect((await keeper.get('/throws-in-guard')).text).toContain('authorized');
  });
});
