import { describe, expect, it } from '@jest/globals';
import {
  type AllowedDomain,
  checkOrigin,
  readOrigin,
  readReferrer,
  SiteOrigins,
} from '../../../lib/access/csrf/site-origins.js';
import { TrustedOrigins } from '../../../lib/access/csrf/trusted-origins.js';

function includes(origin: string, sentTo: string, domains: readonly AllowedDomain[] = []): boolean {
  return new SiteOrigins(domains).includes(new URL(origin), new URL(sentTo));
}

describe('The origins of a site without allowedDomains', () => {
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

describe('The origins of a site with allowedDomains', () => {
  const NAMED: AllowedDomain[] = [{ hostname: 'site.example' }];

  it.each<[string, string, string, AllowedDomain[]]>([
    ['behind a proxy that ends TLS', 'https://site.example', 'http://site.example/', NAMED],
    ['behind a proxy that sends another host', 'https://site.example', 'http://127.0.0.1:4321/', NAMED],
    ['on the port of the request', 'https://site.example:8443', 'http://site.example:8443/', NAMED],
    [
      'on a port that is listed',
      'https://site.example:8443',
      'http://a:1/',
      [{ hostname: 'site.example', port: '8443' }],
    ],
    [
      'on a default port that is listed',
      'https://site.example',
      'http://a:1/',
      [{ hostname: 'site.example', port: '443' }],
    ],
    ['when one of many domains matches', 'https://b.example', 'http://a:1/', [...NAMED, { hostname: 'b.example' }]],
    [
      'under a wildcard that the request matches, too',
      'https://t1.site.example',
      'http://t1.site.example/',
      [{ hostname: '*.site.example' }],
    ],
    [
      'under a wildcard for several labels',
      'https://a.b.site.example',
      'http://a.b.site.example/',
      [{ hostname: '**.site.example' }],
    ],
    ['where only the protocol is listed', 'https://site.example', 'http://site.example/', [{ protocol: 'https' }]],
    [
      'without TLS where it is listed',
      'http://site.example',
      'https://a/',
      [{ hostname: 'site.example', protocol: 'http' }],
    ],
  ])('include, %s, the origin %s', (_, origin, sentTo, domains) => {
    expect(includes(origin, sentTo, domains)).toBe(true);
  });

  it.each<[string, string, string, AllowedDomain[]]>([
    ['on another port than the request', 'https://site.example:8443', 'http://site.example/', NAMED],
    ['on another port than the site', 'https://site.example', 'http://site.example:8443/', NAMED],
    ['on any port, where the host is unknown', 'https://site.example:8443', 'http://127.0.0.1:4321/', NAMED],
    [
      'on another port than the listed one',
      'https://site.example:444',
      'http://a:1/',
      [{ hostname: 'site.example', port: '8443' }],
    ],
    ['without TLS where the site has it', 'http://site.example', 'https://site.example/', NAMED],
    [
      'without TLS where it is required',
      'http://site.example',
      'http://a:1/',
      [{ hostname: 'site.example', protocol: 'https' }],
    ],
    ['under a subdomain', 'https://a.site.example', 'http://a:1/', NAMED],
    ['under a name with the same ending', 'https://evilsite.example', 'http://a:1/', [{ hostname: '**.site.example' }]],
    [
      'under the name of a neighbour',
      'https://t2.site.example',
      'http://t1.site.example/',
      [{ hostname: '*.site.example' }],
    ],
    [
      "under a name that a wildcard matches, without being the request's host",
      'https://t2.site.example',
      'http://a:1/',
      [{ hostname: '**.site.example' }],
    ],
    ['under any name at all', 'https://evil.example', 'http://site.example/', [{ protocol: 'https' }, {}]],
    [
      'under two labels where the wildcard stands for one',
      'https://a.b.site.example',
      'http://a.b.site.example/',
      [{ hostname: '*.site.example' }],
    ],
    [
      'under a pattern that Astro does not support',
      'https://site.example',
      'http://site.example/',
      [{ hostname: '*' }],
    ],
  ])('do not include, %s, the origin %s', (_, origin, sentTo, domains) => {
    expect(includes(origin, sentTo, domains)).toBe(false);
  });

  it('exclude an origin for certain only when none of the domains matches', () => {
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

describe('An origin header', () => {
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
  ])('names no site as Origin: %s', (header) => {
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
  ])('names no page as Referer: %s', (header) => {
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

describe('A request from a page of the site', () => {
  it.each<[string, Sent]>([
    ['the browser reports it as same-origin', { 'Sec-Fetch-Site': 'same-origin' }],
    ['the visitor started it', { 'Sec-Fetch-Site': 'none' }],
    [
      'the browser reports it as same-origin, whatever a proxy made of the address',
      { 'Sec-Fetch-Site': 'same-origin', Origin: EVIL },
    ],
    [
      'the browser reports it as same-origin, with an opaque Origin',
      { 'Sec-Fetch-Site': 'same-origin', Origin: 'null' },
    ],
    ['Origin is the site', { Origin: SELF }],
    ['Origin and Referer are the site', { Origin: SELF, Referer: `${SELF}/form` }],
    ['Referer is a page of the site, without Origin', { Referer: `${SELF}/form?a=${EVIL}` }],
    ['Referer is only the site', { Referer: SELF }],
  ])('is recognised when %s', (_, headers) => {
    expect(isOwn(headers)).toBe(true);
  });
});

describe('A request from elsewhere', () => {
  it.each<[string, Sent]>([
    ['no header states its origin', {}],
    ['the browser reports it as cross-site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['it comes from a neighbouring site', { 'Sec-Fetch-Site': 'same-site' }],
    ["the browser's report contradicts Origin", { 'Sec-Fetch-Site': 'cross-site', Origin: SELF }],
    ['the report of a neighbouring site contradicts Origin', { 'Sec-Fetch-Site': 'same-site', Origin: SELF }],
    ['Sec-Fetch-Site has a value that no browser sends', { 'Sec-Fetch-Site': 'same-origin, cross-site', Origin: SELF }],
    ['Sec-Fetch-Site is capitalised', { 'Sec-Fetch-Site': 'Same-Origin', Origin: SELF }],
    ['Sec-Fetch-Site is empty', { 'Sec-Fetch-Site': '', Origin: SELF }],
    ['Origin is another site', { Origin: EVIL }],
    ['Origin is null', { Origin: 'null' }],
    ['Origin is null, although Referer is the site', { Origin: 'null', Referer: `${SELF}/form` }],
    ['Origin is empty', { Origin: '', Referer: `${SELF}/form` }],
    ['Origin contains two sites', { Origin: `${SELF}, ${EVIL}` }],
    [
      'Origin contains two sites, whatever the browser reports',
      { Origin: `${SELF}, ${EVIL}`, 'Sec-Fetch-Site': 'same-origin' },
    ],
    ['Origin has another port', { Origin: 'http://127.0.0.1:4322' }],
    ['Referer contradicts Origin', { Origin: SELF, Referer: `${EVIL}/` }],
    ['Origin is another site, although Referer is not', { Origin: EVIL, Referer: `${SELF}/form` }],
    ['Referer is another site', { Referer: `${EVIL}/${SELF}/` }],
    ['Referer only begins like the site', { Referer: `${SELF}.evil.example/` }],
    ['Referer has the site as its user name', { Referer: `${SELF}@evil.example/` }],
    ['Referer is empty', { Referer: '' }],
    ['a header states that a script sent it', { Origin: EVIL, 'X-Requested-With': 'XMLHttpRequest' }],
    ['its Host is not what Astro vouches for', { Host: 'evil.example', Origin: EVIL }],
    ['a proxy is said to have forwarded it', { 'X-Forwarded-Host': 'evil.example', Origin: EVIL }],
  ])('is recognised when %s', (_, headers) => {
    expect(isOwn(headers)).toBe(false);
  });
});

describe('A request that names a trusted origin', () => {
  const APP = 'https://app.example';
  const site = new SiteOrigins([], new TrustedOrigins([APP, 'capacitor://localhost']));
  const find = (headers: Sent) => checkOrigin({ headers: new Headers(headers), sentTo: new URL(SELF) }, site);

  it.each<Sent>([
    { Origin: APP },
    { Origin: 'capacitor://localhost' },
    ...['same-site', 'cross-site', 'same-origin', 'none'].flatMap((relation) => [
      { Origin: APP, 'Sec-Fetch-Site': relation },
      { Referer: `${APP}/a`, 'Sec-Fetch-Site': relation },
    ]),
    { Origin: APP, Referer: `${APP}/a` },
    { Origin: APP, Referer: 'capacitor://localhost/' },
    { Origin: APP, Referer: `${SELF}/a` },
    { Referer: 'capacitor://localhost/a' },
  ])('is accepted as one of the site: %j', (headers) => {
    expect(find(headers)).toMatchObject({ isOwn: true, reason: expect.stringContaining('is trusted') });
  });

  it.each<Sent>([
    { Origin: APP, 'Sec-Fetch-Site': 'same-site, cross-site' },
    { Origin: APP, 'Sec-Fetch-Site': '' },
    { Origin: APP, Referer: `${EVIL}/` },
    { Origin: APP, Referer: 'evil' },
    { Origin: EVIL, Referer: `${APP}/` },
    { Origin: 'null', Referer: `${APP}/`, 'Sec-Fetch-Site': 'cross-site' },
    { Origin: '', Referer: `${APP}/`, 'Sec-Fetch-Site': 'cross-site' },
    { Origin: `${APP}, ${EVIL}`, 'Sec-Fetch-Site': 'cross-site' },
    { Origin: `${APP}/`, 'Sec-Fetch-Site': 'cross-site' },
    { Referer: `${APP}.evil.example/` },
    { 'Sec-Fetch-Site': 'same-site' },
  ])('is refused when its headers contradict each other, or name another one: %j', (headers) => {
    expect(find(headers).isOwn).toBe(false);
  });

  it('is recognised with a name of the site that is known', () => {
    const named = new SiteOrigins([{ hostname: 'site.example' }], new TrustedOrigins([APP]));
    const headers = new Headers({ Origin: APP, 'Sec-Fetch-Site': 'same-site' });
    expect(checkOrigin({ headers, sentTo: new URL(SELF) }, named).isOwn).toBe(true);
  });

  it('could be listed when it comes from a neighbour or from an app', () => {
    expect(find({ Origin: 'https://b.example', 'Sec-Fetch-Site': 'same-site' }).listable).toBe('https://b.example');
    expect(find({ Origin: 'ionic://localhost' }).listable).toBe('ionic://localhost');
    expect(find({ Origin: EVIL, 'Sec-Fetch-Site': 'cross-site' }).listable).toBeUndefined();
    expect(find({ Origin: EVIL }).listable).toBeUndefined();
    expect(find({ Origin: 'javascript://a' }).listable).toBeUndefined();
  });
});

describe('A site with allowedDomains', () => {
  const NAMES = [{ hostname: 'site.example', protocol: 'https' }];

  it('recognises itself behind a proxy by Origin or by Referer', () => {
    expect(isOwn({ Origin: 'https://site.example' }, NAMES)).toBe(true);
    expect(isOwn({ Referer: 'https://site.example/form' }, NAMES)).toBe(true);
    expect(isOwn({ Origin: 'https://site.example', Referer: 'https://site.example/form' }, NAMES)).toBe(true);
  });

  it('rejects a request in which Sec-Fetch-Site contradicts Origin', () => {
    expect(isOwn({ 'Sec-Fetch-Site': 'same-origin', Origin: EVIL }, NAMES)).toBe(false);
    expect(isOwn({ 'Sec-Fetch-Site': 'none', Origin: EVIL }, NAMES)).toBe(false);
    expect(isOwn({ 'Sec-Fetch-Site': 'same-origin', Origin: 'https://site.example' }, NAMES)).toBe(true);
    expect(isOwn({ 'Sec-Fetch-Site': 'same-origin', Origin: SELF }, NAMES)).toBe(true);
  });
});
