import type { AccessDeniedError } from '../errors.js';
import { injectable } from '../injectable.js';
import { AccessChecker } from './access-checker.js';
import { AccessDecision } from './access-decision.js';
import { AccessRule } from './access-rule.js';
import { AccessRules } from './access-rules.js';
import { canonicalPath, routedPath, UnreadablePathError } from './canonical-path.js';
import { DecisionLog } from './decision-log.js';
import { GuardConfig } from './guard-config.js';
import type { GuardedRequest } from './guarded-request.js';
import { segmentsOf } from './path-pattern.js';
import { plain, problem, redirectTo } from './refusal.js';
import { RETURN_PARAMETER, toReturnPath } from './return-path.js';
import type { Visitor } from './visitor.js';

/** Redirects that lead to redirects are followed this far before the visitor is told "no" instead. */
const MAX_HOPS = 5;
const SIGNED_IN = new AccessRule({ pattern: '/**' });

/**
 * Stands before every page: decides whether the visitor may see it and, if not, what is answered.
 *
 * What is protected is the page that would be served, not the spelling of its address: rules are asked about the path
 * that Astro resolved and about the path of the request, and both must let the visitor in.
 */
@injectable()
export class RouteGuard {
  constructor(
    private readonly rules: AccessRules,
    private readonly checker: AccessChecker,
    private readonly config: GuardConfig,
    private readonly log: DecisionLog,
  ) {}

  /** @returns What to answer instead of the page, or `undefined` when the visitor may see it. */
  async inspect(request: GuardedRequest, visitor: Visitor): Promise<Response | undefined> {
    if (this.rules.isEmpty && !this.config.globalProtect) return undefined;
    let paths: readonly string[];
    try {
      paths = this.#pathsOf(request);
    } catch (error) {
      if (error instanceof UnreadablePathError) return problem(400);
      throw error;
    }
    if (this.#isLogin(paths)) return this.#inspectLogin(request, visitor);
    for (const rule of this.#rulesFor(paths)) {
      const decision = await this.#check(rule, visitor, request);
      if (!decision.isGranted) return this.refuse(request, visitor, decision, rule);
    }
    return undefined;
  }

  /** What is answered when code of a page's own refuses the visitor. */
  async answer(error: AccessDeniedError, request: GuardedRequest, visitor: Visitor): Promise<Response> {
    const decision = new AccessDecision(false, error.status === 401 ? 'NOT_SIGNED_IN' : 'NOT_ALLOWED', error.reason);
    return error.mayRedirect ? this.refuse(request, visitor, decision) : problem(error.status, decision);
  }

  /** What a visitor is answered who may not: {@link challenge} for a guest, {@link forbid} for anybody else. */
  async refuse(
    request: GuardedRequest,
    visitor: Visitor,
    decision: AccessDecision,
    rule?: AccessRule,
  ): Promise<Response> {
    return visitor.isGuest
      ? this.challenge(request, visitor, decision, rule)
      : this.forbid(request, visitor, decision, rule);
  }

  /** Answers a guest: browsers are sent to the login page, programs get 401. */
  protected async challenge(
    request: GuardedRequest,
    visitor: Visitor,
    decision: AccessDecision,
    rule?: AccessRule,
  ): Promise<Response> {
    if (!request.isNavigation) return problem(401, decision);
    const target = rule?.redirectTo ?? this.config.loginPath;
    if (await this.#leadsBack(target, request, visitor)) return plain(401);
    return redirectTo(this.#withReturnPath(this.config.toLocation(target), request), request.method);
  }

  /** Answers somebody who is signed in and still may not: browsers are sent elsewhere, programs get 403. */
  protected async forbid(
    request: GuardedRequest,
    visitor: Visitor,
    decision: AccessDecision,
    rule?: AccessRule,
  ): Promise<Response> {
    if (!request.isNavigation) return problem(403, decision);
    const target = rule?.redirectTo ?? this.config.forbiddenPath ?? this.config.loginPath;
    if (await this.#leadsBack(target, request, visitor)) return plain(403);
    return redirectTo(this.config.toLocation(target), request.method);
  }

  #pathsOf(request: GuardedRequest): readonly string[] {
    const requested = canonicalPath(request.pathname, this.config.base);
    const routed = routedPath(request.routePattern, request.params);
    return routed === undefined || routed === requested ? [requested] : [routed, requested];
  }

  /** The rule for each path; where there is none and everything is protected, a signed-in visitor is asked for. */
  #rulesFor(paths: readonly string[]): Set<AccessRule> {
    const rules = new Set<AccessRule>();
    for (const path of paths) {
      const rule = this.rules.find(path);
      if (rule) rules.add(rule);
      else if (this.config.globalProtect && !this.config.isExcluded(path)) rules.add(SIGNED_IN);
    }
    return rules;
  }

  async #check(rule: AccessRule, visitor: Visitor, request?: GuardedRequest): Promise<AccessDecision> {
    let decision: AccessDecision;
    try {
      decision = await this.checker.check(rule, visitor);
    } catch (error) {
      this.log.failure(`A check for ${rule} threw, so the visitor was refused.`, error);
      decision = new AccessDecision(false, 'CHECK_FAILED', 'the check threw');
    }
    if (this.config.debug && request) this.log.decision(describe(request, rule, decision));
    return decision;
  }

  #isLogin(paths: readonly string[]): boolean {
    return paths.every((path) => isSamePath(path, this.config.loginPath));
  }

