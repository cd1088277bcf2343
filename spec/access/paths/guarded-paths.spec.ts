import { describe, expect, it } from '@jest/globals';
import { GuardedPaths, normalized, pathOnly } from '../../../lib/access/paths/guarded-paths.js';
import { ErrorPages } from '../../../lib/access/paths/special-paths.js';
import { navigation } from '../../support/guarded-request.js';

describe('The paths of a request', () => {
  it('are those of the served page, of the address and of the action', () => {
    const request = navigation('/fr/about', { routePattern: '/about', action: { name: 'a.b', calledFrom: 'form' } });
    const paths = GuardedPaths.of(request, '');
    expect(paths?.all).toEqual(['/about', '/fr/about', '/_actions/a.b']);
    expect(paths?.others).toEqual(['/fr/about', '/_actions/a.b']);
  });

  it.each(['/about', '/about/', '/about.html', '/about/index.html'])(
    'count as one page when %s is requested',
    (address) => {
      expect(GuardedPaths.of(navigation(address, { routePattern: '/about' }), '')?.others).toEqual([]);
    },
  );

  it.each(['/about.htm', '/about.html.html', '/index/about', '/ABOUT'])(
    'are two when %s leads to the page',
    (address) => {
      expect(GuardedPaths.of(navigation(address, { routePattern: '/about' }), '')?.others).toEqual([address]);
    },
  );

  it('meet a condition only if each of them does, the page by any of its spellings', () => {
    const holds = (path: string) => path === '/about' || path === '/_actions/a';
    const every = (address: string, parts = {}) =>
      GuardedPaths.of(navigation(address, { routePattern: '/about', ...parts }), '')?.every(holds);
    expect(every('/about.html', { action: { name: 'a', calledFrom: 'form' } })).toBe(true);
    expect(every('/about', { action: { name: 'b', calledFrom: 'form' } })).toBe(false);
    expect(every('/fr/about')).toBe(false);
    expect(every('/about', { originalPathname: '/other' })).toBe(false);
  });

  it('are read without the base of the site', () => {
    expect(GuardedPaths.of(navigation('/app/about', { routePattern: '/about' }), '/app')?.all).toEqual(['/about']);
  });

  it('are those that were requested when an error page is shown', () => {
    expect(GuardedPaths.of(navigation('/nothing', { routePattern: '/404' }), '')?.all).toEqual(['/nothing']);
    const pages = new ErrorPages(['fr']);
    const inFrench = navigation('/fr/rien', { routePattern: '/fr/404' });
    expect(GuardedPaths.of(inFrench, '', pages)?.all).toEqual(['/fr/rien']);
    expect(GuardedPaths.of(inFrench, '')?.all).toEqual(['/fr/404', '/fr/rien']);
  });

  it('are undefined when the address is unreadable', () => {
    expect(GuardedPaths.of(navigation('/', { pathname: '/%ff' }), '')).toBeUndefined();
  });

  it('are the names of a server island in place of its internal name', () => {
    const request = navigation('/_server-islands/Stats1', {
      routePattern: '/_server-islands/[name]',
      params: { name: 'Stats1' },
      islandNames: [['Stats', 'src/a.astro'], ['Other']],
    });
    const paths = GuardedPaths.of(request, '');
    expect(paths?.all.map((path) => paths.namesOf(path))).toEqual([
      ['/_server-islands/Stats', '/_server-islands/src/a.astro'],
      ['/_server-islands/Other'],
    ]);
    expect(paths?.names).toHaveLength(3);
    expect(paths?.spellingsOf('/_server-islands/Stats1/')).toContain('/_server-islands/src/a.astro');
  });

  it('are only the path itself for a page without a request', () => {
    expect(GuardedPaths.ofPage('/a')).toMatchObject({ all: ['/a'], others: [], page: '/a', action: undefined });
  });
});

describe('A path', () => {
  it.each([
    ['/', '/'],
    ['/a/', '/a'],
    ['//a//b', '/a/b'],
    ['/cafe\u0301', '/caf\u00e9'],
  ])('is normalised for comparison: %s becomes %s', (path, expected) => {
    expect(normalized(path)).toBe(expected);
  });

  it.each([
    ['/login?from=x#top', '/login'],
    ['/%6cogin', '/login'],
    ['/100%', '/100%'],
  ])('is taken from an option without query, fragment and encoding: %s becomes %s', (option, expected) => {
    expect(pathOnly(option)).toBe(expected);
  });
});
