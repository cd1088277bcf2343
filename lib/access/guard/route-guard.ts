import { andThen, firstAnswer, type Promised } from '../../base/promised.js';
import type { AccessDeniedError } from '../../errors/index.js';
import { injectable } from '../../injectable.js';
import { SecurityEvents } from '../../session/security-events.js';
import { AccessChecker } from '../access-checker.js';
import type { AccessDecision } from '../access-decision.js';
import { AccessRules } from '../access-rules.js';
import { ifReadable } from '../paths/canonical-path.js';
import { GuardedPaths } from '../paths/guarded-paths.js';
import { Answers } from '../refusal/answers.js';
import { LoginPage } from '../refusal/login-page.js';
import { withOwnStatus } from '../refusal/own-status.js';
import { hides, Redirects } from '../refusal/redirects.js';
import { asAnswer, hidden, notThere, problem, unavailable } from '../refusal/refusal.js';
import type { Visitor } from '../visitor.js';
import { emitDenied, emitDeniedError } from './access-events.js';
import { DecisionLog } from './decision-log.js';
import { DemandChecker } from './demand-checker.js';
import { type AskedFor, Demands } from './demands.js';
import { GuardConfig } from './guard-config.js';
import type { GuardedRequest } from './guarded-request.js';
import { PageGuard, PageGuards } from './page-guard.js';
import { type Demand, Judgement, NOTHING_ASKED, type RefusingVerdict, type Verdict } from './verdict.js';

/**
 * Judges every request: decides whether the visitor may see the page and, if not, what is answered. It protects the page
 * that would be served, not the spelling of its address: rules are checked for the path that Astro resolved and for the
 * path of the request, and both must admit the visitor.
 */
@injectable()
export class RouteGuard {
  readonly #demands: Demands;
  readonly #checker: DemandChecker;
  readonly #loginPage: LoginPage;
  readonly #answers: Answers;

  constructor(
    private readonly rules: AccessRules,
    pageGuards: PageGuards,
    checker: AccessChecker,
    private readonly config: GuardConfig,
    log: DecisionLog,
    private readonly events: SecurityEvents,
  ) {
    this.#demands = new Demands(rules, pageGuards, config);
    this.#checker = new DemandChecker(checker, log);
    this.#loginPage = new LoginPage(this.#demands, config);
    this.#answers = new Answers(new Redirects(this.#demands, this.#checker, this.#loginPage, config), config);
  }

  /** @returns The response in place of the page; `undefined` when the visitor may see the page. */
  async inspect(request: GuardedRequest, visitor: Visitor): Promise<Response | undefined> {
    return (await this.judge(request, () => visitor)).response;
  }

