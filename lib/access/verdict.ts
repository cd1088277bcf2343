import type { AccessDecision } from './access-decision.js';
import type { AccessRule } from './access-rule.js';
import type { PageGuard } from './page-guard.js';

/** What asks something of visitors. */
export type Demand = AccessRule | PageGuard;

/** One of the paths a request was taken for, and what is asked of visitors there: nothing, where nothing is said of it. */
export interface View {
  readonly path: string;
  readonly demand: Demand | 'loginPath' | undefined;
}

/** What was said of a request, and by what. */
export interface Ruling extends Pick<AccessDecision, 'isGranted' | 'reason' | 'missing'> {
  readonly demand?: Demand | undefined;
  readonly code: string;
}

/** The guard's answer about one request. */
export interface Verdict {
  /** What to answer in place of the page; `undefined` lets the visitor in. */
  readonly response: Response | undefined;
  /** The decision that settled the matter, with its rule; `undefined` where nobody had to be asked. */
  readonly decision: AccessDecision | undefined;
  /** Whether a rule had a say in the answer, which is then for nobody else. */
  readonly isPersonal: boolean;
  /** The paths that the request was taken for. */
  readonly views: readonly View[];
  /** Everything that was said, in order. */
  readonly rulings: readonly Ruling[];
}

/** A verdict that lets nobody in. */
export interface RefusingVerdict extends Verdict {
  readonly response: Response;
}

/**
 * What a guard of somebody's own gives may be anything; only a verdict without an answer of its own lets anybody in.
 *
 * @throws {TypeError} For what is no verdict.
 */
export function asVerdict(given: unknown): Verdict {
  const { isPersonal, response, views, rulings } = (given ?? {}) as Partial<Verdict>;
  const isWhole = typeof isPersonal === 'boolean' && Array.isArray(views) && Array.isArray(rulings);
  if (isWhole && (response === undefined || response instanceof Response)) return given as Verdict;
  throw new TypeError(
    'judge() gave no Verdict: return what super.judge(…) gives, or { ...verdict, response } to answer something else',
  );
}

/** A verdict in the making: what the guard has looked at so far, and what was said. */
export class Judgement {
  readonly #views: View[] = [];
  readonly #rulings: Ruling[] = [];
  #decision: AccessDecision | undefined;

  looksAt(path: string, demand?: View['demand']): void {
    this.#views.push({ path, demand });
  }

  /** Notes what settles the matter, for as long as nothing else does. */
  decides(decision: AccessDecision, demand?: Demand): void {
    this.#decision = decision;
    this.notes(decision, demand);
  }

  /** Notes what is said beside that. */
  notes({ isGranted, code, reason, missing }: AccessDecision, demand?: Demand): void {
    this.#rulings.push({ demand, isGranted, code, reason, missing });
  }

  /** Notes a refusal that no rule had a part in. */
  refuses(code: string, reason: string): void {
    this.#rulings.push({ isGranted: false, code, reason, missing: [] });
  }

  verdict<Answer extends Response | undefined>(response: Answer, isPersonal: boolean): Verdict & { response: Answer } {
    return { response, decision: this.#decision, isPersonal, views: this.#views, rulings: this.#rulings };
  }
}

/** Of a request about which nothing is asked anywhere. */
export const NOTHING_ASKED: Verdict = Object.freeze(new Judgement().verdict(undefined, false));
