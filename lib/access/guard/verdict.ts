import type { AccessDecision } from '../access-decision.js';
import type { AccessRule } from '../access-rule.js';
import type { PageGuard } from './page-guard.js';

/** A source of requirements: a rule or a page guard. */
export type Demand = AccessRule | PageGuard;

/** A path that a request may lead to, with the rule or guard for it; `undefined` when there is none. */
export interface View {
  readonly path: string;
  readonly demand: Demand | 'loginPath' | undefined;
}

/** A decision about a request, with the rule or guard that it is about. */
export interface Ruling extends Pick<AccessDecision, 'isGranted' | 'reason' | 'missing'> {
  readonly demand?: Demand | undefined;
  readonly code: string;
}

/** The guard's answer for one request. */
export interface Verdict {
  /** The response in place of the page; `undefined` admits the visitor. */
  readonly response: Response | undefined;
  /** The decision that counted, with its rule; `undefined` when nothing had to be checked. */
  readonly decision: AccessDecision | undefined;
  /** True when a rule took part, so that the response is for this visitor alone. */
  readonly isPersonal: boolean;
  /** The paths that the request may lead to. */
  readonly views: readonly View[];
  /** Every decision, in order. */
  readonly rulings: readonly Ruling[];
}

/** A verdict that refuses the visitor. */
export interface RefusingVerdict extends Verdict {
  readonly response: Response;
}

/**
 * Checks that the answer of an overridden guard is a verdict.
 *
 * @throws {TypeError} For anything else.
 */
export function asVerdict(given: unknown): Verdict {
  const { isPersonal, response, views, rulings } = (given ?? {}) as Partial<Verdict>;
  const isWhole = typeof isPersonal === 'boolean' && Array.isArray(views) && Array.isArray(rulings);
  if (isWhole && (response === undefined || response instanceof Response)) return given as Verdict;
  throw new TypeError(
    'judge() returned no Verdict: return what super.judge(…) returns, or { ...verdict, response } to answer something else',
  );
}

/** Collects the parts of a verdict: the paths that were checked, and the decisions. */
export class Judgement {
  readonly #views: View[] = [];
  readonly #rulings: Ruling[] = [];
  #decision: AccessDecision | undefined;

  looksAt(path: string, demand?: View['demand']): void {
    this.#views.push({ path, demand });
  }

  /** Adds the decision that counts, unless a later one replaces it. */
  decides(decision: AccessDecision, demand?: Demand): void {
    this.#decision = decision;
    this.notes(decision, demand);
  }

  /** Adds a decision that does not count by itself. */
  notes({ isGranted, code, reason, missing }: AccessDecision, demand?: Demand): void {
    this.#rulings.push({ demand, isGranted, code, reason, missing });
  }

  /** Adds a refusal without a rule. */
  refuses(code: string, reason: string): void {
    this.#rulings.push({ isGranted: false, code, reason, missing: [] });
  }

  verdict<Answer extends Response | undefined>(response: Answer, isPersonal: boolean): Verdict & { response: Answer } {
    return { response, decision: this.#decision, isPersonal, views: this.#views, rulings: this.#rulings };
  }
}

/** The verdict on a request without demands. */
export const NOTHING_ASKED: Verdict = Object.freeze(new Judgement().verdict(undefined, false));
