import { normalized, pathOnly } from '../paths/guarded-paths.js';
import { EVERYBODY } from './path-protection.js';
import type { DescribedRule, SiteDescription } from './site-description.js';

/** A rule that sends those whom it refuses to a page that refuses them as well: nobody is led on from there. */
export interface DeadEnd {
  readonly rule: DescribedRule;
  /** The page, as the option names it. */
  readonly target: string;
  /** What refuses them there. */
  readonly by: DescribedRule;
}

/** Where refusals lead: the part of a site's options that says so. */
export type Leading = Pick<SiteDescription, 'loginPath' | 'forbiddenPath' | 'enforce'>;

/**
 * Finds rules over their own login page, and over the page that says "no". What a function may allow there is not known,
 * unless it is the same function, and cannot tell one page from another.
 *
 * @param over Gives the rule that decides who may open a path.
 */
export function deadEnds(
  rules: readonly DescribedRule[],
  over: (path: string) => DescribedRule | undefined,
  { loginPath, forbiddenPath, enforce }: Leading,
): DeadEnd[] {
  if (!enforce) return [];
  const login = placeOf(loginPath);

  /** Whether a guest whom a rule refuses is sent around in a circle. */
  const circlesGuests = (rule: DescribedRule): boolean => {
    const seen = new Set<string>();
    let next = rule.redirectTo;
    while (next?.startsWith('/') && placeOf(next) !== login) {
      const path = placeOf(next);
      if (seen.has(path)) return true;
      seen.add(path);
      const there = over(path);
      const refuses = there === rule ? there.isSameEverywhere : there && !there.mayAdmitGuests;
      if (!there || !refuses || there.hides) return false;
      next = there.redirectTo;
    }
    return false;
  };
  /** Whether a user whom a rule refuses is refused by the same rule where it sends them. */
  const refusesTwice = (rule: DescribedRule, target: string): boolean =>
    rule.demand !== 'signed in' && rule.isSameEverywhere === true && over(placeOf(target)) === rule;

  return rules.flatMap((rule) => {
    if (!rule.enforce || rule.hides || rule.demand === EVERYBODY) return [];
    const target = rule.redirectTo ?? forbiddenPath;
    if (!target?.startsWith('/') || placeOf(target) === login) return [];
    const by = over(placeOf(target));
    return by && (circlesGuests(rule) || refusesTwice(rule, target)) ? [{ rule, target, by }] : [];
  });
}

/** A sentence for each, with the rule to write. */
export function deadEndText({ rule, target, by }: DeadEnd): string {
  const who = by === rule ? 'refuses them there as well' : `${by.place}, ${by.text}, refuses them there`;
  const page = pathOnly(target);
  return (
    `${rule.place}, ${rule.text}, sends those whom it refuses to ${page}, and ${who}. Write before ` +
    `${by === rule ? 'it' : by.place}: { pattern: '${page}', allow: () => true }`
  );
}

/** The page that a dead end leads to, as a route that has no parameters is named. */
export function placeOf(target: string): string {
  return normalized(pathOnly(target));
}
