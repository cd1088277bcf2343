import { describe, expect, it } from '@jest/globals';
import {
  type AllowedDomain,
  checkOrigin,
  readOrigin,
  readReferrer,
  SiteOrigins,
} from '../../../lib/access/csrf/site-origins.js';

function includes(origin: string, sentTo: string, domains: readonly AllowedDomain[] = []): boolean {
  return new SiteOrigins(domains).includes(new URL(origin), new URL(sentTo));
}

describe('The origins of a site, of which it knows no more than a request tells', () => {
  it.each([
    ['http://127.0.0.1:4321', 'http://127.0.0.1:4321/form'],
    ['https://site.example', 'https://site.example/form?a=1'],
    ['https://site.example:443', 'https://site.example/'],
    ['http://site.example', 'http://site.example:80/'],
    ['HTTPS://Site.Example', 'https://site.example/'],
    ['http://[::1]:4321', 'http://[::1]:4321/'],
    ['http://[0:0:0:0:0:0:0:1]', 'http://[::1]/'],
  ])('include %s for a request to %s', (origin, sentTo) => {
    expect(includes(origin, sentTo)).toBe(true);
  });

  it.each([
    ['http://127.0.0.1:4322', 'http://127.0.0.1:4321/'],
    ['https://site.example', 'http://site.example/'],
    ['http://site.example', 'https://site.example/'],
    ['https://a.site.example', 'https://site.example/'],
    ['https://site.example', 'https://a.site.example/'],
    ['https://site.example.evil.example', 'https://site.example/'],
    ['https://evilsite.example', 'https://site.example/'],
    ['http://localhost:4321', 'http://127.0.0.1:4321/'],
    ['http://[::1]:4321', 'http://127.0.0.1:4321/'],
    ['https://site.example.', 'https://site.example/'],
  ])('do not include %s for a request to %s', (origin, sentTo) => {
    expect(includes(origin, sentTo)).toBe(false);
  });
});

describe('The origins of a site that knows its names', () => {
  const NAMED: AllowedDomain[] = [{ hostname: 'site.example' }];

  it.each<[string, string, string, AllowedDomain[]]>([
    ['behind a proxy that ends TLS', 'https://site.example', 'http://site.example/', NAMED],
    ['behind one that tells another host', 'https://site.example', 'http://127.0.0.1:4321/', NAMED],
    ['on a port of their own', 'https://site.example:8443', 'http://site.example:8443/', NAMED],
    [
      'on a port that is named',
      'https://site.example:8443',
      'http://a:1/',
      [{ hostname: 'site.example', port: '8443' }],
    ],
    [
      'on a default port that is named',
      'https://site.example',
      'http://a:1/',
      [{ hostname: 'site.example', port: '443' }],
    ],
    ['when one of many names fits', 'https://b.example', 'http://a:1/', [...NAMED, { hostname: 'b.example' }]],
    [
      'under any name of their own',
      'https://t1.site.example',
      'http://t1.site.example/',
      [{ hostname: '*.site.example' }],
    ],
    ['under a longer one', 'https://a.b.site.example', 'http://a.b.site.example/', [{ hostname: '**.site.example' }]],
    ['where only TLS is asked for', 'https://site.example', 'http://site.example/', [{ protocol: 'https' }]],
    [
      'without TLS, when told so',
      'http://site.example',
      'https://a/',
      [{ hostname: 'site.example', protocol: 'http' }],
    ],
  ])('are its own %s: %s', (_, origin, sentTo, domains) => {
    expect(includes(origin, sentTo, domains)).toBe(true);
  });

  it.each<[string, string, string, AllowedDomain[]]>([
    ['on another port', 'https://site.example:8443', 'http://site.example/', NAMED],
    ['on another port than the site', 'https://site.example', 'http://site.example:8443/', NAMED],
    ['on some port, where the host is not known', 'https://site.example:8443', 'http://127.0.0.1:4321/', NAMED],
    [
      'on another port than the named',
      'https://site.example:444',
      'http://a:1/',
      [{ hostname: 'site.example', port: '8443' }],
    ],
    ['without TLS where the site has it', 'http://site.example', 'https://site.example/', NAMED],
    [
      'without TLS where it is asked for',
      'http://site.example',
      'http://a:1/',
      [{ hostname: 'site.example', protocol: 'https' }],
    ],
    ['under a longer name', 'https://a.site.example', 'http://a:1/', NAMED],
    ['under a name that ends like it', 'https://evilsite.example', 'http://a:1/', [{ hostname: '**.site.example' }]],
    [
      'under the name of a neighbour',
      'https://t2.site.example',
      'http://t1.site.example/',
      [{ hostname: '*.site.example' }],
    ],
    ["under a name that may be anybody's", 'https://t2.site.example', 'http://a:1/', [{ hostname: '**.site.example' }]],
    ['under any name at all', 'https://evil.example', 'http://site.example/', [{ protocol: 'https' }, {}]],
    [
      'under two labels where one may stand',
      'https://a.b.site.example',
      'http://a.b.site.example/',
      [{ hostname: '*.site.example' }],
    ],
    ['under a pattern that Astro does not know', 'https://site.example', 'http://site.example/', [{ hostname: '*' }]],
  ])('are not its own %s: %s', (_, origin, sentTo, domains) => {
    expect(includes(origin, sentTo, domains)).toBe(false);
  });

  it("are another's for certain only when none of its names fits", () => {
    const excludes = (origin: string, domains: AllowedDomain[]) =>
      new SiteOrigins(domains).excludes(new URL(origin), new URL('http://127.0.0.1:4321'));
    expect(excludes('https://evil.example', NAMED)).toBe(true);
    expect(excludes('https://evil.example', [])).toBe(false);
    expect(excludes('https://site.example:8443', NAMED)).toBe(false);
    expect(excludes('http://127.0.0.1:4321', NAMED)).toBe(false);
    expect(excludes('https://t2.site.example', [{ hostname: '*.site.example' }])).toBe(false);
    expect(excludes('https://evil.example', [{ protocol: 'https' }])).toBe(false);
  });
});

