import { describe, expect, it } from '@jest/globals';
import { AccessRule, type AccessRuleOptions } from '../../../lib/access/access-rule.js';
import { AccessRules } from '../../../lib/access/access-rules.js';
import { GuardConfig, type GuardOptions } from '../../../lib/access/guard/guard-config.js';
import { deadEnds, deadEndText } from '../../../lib/access/report/dead-ends.js';
import { describeRule } from '../../../lib/access/report/site-description.js';

function found(protect: readonly AccessRuleOptions[], options: GuardOptions = {}): string[] {
  const config = new GuardConfig({ ...options, protect });
  const rules = new AccessRules(config);
  const described = new Map(
    rules.all.map((rule, at) => [rule, { ...describeRule(rule), place: `protect[${at}]` }] as const),
  );
  const over = (path: string) => described.get(rules.find(path) as AccessRule);
  return deadEnds([...described.values()], over, config).map(
    (end) => `${end.rule.place} > ${end.target} (${end.by.place})`,
  );
}

describe('A dead end', () => {
  it.each<[AccessRuleOptions[], GuardOptions, string[]]>([
    [[{ pattern: '/admin/**', redirectTo: '/admin/login/?x' }], {}, ['protect[0] > /admin/login/?x (protect[0])']],
    [[{ pattern: '/**', allow: () => false, redirectTo: '/down' }], {}, ['protect[0] > /down (protect[0])']],
    [
      [
        { pattern: '/a/**', redirectTo: '/b/in' },
        { pattern: '/b/**', redirectTo: '/a/in' },
      ],
      {},
      ['protect[0] > /b/in (protect[1])', 'protect[1] > /a/in (protect[0])'],
    ],
    [[{ pattern: '/a/**', role: 'x' }], { forbiddenPath: '/a/no' }, ['protect[0] > /a/no (protect[0])']],
    [[{ pattern: '/a/**', role: 'x' }], { forbiddenPath: { render: '/a/no' } }, ['protect[0] > /a/no (protect[0])']],
    [[{ pattern: '/a/**', role: 'x', forbiddenPath: '/a/no' }], {}, ['protect[0] > /a/no (protect[0])']],
    [
      [{ pattern: '/a/**', role: 'x', redirectTo: '/a/in', forbiddenPath: '/a/no' }],
      {},
      ['protect[0] > /a/in (protect[0])', 'protect[0] > /a/no (protect[0])'],
    ],
  ])('is found for the rules %j and the options %j', (rules, options, ends) => {
    expect(found(rules, options)).toEqual(ends);
  });

  it.each<[AccessRuleOptions[], GuardOptions]>([
    [[{ pattern: '/admin/**', redirectTo: '/admin/login' }], { loginPath: '/admin/login' }],
    [[{ pattern: '/admin/**', redirectTo: '/admin/login' }], { loginPath: { '/admin/**': '/admin/login' } }],
    [[{ pattern: '/a/**', role: 'x', redirectTo: '/in', forbiddenPath: '/no' }], { forbiddenPath: '/a/no' }],
    [
      [
        { pattern: '/admin/login', public: true },
        { pattern: '/admin/**', redirectTo: '/admin/login' },
      ],
      {},
    ],
    [
      [
        { pattern: '/admin/login', enforce: false },
        { pattern: '/team/**', redirectTo: '/admin/login' },
      ],
      {},
    ],
    // A function may look at the page, or may admit guests.
    [[{ pattern: '/**', allow: (_, { url }) => url.pathname === '/down', redirectTo: '/down' }], {}],
    [[{ pattern: '/**', allow: (...all) => all.length > 9, redirectTo: '/down' }], {}],
    [
      [
        { pattern: '/in', allow: (session) => session === null },
        { pattern: '/a/**', redirectTo: '/in' },
      ],
      {},
    ],
    // The target asks for a sign-in and redirects to the login page.
    [[{ pattern: '/b/**' }, { pattern: '/a/**', redirectTo: '/b/in' }], {}],
    [[{ pattern: '/a/**', methods: ['POST'], redirectTo: '/a/in' }], {}],
    [[{ pattern: '/a/**', redirectTo: 'https://sso.example/a' }], {}],
    [[{ pattern: '/a/**', redirectTo: '/a/in', status: 404 }], {}],
    [[{ pattern: '/a/**', redirectTo: '/a/in', enforce: false }], {}],
    [[{ pattern: '/a/**', redirectTo: '/a/in' }], { enforce: false }],
    // Every signed-in user is admitted.
    [[{ pattern: '/a/**' }], { forbiddenPath: '/a/no' }],
  ])('is not found for the rules %j and the options %j (%#)', (rules, options) => {
    expect(found(rules, options)).toEqual([]);
  });

  it('is reported with the rule to write, and where to write it', () => {
    const described = (rule: AccessRuleOptions, place: string) => ({ ...describeRule(new AccessRule(rule)), place });
    const rule = described({ pattern: '/a/**' }, 'protect[1]');
    const by = described({ pattern: '/b' }, 'protect[0]');
    expect(deadEndText({ rule, target: '/b?x', by })).toBe(
      'protect[1], /a/** (signed in), redirects refused visitors to /b, and protect[0], /b (signed in), refuses them ' +
        "there. Write before protect[0]: { pattern: '/b', public: true }",
    );
    expect(deadEndText({ rule, target: '/a/no', by: rule, isRendered: true })).toMatch(
      /^protect\[1], \/a\/\*\* \(signed in\), shows refused visitors \/a\/no, and refuses them there as well\. /,
    );
  });
});
