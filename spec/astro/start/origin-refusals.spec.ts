import { describe, expect, it } from '@jest/globals';
import { TrustedOrigins } from '../../../lib/access/csrf/trusted-origins.js';
import { originProblem } from '../../../lib/astro/start/origin-refusals.js';

const refused = (headers: Record<string, string>, url = '/enter?a=b') =>
  originProblem({ url, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, status: 403 });

describe('The hint after a form that Astro refused', () => {
  it.each<[string, Record<string, string>]>([
    ['is behind a proxy that ends TLS', { origin: 'https://evil.example', host: 'evil.example' }],
    ['has another name', { origin: 'https://evil.example', host: 'shop.example', 'sec-fetch-site': 'same-origin' }],
    ['has a port', { origin: 'https://shop.example:8443', host: 'shop.example' }],
  ])('recommends no origin that an attacker may have invented, where the site %s', (_, headers) => {
    expect(refused(headers)?.text).toMatch(/ If that is the address of this site, (?:set|let it pass) /);
  });

  it('is one line, whatever the request contains', () => {
    const headers = { origin: 'https://shop.example:8443', host: 'shop.example' };
    expect(refused(headers, '/a\r\n[astro-gatehouse] forged')?.text).not.toMatch(/[\r\n]/);
    expect(refused(headers, `/${'a'.repeat(9_999)}`)?.text.length).toBeLessThan(1_000);
  });

  it('names the setting that lets trusted origins send forms, from every browser', () => {
    const trusted = new TrustedOrigins(['https://app.example']);
    for (const relation of [{}, { 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'cross-site' }]) {
      const headers = {
        'content-type': 'text/plain',
        origin: 'https://app.example',
        host: 'shop.example',
        ...relation,
      };
      expect(originProblem({ url: '/enter', headers, status: 403 }, trusted)).toMatchObject({
        cause: 'trusted',
        text: expect.stringContaining('security: { checkOrigin: false }'),
      });
      expect(
        originProblem(
          { url: '/enter', headers: { ...headers, 'content-type': 'application/json' }, status: 403 },
          trusted,
        ),
      ).toBeUndefined();
      expect(originProblem({ url: '/enter', headers, status: 200 }, trusted)).toBeUndefined();
    }
  });

  it('is omitted where another site may have sent the form', () => {
    expect(refused({ origin: 'https://evil.example', host: 'shop.example' })).toBeUndefined();
    expect(
      refused({ origin: 'https://evil.example', host: 'shop.example', 'sec-fetch-site': 'cross-site' }),
    ).toBeUndefined();
  });
});