describe('The header', () => {
  it.each([
    '',
    'null',
    'https://site.example/',
    'https://user@site.example',
    'https://site.example, https://evil.example',
    'https://site.example https://evil.example',
    'file://',
    'chrome-extension://abcdef',
    'javascript:alert(1)',
    'https://',
    'https://site.example:99999',
    'site.example',
  ])('Origin: %s names no site', (header) => {
    expect(readOrigin(header)).toBeUndefined();
  });

  it.each([
    '',
    'https://site.example@evil.example/',
    'https://site.example:pass@evil.example/',
    `https://evil.example${String.fromCharCode(0x5c)}@site.example/`,
    'https://site.example /',
    '/form',
    'about:blank',
  ])('Referer: %s names no page', (header) => {
    expect(readReferrer(header)).toBeUndefined();
  });

  it('names a site by scheme, host and port', () => {
    expect(readOrigin('https://Site.Example:8443')?.origin).toBe('https://site.example:8443');
    expect(readReferrer('https://site.example')?.origin).toBe('https://site.example');
    expect(readReferrer('https://site.example/a?next=https://evil.example/@x')?.origin).toBe('https://site.example');
  });
});

const SELF = 'http://127.0.0.1:4321';
const EVIL = 'https://evil.example';

type Sent = Record<string, string>;

function isOwn(headers: Sent, domains: readonly AllowedDomain[] = []): boolean {
  return checkOrigin({ headers: new Headers(headers), sentTo: new URL(SELF) }, new SiteOrigins(domains)).isOwn;
}

describe('A request comes from a page of the site', () => {
  it.each<[string, Sent]>([
    ['when the browser says so', { 'Sec-Fetch-Site': 'same-origin' }],
    ['when the visitor began it', { 'Sec-Fetch-Site': 'none' }],
    [
      'when the browser says so, whatever a proxy made of the address',
      { 'Sec-Fetch-Site': 'same-origin', Origin: EVIL },
    ],
    ['when the browser says so and keeps the rest to itself', { 'Sec-Fetch-Site': 'same-origin', Origin: 'null' }],
    ['when Origin is the site', { Origin: SELF }],
    ['when Origin and Referer are the site', { Origin: SELF, Referer: `${SELF}/form` }],
    ['when Referer is a page of it, without Origin', { Referer: `${SELF}/form?a=${EVIL}` }],
    ['when Referer is the site alone', { Referer: SELF }],
  ])('%s', (_, headers) => {
    expect(isOwn(headers)).toBe(true);
  });
});

