import { describe, expect, it } from '@jest/globals';
import type { AccessRuleOptions } from '../../../lib/access/access-rule.js';
import { PathPattern } from '../../../lib/access/paths/path-pattern.js';
import { CacheFindings } from '../../../lib/access/report/cache-findings.js';
import { route, site } from '../../support/site-description.js';

const ADMIN = { who: 'role admin', isPublic: false };

describe('The findings for cached routes', () => {
  const cached = (protect: AccessRuleOptions[], entry: string, more: Parameters<typeof site>[1] = {}) => {
    const findings = new CacheFindings(site(protect, { routes: ['/a', '/b/[id]'], ...more }));
    return findings.inRouteRules(new Map([[entry, new PathPattern(entry).segments]]));
  };

  it.each<[AccessRuleOptions, string, string[]]>([
    [{ pattern: '/a' }, '/a', ['/a']],
    [{ pattern: '/a' }, '/[...all]', ['/a']],
    [{ pattern: '/a' }, '/b/[id]', []],
    [{ pattern: '/b/one' }, '/b/[id]', ['/b/[id]']],
    [{ pattern: '/b/one' }, '/b/two', []],
    [{ pattern: '/a', methods: ['POST'] }, '/a', []],
    [{ pattern: '/a', enforce: false }, '/a', []],
  ])('list the routes that the rule %j protects and the entry %s caches', (rule, entry, expected) => {
    expect(cached([rule], entry).map((each) => each.route)).toEqual(expected);
  });

  it('leave out routes that everybody may read', () => {
    const reading: AccessRuleOptions = { pattern: '/a', methods: ['GET'], public: true };
    expect(cached([reading, { pattern: '/**', role: 'x' }], '/a')).toEqual([]);
    expect(cached([reading], '/a', { globalProtect: true })).toEqual([]);
    expect(cached([], '/a', { globalProtect: true, exclude: [{ pattern: '/a', methods: ['GET'] }] })).toEqual([]);
    expect(cached([], '/a', { globalProtect: true, exclude: [{ pattern: '/a', methods: ['POST'] }] })).toHaveLength(1);
    const guard = { who: 'role x', isPublic: false, publicFor: ['GET'] };
    expect(cached([], '/a', { routes: [route('/a', { guard })] })).toEqual([]);
    expect(cached([], '/a', { routes: [route('/a', { guard: { ...guard, publicFor: ['POST'] } })] })).toHaveLength(1);
    const writing = { who: 'role x', isPublic: false, methods: ['POST'] };
    expect(cached([], '/a', { routes: [route('/a', { guard: writing })] })).toEqual([]);
  });

  it('name what protects the route', () => {
    expect(cached([{ pattern: '/a', role: 'x' }], '/a')).toEqual([
      { route: '/a', protectedBy: 'protect[0] (role x)', entry: '/a' },
    ]);
    expect(cached([], '/a', { routes: [route('/a', { guard: ADMIN })] })[0]?.protectedBy).toBe(
      'guard of src/pages/a (role admin)',
    );
    expect(cached([], '/a', { globalProtect: true })[0]?.protectedBy).toBe('globalProtect (signed in)');
  });
});

describe('A cache in front of the site', () => {
  const routes = [route('/team/home', { guard: ADMIN }), route('/team/[x]'), route('/open')];
  const cached = (...patterns: string[]) =>
    new CacheFindings(site([], { routes })).inFront(new Set(patterns)).map((each) => each.route);

  it('is reported for a guarded route, and for a route that matches other spellings of its path', () => {
    expect(cached('/team/[x]', '/open')).toEqual(['/team/[x]']);
    expect(cached('/team/home')).toEqual(['/team/home']);
    expect(cached('/open')).toEqual([]);
  });
});
