import type { AccessRule } from '../access/access-rule.js';
import type { DescribedRule } from '../access/report/site-description.js';

/** Returns a rule as plain data. */
export function describeRule(rule: AccessRule): Omit<DescribedRule, 'place'> {
  const { pattern, methods, enforce, demand, status, redirectTo, allow, asksByFunctionAlone } = rule;
  return {
    pattern,
    methods,
    enforce,
    hides: status === 404,
    demand,
    text: `${rule}`,
    redirectTo,
    mayAdmitGuests: asksByFunctionAlone,
    // A function with access to the request may decide differently on another page.
    isSameEverywhere: allow === undefined || !asksByFunctionAlone || isWithoutRequest(allow),
  };
}

function isWithoutRequest(allow: NonNullable<AccessRule['allow']>): boolean {
  return allow.length < 2 && !/\barguments\b|\.\.\.|,|=(?!>)/.test(`${allow}`.split('=>', 1)[0] ?? '');
}
