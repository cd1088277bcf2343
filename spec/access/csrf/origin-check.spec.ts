import { describe, expect, it } from '@jest/globals';
import { checkOrigin } from '../../../lib/access/csrf/origin-check.js';
import { type AllowedDomain, SiteOrigins } from '../../../lib/access/csrf/site-origins.js';

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
