import { describe, expect, it } from '@jest/globals';
import { AccessRule, type AccessRuleOptions } from '../../../lib/access/access-rule.js';
import { describeRule } from '../../../lib/access/report/site-description.js';

const described = (options: AccessRuleOptions) => describeRule(new AccessRule(options));

describe('The description of a rule', () => {
  it('is plain data that a report can pass on', () => {
    const description = described({ pattern: '/admin/**', role: 'admin', methods: ['POST'], redirectTo: '/no' });
    expect(structuredClone(description)).toMatchObject({
      pattern: '/admin/**',
      methods: ['POST'],
      enforce: true,
      hides: false,
      demand: 'role admin',
      redirectTo: '/no',
      mayAdmitGuests: false,
      isSameEverywhere: true,
    });
  });

  it('states whether the rule hides the page, and whether it only reports', () => {
    expect(described({ pattern: '/x', role: 'a', status: 404 }).hides).toBe(true);
    expect(described({ pattern: '/x', role: 'a', enforce: false }).enforce).toBe(false);
  });

  it.each<[string, AccessRuleOptions['allow'], boolean]>([
    ['the session only', (session) => session?.plan === 'premium', true],
    ['the request', (_, { params }) => params.id === '1', false],
    ['a second parameter with a default', (_, { url } = {} as never) => url !== undefined, false],
    ['any arguments', (...given) => given.length > 1, false],
  ])(
    'states that a function of %s may admit guests, and whether it decides the same on every page',
    (_, allow, isSame) => {
      const { mayAdmitGuests, isSameEverywhere } = described({ pattern: '/x', allow });
      expect([mayAdmitGuests, isSameEverywhere]).toEqual([true, isSame]);
    },
  );
});