  /** The login page is open to everybody; who is signed in already has nothing to do there. */
  #inspectLogin(request: GuardedRequest, visitor: Visitor): Response | undefined {
    const { globalProtect, homePath, loginPath } = this.config;
    const goesHome = globalProtect && !visitor.isGuest && request.method === 'GET' && !isSamePath(homePath, loginPath);
    return goesHome ? redirectTo(this.config.toLocation(homePath), request.method) : undefined;
  }

  /** Whether somebody sent to `target` would, by refusals alone, be sent around in a circle. */
  async #leadsBack(target: string, request: GuardedRequest, visitor: Visitor): Promise<boolean> {
    const seen = new Set(this.#pathsOf(request).map(normalized));
    let next: string | undefined = target;
    for (let hop = 0; hop < MAX_HOPS && next?.startsWith('/'); hop++) {
      const path = normalized(pathOnly(next));
      if (seen.has(path)) return true;
      seen.add(path);
      next = await this.#nextHop(path, visitor);
    }
    return next?.startsWith('/') ?? false;
  }

  /** Where a visitor is sent on from a page, or `undefined` when the page lets them in. */
  async #nextHop(path: string, visitor: Visitor): Promise<string | undefined> {
    const { config } = this;
    if (this.#isLogin([path])) return config.globalProtect && !visitor.isGuest ? config.homePath : undefined;
    for (const rule of this.#rulesFor([path])) {
      if ((await this.#check(rule, visitor)).isGranted) continue;
      return rule.redirectTo ?? (visitor.isGuest ? undefined : config.forbiddenPath) ?? config.loginPath;
    }
    return undefined;
  }

  #withReturnPath(location: string, request: GuardedRequest): string {
    if (request.method !== 'GET' && request.method !== 'HEAD') return location;
    const returnPath = toReturnPath(request.pathname + request.search);
    if (returnPath === undefined) return location;
    const [, target = '', hash = ''] = /^([^#]*)(.*)$/s.exec(location) ?? [];
    const separator = target.includes('?') ? '&' : '?';
    return `${target}${separator}${RETURN_PARAMETER}=${encodeURIComponent(returnPath)}${hash}`;
  }
}

/** One line. A path goes in encoded, so that no line feed in it can make a second one. */
function describe(request: GuardedRequest, rule: AccessRule, decision: AccessDecision): string {
  const outcome = decision.isGranted ? 'granted' : 'refused';
  const { method, pathname, routePattern } = request;
  return `${method} ${encodeURI(pathname)} (route ${routePattern}): ${rule} ${outcome}: ${decision.reason}`;
}

function pathOnly(location: string): string {
  return location.replace(/[?#].*$/s, '');
}

function normalized(path: string): string {
  return `/${segmentsOf(path).join('/')}`;
}

function isSamePath(path: string, other: string): boolean {
  return normalized(path) === normalized(pathOnly(other));
}
