import { normalized, pathOnly } from '../paths/guarded-paths.js';
import type { ForbiddenPage } from '../refusal/forbidden-page.js';
import type { LoginPages } from '../refusal/login-pages.js';
import { EVERYBODY } from './path-protection.js';
import type { DescribedRule } from './site-description.js';

/** A rule that redirects refused visitors to a page that refuses them again. */
export interface DeadEnd {
  readonly rule: DescribedRule;
  /** The page, as written in the option. */
  readonly target: string;
  /** The rule that refuses them there. */
  readonly by: DescribedRule;
  /** True when they are not redirected, but shown the page at the address that they opened. */
  readonly isRendered?: boolean | undefined;
}

/** The options that determine where refused visitors are led. */
export interface Leading {
  readonly loginPages: Pick<LoginPages, 'has'>;
  readonly forbiddenPage?: ForbiddenPage | undefined;
  readonly enforce: boolean;
}

/**
 * Finds rules that also cover the login page, or the page that explains the refusal. A function as the requirement is
 * assumed to let visitors in there, unless it is the same function and does not depend on the page.
 *
 * @param over Returns the rule that decides who may open a path.
 */
export function deadEnds(
  rules: readonly DescribedRule[],
  over: (path: string) => DescribedRule | undefined,
  { loginPages, forbiddenPage, enforce }: Leading,
): DeadEnd[] {
  if (!enforce) return [];

  /** Checks whether a guest whom a rule refuses is redirected in a circle. */
  const circlesGuests = (rule: DescribedRule): boolean => {
    const seen = new Set<string>();
    let next = rule.redirectTo;
    while (next?.startsWith('/') && !loginPages.has(placeOf(next))) {
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
  /** Checks whether a user whom a rule refuses is refused by the same rule at its redirect target. */
  const refusesTwice = (rule: DescribedRule, target: string): boolean =>
    rule.demand !== 'signed in' && rule.isSameEverywhere === true && over(placeOf(target)) === rule;

  return rules.flatMap((rule) => {
    if (!rule.enforce || rule.hides || rule.demand === EVERYBODY) return [];
    const { redirectTo, forbiddenPage: own } = rule;
    const shown = own ?? (redirectTo === undefined ? forbiddenPage : undefined);
    const forUsers = shown?.path ?? redirectTo;
    const targets = [...new Set([redirectTo, forUsers])].filter((target) => target?.startsWith('/'));
    return targets.flatMap((target) => {
      const by = target === undefined || loginPages.has(placeOf(target)) ? undefined : over(placeOf(target));
      if (!by || target === undefined) return [];
      const isDead =
        (target === redirectTo && circlesGuests(rule)) || (target === forUsers && refusesTwice(rule, target));
      return isDead ? [{ rule, target, by, isRendered: target === shown?.path && shown.isRendered }] : [];
    });
  });
}

/** Returns a sentence about a dead end, with the rule to add. */
export function deadEndText({ rule, target, by, isRendered }: DeadEnd): string {
  const who = by === rule ? 'refuses them there as well' : `${by.place}, ${by.text}, refuses them there`;
  const page = pathOnly(target);
  return (
    `${rule.place}, ${rule.text}, ${isRendered ? 'shows refused visitors' : 'redirects refused visitors to'} ${page}, and ${who}. Write before ` +
    `${by === rule ? 'it' : by.place}: { pattern: '${page}', public: true }`
  );
}

/** Returns the path of a redirect target, in the form of a route pattern without parameters. */
export function placeOf(target: string): string {
  return normalized(pathOnly(target));
}
