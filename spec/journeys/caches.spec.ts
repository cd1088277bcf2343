import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

describe.each(['memory', 'network'])("Astro's route cache, %s provider,", (cache) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await App.create('spec/apps/caches').build({ CACHE: cache });
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  it('still works for public pages', async () => {
    await new Browser(server).get('/open');
    const { headers } = await new Browser(server).get('/open');
    const kept = headers.get('x-astro-cache') ?? headers.get('cdn-cache-control');
    expect(kept).toMatch(/HIT|max-age=300/);
  });

  it.each([
    ['signed in', (browser: Browser) => browser.get('/login')],
    ['known to a middleware alone', async (browser: Browser) => void browser.cookies.set('whoami', 'ada')],
  ])('stores nothing of a protected page for a visitor who is %s', async (_, identify) => {
    const member = new Browser(server);
    await identify(member);
    const page = await member.get('/members');
    const guest = await new Browser(server).get('/members');
    expect(page.text).toContain('members');
    expect(page.headers.get('cdn-cache-control')).toBeNull();
    expect(page.headers.get('cache-control')).toBe('private, no-store');
    expect(guest.status).toBe(302);
  });

  const CDN_HEADERS = ['cdn-cache-control', 'surrogate-control', 'netlify-cdn-cache-control'];
  const told = async (browser: Browser, path: string) => {
    const { headers } = await browser.get(path);
    return CDN_HEADERS.map((name) => headers.get(name));
  };
  const member = async () => {
    const browser = new Browser(server);
    await browser.get('/login');
    return browser;
  };

  it('receives no directive to store a private response, whichever header a page sets', async () => {
    expect(await told(await member(), '/cdn-own')).toEqual([null, null, null]);
    expect(await told(new Browser(server), '/cdn-own')).toEqual([null, null, null]);
  });

  it('may store a page that is marked public and uses no session, for any visitor', async () => {
    // Astro's own cache consumes the first header.
    for (const browser of [await member(), new Browser(server)]) {
      expect((await told(browser, '/cdn')).slice(1)).toEqual(['max-age=300', 'max-age=300']);
    }
  });

  it('receives no directive to store a page whose component reads the visitor late', async () => {
    const { headers, text } = await new Browser(server).get('/late');
    expect(text).toContain('guest');
    expect([headers.get('surrogate-control'), headers.get('cache-control')]).toEqual([null, 'private, no-cache']);
  });

  it('receives no directive to store a page that checks for a session', async () => {
    const asked = async (path: string) => {
      const { headers } = await new Browser(server).get(path);
      return [headers.get('surrogate-control'), headers.get('cache-control')];
    };
    expect(await asked('/begun?ask')).toEqual([null, 'private, no-cache']);
    expect(await asked('/begun')).toEqual(['max-age=300', null]);
  });

  it('stores no denial', async () => {
    const guest = await new Browser(server).get('/members');
    expect(guest.status).toBe(302);
    expect(guest.headers.get('cdn-cache-control')).toBeNull();
    const member = new Browser(server);
    await member.get('/login');
    expect((await member.get('/members')).status).toBe(200);
  });
});

