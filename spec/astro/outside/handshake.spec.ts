import { createServer } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { CsrfConfig } from '../../../lib/access/csrf/csrf-config.js';
import { addressOf, opensWebSocket, originProblem } from '../../../lib/astro/outside/handshake.js';
import { type HeaderSource, readSource } from '../../../lib/astro/outside/header-source.js';
import { InvalidCallError } from '../../../lib/errors/index.js';

const HOST = 'shop.example';

/** Whether a handshake with these headers is allowed. */
function isAllowed(
  headers: Record<string, string>,
  { csrf = {}, isSecure = true, allowedDomains = [] as { hostname: string; protocol?: string }[] } = {},
): boolean {
  const config = new CsrfConfig(csrf, { allowedDomains, cookieNames: ['__Host-gatehouse'] });
  return originProblem(readSource({ host: HOST, upgrade: 'websocket', ...headers }), config, isSecure) === undefined;
}

describe('A request that opens a WebSocket', () => {
  it.each<[string, HeaderSource]>([
    ['Upgrade', { upgrade: 'websocket' }],
    ['Upgrade in capitals, among others', new Headers({ upgrade: 'h2c, WebSocket' })],
    ['Upgrade with a version', { upgrade: 'websocket/13' }],
    ['its key', { 'sec-websocket-key': 'x' }],
    ['what the browser says of it', { 'sec-fetch-mode': 'websocket' }],
    ['the protocol of HTTP/2', { ':protocol': 'websocket', ':method': 'CONNECT' } as HeaderSource],
    ['the headers of a Request', new Request('https://shop.example/', { headers: { upgrade: 'websocket' } })],
  ])('is known by %s', (_, source) => {
    expect(opensWebSocket(readSource(source))).toBe(true);
  });

  it.each([{}, { upgrade: 'h2c' }, { accept: 'text/event-stream' }, { 'x-upgrade': 'websocket' }])(
    'is not one with %j',
    (headers) => {
      expect(opensWebSocket(readSource(headers))).toBe(false);
    },
  );

  it.each([
    [{ origin: 'https://shop.example' }],
    [{ origin: 'https://shop.example', 'x-forwarded-proto': 'https' }],
    [{ origin: 'https://shop.example', 'x-forwarded-proto': 'wss, https' }],
    [{ origin: 'https://shop.example', 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'websocket' }],
    [{ host: 'localhost:4321', origin: 'http://localhost:4321' }],
    [{ host: '127.0.0.1:4321', origin: 'http://127.0.0.1:4321' }],
    [{ host: '[::1]:4321', origin: 'http://[::1]:4321' }],
  ])('of a page of the site is allowed: %j', (headers) => {
    expect(isAllowed(headers)).toBe(true);
  });

  it.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'https://sub.shop.example' }],
    [{ origin: 'https://shop.example:8443' }],
    [{ origin: 'https://shop.example.evil.example' }],
    [{ origin: 'https://evil.example/shop.example' }],
    [{ origin: 'https://shop.example, https://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: '' }],
    [{}],
    [{ cookie: '__Host-gatehouse=x' }],
    // A page that an attacker in the network could have replaced.
    [{ origin: 'http://shop.example' }],
    [{ origin: 'http://shop.example', 'x-forwarded-proto': 'https' }],
    [{ origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' }],
    [{ origin: 'https://shop.example', 'sec-fetch-site': 'cross-site' }],
    [{ origin: 'https://shop.example', 'sec-fetch-site': 'same-site' }],
    [{ origin: 'https://shop.example', host: 'shop.example@evil.example' }],
    [{ origin: 'capacitor://localhost' }],
  ])('of anything else is refused: %j', (headers) => {
    expect(isAllowed(headers)).toBe(false);
  });

  it('is allowed to trusted origins, to other names of the site, and over HTTP where cookies are', () => {
    const trusting = { csrf: { trustedOrigins: ['capacitor://localhost'] } };
    expect(isAllowed({ origin: 'capacitor://localhost' }, trusting)).toBe(true);
    const named = { allowedDomains: [{ hostname: 'www.shop.example', protocol: 'https' }] };
    expect(isAllowed({ host: 'localhost:4321', origin: 'https://www.shop.example' }, named)).toBe(true);
    expect(isAllowed({ host: 'localhost:4321', origin: 'https://evil.example' }, named)).toBe(false);
    expect(isAllowed({ origin: 'http://shop.example' }, { isSecure: false })).toBe(true);
  });

  it('of a program is allowed by credentials that no browser adds, without a cookie of the application', () => {
    const authorization = 'Bearer key';
    expect(isAllowed({ authorization })).toBe(true);
    expect(isAllowed({ authorization, cookie: '__Host-gatehouse=x' })).toBe(false);
    expect(isAllowed({ authorization, 'sec-fetch-mode': 'websocket' })).toBe(false);
    expect(isAllowed({ authorization: 'Basic YTpi' })).toBe(false);
  });
});

describe('The headers of a request', () => {
  it('are read from whatever a server has of them', async () => {
    const expected = { path: '/socket?room=1', cookie: 'a=1; b=2' };
    const seen: unknown[] = [];
    const server = createServer((request, response) => {
      const sent = readSource(request);
      seen.push({ path: sent.url, cookie: sent.headers.get('cookie') });
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await fetch(`http://127.0.0.1:${port}/socket?room=1`, { headers: { cookie: 'a=1; b=2' } });
    await new Promise((resolve) => server.close(resolve));
    expect(seen).toEqual([expected]);
    const http2 = { ':authority': HOST, ':path': '/', cookie: ['a=1', 'b=2'] } as unknown as HeaderSource;
    const { headers } = readSource(http2);
    expect([headers.get('cookie'), headers.get('host')]).toEqual(['a=1; b=2', HOST]);
  });

  it('may have one with the name "headers"', () => {
    expect(readSource({ headers: 'x', host: HOST } as HeaderSource).headers.get('host')).toBe(HOST);
  });

  it.each([undefined, null, 'cookie: a', 7])('are not %p', (source) => {
    expect(() => readSource(source as unknown as HeaderSource)).toThrow(InvalidCallError);
  });

  it.each([
    [{ headers: { host: HOST }, url: '/a?b=c' }, 'https://shop.example/a?b=c'],
    [{ headers: { host: HOST }, url: 'http://other.example/a' }, 'https://shop.example/a'],
    [{ headers: { host: HOST }, url: '//other.example/a' }, 'https://shop.example/a'],
    [{ headers: { host: 'a b' }, url: '/a' }, 'http://nowhere.invalid/a'],
    [{ headers: {}, url: 'https://shop.example/a' }, 'https://shop.example/a'],
    [{ headers: {} }, 'http://nowhere.invalid/'],
    [{ headers: { host: 'localhost:4321', origin: 'http://localhost:4321' } }, 'http://localhost:4321/'],
    [{ headers: { host: HOST, 'x-forwarded-proto': 'http' } }, 'http://shop.example/'],
  ])('lead to an address: %j', (source, expected) => {
    expect(addressOf(readSource(source), true).href).toBe(expected);
  });
});
