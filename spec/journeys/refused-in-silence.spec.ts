import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, freePort, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { madeSite, setup } from '../support/made-site.js';

const FILES = {
  ...setup(
    `{ session: { cookie: { secure: true } }, services }`,
    `
    import { RedisSessionStore } from 'astro-gatehouse/stores/redis';
    const { REDIS_URL } = process.env;
    const services = (services) => REDIS_URL && services.override(SessionStore, () => new RedisSessionStore({ timeout: 0.5 }));`,
  ),
  'src/pages/enter.ts': `
    import { setSession } from 'astro-gatehouse/server';
    export const POST = async (context) => {
      await setSession(context, { userId: 'ada' });
      return new Response('in');
    };
    export const GET = POST;`,
  'src/pages/who.ts': `
    import { getSession } from 'astro-gatehouse/server';
    export const GET = () => new Response(getSession()?.userId ?? 'nobody');`,
  'src/pages/changed.ts': `
    export const POST = ({ locals }) => {
      const cart = { items: ['tea'] };
      locals.session.set('cart', cart);
      cart.total = () => 1;
      return new Response('kept');
    };`,
};

/** Sends requests as a browser at another host name would, whatever the address of the server is. */
class Sender {
  constructor(readonly server: Server) {}

  async post(path: string, headers: Record<string, string>): Promise<number> {
    const { request } = await import('node:http');
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const options = {
      host: '127.0.0.1',
      port: this.server.port,
      path,
      method: 'POST',
      headers: { ...type, ...headers },
    };
    return new Promise((answered, failed) => {
      request(options, (answer) => {
        answer.resume();
        answered(answer.statusCode ?? 0);
      })
        .once('error', failed)
        .end('a=b');
    });
  }

  /** Returns the lines printed since then that contain one of these words. */
  async told(word: string, since: number): Promise<string[]> {
    const output = await this.server.printed(word, since);
    return output.split('\n').filter((line) => line.includes('[astro-gatehouse]') && line.includes(word));
  }
}

describe.each(['production', 'development'] as const)('A warning, in %s, is logged once for', (mode) => {
  let app: App;
  let server: Server;
  let sender: Sender;

  beforeAll(async () => {
    app = madeSite('{}', FILES);
    const secret = { GATEHOUSE_SECRET: SECRET };
    server = mode === 'development' ? await app.serveWith('dev', secret) : await (await app.build()).serve(secret);
    sender = new Sender(server);
    // A development server loads all modules with the first request.
    await new Browser(server).get('/who');
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  const SAME = { 'sec-fetch-site': 'same-origin' };

  it.each([
    [
      'no-referrer',
      { origin: 'null', ...SAME },
      { origin: 'null' },
      /Referrer-Policy: no-referrer.*checkOrigin: false/,
    ],
    [
      '$http_host',
      { host: 'localhost', origin: 'http://localhost:8080', ...SAME },
      { host: 'localhost', origin: 'http://evil.example' },
      /passes the host without its port, as localhost\. .*proxy_set_header Host \$http_host/,
    ],
    [
      'assumes http for the site',
      { host: 'shop.localhost', origin: 'https://shop.localhost' },
      { host: 'shop.localhost', origin: 'https://shop.localhost', 'sec-fetch-site': 'cross-site' },
      /allowedDomains: \[\{ protocol: 'https', hostname: 'shop\.localhost' \}\]/,
    ],
  ])('a form of the site itself that Astro rejects: %s', async (word, own, foreign, text) => {
    const before = server.output.length;
    expect(await sender.post('/enter', foreign as unknown as Record<string, string>)).toBe(403);
    for (let time = 0; time < 3; time++) {
      expect(await sender.post('/enter?x=1', own as unknown as Record<string, string>)).toBe(403);
    }
    const lines = await sender.told(word, before);
    expect(lines).toEqual([expect.stringMatching(text)]);
    expect(lines[0]).toContain("A form sent to /enter was refused by Astro's security.checkOrigin");
  });

  it('a sign-in without TLS, whose cookie the browser drops', async () => {
    const before = server.output.length;
    const own = { host: 'localhost', origin: 'http://localhost', ...SAME };
    expect(await sender.post('/enter', own)).toBe(200);
    expect(server.output.slice(before)).not.toContain('is Secure');
    const safari = {
      'user-agent': 'Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
    };
    for (let time = 0; time < 2; time++) expect(await sender.post('/enter', { ...own, ...safari })).toBe(200);
    const lines = await sender.told('is Secure', before);
    expect(lines).toEqual([
      expect.stringMatching(/a browser has opened http:\/\/localhost, .*cookie: \{ secure: false \}/),
    ]);
  });

  it('a value that is changed after it was set, by its name', async () => {
    const before = server.output.length;
    const { status } = await new Browser(server).post('/changed');
    // A value that was copied when it was set is stored.
    if (status === 200) return;
    const output = await server.printed('cannot be stored in a session', before);
    expect(output).toContain('The value of "cart" cannot be stored in a session');
    expect(output).not.toContain('STORE_UNAVAILABLE');
  });
});

describe('A Redis that cannot be reached', () => {
  it('is reported with its cause and the cure', async () => {
    const app = await madeSite('{}', FILES).build();
    const port = await freePort();
    const server = await app.serve({ GATEHOUSE_SECRET: SECRET, REDIS_URL: `redis://127.0.0.1:${port}` });
    const before = server.output.length;
    await new Browser(server).post('/enter');
    const output = await server.printed('Nothing listens there', before);
    await server.stop();
    app.remove();
    expect(output).toMatch(
      /Redis did not answer within 500 ms\. The connection to 127\.0\.0\.1:\d+ failed: .*ECONNREFUSED/,
    );
    expect(output).toContain('Nothing listens there: start Redis, or set REDIS_URL to its address.');
    expect(output).not.toContain('Make sure that the store is running');
  });
});
