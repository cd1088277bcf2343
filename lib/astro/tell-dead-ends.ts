import type { AccessRule } from '../access/access-rule.js';
import { AccessRules } from '../access/access-rules.js';
import { GuardConfig } from '../access/guard-config.js';
import { PageGuards } from '../access/page-guards.js';
import { deadEnds, deadEndText, placeOf } from '../access/report/dead-ends.js';
import type { Services } from '../container/services.js';
import { DeadEndsError } from '../errors.js';
import { describeRule } from './rule-description.js';

/**
 * Logs at start rules that redirect visitors to a page where they are refused again. If such a page may have its own
 * guard, it is loaded to find out.
 *
 * @param ofConfig The number of rules from astro.config.
 */
export async function tellDeadEnds(services: Services, ofConfig: number): Promise<void> {
  const rules = services.get(AccessRules);
  const config = services.get(GuardConfig);
  const pageGuards = services.get(PageGuards);
  const isLeading = ({ redirectTo }: AccessRule) => redirectTo !== undefined || config.forbiddenPath !== undefined;
  const place = (at: number) =>
    at < ofConfig ? `protect[${at}] of astro.config` : `protect[${at - ofConfig}] of the setup module`;
  if (!rules.all.some(isLeading)) return;
  const described = new Map(rules.all.map((rule, at) => [rule, { ...describeRule(rule), place: place(at) }] as const));
  const over = (path: string) => described.get(rules.find(path) as AccessRule);
  const ends = deadEnds([...described.values()], over, config);
  const guards = await Promise.all(ends.map(async ({ target }) => pageGuards.of(placeOf(target))));
  const problems = ends.filter((_, at) => !guards[at]?.enforces).map(deadEndText);
  if (problems.length > 0) console.warn(new DeadEndsError(problems).message);
}
