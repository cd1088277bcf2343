import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { type Answer, Browser } from '../support/browser.js';

const ADA = { email: 'ada@example.com', password: 'lovelace' };

/** What stands in a field of a page, as a browser would show it. */
function typedIn({ text }: Answer, name: string): string | undefined {
  const tag = text.match(new RegExp(`<(?:input|textarea)[^>]* name="${name}"[^>]*>([^<]*)`));
  return tag?.[0].match(/ value="([^"]*)"/)?.[1] ?? (tag?.[1] || undefined);
}

describe('The actions sample, built and served', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await App.create('samples/actions').build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  async function member(): Promise<Browser> {
    const browser = new Browser(server);
    await browser.post('/login?_action=signIn', ADA);
    await browser.get('/login');
    return browser;
  }

  it('answers a form that is wrong with a redirect, and the page has what was typed in but for the password', async () => {
    const browser = new Browser(server);
    const sent = await browser.post('/join?_action=join', { name: 'Bo', email: 'bo at home', password: 'short' });
    expect(sent).toMatchObject({ status: 303, location: '/join' });
    const page = await browser.get('/join');
    expect(page.status).toBe(400);
    expect(page.text).toContain('This is not an address');
    expect(page.text).toContain('Eight characters at the least');
    expect(page.text).not.toContain('Two letters at the least');
    expect([typedIn(page, 'name'), typedIn(page, 'email'), typedIn(page, 'password')]).toEqual([
      'Bo',
      'bo at home',
      undefined,
    ]);
    expect(page.text).not.toContain('short');
  });

  it('shows it once', async () => {
    const browser = new Browser(server);
    await browser.post('/join?_action=join', { name: 'Bo', email: 'bo', password: 'short' });
    await browser.get('/join');
    const again = await browser.get('/join');
    expect(again).toMatchObject({ status: 200 });
    expect(again.text).not.toContain('This is not an address');
    expect(typedIn(again, 'email')).toBeUndefined();
  });

  it('lets somebody join on a page for guests, and the page send them on', async () => {
    const browser = new Browser(server);
    const sent = await browser.post('/join?_action=join', {
      name: 'Cleo',
      email: 'cleo@example.com',
      password: 'nefertiti',
    });
    expect(sent).toMatchObject({ status: 303, location: '/join' });
    expect(await browser.get('/join')).toMatchObject({ status: 302, location: '/offer' });
    const offer = await browser.get('/offer');
    expect(offer.status).toBe(200);
    expect(offer.text).toContain('Welcome, Cleo');
    expect(await browser.get('/join')).toMatchObject({ status: 302, location: '/' });
  });

  it('says what the action itself refused', async () => {
    const browser = new Browser(server);
    await browser.post('/join?_action=join', { name: 'Ada', email: ADA.email, password: 'another-one' });
    const page = await browser.get('/join');
    expect(page.status).toBe(409);
    expect(page.text).toContain('Somebody has joined with this address');
    expect(typedIn(page, 'email')).toBe(ADA.email);
  });

  it('hands on what the action gave, once', async () => {
    const browser = await member();
    const sent = await browser.post('/offer?_action=offers.add', { plant: 'Runner bean', note: 'Climbs.' });
    expect(sent).toMatchObject({ status: 303, location: '/offer' });
    const page = await browser.get('/offer');
    expect(page.text).toContain('Runner bean is on the list.');
    expect(typedIn(page, 'plant')).toBeUndefined();
    expect((await browser.get('/offer')).text).not.toContain('is on the list');
    expect((await browser.get('/')).text).toContain('Runner bean');
  });

  it('keeps what a member had typed in whose session has ended, until they have signed in again', async () => {
    const browser = await member();
    browser.cookies.clear();
    const note = 'A long story. '.repeat(140);
    const refused = await browser.post('/offer?_action=offers.add', { plant: 'Quince', note });
    expect(refused).toMatchObject({ status: 303, location: '/login?returnTo=%2Foffer' });
    await browser.get('/login?returnTo=%2Foffer');
    const signedIn = await browser.post('/login?returnTo=%2Foffer&_action=signIn', ADA);
    expect(signedIn.location).toBe('/login?returnTo=%2Foffer');
    expect(await browser.get('/login?returnTo=%2Foffer')).toMatchObject({ status: 302, location: '/offer' });
    const page = await browser.get('/offer');
    expect([typedIn(page, 'plant'), typedIn(page, 'note')]).toEqual(['Quince', note]);
    expect((await browser.get('/')).text).not.toContain('Quince');
    await browser.post('/offer?_action=offers.add', { plant: 'Quince', note });
    expect((await browser.get('/')).text).toContain('Quince');
  });

  it('has an endpoint say what is wrong with its form', async () => {
    const browser = new Browser(server);
    const sent = await browser.post('/api/ask', { email: 'dan@example.com', question: 'When do I sow' });
    expect(sent).toMatchObject({ status: 303, location: '/ask' });
    const page = await browser.get('/ask');
    expect(page.text).toContain('A question ends with a question mark');
    expect([typedIn(page, 'email'), typedIn(page, 'question')]).toEqual(['dan@example.com', 'When do I sow']);
    await browser.post('/api/ask', { email: 'dan@example.com', question: 'When do I sow?' });
    expect((await browser.get('/ask')).text).toContain('Somebody will know');
  });

  it('lets nobody but its owner withdraw an offer', async () => {
    const browser = await member();
    await browser.post('/?_action=offers.withdraw', { id: '1' });
    expect((await browser.get('/')).text).toContain('That is not yours to withdraw');
    const guest = new Browser(server);
    expect(await guest.post('/?_action=offers.withdraw', { id: '1' })).toMatchObject({
      status: 303,
      location: '/login?returnTo=%2F',
    });
  });

  it('signs out by a form, and says so', async () => {
    const browser = await member();
    expect(await browser.post('/?_action=signOut')).toMatchObject({ status: 303, location: '/' });
    expect((await browser.get('/')).text).toContain('You are signed out');
    expect((await browser.get('/offer')).location).toBe('/login?returnTo=%2Foffer');
  });
});
