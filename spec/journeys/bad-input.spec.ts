import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sealData } from 'iron-session';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

const COOKIE = '__Host-gatehouse';

describe.each(['cookie', 'memory'])('A server that receives invalid input, %s store,', (store) => {
  let app: App;
  let server: Server;
  let signedIn: string;

  beforeAll(async () => {
    app = await App.create('spec/apps/journeys').build();
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: store });
    const browser = new Browser(server);
    await browser.get('/login');
    signedIn = browser.cookies.get(COOKIE) ?? '';
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  async function visitWith(cookie: string, path = '/private/page') {
    return new Browser(server).get(path, { headers: { cookie } });
  }

  it('accepts the genuine cookie', async () => {
    expect((await visitWith(`${COOKIE}=${signedIn}`)).status).toBe(200);
  });

  it.each([
    ['an empty cookie', () => ''],
    ['a truncated cookie', () => signedIn.slice(0, -5)],
    ['a cookie with a character changed in the middle', () => flipped(signedIn, Math.floor(signedIn.length / 2))],
    ['a cookie with its first character changed', () => flipped(signedIn, 0)],
    ['a well-formed id that was never issued', () => 'A'.repeat(43)],
    ['a plain JSON cookie', () => Buffer.from('{"userId":"u1","role":"keeper"}').toString('base64url')],
    ['invalid percent-encoding', () => '%E0%A4%A'],
    ['a path', () => '../../etc/passwd'],
    ['a prototype key', () => '__proto__'],
    ['a cookie of 12 KB', () => 'x'.repeat(12_000)],
  ])('treats the sender of %s as a guest, and does not remove the cookie', async (_, forge) => {
    const value = forge();
    const refused = await visitWith(`${COOKIE}=${value}`);
    const page = await visitWith(`${COOKIE}=${value}`, '/by');
    expect(refused.status).toBe(302);
    expect(page.status).toBe(200);
    expect(JSON.parse(page.text)).toEqual({ isNew: true });
    expect([...refused.setCookies, ...page.setCookies]).toEqual([]);
  });

  it('rejects 100 KB of cookies and keeps running', async () => {
    const answer = await rawRequest(
      server,
      `GET /by HTTP/1.1\r\nHost: x\r\nCookie: ${COOKIE}=${'x'.repeat(100_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect((await visitWith(`${COOKIE}=${signedIn}`)).status).toBe(200);
  });

  it('rejects a seal made with another secret', async () => {
    const seal = await sealData({ record: [] }, { password: 'another-secret-another-secret-an' });
    expect((await visitWith(`${COOKIE}=${seal}`)).status).toBe(302);
  });

  it('rejects a seal made with the same secret for another purpose', async () => {
    const seal = await sealData({ userId: 'u1', role: 'keeper' }, { password: SECRET });
    expect((await visitWith(`${COOKIE}=${seal}`)).status).toBe(302);
  });

  it('accepts the one valid cookie among duplicates, and none when two are valid', async () => {
    const other = new Browser(server);
    await other.get('/login');
    const second = other.cookies.get(COOKIE);
    expect((await visitWith(`${COOKIE}=planted; ${COOKIE}=${signedIn}`)).status).toBe(200);
    expect((await visitWith(`${COOKIE}=${signedIn}; ${COOKIE}=planted`)).status).toBe(200);
    expect((await visitWith(`${COOKIE}=${signedIn}; ${COOKIE}=${second}`)).status).toBe(302);
  });

  it('reads no session from a query, a header or a cookie of another name', async () => {
    expect((await visitWith(`gatehouse=${signedIn}`)).status).toBe(302);
    expect((await visitWith(`x=1; not${COOKIE}=${signedIn}`)).status).toBe(302);
    expect((await new Browser(server).get(`/private/page?${COOKIE}=${signedIn}`)).status).toBe(302);
  });

  it('answers unreadable paths with 400', async () => {
    const malformed = await rawRequest(
      server,
      'GET /private/%E0%A4%A HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    const encoded = Array.from({ length: 12 }).reduce<string>((text) => encodeURIComponent(text), '/private/page é');
    const overEncoded = await rawRequest(server, `GET /${encoded} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(malformed).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(overEncoded).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  it('answers paths with too many segments with 400', async () => {
    const { status } = await new Browser(server).get(`/private${'/a'.repeat(256)}`);
    expect(status).toBe(400);
    expect((await new Browser(server).get(`/private${'/a'.repeat(255)}`)).status).toBe(302);
  });

  it('does not accept the cookie of a signed-out session, unless the session is stored in the cookie alone', async () => {
    const browser = new Browser(server);
    await browser.get('/login');
    const copied = browser.cookieHeader;
    await browser.get('/logout');
    const replayed = await visitWith(copied);
    expect(replayed.status).toBe(store === 'memory' ? 302 : 200);
  });

  it('changes the session id at a sign-in, and rejects the old one', async () => {
    const browser = new Browser(server);
    await browser.get('/set-in-middleware');
    const planted = browser.cookieHeader;
    await browser.get('/login');
    expect((await visitWith(planted)).status).toBe(302);
    expect((await browser.get('/private/page')).status).toBe(200);
  });
});

function flipped(text: string, at: number): string {
  const character = text[at] === 'x' ? 'y' : 'x';
  return text.slice(0, at) + character + text.slice(at + 1);
}

/** Sends bytes as they are. @returns The beginning of the answer. */
function rawRequest({ port }: Server, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      socket.end();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
  });
}
