import { andThen, type Promised } from '../base/promised.js';
import { InvalidOverrideError } from '../errors/index.js';
import type { SessionDraft } from '../session/draft/session-draft.js';
import { draftOf, type Session } from '../session/session.js';
import type { AccessRequest } from './guard/guarded-request.js';
import { ImpersonatedVisitor, type MayContinue } from './impersonation/impersonated-visitor.js';
import { comingFrom, Visitor, type VisitorSource } from './visitor.js';
import type { VisitorResolver } from './visitor-resolver.js';
import { ForeignVisitor } from './visitors/foreign-visitor.js';
import { RouteRoles } from './visitors/route-roles.js';
import { sourceOf } from './visitors/visitor-source.js';

/**
 * Identifies the visitor of one request: by its session, or by another part of the application that knows the visitor. A
 * visitor who is identified in that way replaces the one of the session as a whole; a session of another user stands aside.
 */
export class RequestIdentity {
  #visitor: Visitor | undefined;
  #revision = -1;
  /** The session that the resolver was last called with. */
  #resolvedOf: Session | undefined;
  #claimedId: string | undefined;
  #pending: Promise<void> | undefined;
  #foreign: ForeignVisitor | undefined;
  /** The visitor whom `identify` named. */
  #identified: ForeignVisitor | undefined;
  #isOverruled = false;
  readonly #impersonated: ImpersonatedVisitor;
  #roles: RouteRoles | undefined;

  /**
   * @param guest Creates the visitor of a request whose resolver failed.
   * @param mayContinue Decides whether an impersonation may go on.
   */
  constructor(
    private readonly own: Session,
    readonly resolver: VisitorResolver,
    private readonly guest: () => Visitor,
    mayContinue: MayContinue,
  ) {
    this.#impersonated = new ImpersonatedVisitor(own, resolver, mayContinue);
  }

  /**
   * The visitor as the session identifies them at this moment. While a resolver has to query something first, the visitor
   * stays the one of before; a visitor who has just signed in is created from the session alone.
   */
  get visitor(): Visitor {
    const base = this.#base;
    return this.#roles ? this.#roles.applied(base) : base;
  }

