import { andThen, type Promised } from '../session/promised.js';
import type { AccessDecision } from './access-decision.js';
import type { DemandChecker } from './demand-checker.js';
import type { Demands } from './demands.js';
import type { GuardConfig } from './guard-config.js';
import type { GuardedRequest } from './guarded-request.js';
import type { LoginPage } from './login-page.js';
import { GuardedPaths, normalized, pathOnly } from './paths/guarded-paths.js';
import { RETURN_PARAMETER, toReturnPath } from './return-path.js';
import type { Visitor } from './visitor.js';

/** Redirects that lead to redirects are followed this far before the visitor is told "no" instead. */
const MAX_HOPS = 5;

/** Knows where refused visitors can be sent: there and back again, and never around in a circle. */
export class Redirects {
  constructor(
    private readonly demands: Demands,
    private readonly checker: DemandChecker,
    private readonly loginPage: LoginPage,
    private readonly config: GuardConfig,
  ) {}

  /**
   * Whether somebody sent to `target` would, by refusals alone, be sent around in a circle.
   *
   * @param again Whether it is to sign in again, for which the login page is open.
   */
  leadBack(target: string, request: GuardedRequest, visitor: Visitor, again = false): Promised<boolean> {
    const seen = new Set(GuardedPaths.of(request, this.config.base, this.config.errorPages)?.all.map(normalized));
    const follow = (next: string | undefined, hops: number): Promised<boolean> => {
      const path = this.#pathHere(next, request.url.origin);
      if (path === undefined) return false;
      if (hops === MAX_HOPS || seen.has(path)) return true;
      seen.add(path);
      if (again) return false;
      return andThen(this.#nextHop(path, visitor, request), (hop) => follow(hop, hops + 1));
    };
    return follow(target, 0);
  }

  /** The path of a page of this site, which may be named by its whole address; `undefined` for whatever leads elsewhere. */
  #pathHere(target: string | undefined, origin: string): string | undefined {
    if (target?.startsWith('/')) return normalized(pathOnly(target));
    if (target === undefined || !URL.canParse(target)) return undefined;
    const address = new URL(target);
    return address.origin === origin ? normalized(pathOnly(address.pathname, this.config.base)) : undefined;
  }

  /** Where a visitor is sent on from a page, or `undefined` when the page lets them in. */
  #nextHop(path: string, visitor: Visitor, from: GuardedRequest): Promised<string | undefined> {
    return andThen(this.demands.guardOf(path), (pageGuard) => {
      const { config } = this;
      if (this.demands.isLoginPath(path))
        return this.loginPage.goesHome(visitor, pageGuard) ? config.homePath : undefined;
      const { url, signedInFor } = from;
      const request = { method: 'GET', routePattern: path, params: {}, url: new URL(path, url), signedInFor };
      const asked = this.demands.on(GuardedPaths.ofPage(path), request.method, path, pageGuard).keys();
      const hop = this.checker.decideEach(asked, visitor, request, (decision) => this.#hopAfter(decision, visitor));
      return andThen(hop, (found) => found?.to);
    });
  }

  /** Where a decision sends a visitor on to, nowhere included; `undefined` when it sends nobody on. */
  #hopAfter(decision: AccessDecision, visitor: Visitor): { readonly to: string | undefined } | undefined {
    const { isGranted, code, rule } = decision;
    const { homePath, forbiddenPath, loginPath, enforce } = this.config;
    if (isGranted || !enforce) return undefined;
    if (hides(decision, visitor)) return { to: undefined };
    if (code === 'FOR_GUESTS_ONLY') return { to: homePath };
    return { to: rule?.redirectTo ?? (visitor.isGuest ? undefined : forbiddenPath) ?? loginPath };
  }

  /** The location of a page that leads back to what was asked for, where that can be opened again. */
  withReturnPath(target: string, request: GuardedRequest): string {
    const location = this.config.toLocation(target);
    const isSafe = request.method === 'GET' || request.method === 'HEAD';
    const opened = request.openedAddress ?? request.pathname + request.search;
    const returnPath = isSafe ? toReturnPath(opened) : request.formPage;
    return returnPath === undefined ? location : withParameter(location, RETURN_PARAMETER, returnPath);
  }
}

/** The location with one more parameter in its query. */
export function withParameter(location: string, name: string, value: string): string {
  const [, target = '', hash = ''] = /^([^#]*)(.*)$/s.exec(location) ?? [];
  return `${target}${target.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value)}${hash}`;
}

/** Whether a refusal is to look as if nothing were there. */
export function hides({ isGranted, rule }: AccessDecision, visitor: Visitor): boolean {
  return !isGranted && rule?.status === 404 && !(rule.guestsSignIn && visitor.isGuest);
}
