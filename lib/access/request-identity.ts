import { InvalidOverrideError } from '../errors.js';
import type { Promised } from '../session/promised.js';
import { draftOf, type Session } from '../session/session.js';
import type { SessionDraft } from '../session/session-draft.js';
import { ForeignVisitor } from './foreign-visitor.js';
import { Visitor } from './visitor.js';
import type { VisitorResolver } from './visitor-resolver.js';

/**
 * Who asks, in one request: as its session says, or another part of the application that knows a visitor of its own. Such
 * a visitor replaces that of the session as a whole; a session that is another user's stands aside.
 */
export class RequestIdentity {
  #visitor: Visitor | undefined;
  #revision = -1;
  /** The session that said who the visitor is, when the resolver was last asked. */
  #resolvedOf: Session | undefined;
  #claimedId: string | undefined;
  #pending: Promise<void> | undefined;
  #foreign: ForeignVisitor | undefined;
  #isOverruled = false;

  /** @param guest Makes the visitor of a request whose resolver failed. */
  constructor(
    private readonly own: Session,
    readonly resolver: VisitorResolver,
    private readonly guest: () => Visitor,
  ) {}

  /**
   * The visitor, as the session says at this moment. Where a resolver has to look somewhere first, the visitor stays who
   * it was until it has looked; somebody who has just signed in is taken at the session's word.
   */
  get visitor(): Visitor {
    this.#refresh();
    return this.#visitor ?? this.resolver.fromSession(this.session);
  }

  /** Gives the visitor once a resolver that has to look somewhere has looked. @throws What the resolver throws. */
  resolve(): Promised<Visitor> {
    try {
      this.#refresh();
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#pending ? this.#pending.then(() => this.visitor) : this.visitor;
  }

  /** The session that says who asks: the request's own, or that of a visitor whom another part knows. */
  get session(): Session {
    return (this.#isOverruled ? undefined : this.#foreign?.session) ?? this.own;
  }

  /** The value of `locals.session`: the session, or what the application assigned to it. */
  get shown(): unknown {
    const foreign = this.#foreign;
    if (!foreign?.isAssigned) return this.own;
    this.#draft.isUsed = true;
    return this.session === foreign.session ? foreign.known : this.visitor.session;
  }

  /** Whether what is put into the session is stored nowhere, because it is another user's than the request. */
  get standsAside(): boolean {
    return this.#draft.standAsideFor(draftOf(this.session));
  }

  /** Whether `locals.session` was given a visitor, or somebody signed in or out: then nobody looks elsewhere. */
  get isSettled(): boolean {
    return this.#isOverruled || this.#foreign?.isAssigned === true;
  }

  /**
   * Takes another part of the application at its word about who asks, in this request.
   *
   * @param known Who it is; `null` for a guest, and the session itself for whomever that says.
   * @param isAssigned Whether `locals.session` was given it.
   */
  adopt(known: unknown, isAssigned = false): void {
    this.#foreign = known === this.own ? undefined : new ForeignVisitor(known, isAssigned, this.resolver);
    this.#isOverruled = false;
    const asked = draftOf(this.session);
    this.#draft.standAsideFor(asked);
    if (!asked.isNew) this.#draft.isUsed = true;
  }

  /** Adopts a visitor unless that was done before, or an assignment or a sign-in has said who asks. */
  hear(known: unknown): void {
    if (!this.isSettled && !this.#foreign?.isSaidBy(known)) this.adopt(known);
  }

  /** Looks again at what the application says of a visitor: it may have filled that in since. */
  adoptAnew(): void {
    const foreign = this.#foreign;
    if (foreign?.hasChanged && !this.#isOverruled) this.adopt(foreign.known, foreign.isAssigned);
  }

  /** Has the session say who asks from here on: somebody signed in or out, which counts immediately. */
  overrule(): void {
    this.#isOverruled = true;
  }

  /** Undoes what the request did, the session included: it failed. */
  rollBack(): void {
    this.#draft.rollBack();
    const foreign = this.#foreign;
    const changes = foreign?.session ? draftOf(foreign.session).revision : 0;
    const wasTouched = this.#isOverruled ? !this.#draft.wasEnded : changes > 0;
    if (foreign && wasTouched) this.adopt(foreign.known, foreign.isAssigned);
    else this.#draft.standAsideFor(draftOf(this.session));
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

  /** Asks the resolver, which reads the session for whoever asks for the visitor: that makes an answer personal, or does not. */
  #ask(session: Session): unknown {
    const draft = draftOf(session);
    const { isUsed } = draft;
    const resolved: unknown = this.resolver.resolve(session);
    draft.isUsed = isUsed;
    return resolved;
  }

  #awaitVisitor(resolving: unknown, isAnother: boolean): void {
    const claimed = this.resolver.fromSession(this.session);
    // Compared with the claim before, not with the visitor: whom the resolver refused, a later change does not let in.
    if (!this.#visitor || isAnother || this.#claimedId !== claimed.id) this.#visitor = claimed;
    this.#claimedId = claimed.id;
    const pending = Promise.resolve(resolving).then((visitor) => {
      if (this.#pending === pending) this.#visitor = asVisitor(visitor, this.resolver);
    });
    this.#pending = pending;
    // Whoever needs the answer awaits `pending` and sees the failure there; to anybody else nobody is signed in.
    pending.catch(() => {
      if (this.#pending === pending) this.#visitor = this.guest();
    });
  }
}

/** A resolver that forgets to answer must not be taken to trust the session. */
function asVisitor(resolved: unknown, resolver: VisitorResolver): Visitor {
  if (resolved instanceof Visitor) return resolved;
  throw new InvalidOverrideError(
    'VisitorResolver',
    resolver.constructor.name,
    'resolve() gave no Visitor. Return this.signedIn({…}), or this.guest() when nobody is signed in.',
  );
}