describe('A request does not', () => {
  it.each<[string, Sent]>([
    ['when nothing says where it comes from', {}],
    ['when the browser says that it does not', { 'Sec-Fetch-Site': 'cross-site' }],
    ['when it comes from a neighbour', { 'Sec-Fetch-Site': 'same-site' }],
    ['when the browser contradicts Origin', { 'Sec-Fetch-Site': 'cross-site', Origin: SELF }],
    ['when a neighbour contradicts Origin', { 'Sec-Fetch-Site': 'same-site', Origin: SELF }],
    ['when it says what no browser says', { 'Sec-Fetch-Site': 'same-origin, cross-site', Origin: SELF }],
    ['when it says so in other letters', { 'Sec-Fetch-Site': 'Same-Origin', Origin: SELF }],
    ['when it says nothing, at length', { 'Sec-Fetch-Site': '', Origin: SELF }],
    ['when Origin is another site', { Origin: EVIL }],
    ['when Origin is nobody', { Origin: 'null' }],
    ['when Origin is nobody, though Referer is the site', { Origin: 'null', Referer: `${SELF}/form` }],
    ['when Origin is empty', { Origin: '', Referer: `${SELF}/form` }],
    ['when Origin is two', { Origin: `${SELF}, ${EVIL}` }],
    ['when Origin is two, whatever else is said', { Origin: `${SELF}, ${EVIL}`, 'Sec-Fetch-Site': 'same-origin' }],
    ['when Origin is another port', { Origin: 'http://127.0.0.1:4322' }],
    ['when Referer contradicts Origin', { Origin: SELF, Referer: `${EVIL}/` }],
    ['when Origin is another site, though Referer is not', { Origin: EVIL, Referer: `${SELF}/form` }],
    ['when Referer is another site', { Referer: `${EVIL}/${SELF}/` }],
    ['when Referer begins like the site', { Referer: `${SELF}.evil.example/` }],
    ['when Referer has the site for a user', { Referer: `${SELF}@evil.example/` }],
    ['when Referer is empty', { Referer: '' }],
    ['when some header says that a script sent it', { Origin: EVIL, 'X-Requested-With': 'XMLHttpRequest' }],
    ['when the host that it names is not what Astro vouches for', { Host: 'evil.example', Origin: EVIL }],
    ['when a proxy is said to have forwarded it', { 'X-Forwarded-Host': 'evil.example', Origin: EVIL }],
  ])('%s', (_, headers) => {
    expect(isOwn(headers)).toBe(false);
  });
});

describe('A site that knows its names', () => {
  const NAMES = [{ hostname: 'site.example', protocol: 'https' }];

  it('knows itself behind a proxy, by Origin or by Referer', () => {
    expect(isOwn({ Origin: 'https://site.example' }, NAMES)).toBe(true);
    expect(isOwn({ Referer: 'https://site.example/form' }, NAMES)).toBe(true);
    expect(isOwn({ Origin: 'https://site.example', Referer: 'https://site.example/form' }, NAMES)).toBe(true);
  });

  it('sees through a browser that contradicts itself', () => {
    expect(isOwn({ 'Sec-Fetch-Site': 'same-origin', Origin: EVIL }, NAMES)).toBe(false);
    expect(isOwn({ 'Sec-Fetch-Site': 'none', Origin: EVIL }, NAMES)).toBe(false);
    expect(isOwn({ 'Sec-Fetch-Site': 'same-origin', Origin: 'https://site.example' }, NAMES)).toBe(true);
    expect(isOwn({ 'Sec-Fetch-Site': 'same-origin', Origin: SELF }, NAMES)).toBe(true);
  });
});
