import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { type Answer, Browser } from '../support/browser.js';

const PEOPLE = { ada: 'lovelace', grace: 'hopper' };
/** What a script of a page sends along. */
const BY_SCRIPT = { headers: { accept: '*/*', 'sec-fetch-mode': 'cors' } };

const ENGLISH = {
  locale: 'en',
  root: '/club',
  welcome: 'Good to see you, Ada',
  wrong: 'Wrong email or password',
  goodbye: 'You are signed out',
  fallback: 'Members read here what is going on.',
  notice: 'Ada, the slipway is closed on Sunday.',
  forCommittee: 'The committee meets on Monday.',
  boathouse: 'Boathouse',
  accounts: 'Who has been with us since when.',
  forbidden: 'Not for you',
  nothing: 'Nothing here',
};
const GERMAN: typeof ENGLISH = {
  locale: 'de',
  root: '/club/de',
  welcome: 'Schön, dass du da bist, Ada',
  wrong: 'E-Mail oder Passwort ist falsch',
  goodbye: 'Du bist abgemeldet',
  fallback: 'Mitglieder lesen hier, was los ist.',
  notice: 'Ada, der Steg ist am Sonntag gesperrt.',
  forCommittee: 'Der Vorstand trifft sich am Montag.',
  boathouse: 'Bootshaus',
  accounts: 'Wer seit wann bei uns ist.',
  forbidden: 'Nicht für dich',
  nothing: 'Hier ist nichts',
};