  /** The visitor without roles of the route. */
  get #base(): Visitor {
    this.#refresh();
    const visitor = this.#visitor ?? this.resolver.fromSession(this.session);
    const named = this.#foreign && !this.#isOverruled ? comingFrom(this.source, visitor) : visitor;
    return this.isImpersonated ? this.#impersonated.mark(named) : named;
  }

  /** True while the visitor is one whom the session's own user impersonates. */
  get isImpersonated(): boolean {
    return this.#draft.impersonatorId !== undefined;
  }

  /** Lets the session's own user impersonate another, after a check. */
  impersonate(impersonator: Visitor, begin: () => void): void {
    this.#impersonated.begin(impersonator);
    begin();
  }

  /** How the visitor is identified. */
  get source(): VisitorSource {
    return sourceOf(this.session);
  }

  /** Begins a route of the request, on which the visitor may have further roles. {@link resolve} looks them up. */
  enter(request: AccessRequest): void {
    this.#roles ??= new RouteRoles(this.resolver);
    this.#roles.enter(request);
  }

  /** Resolves to the visitor without roles of the route. @throws What the resolver throws. */
  resolveBase(): Promised<Visitor> {
    try {
      this.#refresh();
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#pending ? this.#pending.then(() => this.#base) : this.#base;
  }

  /** Resolves to the visitor once the resolver has answered. @throws What the resolver throws. */
  resolve(): Promised<Visitor> {
    const base = this.resolveBase();
    const roles = this.#roles;
    return roles ? andThen(base, (visitor) => roles.lookUp(visitor, this.session)) : base;
  }

  /** The route that was begun last; `undefined` before, and where no roles depend on the route. */
  get route(): AccessRequest | undefined {
    return this.#roles?.request;
  }

  /** Returns the visitor as they would be on another route, without beginning it. */
  async on(request: AccessRequest): Promise<Visitor> {
    await this.resolve();
    const roles = new RouteRoles(this.resolver);
    roles.enter(request);
    return roles.lookUp(this.#base, this.session);
  }

  /** The session that identifies the visitor: the request's own, or that of a visitor whom another part of the application named. */
  get session(): Session {
    return (this.#isOverruled ? undefined : this.#foreign?.session) ?? this.own;
  }

  /** The value of `locals.session`: the session, or what the application assigned to it. */
  get shown(): unknown {
    const foreign = this.#foreign;
    if (foreign?.namedBy !== 'locals') return this.own;
    this.#draft.isUsed = true;
    return this.session === foreign.session ? foreign.known : this.visitor.session;
  }

  /** True when the session belongs to another user than the visitor, so that what is set in it is not stored. */
  get standsAside(): boolean {
    return this.#draft.standAsideFor(draftOf(this.session));
  }

  /** True once a visitor was assigned or identified, or a user has signed in or out: no other source counts then. */
  get isSettled(): boolean {
    return this.#isOverruled || (this.#foreign !== undefined && this.#foreign.namedBy !== 'context');
  }

  /** True while the visitor is the one whom `identify` named. */
  get isIdentified(): boolean {
    return !this.#isOverruled && this.#foreign?.namedBy === 'identify';
  }

  /** Takes over the visitor whom `identify` named, or who is unknown because it failed. */
  identify(visitor: ForeignVisitor): void {
    this.#identified = visitor;
    this.#take(visitor);
  }

  /**
   * Takes over a visitor from another part of the application, for this request.
   *
   * @param known The visitor's data; `null` for a guest; the session itself for the visitor without this takeover: the one
   *   whom `identify` named, or else that of the session.
   * @param isAssigned Set when it was assigned to `locals.session`.
   */
  adopt(known: unknown, isAssigned = false): void {
    const namedBy = isAssigned ? 'locals' : 'context';
    this.#take(known === this.own ? this.#identified : new ForeignVisitor(known, namedBy, this.resolver));
  }

  /** Adopts a visitor, unless one was adopted or assigned before, or a user has signed in or out. */
  hear(known: unknown): void {
    if (!this.isSettled && !this.#foreign?.isSaidBy(known)) this.adopt(known);
  }

  /** Reads the adopted visitor's data again, because the application may have changed the object since. */
  adoptAnew(): void {
    const foreign = this.#foreign;
    if (foreign?.hasChanged && !this.#isOverruled) this.#take(foreign.anew());
  }

  /** Lets the session identify the visitor from here on: a user has signed in or out, which counts immediately. */
  overrule(): void {
    this.#isOverruled = true;
  }

  /** Undoes what a failed request did, in the session as well. */
  rollBack(): void {
    this.#draft.rollBack();
    const foreign = this.#foreign;
    const changes = foreign?.session ? draftOf(foreign.session).revision : 0;
    const wasTouched = this.#isOverruled ? !this.#draft.wasEnded : changes > 0;
    if (foreign && wasTouched) this.#take(foreign.anew());
    else this.#draft.standAsideFor(draftOf(this.session));
  }

  #take(foreign: ForeignVisitor | undefined): void {
    this.#foreign = foreign;
    this.#isOverruled = false;
    const asked = draftOf(this.session);
    this.#draft.standAsideFor(asked);
    // An answer that asks nothing about a visitor whom `identify` named may keep its policy for caches.
    if (!asked.isNew && foreign?.namedBy !== 'identify') this.#draft.isUsed = true;
  }

  get #draft(): SessionDraft {
    return draftOf(this.own);
  }

  #refresh(): void {
    const { session } = this;
    const { revision } = draftOf(session);
    if (session === this.#resolvedOf && revision === this.#revision) return;
    const resolved = this.#ask(session);
    const isAnother = session !== this.#resolvedOf;
    this.#resolvedOf = session;
    this.#revision = revision;
    if (resolved instanceof Visitor) {
      this.#visitor = resolved;
      if (this.resolver.looksElsewhere) this.#claimedId = this.resolver.fromSession(session).id;
      this.#pending = undefined;
    } else {
      this.#awaitVisitor(resolved, isAnother);
    }
  }

  /** Calls the resolver. Its reads of the session do not mark the session as used: the caller decides that. */
  #ask(session: Session): unknown {
    const draft = draftOf(session);
    const { isUsed } = draft;
    const isOwn = this.isImpersonated && session === this.own;
    const resolved: unknown = isOwn ? this.#impersonated.resolve() : this.resolver.resolve(session);
    draft.isUsed = isUsed;
    return resolved;
  }

  #awaitVisitor(resolving: unknown, isAnother: boolean): void {
    const claimed = this.resolver.fromSession(this.session);
    // Compared with the earlier claim, not with the visitor: a later change does not let in whom the resolver refused.
    if (!this.#visitor || isAnother || this.#claimedId !== claimed.id) this.#visitor = claimed;
    this.#claimedId = claimed.id;
    const pending = Promise.resolve(resolving).then((visitor) => {
      if (this.#pending === pending) this.#visitor = asVisitor(visitor, this.resolver);
    });
    this.#pending = pending;
    // Code that needs the answer awaits `pending` and sees the failure there; for all other code the visitor is a guest.
    pending.catch(() => {
      if (this.#pending === pending) this.#visitor = this.guest();
    });
  }
}

/** Turns an answer that is no visitor into a guest: a resolver that forgets to answer has not vouched for the session. */
function asVisitor(resolved: unknown, resolver: VisitorResolver): Visitor {
  if (resolved instanceof Visitor) return resolved;
  throw new InvalidOverrideError(
    'VisitorResolver',
    resolver.constructor.name,
    'resolve() returned no Visitor. Return this.signedIn({…}), or this.guest() when nobody is signed in.',
  );
}
