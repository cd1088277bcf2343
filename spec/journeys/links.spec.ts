import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { Document } from '../support/documents.js';

/** The files that the page about links shows before its last section. */
function documentedFiles(): Record<string, string> {
  const blocks = new Document('docs/links.md').blocks.filter(({ before }) => !before.includes('\n## What holds\n'));
  const named = blocks.map(({ code }) => [/^(?:---\n)?\/\/ ([\w./-]+\.\w+)/.exec(code)?.[1] ?? '', code]);
  return Object.fromEntries(named.filter(([path]) => path !== ''));
}

const STRONG = { password: 'correct horse battery' };

describe('Links in mails, by the files of the documentation', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    const files = documentedFiles();
    expect(Object.keys(files)).toEqual([
      ...['astro.config.mjs', 'src/users.ts', 'src/pages/forgot.astro', 'src/pages/reset.astro'],
      ...['src/pages/confirm.astro', 'src/pages/api/enter.ts'],
    ]);
    app = App.create(undefined, {
      ...files,
      'src/pages/index.astro': '<h1>home</h1>',
      'src/pages/login.ts': `
        import { currentUser, LinkTokens, signIn } from 'astro-gatehouse/server';
        import { hashed, users } from '../users';
        export const GET = () => new Response(currentUser()?.userId ?? 'guest');
        export const POST = async (context) => {
          const { passwordHash } = users.get('u1');
          const { password } = Object.fromEntries(await context.request.formData());
          if (hashed(password, passwordHash.split(':')[0]) === passwordHash) await signIn({ userId: 'u1' }, context);
          return new Response('');
        };`,
      'src/pages/mail.ts': `
        import { LinkTokens } from 'astro-gatehouse/server';
        import { users } from '../users';
        export const GET = async (context) => {
          const user = users.get('u1');
          const links = context.locals.services.get(LinkTokens);
          if (context.url.searchParams.has('enter')) return new Response(await links.create({ purpose: 'sign-in', userId: 'u1' }));
          const data = { email: context.url.searchParams.get('email') ?? user.email };
          return new Response(await links.create({ purpose: 'confirm-email', userId: 'u1', once: user.confirmedAt, data }));
        };`,
    });
    await app.build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  const stranger = () => new Browser(server);
  const MAIL = /To ada@example\.com: Set a new password: https:\/\/shop\.example(\/reset\?token=[\w.-]+)/;

  /** Asks for a new password. @returns The path of the link in the mail. */
  async function linkFor(email: string): Promise<string | undefined> {
    const since = server.output.length;
    const { location } = await stranger().post('/forgot', { email });
    expect(location).toBe('/forgot?sent');
    if (email !== 'ada@example.com') return undefined;
    return MAIL.exec(await server.printed(MAIL, since))?.[1];
  }
  const isSignedIn = async (browser: Browser) => (await browser.get('/login')).text === 'u1';
  async function signedInWith(password: string): Promise<Browser> {
    const browser = stranger();
    await browser.post('/login', { password });
    return browser;
  }

  it('answer alike whether the address is known or not', async () => {
    const answers = ['ada@example.com', 'eve@example.com'].map((email) => stranger().post('/forgot', { email }));
    const [known, unknown] = (await Promise.all(answers)).map(({ headers: _, ...seen }) => seen);
    expect(known).toEqual(unknown);
    expect((await stranger().get('/forgot?sent')).text).toContain('If we know this address');
  });

  it('set a password once, end every session, and are not used up by whoever looks at them', async () => {
    const [path = '', other = ''] = [await linkFor('ada@example.com'), await linkFor('ada@example.com')];
    const thief = await signedInWith('lovelace');
    expect(await isSignedIn(thief)).toBe(true);
    const user = stranger();
    for (let count = 0; count < 2; count++) {
      const page = await user.get(path);
      expect(page.text).toContain('name="password"');
      expect(page.headers.get('referrer-policy')).toBe('same-origin');
      expect(page.headers.get('cache-control')).toContain('no-store');
    }
    const short = await user.post(path, { password: 'short' });
    expect(short.text).toContain('12 characters');
    expect(short.text).toContain('name="password"');
    expect((await user.post(path, STRONG)).location).toBe('/login?changed');
    expect(await isSignedIn(thief)).toBe(false);
    expect(await isSignedIn(await signedInWith('lovelace'))).toBe(false);
    expect(await isSignedIn(await signedInWith(STRONG.password))).toBe(true);

    for (const link of [path, other]) {
      expect((await user.get(link)).text).toContain('has been used');
      expect((await user.post(link, { password: 'another long password' })).location).toBe('/reset');
    }
    expect(await isSignedIn(await signedInWith(STRONG.password))).toBe(true);
  });

  it('set nothing without a token, with one for something else, or sent by another site', async () => {
    const path = (await linkFor('ada@example.com')) ?? '';
    const confirmation = (await stranger().get('/mail')).text;
    for (const link of ['/reset', '/reset?token=', `/reset?token=${confirmation}`, `${path}x`]) {
      expect((await stranger().post(link, STRONG)).location).toBe('/reset');
    }
    const crossSite = { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } };
    expect((await stranger().post(path, STRONG, crossSite)).status).toBe(403);
  });

  it('confirm the address that they were sent to, and no other', async () => {
    const [token, former] = [
      (await stranger().get('/mail')).text,
      (await stranger().get('/mail?email=old@example.com')).text,
    ];
    expect((await stranger().get(`/confirm?token=${former}`)).text).toContain('has been used');
    expect((await stranger().get(`/confirm?token=${token}`)).text).toContain('Confirm ada@example.com');
    expect((await stranger().post(`/confirm?token=${token}`)).location).toBe('/?confirmed');
    expect((await stranger().get(`/confirm?token=${token}`)).text).toContain('has been used');
  });

  it('sign in once', async () => {
    const token = (await stranger().get('/mail?enter')).text;
    const [first, second] = [stranger(), stranger()];
    expect((await first.post('/api/enter', { token })).location).toBe('/');
    expect(await isSignedIn(first)).toBe(true);
    expect((await second.post('/api/enter', { token })).location).toBe('/login?problem=link');
    expect(await isSignedIn(second)).toBe(false);
  });
});
