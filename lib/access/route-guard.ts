import type { AccessDeniedError } from '../errors.js';
import { injectable } from '../injectable.js';
import { MadeClasses } from '../session/made-classes.js';
import { printable } from '../session/printable.js';
import { SecurityEvents } from '../session/security-events.js';
import { AccessChecker } from './access-checker.js';
import { AccessDecision, asDecision, type DecisionCode } from './access-decision.js';
import { tellDenied, tellDeniedError } from './access-events.js';
import type { AccessRule } from './access-rule.js';
import { AccessRules } from './access-rules.js';
import { DecisionLog } from './decision-log.js';
import { GuardConfig } from './guard-config.js';
import { GuardedPaths, normalized, pathOnly } from './guarded-paths.js';
import { type AccessRequest, type GuardedRequest, showsNotFound } from './guarded-request.js';
import type { Demand, Inspection } from './inspection.js';
import { PageGuard } from './page-guard.js';
import { PageGuards } from './page-guards.js';
import { actionError, hidden, plain, problem, redirectTo, unavailable } from './refusal.js';
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
  readonly #loginPath: string;

  constructor(
    private readonly rules: AccessRules,
    private readonly pageGuards: PageGuards,
    private readonly checker: AccessChecker,
    private readonly config: GuardConfig,
    private readonly log: DecisionLog,
    private readonly made: MadeClasses,
    private readonly events: SecurityEvents,
  ) {
    this.#loginPath = normalized(pathOnly(config.loginPath));
  }

  /** @returns What to answer instead of the page, or `undefined` when the visitor may see it. */
  async inspect(request: GuardedRequest, visitor: Visitor): Promise<Response | undefined> {
    if (this.rules.isEmpty && this.pageGuards.isEmpty && !this.config.globalProtect) return undefined;
    const paths = GuardedPaths.of(request, this.config.base);
    if (!paths) return this.#unreadable(request, visitor);
    const pageGuard = await this.#pageGuardOf(request.routePattern);
    if (this.#isLoginPath(paths.page) && paths.others.length === 0)
      return this.#inspectLogin(request, visitor, pageGuard);
    const asked = this.#askedAbout(paths, request.method, pageGuard, request.watch);
    // What is not there must not be told by its headers from what is hidden.
    if (asked.size > 0 || (showsNotFound(request) && this.rules.hides)) request.onGuarded?.();
    if (asked.size > 0 && request.isVisitorUnknown) return unavailable();
    await this.#reportOnly(paths, request, visitor, pageGuard);
    for (const demand of asked) {
      const decision = await this.#decide(demand, visitor, request);
      request.onDecided?.(decision, demand);
      if (this.config.debug) this.log.decision(describe(request, demand, decision));
      if (decision.isGranted || (decision.code === 'FOR_GUESTS_ONLY' && request.showsForm)) continue;
      // The page that says "not found" is what a visitor is to see who asks for a hidden one. What it runs is not.
      const isErrorPage = showsNotFound(request) && (!request.action || request.wasRefused);
      if (decision.rule?.status === 404 && isErrorPage) continue;
      if (this.config.enforce) {
        tellDenied(this.events, request, visitor, decision);
        return this.refuse(request, visitor, decision);
      }
      this.log.wouldRefuse(describe(request, demand, decision, 'would be refused'));
    }
    return undefined;
  }

  /** What is answered when code of a page's own refuses the visitor. */
  async answer(error: AccessDeniedError, request: GuardedRequest, visitor: Visitor): Promise<Response> {
    const decision = this.#decided(false, error.denial, error.reason, error.missing);
    request.onDecided?.(decision);
    if (request.isVisitorUnknown) return unavailable();
    tellDeniedError(this.events, request, visitor, error);
    return error.mayRedirect ? this.refuse(request, visitor, decision) : problem(error.status, decision);
  }

  /** What a visitor is answered who may not: {@link challenge} for whoever can sign in, else {@link forbid}. */
  async refuse(request: GuardedRequest, visitor: Visitor, decision: AccessDecision): Promise<Response> {
    if (decision.rule?.status === 404 && !this.#hidesAnyway(visitor)) return this.#hide(request);
    if (decision.code === 'FOR_GUESTS_ONLY') return this.#sendHome(request, visitor, decision);
    return visitor.isGuest || decision.code === 'SIGN_IN_AGAIN'
      ? this.challenge(request, visitor, decision)
      : this.forbid(request, visitor, decision);
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

  /** Where everything is protected, guests are sent to sign in from addresses that lead nowhere, too. */
  #hidesAnyway(visitor: Visitor): boolean {
    return this.config.globalProtect && visitor.isGuest;
  }

  #hide({ action }: GuardedRequest): Response {
    return action?.calledFrom === 'rpc' ? actionError(404) : hidden();
  }

  async #sendHome(request: GuardedRequest, visitor: Visitor, decision: AccessDecision): Promise<Response> {
    if (!request.isNavigation) return problem(403, decision);
    if (await this.#leadsBack(this.config.homePath, request, visitor)) return plain(403);
    return redirectTo(this.config.toLocation(this.config.homePath), request.method);
  }

  /** Error pages are for everybody. */
  #pageGuardOf(routePattern: string): PageGuard | undefined | Promise<PageGuard | undefined> {
    return routePattern === '/404' || routePattern === '/500' ? undefined : this.pageGuards.of(routePattern);
  }

  /**
   * The page's own guard, and the rule for each path that is not the page's or when the page has none. Where everything
   * is protected and nothing says otherwise, a signed-in visitor is asked for.
   */
  #askedAbout(paths: GuardedPaths, method: string, pageGuard?: PageGuard, watch?: Inspection): Set<Demand> {
    const own = pageGuard?.enforces && pageGuard.isFor(method) ? pageGuard : undefined;
    const asked = new Set<Demand>(own && !own.isPublic ? [own] : []);
    if (own) watch?.looksAt(paths.page, own);
    for (const path of own ? paths.others : paths.all) {
      const isLogin = this.#isLoginPath(paths.isPage(path) ? paths.page : path);
      const rule = isLogin
        ? undefined
        : (this.rules.findFirst(paths.namesOf(path), method) ?? this.#unlisted(path, paths, own));
      if (rule) asked.add(rule);
      watch?.looksAt(path, isLogin ? 'loginPath' : rule);
    }
    return asked;
  }

  #unlisted(path: string, paths: GuardedPaths, own: PageGuard | undefined): AccessRule | undefined {
    return this.config.globalProtect && !this.#isOpen(path, paths, own) ? this.rules.signedIn : undefined;
  }

  /**
   * Whether `globalProtect` leaves a path alone: an action stands for itself, any other for the page. What was rewritten
   * is protected as what it became; rules alone are asked about the path of before.
   */
  #isOpen(path: string, paths: GuardedPaths, own: PageGuard | undefined): boolean {
    if (path === paths.original || (own && path !== paths.action)) return true;
    return paths.spellingsOf(path).some((name) => this.config.isExcluded(name));
  }

  async #reportOnly(
    paths: GuardedPaths,
    request: GuardedRequest,
    visitor: Visitor,
    pageGuard: PageGuard | undefined,
  ): Promise<void> {
    const rules = paths.names.map((name) => this.rules.findReportOnly(name, request.method));
    const own = pageGuard && !pageGuard.enforces && pageGuard.isFor(request.method) ? pageGuard : undefined;
    for (const demand of new Set([own, ...rules])) {
      if (!demand) continue;
      const decision = await this.#decide(demand, visitor, request);
      request.watch?.decides(decision, demand);
      if (!decision.isGranted) this.log.wouldRefuse(describe(request, demand, decision, 'would be refused'));
    }
  }

  async #decide(demand: Demand, visitor: Visitor, request: AccessRequest): Promise<AccessDecision> {
    if (!(demand instanceof PageGuard)) return this.#check(demand, visitor, request);
    if (visitor.isGuest && demand.admitsGuests) return this.#decided(true, 'GRANTED', 'not signed in');
    const rules = demand.rulesFor(request.method);
    if (rules.length === 0)
      return this.#decided(false, 'FOR_GUESTS_ONLY', 'the page is for visitors who are not signed in');
    const decisions: AccessDecision[] = [];
    for (const rule of rules) {
      const decision = await this.#check(rule, visitor, request);
      if (decision.isGranted) return decision;
      decisions.push(decision);
    }
    return decisions[0] as AccessDecision;
  }

  async #check(rule: AccessRule, visitor: Visitor, request: AccessRequest): Promise<AccessDecision> {
    let decision: AccessDecision;
    try {
      decision = asDecision(await this.checker.check(rule.askedOf(request), visitor));
    } catch (error) {
      this.log.failure(`A check for ${rule} threw, so the visitor was refused.`, error);
      decision = this.#decided(false, 'CHECK_FAILED', 'the check threw');
    }
    decision.rule = rule;
    return decision;
  }

  #decided(isGranted: boolean, code: DecisionCode, reason: string, missing: readonly string[] = []): AccessDecision {
    return new (this.made.of(AccessDecision))(isGranted, code, reason, missing);
  }

  #isLoginPath(path: string): boolean {
    return normalized(path) === this.#loginPath;
  }

  /** The login page is open to everybody; who is signed in already may have nothing to do there. */
  #inspectLogin(request: GuardedRequest, visitor: Visitor, pageGuard?: PageGuard): Response | undefined {
    request.watch?.looksAt(this.#loginPath, 'loginPath');
    if (request.method !== 'GET' || request.showsForm || !this.#goesHome(visitor, pageGuard)) return undefined;
    request.onGuarded?.();
    if (new URLSearchParams(request.search).has(REAUTHENTICATE_PARAMETER)) return undefined;
    return redirectTo(this.config.toLocation(this.config.homePath), request.method);
  }

  /** Whether the login page sends somebody home. */
  #goesHome(visitor: Visitor, pageGuard: PageGuard | undefined): boolean {
    const isForGuests = this.config.globalProtect || pageGuard?.isForGuestsOnly === true;
    return isForGuests && !visitor.isGuest && !this.#isLoginPath(pathOnly(this.config.homePath));
  }

  /**
   * Whether somebody sent to `target` would, by refusals alone, be sent around in a circle.
   *
   * @param again Whether it is to sign in again, for which the login page is open.
   */
  async #leadsBack(target: string, request: GuardedRequest, visitor: Visitor, again = false): Promise<boolean> {
    const seen = new Set(GuardedPaths.of(request, this.config.base)?.all.map(normalized));
    let next: string | undefined = target;
    for (let hop = 0; hop < MAX_HOPS && next?.startsWith('/'); hop++) {
      const path = normalized(pathOnly(next));
      if (seen.has(path)) return true;
      seen.add(path);
      if (again && this.#isLoginPath(path)) return false;
      next = await this.#nextHop(path, visitor, request);
    }
    return next?.startsWith('/') ?? false;
  }

  /** Where a visitor is sent on from a page, or `undefined` when the page lets them in. */
  async #nextHop(path: string, visitor: Visitor, from: GuardedRequest): Promise<string | undefined> {
    const { config } = this;
    const pageGuard = await this.#pageGuardOf(path);
    if (this.#isLoginPath(path)) return this.#goesHome(visitor, pageGuard) ? config.homePath : undefined;
    const { url, signedInFor } = from;
    const request = { method: 'GET', routePattern: path, params: {}, url: new URL(path, url), signedInFor };
    for (const demand of this.#askedAbout(GuardedPaths.ofPage(path), request.method, pageGuard)) {
      const { isGranted, code, rule } = await this.#decide(demand, visitor, request);
      if (isGranted || !config.enforce) continue;
      if (rule?.status === 404) return undefined;
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

function withParameter(location: string, name: string, value: string): string {
  const [, target = '', hash = ''] = /^([^#]*)(.*)$/s.exec(location) ?? [];
  return `${target}${target.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value)}${hash}`;
}

/** One line, whatever the path holds: nobody writes a second line into a log. */
function describe(
  request: GuardedRequest,
  demand: Demand,
  decision: AccessDecision,
  outcome = decision.isGranted ? 'granted' : 'refused',
): string {
  const { method, pathname, routePattern } = request;
  const asked = demand instanceof PageGuard ? `guard of the page (${demand})` : `${demand}`;
  const line = `${method} ${printable(pathname)} (route ${routePattern}): ${asked} ${outcome}: ${decision.reason}`;
  return line.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
