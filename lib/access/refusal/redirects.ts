import { andThen, type Promised } from '../../base/promised.js';
import type { AccessDecision } from '../access-decision.js';
import type { DemandChecker } from '../guard/demand-checker.js';
import type { Demands } from '../guard/demands.js';
import type { GuardConfig } from '../guard/guard-config.js';
import type { GuardedRequest } from '../guard/guarded-request.js';
import { GuardedPaths, normalized, pathOnly } from '../paths/guarded-paths.js';
import { RETURN_PARAMETER, toReturnPath } from '../paths/return-path.js';
import { ownReferrer, pageToReturnTo } from '../sign-in/asked-return-path.js';
import type { Visitor } from '../visitor.js';
import type { ForbiddenPage } from './forbidden-page.js';
import type { LoginPage } from './login-page.js';

/** Maximum number of redirects in a chain. A longer chain is answered with a refusal instead. */
const MAX_HOPS = 5;

/** Finds where refused visitors are sent, without sending them around in a circle. */
export class Redirects {
  constructor(
    private readonly demands: Demands,
    private readonly checker: DemandChecker,
    private readonly loginPage: LoginPage,
    private readonly config: GuardConfig,
  ) {}

  /**
   * Checks whether a visitor who is sent to `target` would be refused there, and sent around in a circle.
   *
   * @param again Set when the visitor is sent to sign in again: the login page is open for that.
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

  /** Returns the path of a page of this site, given by path or by URL; `undefined` for other sites. */
  #pathHere(target: string | undefined, origin: string): string | undefined {
    if (target?.startsWith('/')) return normalized(pathOnly(target));
    if (target === undefined || !URL.canParse(target)) return undefined;
    const address = new URL(target);
    return address.origin === origin ? normalized(pathOnly(address.pathname, this.config.base)) : undefined;
  }

  /** Finds where a page redirects the visitor to; `undefined` when the page admits them. */
  #nextHop(path: string, visitor: Visitor, from: GuardedRequest): Promised<string | undefined> {
    return andThen(this.demands.guardOf(path), (pageGuard) => {
      const { config } = this;
      if (this.demands.isLoginPath(path))
        return this.loginPage.goesHome(visitor, pageGuard) ? config.homeFor(path) : undefined;
      const { signedInFor, isOnlyRemembered, headers, cookies, clientAddress } = from;
      const route = { method: 'GET', routePattern: path, params: {}, url: new URL(path, from.url) };
      const request = { ...route, signedInFor, isOnlyRemembered, headers, cookies, clientAddress };
      const asked = this.demands.on(GuardedPaths.ofPage(path), request.method, path, pageGuard).keys();
      const hop = this.checker.decideEach(asked, visitor, request, (decision) =>
        this.#hopAfter(decision, visitor, path),
      );
      return andThen(hop, (found) => found?.to);
    });
  }

  /** Finds where a decision redirects a visitor to: `to` is `undefined` for a refusal without a redirect. */
  #hopAfter(
    decision: AccessDecision,
    visitor: Visitor,
    address: string,
  ): { readonly to: string | undefined } | undefined {
    const { isGranted, code, rule } = decision;
    const { config } = this;
    if (isGranted || !config.enforce) return undefined;
    if (hides(decision, visitor)) return { to: undefined };
    if (code === 'FOR_GUESTS_ONLY') return { to: config.homeFor(address) };
    if (visitor.isGuest || code === 'SIGN_IN_AGAIN') return { to: this.toSignIn(rule, address) };
    const page = this.whenForbidden({ rule, code }, address);
    return { to: page?.isRendered ? undefined : page?.path };
  }

  /** Returns the page where the visitor of an address signs in. @param address A path without the site's base. */
  toSignIn(rule: AccessDecision['rule'], address: string): string {
    return rule?.redirectTo ?? this.config.loginPages.for(address);
  }

  /**
   * Returns the page for a signed-in visitor who is refused, and whether it is shown at the address itself. `isMeant` is
   * false for a login page, where no other page is set. Returns `undefined` where no page helps: nobody can sign in as the
   * user whom they impersonate.
   */
  whenForbidden(
    { rule, code }: Pick<AccessDecision, 'rule' | 'code'>,
    address: string,
  ): (ForbiddenPage & { readonly isMeant: boolean }) | undefined {
    const isImpersonated = code === 'IMPERSONATED';
    const redirect = isImpersonated ? undefined : rule?.redirectTo;
    const chosen = rule?.forbiddenPage ?? (redirect === undefined ? this.config.forbiddenPage : undefined);
    if (chosen) return { ...chosen, path: this.config.inLanguageOf(address, chosen.path), isMeant: true };
    if (isImpersonated) return undefined;
    return { path: this.toSignIn(rule, address), isRendered: false, isMeant: redirect !== undefined };
  }

  /** Returns the address that the visitor sees: a path without the site's base. */
  addressOf(request: GuardedRequest): string {
    const seen = request.client === 'htmx part' ? request.pageAround : request.originalPathname;
    return pathOnly(seen ?? request.pathname, this.config.base);
  }

  /** Returns the location of a page with a parameter that leads back to the requested page, where that can be opened again. */
  withReturnPath(target: string, request: GuardedRequest): string {
    const location = this.config.toLocation(target);
    const returnPath = this.#returnPath(request);
    return returnPath === undefined ? location : withParameter(location, RETURN_PARAMETER, returnPath);
  }

  /** Returns the path and the query that were opened; `undefined` where they cannot be opened again. */
  opened(request: GuardedRequest): string | undefined {
    const { openedAddress, pathname, search } = request;
    return isSafe(request) ? toReturnPath(openedAddress ?? pathname + search) : undefined;
  }

  /** Returns the page that shows the visitor what was refused: for a part of a page, the page around it. */
  #returnPath(request: GuardedRequest): string | undefined {
    if (request.client !== 'htmx part') {
      const opened = this.opened(request) ?? request.formPage;
      if (opened !== undefined || isSafe(request)) return opened;
    }
    const pageAround = request.pageAround ?? this.#sender(request);
    if (pageAround === undefined) return undefined;
    return this.demands.isLoginPath(pathOnly(pageAround, this.config.base)) ? undefined : pageAround;
  }

  /** Returns the page of this site whose form was sent, as the browser names it. */
  #sender({ url, headers, isNavigation }: GuardedRequest): string | undefined {
    const page = isNavigation ? ownReferrer(url, headers) : undefined;
    return page && pageToReturnTo(page.pathname + page.search, url, this.config);
  }
}

function isSafe({ method }: GuardedRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Adds a parameter to the query of a location. */
export function withParameter(location: string, name: string, value: string): string {
  const [, target = '', hash = ''] = /^([^#]*)(.*)$/s.exec(location) ?? [];
  return `${target}${target.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value)}${hash}`;
}

/** Checks whether a refusal must look as if the page did not exist. */
export function hides({ isGranted, rule }: AccessDecision, visitor: Visitor): boolean {
  return !isGranted && rule?.status === 404 && !(rule.guestsSignIn && visitor.isGuest);
}
