import type { AccessDeniedError } from '../errors.js';
import { injectable } from '../injectable.js';
import { MadeClasses } from '../session/made-classes.js';
import { AccessChecker } from './access-checker.js';
import { AccessDecision, asDecision, type DecisionCode } from './access-decision.js';
import type { AccessRule } from './access-rule.js';
import { AccessRules } from './access-rules.js';
import { canonicalPath, routedPath, UnreadablePathError } from './canonical-path.js';
import { DecisionLog } from './decision-log.js';
import { GuardConfig } from './guard-config.js';
import type { GuardedRequest } from './guarded-request.js';
import { actionPath } from './internal-path.js';
import { segmentsOf } from './path-pattern.js';
import { printable } from './printable.js';
import { actionError, hidden, plain, problem, redirectTo } from './refusal.js';
import { RETURN_PARAMETER, toReturnPath } from './return-path.js';
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
    private readonly checker: AccessChecker,
    private readonly config: GuardConfig,
    private readonly log: DecisionLog,
    private readonly made: MadeClasses,
  ) {
    this.#loginPath = normalized(pathOnly(config.loginPath));
  }

  /** @returns What to answer instead of the page, or `undefined` when the visitor may see it. */
  async inspect(request: GuardedRequest, visitor: Visitor): Promise<Response | undefined> {
    if (this.rules.isEmpty && !this.config.globalProtect) return undefined;
    const paths = this.#pathsOf(request);
    if (!paths) return problem(400);
    if (this.#isLogin(paths)) return this.#inspectLogin(request, visitor);
    const rules = this.#rulesFor(paths, request.method);
    if (rules.size > 0) request.onGuarded?.();
    for (const rule of rules) {
      const decision = await this.#check(rule, visitor, request);
      if (decision.isGranted) continue;
      // The page that says "not found" is what a visitor is to see who asks for a hidden one.
      if (rule.status === 404 && request.routePattern === '/404') continue;
      return this.refuse(request, visitor, decision, rule);
    }
    return undefined;
  }

  /** What is answered when code of a page's own refuses the visitor. */
  async answer(error: AccessDeniedError, request: GuardedRequest, visitor: Visitor): Promise<Response> {
    const decision = this.#refused(error.status === 401 ? 'NOT_SIGNED_IN' : 'NOT_ALLOWED', error.reason);
    return error.mayRedirect ? this.refuse(request, visitor, decision) : problem(error.status, decision);
  }

  /** What a visitor is answered who may not: {@link challenge} for a guest, {@link forbid} for anybody else. */
  async refuse(
    request: GuardedRequest,
    visitor: Visitor,
    decision: AccessDecision,
    rule?: AccessRule,
  ): Promise<Response> {
    if (rule?.status === 404) return hidden();
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
    if (request.action?.calledFrom === 'rpc') return actionError(401);
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
    if (request.action?.calledFrom === 'rpc') return actionError(403);
    if (!request.isNavigation) return problem(403, decision);
    const target = rule?.redirectTo ?? this.config.forbiddenPath ?? this.config.loginPath;
    if (await this.#leadsBack(target, request, visitor)) return plain(403);
    return redirectTo(this.config.toLocation(target), request.method);
  }

  /** @returns The paths that rules are asked about, or `undefined` for a request whose path cannot be read. */
  #pathsOf(request: GuardedRequest): readonly string[] | undefined {
    try {
      const requested = canonicalPath(request.pathname, this.config.base);
      const routed = routedPath(request.routePattern, request.params) ?? requested;
      const action = request.action ? actionPath(request.action.name) : requested;
      return [...new Set([routed, requested, action])];
    } catch (error) {
      if (error instanceof UnreadablePathError) return undefined;
      throw error;
    }
  }

  /** The rule for each path but the login page's; where everything is protected, at least a signed-in visitor is asked. */
  #rulesFor(paths: readonly string[], method: string): Set<AccessRule> {
    const rules = new Set<AccessRule>();
    for (const path of paths) {
      if (this.#isLogin([path])) continue;
      const rule = this.rules.find(path, method);
      if (rule) rules.add(rule);
      else if (this.config.globalProtect && !this.config.isExcluded(path)) rules.add(this.rules.signedIn);
    }
    return rules;
  }

  async #check(rule: AccessRule, visitor: Visitor, request?: GuardedRequest): Promise<AccessDecision> {
    let decision: AccessDecision;
    try {
      decision = asDecision(await this.checker.check(rule, visitor));
    } catch (error) {
      this.log.failure(`A check for ${rule} threw, so the visitor was refused.`, error);
      decision = this.#refused('CHECK_FAILED', 'the check threw');
    }
    if (this.config.debug && request) this.log.decision(describe(request, rule, decision));
    return decision;
  }

  #refused(code: DecisionCode, reason: string): AccessDecision {
    return new (this.made.of(AccessDecision))(false, code, reason);
  }

  #isLogin(paths: readonly string[]): boolean {
    return paths.every((path) => normalized(path) === this.#loginPath);
  }

  /** The login page is open to everybody; who is signed in already has nothing to do there. */
  #inspectLogin(request: GuardedRequest, visitor: Visitor): Response | undefined {
    if (request.method !== 'GET' || !this.#goesHome(visitor)) return undefined;
    request.onGuarded?.();
    return redirectTo(this.config.toLocation(this.config.homePath), request.method);
  }

  #goesHome(visitor: Visitor): boolean {
    const { globalProtect, homePath } = this.config;
    return globalProtect && !visitor.isGuest && !this.#isLogin([pathOnly(homePath)]);
  }

  /** Whether somebody sent to `target` would, by refusals alone, be sent around in a circle. */
  async #leadsBack(target: string, request: GuardedRequest, visitor: Visitor): Promise<boolean> {
    const seen = new Set(this.#pathsOf(request)?.map(normalized));
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
    if (this.#isLogin([path])) return this.#goesHome(visitor) ? config.homePath : undefined;
    for (const rule of this.#rulesFor([path], 'GET')) {
      if ((await this.#check(rule, visitor)).isGranted) continue;
      if (rule.status === 404) return undefined;
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

/** One line, whatever the path holds: nobody writes a second line into a log. */
function describe(request: GuardedRequest, rule: AccessRule, decision: AccessDecision): string {
  const outcome = decision.isGranted ? 'granted' : 'refused';
  const { method, pathname, routePattern } = request;
  const line = `${method} ${printable(pathname)} (route ${routePattern}): ${rule} ${outcome}: ${decision.reason}`;
  return line.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

/** The path of an option, as that of a request is read: it may be written encoded or plain. */
function pathOnly(location: string): string {
  const path = location.replace(/[?#].*$/s, '');
  try {
    return canonicalPath(path, '');
  } catch {
    return path;
  }
}

const IS_NORMALIZED = /^(?!.*\/\/)(?:\/|[\x21-\x7e]*[^/])$/;

function normalized(path: string): string {
  return IS_NORMALIZED.test(path) ? path : `/${segmentsOf(path.normalize('NFC')).join('/')}`;
}
