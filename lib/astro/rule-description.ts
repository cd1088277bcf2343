import type { AccessRule } from '../access/access-rule.js';
import type { DescribedRule } from '../access/report/site-description.js';

/** A rule as plain data. */
export function describeRule(rule: AccessRule): Omit<DescribedRule, 'place'> {
  const { pattern, methods, enforce, demand, status } = rule;
  return { pattern, methods, enforce, hides: status === 404, demand, text: `${rule}` };
}
