import { describe, expect, it } from '@jest/globals';
import { ProtectionReport } from '../../../lib/access/report/protection-report.js';
import type { SiteDescription } from '../../../lib/access/report/site-description.js';
import { route, site } from '../../support/site-description.js';

const lines = (description: SiteDescription) =>
  new ProtectionReport(description).entries.map(({ kind, path, who, by }) => `${kind} ${path}: ${who} (${by})`);

describe('The report', () => {
  it('lists every page, endpoint, action, island, redirect and file, sorted by path', () => {
    const description = site([{ pattern: '/admin' }, { action: 'admin.*', role: 'admin' }, { island: 'Secret' }], {
      routes: [
        '/b',
        '/admin',
        route('/api', { kind: 'endpoint' }),
        route('/old', { kind: 'redirect', file: undefined }),
        route('/docs/[page]', { isPrerendered: true }),
      ],
      actions: ['like', 'admin.remove'],
      islands: [
        { file: 'src/Secret.astro', names: ['Secret'] },
        { file: 'src/Open.astro', names: ['Open'] },
      ],
      publicFiles: [{ path: '/a.css', file: 'public/a.css' }],
    });
    expect(lines(description)).toEqual([
      'file /a.css: everybody (served as a file) (–)',
      'page /admin: signed in (protect[0])',
      'endpoint /api: everybody (–)',
      'page /b: everybody (–)',
      'page /docs/[page]: everybody (served as a file) (–)',
      'redirect /old: everybody (–)',
      'island Open: everybody (–)',
      'island Secret: signed in (protect[2])',
      'action admin.remove: role admin (protect[1])',
      'action like: everybody (–)',
    ]);
  });

  it('shows error pages and redirects as open to everyone, whatever the rules', () => {
    const routes = ['/404', '/500', route('/old', { kind: 'redirect' })];
    expect(lines(site([{ pattern: '/**' }], { routes }))).toEqual([
      'page /404: everybody (–)',
      'page /500: everybody (–)',
      'redirect /old: everybody (–)',
    ]);
  });

  it('shows what a rule opens as open, and a login page for guests as not open', () => {
    const guard = { who: 'not signed in', isPublic: false, isForGuestsOnly: true };
    const routes = ['/function', '/open', '/other', route('/login', { guard, file: 'login.astro' })];
    const description = site(
      [
        { pattern: '/open', public: true },
        { pattern: '/function', allow: () => true },
        { pattern: '/**', allow: (s) => s !== null },
      ],
      { routes },
    );
    expect(lines(description)).toEqual([
      'page /function: everybody (protect[1])',
      'page /login: not signed in (guard of login.astro)',
      'page /open: everybody (protect[0])',
      'page /other: allow() (protect[2])',
    ]);
    expect(new ProtectionReport(description).openEntries.map(({ path }) => path)).toEqual(['/function', '/open']);
  });

  it('distinguishes two islands of one name, and matches each by all of its names', () => {
    const islands = [
      { file: 'src/a/Stats.astro', names: ['Stats', 'Own', 'src/a/Stats.astro'] },
      { file: 'src/Stats.astro', names: ['Stats', 'src/Stats.astro'] },
    ];
    expect(lines(site([{ island: 'Own', role: 'x' }, { island: 'src/*.astro' }], { islands }))).toEqual([
      'island Stats (src/Stats.astro): signed in (protect[1])',
      'island Stats (src/a/Stats.astro): role x (protect[0])',
    ]);
  });

  it('applies the rules for POST requests to actions', () => {
    const protect = [
      { pattern: '/_actions/**', methods: ['GET'], role: 'a' },
      { pattern: '/_actions/**', methods: ['POST'], role: 'b' },
    ];
    expect(lines(site(protect, { actions: ['like'] }))).toEqual(['action like: role b (protect[1])']);
  });

  it('applies the rules of both paths to a page shown in place of a missing translation', () => {
    const fallbacks = [route('/fr/a')];
    const protect = [{ pattern: '/a', role: 'x' }, { pattern: '/fr/**' }];
    expect(lines(site(protect, { routes: [route('/a', { fallbacks })] }))).toEqual([
      'page /a: role x (protect[0])',
      'page /fr/a: role x (protect[0])',
      'page /fr/a: signed in (protect[1])',
    ]);
    const writing = [{ pattern: '/a', methods: ['POST'] }];
    expect(lines(site(writing, { routes: [route('/a', { fallbacks })] })).slice(2)).toEqual([
      'page /fr/a: signed in (protect[0])',
      'page /fr/a: everybody (–)',
    ]);
  });

  it('leaves such a page to its own guard where everything is protected', () => {
    const guard = { who: 'everybody', isPublic: true };
    const routes = [route('/a', { guard, fallbacks: [route('/fr/a')] })];
    expect(lines(site([], { routes, globalProtect: true }))[1]).toMatch(/^page \/fr\/a: everybody/);
  });

  it('lists separately what everyone may see', () => {
    const routes = ['/a', '/b', route('/c', { isPrerendered: true })];
    const { openEntries } = new ProtectionReport(site([{ pattern: '/a' }], { routes }));
    expect(openEntries.map(({ path }) => path)).toEqual(['/b', '/c']);
  });

  it('counts each entry once, by its weakest demand', () => {
    const protect = [{ pattern: '/a/one', role: 'x' }, { pattern: '/b' }, { pattern: '/c', role: 'x', enforce: false }];
    const routes = ['/a/one', '/b', '/c', '/a/[id]'];
    expect(new ProtectionReport(site(protect, { routes })).summary).toEqual({
      everybody: 2,
      signedIn: 1,
      withRequirements: 1,
    });
  });

  it('is the same for the same site, in whatever order its parts are found', () => {
    const routes = ['/z', '/a', '/m/[id]'];
    const description = site([{ pattern: '/m/**' }], { routes });
    expect(lines({ ...description, routes: [...description.routes].reverse() })).toEqual(lines(description));
  });
});
