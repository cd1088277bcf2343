import { describe, expect, it } from '@jest/globals';
import { checkOrigin, SiteOrigins } from '../../lib/access/csrf/site-origins.js';
import { TrustedOrigins } from '../../lib/access/csrf/trusted-origins.js';
import { Document } from '../support/documents.js';

const SELF = 'https://site.example';
const NEIGHBOUR = 'https://app.site.example';
const APP = 'capacitor://localhost';

/** The headers that a browser could send from a page, of which each kind of browser sends some. */
const SENDERS = {
  own: [{ 'Sec-Fetch-Site': 'same-origin', Origin: SELF, Referer: `${SELF}/form` }],
  trusted: [
    { 'Sec-Fetch-Site': 'same-site', Origin: NEIGHBOUR, Referer: `${NEIGHBOUR}/` },
    { 'Sec-Fetch-Site': 'cross-site', Origin: APP, Referer: `${APP}/index.html` },
  ],
  other: [
    { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example', Referer: 'https://evil.example/' },
    { 'Sec-Fetch-Site': 'same-site', Origin: 'https://other.site.example', Referer: 'https://other.site.example/' },
    { 'Sec-Fetch-Site': 'cross-site', Origin: 'ionic://localhost', Referer: 'ionic://localhost/' },
  ],
};

const rows = new Document('docs/csrf.md').text
  .split('\n')
  .filter((line) => /^\| .*(?:passes|403) \|$/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, who = '', headers = '', own = '', trusted = '', other = '']) => ({ who, headers, own, trusted, other }));

/** Leaves the headers that a row of the table names; `Origin: null` replaces the origin. */
function named(cell: string, headers: Record<string, string>): Headers {
  const sent = Array.from(cell.matchAll(/`([\w-]+)(?:: (\w+))?`/g), ([, name = '', value]) => [
    name,
    value ?? headers[name] ?? '',
  ]);
  return new Headers(sent as [string, string][]);
}

describe('The table of browsers', () => {
  it('has a row for every combination of headers that browsers send', () => {
    expect(rows.map(({ headers }) => headers.replaceAll('`', ''))).toEqual([
      'Sec-Fetch-Site, Origin',
      'Sec-Fetch-Site, Origin: null',
      'Origin, Referer',
      'Origin',
      'Origin: null',
      'Referer',
      'none',
    ]);
  });

  describe.each([
    ['without allowedDomains', new SiteOrigins([], new TrustedOrigins([NEIGHBOUR, APP]))],
    ['with its own name', new SiteOrigins([{ hostname: 'site.example' }], new TrustedOrigins([NEIGHBOUR, APP]))],
  ])('is what happens on a site %s:', (_, site) => {
    it.each(rows)('$who send $headers: $own, $trusted, $other', ({ headers, ...expected }) => {
      const results = Object.entries(SENDERS).map(([sender, sent]) => {
        const passes = sent.map(
          (all) => checkOrigin({ headers: named(headers, all), sentTo: new URL(SELF) }, site).isOwn,
        );
        return [sender, [...new Set(passes.map((isOwn) => (isOwn ? 'passes' : '403')))]];
      });
      const { own, trusted, other } = expected;
      expect(Object.fromEntries(results)).toEqual({ own: [own], trusted: [trusted], other: [other] });
    });
  });
});
