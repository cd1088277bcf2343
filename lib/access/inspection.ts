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

/** What was said of a request, and by whom. */
export interface Verdict {
  readonly demand?: Demand | undefined;
  readonly isGranted: boolean;
  readonly code: string;
  readonly reason: string;
  readonly missing: readonly string[];
}

/** What the guards looked at in one request, and what they said: for somebody who watches. Nobody does in production. */
export class Inspection {
  readonly views: View[] = [];
  /** In the order they were reached; the last one settled the matter. */
  readonly verdicts: Verdict[] = [];

  looksAt(path: string, demand?: View['demand']): void {
    this.views.push({ path, demand });
  }

  decides(decision: AccessDecision, demand?: Verdict['demand']): void {
    const { isGranted, code, reason, missing } = decision;
    this.verdicts.push({ demand, isGranted, code, reason, missing });
  }

  /** Notes a refusal that no rule had a part in. */
  refuses(code: string, reason: string): void {
    this.verdicts.push({ isGranted: false, code, reason, missing: [] });
  }
}