describe('A response to a signed-in visitor that does not use the session', () => {
  const PUBLIC = 'public, max-age=300';
  let app: App;
  let server: Server;
  let member: Browser;

  beforeAll(async () => {
    app = await App.create('spec/apps/caches').build({ CACHE: 'network' });
    server = await app.serve();
    member = new Browser(server);
    await member.get('/login');
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  const policyOf = async (browser: Browser, path: string) => {
    const { headers } = await browser.get(path);
    return [headers.get('cache-control'), headers.get('vary')];
  };

  it('may be cached publicly when it sets a public policy', async () => {
    expect(await policyOf(member, `/shared?policy=${PUBLIC}`)).toEqual([PUBLIC, null]);
    expect(await policyOf(new Browser(server), `/shared?policy=${PUBLIC}`)).toEqual([PUBLIC, null]);
  });

  it('is unchanged when an endpoint sets no policy', async () => {
    expect(await policyOf(member, '/shared')).toEqual([null, null]);
  });

  it('is private when a page sets no policy', async () => {
    expect(await policyOf(member, '/silent')).toEqual(['private, no-store', 'Cookie']);
    expect(await policyOf(new Browser(server), '/silent')).toEqual([null, null]);
  });

  it('becomes private as soon as any code reads the visitor', async () => {
    const ways: string[] = JSON.parse((await member.get('/shared')).text);
    expect(ways.length).toBeGreaterThan(20);
    for (const browser of [member, new Browser(server)]) {
      const spread = [];
      for (const way of ways) {
        const [policy, vary] = await policyOf(browser, `/shared?policy=${PUBLIC}&way=${encodeURIComponent(way)}`);
        if (!policy?.startsWith('private') || vary !== 'Cookie') spread.push(way);
      }
      expect(spread).toEqual([]);
    }
    expect((await policyOf(member, `/shared?policy=${PUBLIC}&way=signedInFor`))[0]).toBe('private, no-store');
  });

  it('causes a warning when an endpoint reads the session while its body is being sent', async () => {
    const line = 'after the headers of an answer of /stream';
    const unheard = [`policy=${PUBLIC}`, 'ask&policy=no-cache', 'ask&policy=private'];
    for (const query of unheard) await member.get(`/stream?${query}`);
    await new Browser(server).get(`/stream?ask&policy=${PUBLIC}`);
    await member.get('/stream');
    expect(server.output).not.toContain(line);
    expect((await member.get('/stream?ask')).text).toBe('for u1');
    await member.get(`/stream?ask&policy=${PUBLIC}`);
    expect(await server.printed(line)).toContain(line);
    expect(server.output.split(line)).toHaveLength(2);
  });

  it.each(['private="set-cookie", max-age=9', 'max-age=9, x-private=1', 'public, x-no-store'])(
    'becomes private when the policy only looks private: %s',
    async (policy) => {
      const asked = `/shared?way=session.get&policy=${encodeURIComponent(policy)}`;
      expect((await policyOf(member, asked))[0]).toBe('private, no-store');
    },
  );

  it.each(['private', 'max-age=9 , PRIVATE', 'no-store,max-age=0'])('keeps a private policy: %s', async (policy) => {
    const asked = `/shared?way=session.get&policy=${encodeURIComponent(policy)}`;
    expect(await policyOf(member, asked)).toEqual([policy, 'Cookie']);
  });

  it('waits for the components of a public page, because they may read the session', async () => {
    expect((await policyOf(member, '/late-public'))[0]).toBe('private, no-store');
  });

  it.each(['application/xml', 'application/xhtml+xml', 'Text/HTML', 'text/vnd.turbo-stream.html'])(
    'waits for the components whatever content type the page sets: %s',
    async (type) => {
      const path = `/late-xml?type=${encodeURIComponent(type)}`;
      expect((await policyOf(member, path))[0]).toBe('private, no-store');
      expect((await policyOf(new Browser(server), path))[0]).toBe('private, no-cache');
    },
  );
});

describe('A handler that is called with one locals object for all requests', () => {
  it('responds with an error and not with the session of another visitor', async () => {
    const app = App.create('spec/apps/caches', {
      'serve.mjs': `
        import { createServer } from 'node:http';
        import { handler } from './dist/server/entry.mjs';
        const locals = { title: 'the same for all' };
        createServer((request, response) => handler(request, response, () => response.end(), locals))
          .listen(Number(process.env.PORT), '127.0.0.1');
      `,
    });
    await app.build({ MODE: 'middleware' });
    const server = await app.serve(undefined, 'serve.mjs');
    await fetch(`${server.origin}/login`);
    const next = await new Browser(server).get('/members');
    const printed = await server.printed('SharedLocalsError');
    await server.stop();
    app.remove();
    expect(next.status).toBe(500);
    expect(next.text).not.toContain('members');
    expect(printed).toContain('SharedLocalsError');
  });
});
