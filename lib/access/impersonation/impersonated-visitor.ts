import { andThen, type Promised } from '../../base/promised.js';
import { VISITOR_KEYS } from '../../session/record/session-record.js';
import { draftOf, type Session } from '../../session/session.js';
import type { AccessDecision } from '../access-decision.js';
import { alike, impersonatedBy, Visitor, type VisitorData } from '../visitor.js';
import type { VisitorResolver } from '../visitor-resolver.js';
import { foreignRecord } from '../visitors/foreign-record.js';

/** Decides whether an impersonation may go on. */
export type MayContinue = (impersonator: Visitor, target: Visitor) => Promised<AccessDecision>;

/**
 * The visitor of a request whose session impersonates another user. Once for each request, the impersonator is resolved
 * and checked again; then the user is resolved as any visitor is.
 */
export class ImpersonatedVisitor {
  /** The impersonator, once they were found to be allowed. */
  #impersonator: Visitor | undefined;
  #owner: Session | undefined;
  #marked: { readonly of: Visitor; readonly marked: Visitor } | undefined;
  #description: { readonly of: Readonly<VisitorData>; readonly shown: Readonly<VisitorData> } | undefined;

  constructor(
    private readonly session: Session,
    private readonly resolver: VisitorResolver,
    private readonly mayContinue: MayContinue,
  ) {}

  /** Takes over an impersonator who has just been checked. */
  begin(impersonator: Visitor): void {
    this.#impersonator = impersonator;
  }

  /** Returns the visitor, marked as impersonated. */
  mark(visitor: Visitor): Visitor {
    const { session } = this.#impersonator ?? this.resolver.fromSession(this.#ownSession);
    if (visitor.isGuest || !session) return visitor;
    const impersonator = this.#shown(session);
    const { of, marked } = this.#marked ?? {};
    if (marked && of === visitor && marked.impersonator === impersonator) return marked;
    this.#marked = { of: visitor, marked: impersonatedBy(impersonator, ownCopy(visitor)) };
    return this.#marked.marked;
  }

  /** Resolves to the impersonated user, or to the impersonator where the impersonation is over. */
  resolve(): Promised<Visitor> {
    return this.#impersonator ? this.#resolveUser(this.#impersonator) : this.#verify();
  }

  get #ownSession(): Session {
    this.#owner ??= ownerOf(this.session);
    return this.#owner;
  }

  /** Returns what pages may see of the impersonator: what describes them, and nothing else of their session. */
  #shown(data: Readonly<VisitorData>): Readonly<VisitorData> {
    if (this.#description?.of === data) return this.#description.shown;
    const { own, visitor } = draftOf(this.session);
    const isOther = (key: string) => ![...VISITOR_KEYS, ...visitor.identity].includes(key);
    const shown = { ...data };
    for (const key of own.values.keys().filter(isOther)) delete shown[key];
    this.#description = { of: data, shown: Object.freeze(shown) };
    return this.#description.shown;
  }

  #verify(): Promised<Visitor> {
    const owner = this.#ownSession;
    return andThen(this.resolver.resolve(owner), (visitor) => this.#verified(owner, visitor));
  }

  #verified(owner: Session, visitor: Visitor): Promised<Visitor> {
    const draft = draftOf(this.session);
    const { failure, wasEnded } = draftOf(owner);
    draft.failure ??= failure;
    if (failure) return visitor;
    if (wasEnded && !draft.isClosed) this.session.destroy();
    if (!(visitor instanceof Visitor) || visitor.isGuest) {
      draft.endImpersonation('not-allowed');
      return visitor;
    }
    return andThen(this.mayContinue(visitor, this.resolver.fromSession(this.session)), ({ isGranted }) => {
      if (!isGranted) {
        draft.endImpersonation('not-allowed');
        return visitor;
      }
      this.#impersonator = visitor;
      return this.#resolveUser(visitor);
    });
  }

  #resolveUser(impersonator: Visitor): Promised<Visitor> {
    const draft = draftOf(this.session);
    return andThen(this.resolver.resolve(this.session), (user) => {
      const isGone = user instanceof Visitor && user.isGuest && !draft.failure;
      if (isGone) draft.endImpersonation(draft.values.get('userId') === undefined ? 'stopped' : 'user-gone');
      return draft.impersonatorId === undefined ? impersonator : user;
    });
  }
}

/**
 * Copies a visitor, because a resolver may return the same one for the requests of the user themselves. One of a subclass is
 * not copied, because it may hold more.
 */
function ownCopy(visitor: Visitor): Visitor {
  if (visitor.constructor !== Visitor) return visitor;
  return alike(visitor, new Visitor(visitor.session, visitor.roles, visitor.permissions));
}

/** Creates a session, stored nowhere, with the values of the session's own user. */
function ownerOf(session: Session): Session {
  const Owner = session.constructor as typeof Session;
  return new Owner(foreignRecord(draftOf(session).own.values.all()));
}
