import type { AccessDeniedError } from '../errors.js';
import { injectable } from '../injectable.js';
import { MadeClasses } from '../session/made-classes.js';
import { SecurityEvents } from '../session/security-events.js';
import { AccessChecker } from './access-checker.js';
import type { AccessDecision } from './access-decision.js';
import { tellDenied, tellDeniedError } from './access-events.js';
import { AccessRules } from './access-rules.js';
import { DecisionLog } from './decision-log.js';
import { DemandChecker } from './demand-checker.js';
import { type Asked, Demands } from './demands.js';
import { GuardConfig } from './guard-config.js';
import { GuardedPaths, normalized, pathOnly } from './guarded-paths.js';
import type { GuardedRequest } from './guarded-request.js';
import type { Demand } from './inspection.js';
import { PageGuard } from './page-guard.js';
import { PageGuards } from './page-guards.js';
import { actionError, hidden, hiddenAction, plain, problem, redirectTo, unavailable } from './refusal.js';
import { REAUTHENTICATE_PARAMETER, RETURN_PARAMETER, toReturnPath } from './return-path.js';
import type { Visitor } from './visitor.js';

/** Redirects that lead to redirects are followed this far before the visitor is told "no" instead. */
const MAX_HOPS = 5;

/**
 * Stands before every page: decides whether the visitor may see it and, if not, what is answered.
 *
 * What is protected is the page that would be served, not the spelling of its address: rules are asked about the path
 * that Astro resolved and about the path of the request, and both must let the visitor in.
 */
@injectable()
export class RouteGuard {
  readonly #demands: Demands;
  readonly #checker: DemandChecker;

  constructor(
    private readonly rules: AccessRules,
    pageGuards: PageGuards,
    checker: AccessChecker,
    private readonly config: GuardConfig,
    log: DecisionLog,
    made: MadeClasses,
    private readonly events: SecurityEvents,
  ) {
    this.#demands = new Demands(rules, pageGuards, config);
    this.#checker = new DemandChecker(checker, log, made);
  }

