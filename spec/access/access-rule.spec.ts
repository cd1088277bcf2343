import { describe, expect, it } from '@jest/globals';
import { AccessRule, type AccessRuleOptions, type RuleOptions } from '../../lib/access/access-rule.js';
import { InvalidOptionsError } from '../../lib/errors/index.js';

function givesTrue() {
  return true;
}

describe('A rule', () => {
  it('requires one role of each set when both role and roles are given', () => {
    expect(new AccessRule({ pattern: '/', role: 'a', roles: ['b', 'c'] }).acceptedRoleSets).toEqual([
      ['a'],
      ['b', 'c'],
    ]);
    expect(new AccessRule({ pattern: '/' }).acceptedRoleSets).toEqual([]);
  });

  it('requires all of permission and permissions', () => {
    const rule = new AccessRule({ pattern: '/', permission: 'a', permissions: ['b', 'c'] });
    expect(rule.requiredPermissions).toEqual(['a', 'b', 'c']);
    expect(new AccessRule({ pattern: '/' }).requiredPermissions).toEqual([]);
  });

  it.each<[AccessRuleOptions, string]>([
    [{ pattern: '/a/**' }, '/a/** (signed in)'],
    [{ pattern: '/a', role: 'admin' }, '/a (role admin)'],
    [{ pattern: '/a', roles: ['x', 'y'] }, '/a (one of roles x, y)'],
    [{ pattern: '/a', permission: 'p', permissions: ['q'] }, '/a (permissions p, q)'],
    [{ pattern: '/a', public: true, methods: ['GET'] }, 'GET /a (everybody)'],
    [{ pattern: '/a', anyPermission: ['p', 'q'] }, '/a (one of permissions p, q)'],
    [{ pattern: '/a', permission: 'o', anyPermission: ['p', 'q'] }, '/a (permissions o and one of permissions p, q)'],
    [{ pattern: '/a', role: 'admin', remembered: false }, '/a (role admin and not only remembered)'],
    [{ pattern: '/a', role: 'admin', allow: () => true }, '/a (role admin and allow())'],
  ])('describes %j in words as "%s"', (options, words) => {
    expect(String(new AccessRule(options))).toBe(words);
  });

  it.each<[RuleOptions, string]>([
    [{ role: 'a' }, 'role'],
    [{ roles: ['a'] }, 'roles'],
    [{ permission: 'a' }, 'permission'],
    [{ permissions: ['a'] }, 'permissions'],
    [{ anyPermission: ['a'] }, 'anyPermission'],
    [{ authenticatedWithin: 60 }, 'authenticatedWithin'],
    [{ remembered: false }, 'remembered'],
    [{ allow: () => true }, 'allow'],
    [{ status: 404, guestsSignIn: true }, 'status and guestsSignIn'],
    [{ redirectTo: '/b' }, 'redirectTo'],
    [{ forbiddenPath: { render: '/b' } }, 'forbiddenPath'],
    [{ enforce: false }, 'enforce'],
  ])('is rejected when it is public and has %j as well', (options, named) => {
    expect(() => new AccessRule({ pattern: '/a', public: true, ...options })).toThrow(
      `public is set, which admits everybody, so ${named} would have no effect: remove one of them`,
    );
  });

  it('may be public for some methods, and be enforced', () => {
    const rule = new AccessRule({ pattern: '/a', public: true, methods: ['GET'], enforce: true });
    expect([rule.isPublic, rule.admitsEverybody, rule.isFor('HEAD'), rule.isFor('POST')]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(new AccessRule({ pattern: '/a', allow: () => true }).isPublic).toBe(false);
  });

  it('is rejected with a pattern that can never match', () => {
    expect(() => new AccessRule({ pattern: 'admin' })).toThrow(InvalidOptionsError);
  });

  it.each(['/login', '/login?why=x#top', 'https://sso.example/login', undefined])(
    'may redirect to %s',
    (redirectTo) => {
      expect(new AccessRule({ pattern: '/a', redirectTo }).redirectTo).toBe(redirectTo);
    },
  );

  it.each(['login', './login', '?login', ''])(
    'is rejected when it redirects to the relative path "%s"',
    (redirectTo) => {
      const attempt = () => new AccessRule({ pattern: '/a/**', redirectTo });
      expect(attempt).toThrow(InvalidOptionsError);
      expect(attempt).toThrow(`write "/${redirectTo}"`);
    },
  );

  it.each<[NonNullable<AccessRule['allow']>, boolean]>([
    [() => true, true],
    [async () => true, true],
    [(_session) => true, true],
    [givesTrue, true],
    [
      {
        may() {
          return true;
        },
      }.may,
      true,
    ],
    [
      () => {
        return true;
      },
      true,
    ],
    [() => false, false],
    [(session) => session !== null, false],
    [() => 1 > 0 || true, false],
  ])('admits everyone when its function only returns true: %s', (allow, isForEverybody) => {
    const rule = new AccessRule({ pattern: '/a', allow });
    expect([rule.admitsEverybody, rule.demand]).toEqual([isForEverybody, isForEverybody ? 'everybody' : 'allow()']);
    expect(new AccessRule({ pattern: '/a', role: 'x', allow }).admitsEverybody).toBe(false);
  });
});
