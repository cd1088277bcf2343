import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

const ADA = { email: 'ada@example.com', password: 'lovelace' };
const ALAN = { email: 'alan@example.com', password: 'turing-machine' };

describe('The better-auth sample, built and served', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await App.create('samples/better-auth').build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  async function signedIn(who: { email: string; password: string }): Promise<Browser> {
    const browser = new Browser(server);
    expect((await browser.post('/api/login', who)).location).toBe('/notes');
    return browser;
  }

  it('sends guests to sign in and back to where they wanted to go', async () => {
    const browser = new Browser(server);
    expect(await browser.get('/admin')).toMatchObject({ status: 302, location: '/login?returnTo=%2Fadmin' });
    const wrong = await browser.post('/api/login?returnTo=%2Fadmin', { ...ADA, password: 'no' });
    expect(wrong.location).toBe('/login?returnTo=%2Fadmin');
    expect((await browser.get('/login?returnTo=%2Fadmin')).text).toContain('Wrong email or password');
    expect((await browser.post('/api/login?returnTo=%2Fadmin', ADA)).location).toBe('/admin');
    const { status, text } = await browser.get('/admin');
    expect([status, text.includes('You are signed in')]).toEqual([200, true]);
  });

  it('lets the role of the other library into the admin area, and nobody else', async () => {
    expect((await (await signedIn(ADA)).get('/admin')).status).toBe(200);
    const alan = await signedIn(ALAN);
    expect((await alan.get('/admin')).location).toBe('/login');
    expect((await alan.get('/')).text).toContain('Welcome back, Alan');
  });

  it('keeps messages and notes in the session of this package', async () => {
    const ada = await signedIn(ADA);
    await ada.post('/api/notes', { note: 'Bring the cards' });
    const notes = (await ada.get('/notes')).text;
    expect([notes.includes('Bring the cards'), notes.includes('Noted')]).toEqual([true, true]);
    expect((await ada.get('/notes')).text).not.toContain('Noted');
  });

  it('ends both sessions with a sign-out, so that the next person finds nothing', async () => {
    const browser = await signedIn(ADA);
    await browser.post('/api/notes', { note: 'Bring the cards' });
    expect((await browser.post('/api/logout')).location).toBe('/');
    expect((await browser.get('/')).text).toContain('You are signed out');
    expect((await browser.get('/notes')).location).toBe('/login?returnTo=%2Fnotes');
    await browser.post('/api/login', ALAN);
    expect((await browser.get('/notes')).text).not.toContain('Bring the cards');
  });

  it("serves the other library's own client, whose sign-in counts at once", async () => {
    const browser = new Browser(server);
    const headers = { 'content-type': 'application/json' };
    const answer = await browser.visit('/api/auth/sign-in/email', {
      method: 'POST',
      headers,
      body: JSON.stringify(ADA),
    });
    expect(answer.status).toBe(200);
    expect((await browser.get('/admin')).status).toBe(200);
  });

  it('takes nobody in whose cookie of the other library is forged', async () => {
    const guest = new Browser(server);
    const cookie = 'better-auth.session_token=forged.signature';
    expect((await guest.get('/notes', { headers: { cookie } })).status).toBe(302);
  });
});