  /** @returns What to answer instead of the page, or `undefined` when the visitor may see it. */
  async inspect(request: GuardedRequest, visitor: Visitor): Promise<Response | undefined> {
    if (this.#demands.areNone) return undefined;
    const paths = GuardedPaths.of(request, this.config.base, this.config.errorPages);
    if (!paths) return this.#unreadable(request, visitor);
    const { method, routePattern } = request;
    const pageGuard = await this.#demands.guardOf(routePattern);
    if (this.#demands.isLoginPath(paths.page) && paths.others.length === 0)
      return this.#inspectLogin(request, visitor, pageGuard);
    const asked = this.#demands.on(paths, method, routePattern, pageGuard, request.watch);
    if (!request.isVisitorUnknown) await this.#reportOnly(paths, request, visitor, pageGuard);
    const refusal = (await this.#refusal(asked, paths, request, visitor)) ?? this.#nowhere(paths, request);
    // What looks as if it were not there is no more personal than what is not.
    const isPersonal = refusal?.status !== 404 && (asked.size > 0 || this.#mayBeHidden(request));
    if (isPersonal) request.onGuarded?.();
    return refusal;
  }

  /** What is answered when code of a page's own refuses the visitor. */
  async answer(error: AccessDeniedError, request: GuardedRequest, visitor: Visitor): Promise<Response> {
    const decision = this.#checker.decision(false, error.denial, error.reason, error.missing);
    request.onDecided?.(decision);
    if (request.isVisitorUnknown) return unavailable();
    tellDeniedError(this.events, request, visitor, error);
    return error.mayRedirect ? this.refuse(request, visitor, decision) : problem(error.status, decision);
  }

  /** Whether a visitor who opens the page that a form was sent to would see it. Nobody is told of it. */
  async admits(form: GuardedRequest, visitor: Visitor): Promise<boolean> {
    const page: GuardedRequest = Object.create(form, { method: { value: 'GET' }, action: { value: undefined } });
    const paths = GuardedPaths.of(page, this.config.base, this.config.errorPages);
    if (!paths) return false;
    const pageGuard = await this.#demands.guardOf(page.routePattern);
    for (const demand of this.#demands.on(paths, 'GET', page.routePattern, pageGuard).keys()) {
      const { isGranted } = await this.#checker.decide(demand, visitor, page);
      if (!isGranted && this.config.enforce) return false;
    }
    return true;
  }

  /** What a visitor is answered who may not: {@link challenge} for whoever can sign in, else {@link forbid}. */
  async refuse(request: GuardedRequest, visitor: Visitor, decision: AccessDecision): Promise<Response> {
    if (hides(decision, visitor)) return this.#asIfMissing(request, visitor);
    if (decision.code === 'FOR_GUESTS_ONLY') return this.#sendHome(request, visitor, decision);
    if (!visitor.isGuest && decision.code !== 'SIGN_IN_AGAIN') return this.forbid(request, visitor, decision);
    // Guests are asked to sign in where a page hides, and where it could: not told which is which.
    const asked = decision.rule?.status === 404 ? (this.#missing(request) ?? request) : request;
    return this.challenge(asked, visitor, decision);
  }

  /** Answers whoever has to sign in, or to sign in again: browsers are sent to the login page, programs get 401. */
  protected async challenge(request: GuardedRequest, visitor: Visitor, decision: AccessDecision): Promise<Response> {
    if (request.action?.calledFrom === 'rpc') return actionError(401);
    if (!request.isNavigation) return problem(401, decision);
    const target = decision.rule?.redirectTo ?? this.config.loginPath;
    const again = decision.code === 'SIGN_IN_AGAIN';
    if (await this.#leadsBack(target, request, visitor, again)) return plain(401);
    const location = this.#withReturnPath(this.config.toLocation(target), request);
    return redirectTo(again ? withParameter(location, REAUTHENTICATE_PARAMETER, '1') : location, request.method);
  }

  /** Answers somebody who is signed in and still may not: browsers are sent elsewhere, programs get 403. */
  protected async forbid(request: GuardedRequest, visitor: Visitor, decision: AccessDecision): Promise<Response> {
    if (request.action?.calledFrom === 'rpc') return actionError(403);
    if (!request.isNavigation) return problem(403, decision);
    const target = decision.rule?.redirectTo ?? this.config.forbiddenPath ?? this.config.loginPath;
    if (await this.#leadsBack(target, request, visitor)) return plain(403);
    return redirectTo(this.config.toLocation(target), request.method);
  }

  /** Who writes an address that can be read in several ways may be trying to get past a rule. */
  #unreadable(request: GuardedRequest, visitor: Visitor): Response {
    const denial = { code: 'UNREADABLE_ADDRESS', reason: 'the address cannot be read, or not in one way alone' };
    request.watch?.refuses(denial.code, denial.reason);
    tellDenied(this.events, request, visitor, denial);
    return problem(400);
  }

  async #refusal(
    asked: Asked,
    paths: GuardedPaths,
    request: GuardedRequest,
    visitor: Visitor,
  ): Promise<Response | undefined> {
    const isNotFound = this.#showsNotFound(request);
    let runsHidden = false;
    // A Map visits what is added while it is walked.
    for (const [demand, at] of asked) {
      const decision = await this.#checker.decide(demand, visitor, request);
      const isHiding = hides(decision, visitor);
      if (isHiding && isNotFound) {
        request.watch?.decides(decision, demand);
        for (const [next, where] of this.#demands.behindHidden(at, paths, request.method)) {
          if (!asked.has(next)) asked.set(next, where);
        }
        runsHidden ||= paths.action !== undefined && at.includes(paths.action);
        continue;
      }
      if (request.isVisitorUnknown && !isHiding) return unavailable();
      request.onDecided?.(decision, demand);
      if (this.config.debug) this.#checker.logDecision(request, demand, decision);
      if (decision.isGranted || (admitsGuests(demand) && (await this.#mayStay(request, paths)))) continue;
      if (this.config.enforce) {
        tellDenied(this.events, request, visitor, decision);
        return this.refuse(request, visitor, decision);
      }
      this.#checker.logWouldRefuse(request, demand, decision);
    }
    // The page that says "not found" is shown to whoever asks for a hidden one. What it would run is not run.
    return runsHidden && this.config.enforce && !request.wasRefused ? notThere(request) : undefined;
  }

  /** Whether a page for guests is for somebody who is signed in, too: to see what came of a form, or to sign in again. */
  async #mayStay(request: GuardedRequest, { page }: GuardedPaths): Promise<boolean> {
    if (request.showsForm) return true;
    return (request.method !== 'GET' || asksToSignInAgain(request)) && this.#demands.signsInAgain(page);
  }

  /** Whether nothing but the page that says "not found" is answered. */
  #showsNotFound({ routePattern, isOwnAnswer }: GuardedRequest): boolean {
    return this.config.errorPages.statusOf(routePattern) === 404 && !isOwnAnswer;
  }

  /** Whether some page may be hidden, so that what is not there has to be answered in the same way. */
  #mayBeHidden(request: GuardedRequest): boolean {
    return this.rules.hides && this.#showsNotFound(request);
  }

  /** Has Astro make its answer to what is not there as it makes that to what is hidden: in its language, and no fallback. */
  #nowhere({ requested }: GuardedPaths, request: GuardedRequest): Response | undefined {
    if (request.isOwnAnswer || !(this.rules.hides || request.pagesMayHide)) return undefined;
    return request.leadsNowhere?.(requested) ? hidden() : undefined;
  }

  /** Answers as it would be answered were nothing at the address: rules that hide nothing, and `globalProtect`, count then. */
  async #asIfMissing(request: GuardedRequest, visitor: Visitor): Promise<Response> {
    const missing = this.#missing(request);
    const paths = missing && GuardedPaths.of(missing, this.config.base, this.config.errorPages);
    if (!missing || !paths) return notThere(request);
    const asked = this.#demands.on(paths, missing.method, missing.routePattern);
    return (await this.#refusal(asked, paths, missing, visitor)) ?? hidden();
  }

  #missing(request: GuardedRequest): GuardedRequest | undefined {
    const paths = GuardedPaths.of(request, this.config.base, this.config.errorPages);
    return paths && request.action?.calledFrom !== 'rpc' ? request.asMissing?.(paths.requested) : undefined;
  }

  async #sendHome(request: GuardedRequest, visitor: Visitor, decision: AccessDecision): Promise<Response> {
    if (!request.isNavigation) return problem(403, decision);
    if (await this.#leadsBack(this.config.homePath, request, visitor)) return plain(403);
    return redirectTo(this.config.toLocation(this.config.homePath), request.method);
  }

  async #reportOnly(
    paths: GuardedPaths,
    request: GuardedRequest,
    visitor: Visitor,
    pageGuard: PageGuard | undefined,
  ): Promise<void> {
    for (const demand of this.#demands.reportOnly(paths, request.method, pageGuard)) {
      const decision = await this.#checker.decide(demand, visitor, request);
      request.watch?.decides(decision, demand);
      if (!decision.isGranted) this.#checker.logWouldRefuse(request, demand, decision);
    }
  }

  /** The login page is open to everybody; who is signed in already may have nothing to do there. */
  #inspectLogin(request: GuardedRequest, visitor: Visitor, pageGuard?: PageGuard): Response | undefined {
    request.watch?.looksAt(normalized(pathOnly(this.config.loginPath)), 'loginPath');
    if (request.method !== 'GET' || request.showsForm || !this.#goesHome(visitor, pageGuard)) return undefined;
    request.onGuarded?.();
    if (asksToSignInAgain(request)) return undefined;
    return redirectTo(this.config.toLocation(this.config.homePath), request.method);
  }

  /** Whether the login page sends somebody home. */
  #goesHome(visitor: Visitor, pageGuard: PageGuard | undefined): boolean {
    const isForGuests = this.config.globalProtect || pageGuard?.isForGuestsOnly === true;
    return isForGuests && !visitor.isGuest && !this.#demands.isLoginPath(pathOnly(this.config.homePath));
  }

  /**
   * Whether somebody sent to `target` would, by refusals alone, be sent around in a circle.
   *
   * @param again Whether it is to sign in again, for which the login page is open.
   */
  async #leadsBack(target: string, request: GuardedRequest, visitor: Visitor, again = false): Promise<boolean> {
    const seen = new Set(GuardedPaths.of(request, this.config.base, this.config.errorPages)?.all.map(normalized));
    let next: string | undefined = target;
    for (let hop = 0; hop < MAX_HOPS && next?.startsWith('/'); hop++) {
      const path = normalized(pathOnly(next));
      if (seen.has(path)) return true;
      seen.add(path);
      if (again) return false;
      next = await this.#nextHop(path, visitor, request);
    }
    return next?.startsWith('/') ?? false;
  }

