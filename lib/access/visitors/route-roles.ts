import { andThen, type Promised } from '../../base/promised.js';
import type { Session } from '../../session/session.js';
import type { GrantedRoles } from '../access-options.js';
import type { AccessRequest } from '../guard/guarded-request.js';
import type { Visitor } from '../visitor.js';
import type { VisitorResolver } from '../visitor-resolver.js';

/** What was looked up for a user: their roles on the route, or `'unknown'` when that failed. */
interface Known {
  readonly userId: string;
  readonly roles: GrantedRoles | 'unknown';
}

/** The roles of one request's visitor that depend on the route. They are looked up once for each route and user. */
export class RouteRoles {
  /** The route that was begun last. */
  request: AccessRequest | undefined;
  #place = '';
  #known: Known | undefined;
  #pending: { readonly userId: string; readonly known: Promise<Known> } | undefined;
  #shown: { readonly base: Visitor; readonly visitor: Visitor } | undefined;

  constructor(private readonly resolver: VisitorResolver) {}

  /** Begins a route of the request. Roles of another route are forgotten. */
  enter(request: AccessRequest): void {
    const { routePattern, params, page } = request;
    const place = JSON.stringify([routePattern, params, page?.routePattern, page?.params, page?.url.href]);
    const isSame = place === this.#place;
    this.request = request;
    this.#place = place;
    if (!isSame) this.#forget();
  }

  /** Returns the visitor with the roles on the route, as far as they are known; a guest when they could not be looked up. */
  applied(base: Visitor): Visitor {
    const known = this.#known;
    if (base.isGuest || !known || known.userId !== base.id) return base;
    if (this.#shown?.base === base) return this.#shown.visitor;
    const visitor = this.resolver.withRoles(base, known.roles);
    this.#shown = { base, visitor };
    return visitor;
  }

  /** Looks the roles up, unless they are known. */
  lookUp(base: Visitor, session: Session): Promised<Visitor> {
    const { session: data } = base;
    const request = this.request;
    if (!request || !data || this.#known?.userId === data.userId) return this.applied(base);
    if (this.#pending?.userId !== data.userId) {
      const userId = data.userId;
      const known = this.resolver.rolesAt(session, data, request).then((roles) => ({ userId, roles }));
      this.#pending = { userId, known };
    }
    const pending = this.#pending;
    return andThen(pending.known, (known) => {
      if (this.#pending === pending) {
        this.#forget();
        this.#known = known;
      }
      return this.applied(base);
    });
  }

  #forget(): void {
    this.#known = undefined;
    this.#pending = undefined;
    this.#shown = undefined;
  }
}