  /**
   * Judges whether a visitor may see the requested page.
   *
   * @param whoAsks Returns the visitor. It is called only when a rule or a guard has demands on the visitor.
   * @returns A promise only where a check is asynchronous.
   */
  judge(request: GuardedRequest, whoAsks: () => Promised<Visitor>): Promised<Verdict> {
    if (this.#demands.areNone) return NOTHING_ASKED;
    const paths = GuardedPaths.of(request, this.config.base, this.config.errorPages);
    const refuse = () => andThen(whoAsks(), (visitor) => this.#unreadable(request, visitor));
    if (!paths) return refuse();
    const judgePaths = (pageGuard: PageGuard | undefined) =>
      paths.others.length === 0 && this.#demands.isLoginPath(paths.page)
        ? this.#loginPage.judge(request, whoAsks, pageGuard, paths.page)
        : this.#judgeBy(pageGuard, paths, request, whoAsks);
    return ifReadable(() => andThen(this.#demands.guardOf(request.routePattern), judgePaths), refuse);
  }

  /** Judges a visitor who was refused by the page's own code. */
  judgeDenied(error: AccessDeniedError, request: GuardedRequest, visitor: Visitor): Promised<RefusingVerdict> {
    const judgement = new Judgement();
    const decision = this.#checker.refusalBy(error);
    judgement.decides(decision);
    if (request.isVisitorUnknown) return judgement.verdict(unavailable(), true);
    emitDeniedError(this.events, request, visitor, error);
    const own = error.mayRedirect ? withOwnStatus(error, request) : problem(error.status, decision);
    const answer = own ?? this.refuse(request, visitor, decision);
    return andThen(answer, (response) => judgement.verdict(asAnswer(response), true));
  }

  /** Checks whether a visitor may open the page that a form was sent to. Nothing is logged or emitted. */
  admits(form: GuardedRequest, visitor: Visitor): Promised<boolean> {
    const page: GuardedRequest = Object.create(form, { method: { value: 'GET' }, action: { value: undefined } });
    const paths = GuardedPaths.of(page, this.config.base, this.config.errorPages);
    if (!paths) return false;
    const admits = (pageGuard: PageGuard | undefined): Promised<boolean> => {
      const asked = this.#demands.on(paths, 'GET', page.routePattern, pageGuard).keys();
      const refusal = this.#checker.decideEach(asked, visitor, page, ({ isGranted }) =>
        isGranted || !this.config.enforce ? undefined : false,
      );
      return andThen(refusal, (found) => found ?? true);
    };
    return ifReadable(
      () => andThen(this.#demands.guardOf(page.routePattern), admits),
      () => false,
    );
  }

  /** Creates the answer for a refused visitor: {@link challenge} for one who can sign in, otherwise {@link forbid}. */
  refuse(request: GuardedRequest, visitor: Visitor, decision: AccessDecision): Promised<Response> {
    if (hides(decision, visitor)) return this.#asIfMissing(request, visitor);
    if (decision.code === 'FOR_GUESTS_ONLY') return this.#answers.sendHome(request, visitor, decision);
    if (!visitor.isGuest && decision.code !== 'SIGN_IN_AGAIN') return this.forbid(request, visitor, decision);
    // Guests are sent to sign in whether a hidden page exists or not, so that they cannot find out which.
    const asked = decision.rule?.status === 404 ? (this.#missing(request) ?? request) : request;
    return this.challenge(asked, visitor, decision);
  }

  /** Answers a visitor who has to sign in, or to sign in again: browsers are sent to the login page, programs get 401. */
  protected challenge(request: GuardedRequest, visitor: Visitor, decision: AccessDecision): Promised<Response> {
    return this.#answers.challenge(request, visitor, decision);
  }

  /** Answers a signed-in visitor who is refused: browsers are sent to `forbiddenPath`, programs get 403. */
  protected forbid(request: GuardedRequest, visitor: Visitor, decision: AccessDecision): Promised<Response> {
    return this.#answers.forbid(request, visitor, decision);
  }

  /** Refuses an address that can be read in several ways: it may be an attempt to evade a rule. */
  #unreadable(request: GuardedRequest, visitor: Visitor): Verdict {
    const judgement = new Judgement();
    const denial = {
      code: 'UNREADABLE_ADDRESS',
      reason: 'the address cannot be read in time, or not in one way alone',
    };
    judgement.refuses(denial.code, denial.reason);
    emitDenied(this.events, request, visitor, denial);
    return judgement.verdict(problem(400), false);
  }

  #judgeBy(
    pageGuard: PageGuard | undefined,
    paths: GuardedPaths,
    request: GuardedRequest,
    whoAsks: () => Promised<Visitor>,
  ): Promised<Verdict> {
    const judgement = new Judgement();
    const all = this.#demands.of(request, paths, pageGuard, judgement);
    const isAsked = all.some(({ asked }) => asked.size > 0);
    const triedOut = this.#demands.reportOnly(paths, request.method, pageGuard);
    const end = (refusal: Response | undefined): Verdict => {
      const response = refusal ?? this.#nowhere(paths, request);
      // The answer for a hidden page must not differ from that for a page that does not exist.
      const mayBeHidden = this.rules.hides && this.#showsNotFound(request);
      return judgement.verdict(response, response?.status !== 404 && (isAsked || mayBeHidden));
    };
    if (!isAsked && triedOut.size === 0) return end(undefined);
    return andThen(whoAsks(), (visitor) => {
      const tried = this.#checker.tryOut(triedOut, visitor, request, judgement);
      const refuse = (one: AskedFor) => this.#refusal(one, paths, request, visitor, judgement);
      return andThen(
        andThen(tried, () => firstAnswer(all, refuse)),
        end,
      );
    });
  }

  #refusal(
    { asked, request: checked }: AskedFor,
    paths: GuardedPaths,
    request: GuardedRequest,
    visitor: Visitor,
    judgement: Judgement,
  ): Promised<Response | undefined> {
    const isNotFound = this.#showsNotFound(request);
    let runsHidden = false;
    const answerTo = (decision: AccessDecision, demand: Demand): Promised<Response | undefined> => {
      const isHiding = hides(decision, visitor);
      if (isHiding && isNotFound) {
        judgement.notes(decision, demand);
        const at = asked.get(demand) ?? [];
        for (const [next, where] of this.#demands.behindHidden(at, paths, checked.method)) {
          if (!asked.has(next)) asked.set(next, where);
        }
        runsHidden ||= paths.action !== undefined && at.includes(paths.action);
        return undefined;
      }
      if (request.isVisitorUnknown && !isHiding) return unavailable();
      judgement.decides(decision, demand);
      if (this.config.debug) this.#checker.logDecision(request, demand, decision);
      if (decision.isGranted) return undefined;
      return andThen(
        demand instanceof PageGuard && demand.admitsGuests && this.#loginPage.mayStay(request, paths),
        (stays) => {
          if (stays) return undefined;
          if (!this.config.enforce) return void this.#checker.logWouldRefuse(request, demand, decision);
          emitDenied(this.events, request, visitor, decision);
          return andThen(this.refuse(request, visitor, decision), asAnswer);
        },
      );
    };
    // A Map also visits entries that are added during the iteration.
    const refusal = this.#checker.decideEach(asked.keys(), visitor, checked, answerTo);
    // The 404 page is rendered for a hidden page, but an action that was sent to the hidden page is not run.
    return andThen(refusal, (response) =>
      !response && runsHidden && this.config.enforce && !request.wasRefused ? notThere(request) : response,
    );
  }

  /** Checks whether the 404 page is what is rendered. */
  #showsNotFound({ routePattern, isOwnAnswer }: GuardedRequest): boolean {
    return this.config.errorPages.statusOf(routePattern) === 404 && !isOwnAnswer;
  }

  /** Makes Astro answer for a page that does not exist as for a hidden one: in the same language, without a fallback. */
  #nowhere({ requested }: GuardedPaths, request: GuardedRequest): Response | undefined {
    if (request.isOwnAnswer || !(this.rules.hides || request.pagesMayHide)) return undefined;
    return request.leadsNowhere?.(requested) ? hidden() : undefined;
  }

  /** Answers as if no page existed at the address: only rules that hide nothing, and `globalProtect`, are checked. */
  #asIfMissing(request: GuardedRequest, visitor: Visitor): Promised<Response> {
    const missing = this.#missing(request);
    const paths = missing && GuardedPaths.of(missing, this.config.base, this.config.errorPages);
    if (!missing || !paths) return notThere(request);
    const asked = { asked: this.#demands.on(paths, missing.method, missing.routePattern), request: missing };
    // Roles on the hidden page's route do not count, because a visitor has none on the route of a page that does not exist.
    return andThen(missing.visitor?.() ?? visitor, (there) =>
      andThen(this.#refusal(asked, paths, missing, there, new Judgement()), (refusal) => refusal ?? hidden()),
    );
  }

  #missing(request: GuardedRequest): GuardedRequest | undefined {
    const paths = GuardedPaths.of(request, this.config.base, this.config.errorPages);
    return paths && request.action?.calledFrom !== 'rpc' ? request.asMissing?.(paths.requested) : undefined;
  }
}