  /** Where a visitor is sent on from a page, or `undefined` when the page lets them in. */
  async #nextHop(path: string, visitor: Visitor, from: GuardedRequest): Promise<string | undefined> {
    const { config } = this;
    const pageGuard = await this.#demands.guardOf(path);
    if (this.#demands.isLoginPath(path)) return this.#goesHome(visitor, pageGuard) ? config.homePath : undefined;
    const { url, signedInFor } = from;
    const request = { method: 'GET', routePattern: path, params: {}, url: new URL(path, url), signedInFor };
    for (const demand of this.#demands.on(GuardedPaths.ofPage(path), request.method, path, pageGuard).keys()) {
      const decision = await this.#checker.decide(demand, visitor, request);
      const { isGranted, code, rule } = decision;
      if (isGranted || !config.enforce) continue;
      if (hides(decision, visitor)) return undefined;
      if (code === 'FOR_GUESTS_ONLY') return config.homePath;
      return rule?.redirectTo ?? (visitor.isGuest ? undefined : config.forbiddenPath) ?? config.loginPath;
    }
    return undefined;
  }

  #withReturnPath(location: string, request: GuardedRequest): string {
    const isSafe = request.method === 'GET' || request.method === 'HEAD';
    const opened = request.openedAddress ?? request.pathname + request.search;
    const returnPath = isSafe ? toReturnPath(opened) : request.formPage;
    return returnPath === undefined ? location : withParameter(location, RETURN_PARAMETER, returnPath);
  }
}

function admitsGuests(demand: Demand): boolean {
  return demand instanceof PageGuard && demand.admitsGuests;
}

function asksToSignInAgain({ search }: GuardedRequest): boolean {
  return new URLSearchParams(search).has(REAUTHENTICATE_PARAMETER);
}

function withParameter(location: string, name: string, value: string): string {
  const [, target = '', hash = ''] = /^([^#]*)(.*)$/s.exec(location) ?? [];
  return `${target}${target.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value)}${hash}`;
}

/** Whoever calls an action by its own address is answered by Astro's client. */
function notThere({ action }: GuardedRequest): Response {
  return action?.calledFrom === 'rpc' ? hiddenAction() : hidden();
}

/** Whether a refusal is to look as if nothing were there. */
function hides({ isGranted, rule }: AccessDecision, visitor: Visitor): boolean {
  return !isGranted && rule?.status === 404 && !(rule.guestsSignIn && visitor.isGuest);
}