describe.each(['production', 'development'] as const)('The members sample in %s', (mode) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = App.create('samples/members');
    server = mode === 'development' ? await app.serveWith('dev') : await (await app.build()).serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  async function signIn(name: keyof typeof PEOPLE, locale = 'en'): Promise<Browser> {
    const browser = new Browser(server);
    await logIn(browser, name, { locale });
    return browser;
  }
  const logIn = (
    browser: Browser,
    name: keyof typeof PEOPLE,
    { locale = 'en', search = '', password = PEOPLE[name] } = {},
  ): Promise<Answer> => browser.post(`/club/api/login${search}`, { locale, email: `${name}@example.com`, password });
  const islandOn = (page: Answer) =>
    /href="(\/club\/_server-islands\/Noticeboard[^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '/no-island';

  describe.each([ENGLISH, GERMAN])('in the language $locale', (language) => {
    const { locale, root } = language;

    it('shows its home page to guests, whom it calls by its own language', async () => {
      const { status, text } = await new Browser(server).get(root);
      expect(status).toBe(200);
      expect(text).toContain(`<html lang="${locale}">`);
      expect(text).toContain(`href="${root}/login"`);
      expect(text).not.toContain('/logout');
    });

    it.each(['/members', '/members/', '/committee', '/committee/', '/minutes', '/minutes/'])(
      'sends guests from %s to sign in, and back',
      async (page) => {
        const browser = new Browser(server);
        const search = `?returnTo=${encodeURIComponent(`${root}${page}?from=mail`)}`;
        const kept = await browser.get(`${root}${page}?from=mail`);
        expect(kept).toMatchObject({ status: 302, location: `${root}/login${search}`, text: '' });
        expect((await browser.get(kept.location ?? '')).text).toContain(`action="/club/api/login${search}"`);

        const wrong = await logIn(browser, 'ada', { locale, search, password: 'no' });
        expect(wrong).toMatchObject({ status: 303, location: `${root}/login${search}` });
        expect((await browser.get(wrong.location ?? '')).text).toContain(language.wrong);

        const right = await logIn(browser, 'ada', { locale, search });
        expect(right).toMatchObject({ status: 303, location: `${root}${page}?from=mail` });
        const { status, text } = await browser.get(right.location ?? '');
        expect(status).toBe(200);
        expect(text).toContain(language.welcome);
      },
    );

    it('leads to the members when nobody said where else to', async () => {
      const browser = new Browser(server);
      expect((await logIn(browser, 'grace', { locale })).location).toBe(`${root}/members`);
      const { text } = await browser.get(`${root}/members`);
      expect(text).toMatch(new RegExp(`<h1 id="boathouse"[^>]*>${language.boathouse}</h1>`));
      expect(text).toContain(`href="${root}/minutes"`);
      expect(text).not.toContain(`href="${root}/committee"`);
    });

    it('keeps the notices from guests, whose page keeps what stands in their place', async () => {
      const guest = new Browser(server);
      const page = await guest.get(root);
      const island = await guest.get(islandOn(page), BY_SCRIPT);
      expect(page.text).toContain(language.fallback);
      expect(island.status).toBe(401);
      expect(island.headers.get('content-type')).toBe('application/problem+json');
      expect(island.text).not.toContain(language.notice.slice(5));
    });

    it('brings the notices to members, and to the committee its own', async () => {
      const notices = async (browser: Browser) => browser.get(islandOn(await browser.get(root)), BY_SCRIPT);
      const [ada, grace] = [await notices(await signIn('ada')), await notices(await signIn('grace'))];
      expect([ada.status, grace.status]).toEqual([200, 200]);
      expect(ada.text).toContain(language.notice);
      expect(ada.text).toContain(language.forCommittee);
      expect(grace.text).toContain(language.notice.replace('Ada', 'Grace'));
      expect(grace.text).not.toContain(language.forCommittee);
    });

    it('shows the accounts to the committee, and tells others that they are not for them', async () => {
      const [ada, grace] = [await signIn('ada'), await signIn('grace')];
      const shown = await ada.get(`${root}/committee`);
      expect(shown.status).toBe(200);
      expect(shown.text).toContain(language.accounts);

      const refused = await grace.get(`${root}/committee`);
      expect(refused).toMatchObject({ status: 302, location: `${root}/forbidden`, text: '' });
      const forbidden = await grace.get(refused.location ?? '');
      expect(forbidden.status).toBe(403);
      expect(forbidden.text).toMatch(new RegExp(`<h1[^>]*>${language.forbidden}</h1>`));
    });

    it('signs out, says so in the language of the page, and lets nobody back in', async () => {
      const browser = await signIn('ada', locale);
      expect((await browser.get(`${root}/members`)).text).toContain(`name="locale" value="${locale}"`);
      expect(await browser.post('/club/api/logout', { locale })).toMatchObject({ status: 303, location: root });
      expect((await browser.get(root)).text).toContain(language.goodbye);
      expect((await browser.get(`${root}/members`)).location).toMatch(`${root}/login?`);
    });

    it('says what is not there', async () => {
      const { status, text } = await new Browser(server).get(`${root}/nothing`);
      expect(status).toBe(404);
      expect(text).toContain(language.nothing);
    });
  });

  it.each([
    ['/members', '/club/login'],
    ['/de/members', '/club/de/login'],
    ['/de/minutes/', '/club/de/login'],
  ])('shows nobody %s, which Astro serves without the base once it is built', async (address, login) => {
    const { status, location } = await new Browser(server).get(address);
    const refused = { status: 302, location: `${login}?returnTo=${encodeURIComponent(address)}` };
    expect({ status, location }).toEqual(mode === 'production' ? refused : { status: 404, location: null });
  });

  it('names its base in every address that it sends a browser to', async () => {
    const pages = ['', '/', '/login', '/members', '/minutes', '/committee', '/forbidden', '/nothing'];
    const browsers = [new Browser(server), await signIn('grace'), await signIn('ada', 'de')];
    const answers = await Promise.all(
      browsers.flatMap((browser) =>
        pages.flatMap((page) => [`/club${page}`, `/club/de${page}`].map((at) => browser.get(at))),
      ),
    );
    const addresses = answers.flatMap(({ location, text }) => [
      ...(location ? [location] : []),
      ...[...text.matchAll(/<(?:a|form|img) [^>]*(?:href|src|action)="(?!#)([^"]*)"/g)].map(
        ([, address = '']) => address,
      ),
    ]);
    expect(addresses.length).toBeGreaterThan(200);
    expect(addresses.filter((address) => !/^\/club(?:[/?]|$)/.test(address))).toEqual([]);
  });

  describe('Its endpoint', () => {
    it.each(['GET', 'POST'])('answers a guest who sends a %s with problem details', async (method) => {
      const answer = await new Browser(server).visit('/club/api/boats', { ...BY_SCRIPT, method });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(JSON.parse(answer.text)).toMatchObject({ title: 'Unauthorized', status: 401 });
    });

    it('gives a boat to one member at a time, and tells nobody who has it', async () => {
      const [ada, grace] = [await signIn('ada'), await signIn('grace')];
      const otterOf = async (answer: Promise<Answer>) => {
        const { status, text } = await answer;
        const boats: { name: string }[] = JSON.parse(text);
        return { status, ...boats.find(({ name }) => name === 'Otter') };
      };
      const toggle = (browser: Browser) => otterOf(browser.post('/club/api/boats', { boat: 'Otter' }, BY_SCRIPT));
      expect(await toggle(ada)).toEqual({ status: 200, name: 'Otter', isFree: false, isMine: true });
      expect(await toggle(grace)).toEqual({ status: 409, name: 'Otter', isFree: false, isMine: false });
      expect(await toggle(ada)).toEqual({ status: 200, name: 'Otter', isFree: true, isMine: false });
      expect(await otterOf(grace.get('/club/api/boats'))).toEqual({
        status: 200,
        name: 'Otter',
        isFree: true,
        isMine: false,
      });
    });
  });

  describe('Its sign-in', () => {
    /** Sends the form from an address of this machine: on Linux each of 127.0.0.0/8 is one. */
    async function tryFrom(localAddress: string, name: keyof typeof PEOPLE, password: string, locale = 'en') {
      const body = new URLSearchParams({ locale, email: `${name}@example.com`, password }).toString();
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': String(body.length),
        accept: 'text/html',
        origin: server.origin,
      };
      const asked = request(`${server.origin}/club/api/login`, { method: 'POST', localAddress, headers });
      asked.end(body);
      const [answer]: IncomingMessage[] = await once(asked, 'response');
      return { status: answer?.statusCode, headers: answer?.headers, text: answer ? await readAll(answer) : '' };
    }

    it('stops who guesses a password, and nobody else', async () => {
      for (let attempt = 1; attempt <= 5; attempt++) {
        expect((await tryFrom('127.0.0.7', 'grace', `guess ${attempt}`)).status).toBe(303);
      }
      const stopped = await tryFrom('127.0.0.7', 'grace', PEOPLE.grace, 'de');
      expect(stopped.status).toBe(429);
      expect(Number(stopped.headers?.['retry-after'])).toBeGreaterThan(14 * 60);
      expect(Number(stopped.headers?.['retry-after'])).toBeLessThanOrEqual(15 * 60);
      expect(stopped.text).toContain('Zu viele Versuche. Bitte versuchen Sie es in 15 Minuten wieder.');
      expect(stopped.text).toContain('<html lang="de">');
      expect(stopped.headers?.['cache-control']).toMatch(/private/);
      // The same account elsewhere, and another account there.
      expect((await tryFrom('127.0.0.8', 'grace', PEOPLE.grace)).headers?.location).toBe('/club/members');
      expect((await tryFrom('127.0.0.7', 'ada', PEOPLE.ada)).headers?.location).toBe('/club/members');
    });

    it('counts guesses that are sent at once', async () => {
      const guesses = Array.from({ length: 20 }, (_, at) => tryFrom('127.0.0.9', 'ada', `guess ${at}`));
      const statuses = (await Promise.all(guesses)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 303)).toHaveLength(5);
      expect(statuses.filter((status) => status === 429)).toHaveLength(15);
    });

    it('counts no correct password', async () => {
      for (let attempt = 1; attempt <= 8; attempt++) {
        expect((await tryFrom('127.0.0.10', 'ada', PEOPLE.ada)).status).toBe(303);
      }
    });
  });
});

async function readAll(answer: IncomingMessage): Promise<string> {
  return Buffer.concat(await answer.toArray()).toString();
}
