import { andThen, type Promised } from '../../base/promised.js';
import type { Demands } from '../guard/demands.js';
import type { GuardConfig } from '../guard/guard-config.js';
import type { GuardedRequest } from '../guard/guarded-request.js';
import type { PageGuard } from '../guard/page-guard.js';
import { Judgement, type Verdict } from '../guard/verdict.js';
import { type GuardedPaths, normalized, pathOnly } from '../paths/guarded-paths.js';
import { REAUTHENTICATE_PARAMETER } from '../paths/return-path.js';
import type { Visitor } from '../visitor.js';
import { redirectTo } from './refusal.js';

/** The page where visitors sign in. It is open to every visitor, but may be meant for guests alone. */
export class LoginPage {
  constructor(
    private readonly demands: Demands,
    private readonly config: GuardConfig,
  ) {}

  /** Redirects signed-in visitors home when the page is for guests alone, and admits all others. @param path Its path. */
  judge(
    request: GuardedRequest,
    whoAsks: () => Promised<Visitor>,
    pageGuard: PageGuard | undefined,
    path: string,
  ): Promised<Verdict> {
    const judgement = new Judgement();
    judgement.looksAt(normalized(path), 'loginPath');
    const isOpen = request.method !== 'GET' || request.showsForm || !this.#isForGuests(pageGuard);
    if (isOpen) return judgement.verdict(undefined, false);
    return andThen(whoAsks(), (visitor) => {
      if (!this.goesHome(visitor, pageGuard)) return judgement.verdict(undefined, false);
      const home = redirectTo(this.config.toLocation(this.config.homeFor(path)), request.method);
      return judgement.verdict(asksToSignInAgain(request) ? undefined : home, true);
    });
  }

  /** Checks whether it redirects a visitor home. */
  goesHome(visitor: Visitor, pageGuard: PageGuard | undefined): boolean {
    const leadsElsewhere = !this.demands.isLoginPath(pathOnly(this.config.homePath));
    return this.#isForGuests(pageGuard) && !visitor.isGuest && leadsElsewhere;
  }

  /** Checks whether a signed-in visitor may stay on a page for guests: to see the outcome of a form, or to sign in again. */
  mayStay(request: GuardedRequest, { page }: GuardedPaths): Promised<boolean> {
    if (request.showsForm) return true;
    return (request.method !== 'GET' || asksToSignInAgain(request)) && this.demands.signsInAgain(page);
  }

  #isForGuests(pageGuard: PageGuard | undefined): boolean {
    return this.config.globalProtect || pageGuard?.isForGuestsOnly === true;
  }
}

function asksToSignInAgain({ search }: GuardedRequest): boolean {
  return new URLSearchParams(search).has(REAUTHENTICATE_PARAMETER);
}
