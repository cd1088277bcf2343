import { describe, expect, it } from '@jest/globals';
import { type RouteRow, RouteTable } from '../../../lib/access/pages/route-table.js';

const row = (pattern: string, source: string, params: string[] = [], more: Partial<RouteRow> = {}): RouteRow => ({
  ...{ pattern, sources: [source], params, isPage: true },
  ...more,
});

const ROWS = [
  row('/org/new', '^\\/org\\/new\\/?$'),
  row('/org/[slug]/feed', '^\\/org\\/([^/]+?)\\/feed\\/?$', ['slug'], { isPage: false }),
  row('/org/[slug]', '^\\/org\\/([^/]+?)\\/?$', ['slug'], {
    sources: ['^\\/org\\/([^/]+?)\\/?$', '^\\/de\\/org\\/([^/]+?)\\/?$'],
  }),
  row('/org/[slug]/[...rest]', '^\\/org\\/([^/]+?)(?:\\/(.*?))?\\/?$', ['slug', '...rest']),
  row('/', '^\\/$'),
];

const acme = { routePattern: '/org/[slug]', params: { slug: 'acme' } };

describe('The table of routes', () => {
  const table = new RouteTable(ROWS, '/');

  it.each([
    ['/org/acme', acme],
    ['/org/acme/', acme],
    ['/de/org/acme', acme],
    ['/org/new', { routePattern: '/org/new', params: {} }],
    ['/', { routePattern: '/', params: {} }],
    ['/org/acme/a/b', { routePattern: '/org/[slug]/[...rest]', params: { slug: 'acme', rest: 'a/b' } }],
    ['/org/a%20b', { routePattern: '/org/[slug]', params: { slug: 'a b' } }],
    ['/org/%2561cme', acme],
    ['/org/a%2Fb', { routePattern: '/org/[slug]', params: { slug: 'a%2Fb' } }],
    ['/org/%C3%A9', { routePattern: '/org/[slug]', params: { slug: 'é' } }],
  ])('finds the page at %s, with its parameters as Astro decodes them', (path, found) => {
    expect(table.find(path)).toEqual(found);
  });

  it.each([
    ['no page', '/nothing'],
    ['another case', '/ORG/acme'],
    ['an endpoint, although a page further down would match', '/org/acme/feed'],
    ['an encoding that is none', '/org/%E0%A4%A'],
    ['slashes that Astro would merge', '//org/acme'],
    ['an ending that Astro would remove', '/org/acme.html'],
    ['an encoding without end', `/org/%${'25'.repeat(12)}61`],
  ])('finds nothing at %s: %s', (_, path) => {
    expect(table.find(path)).toBeUndefined();
  });

  it.each(['/site', '/site/', 'site/'].map((base) => [base.startsWith('/') ? base : `/${base}`]))(
    'finds only what is below the base %s',
    (base) => {
      const below = new RouteTable(ROWS, base);
      expect(below.find('/site/org/acme')).toEqual(acme);
      expect([below.find('/site')?.routePattern, below.find('/site/')?.routePattern]).toEqual(['/', '/']);
      expect(['/org/acme', '/siteorg/acme', '/Site/org/acme'].map((path) => below.find(path))).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    },
  );
});
