import type { DependencyContainer } from 'tsyringe';
import type { AccessDecision } from '../access/access-decision.js';
import { ForeignVisitor } from '../access/foreign-visitor.js';
import type { KeptForm } from '../access/forms/kept-form.js';
import type { GuardedRequest } from '../access/guarded-request.js';
import type { Verdict } from '../access/verdict.js';
import { Visitor } from '../access/visitor.js';
import type { VisitorResolver } from '../access/visitor-resolver.js';
import { InvalidOverrideError, MissingServiceError } from '../errors.js';
import { Disposables } from '../session/disposables.js';
import { FlashBag } from '../session/flash-bag.js';
import { MadeClasses } from '../session/made-classes.js';
import type { Promised } from '../session/promised.js';
import { draftOf, Session } from '../session/session.js';
import type { Class } from './registration.js';
import type { Services } from './services.js';

/**
 * What belongs to one request: its session, its visitor, and the per-request services somebody asked for.
 *
 * @example
 * const flashes = context.locals.services.get(FlashBag);
 */
export class RequestScope {
  /** Those of the request. */
  headers: Headers | undefined;
  /** Whether the browser is told to drop what it has kept of this site. */
  clearsSiteData = false;
  /** What is asked for, once the guard has seen it. */
  request: GuardedRequest | undefined;
  /** What the guard said last; `undefined` until it was asked. */
  verdict: Verdict | undefined;
  /** The form that was sent to this page before it is shown. */
  keptForm: KeptForm | undefined;
  #visitor: Visitor | undefined;
  #visitorRevision = -1;
  /** What said who the visitor is, when that was last asked. */
  #resolvedOf: Session | undefined;
  #foreign: ForeignVisitor | undefined;
  #isOverruled = false;
  #claimedId: string | undefined;
  #pending: Promise<void> | undefined;
  #container: DependencyContainer | undefined;
  #replaced: Map<Class, object> | undefined;
  #disposables: Disposables | undefined;

  constructor(
    readonly session: Session,
    private readonly services: Services,
    readonly resolver: VisitorResolver,
  ) {}

  /**
   * An instance of a registered class: the shared one, or this request's.
   *
   * @throws {MissingServiceError} When the class is not registered.
   */
  get<Instance>(token: Class<Instance>): Instance;
  get(token: Class): unknown {
    if (token === Session) return this.session;
    if (token === FlashBag) return this.session.flashes;
    if (token === Visitor) return this.visitor;
    if (token === RequestScope) return this;
    const replaced = this.#replaced?.get(token);
    if (replaced) return replaced;
    const lifetime = this.services.lifetimeOf(token);
    if (lifetime === 'shared' || lifetime === 'value') return this.services.get(token);
    if (lifetime !== 'perRequest') throw new MissingServiceError(token.name, 'locals.services.get()');
    this.#container ??= this.#openContainer();
    return this.#container.resolve(token as never);
  }

  /** Whether something that was made for this request is to be ended. @internal */
  get mayEnd(): boolean {
    return this.#disposables?.isEmpty === false;
  }

  /** Ends what was made for this request, as is done when its answer has been sent. What is asked for afterwards is made anew. */
  async dispose(): Promise<void> {
    this.#container = undefined;
    await this.#disposables?.dispose(this.services.reportEnding);
  }

  /** Gives out another instance than the shared one, in this request alone. @internal */
  replace<Instance extends object>(token: Class<Instance>, instance: Instance): void {
    this.#replaced ??= new Map();
    this.#replaced.set(token, instance);
  }

  /** What the guard, or a check of the page's own, decided last; `undefined` while nobody was asked. */
  get decision(): AccessDecision | undefined {
    return this.verdict?.decision;
  }

  /**
   * Who asks, as the session says at this moment. Where a resolver has to look somewhere first, the visitor stays who
   * it was until it has looked; somebody who has just signed in is taken at the session's word.
   */
  get visitor(): Visitor {
    this.#refresh();
    return this.#visitor ?? this.resolver.fromSession(this.asked);
  }

  /** Who asks, once a resolver that has to look somewhere has looked. @throws What the resolver throws. */
  resolveVisitor(): Promised<Visitor> {
    try {
      this.#refresh();
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#pending ? this.#pending.then(() => this.visitor) : this.visitor;
  }

  /** The session that says who asks: the request's own, or that of somebody whom another part knows. @internal */
  get asked(): Session {
    return (this.#isOverruled ? undefined : this.#foreign?.session) ?? this.session;
  }

  /** What `locals.session` gives: the session, or what the application assigned to it. @internal */
  get shown(): unknown {
    const foreign = this.#foreign;
    if (!foreign?.isAssigned) return this.session;
    draftOf(this.session).isUsed = true;
    return this.asked === foreign.session ? foreign.known : this.visitor.session;
  }

  /** When the visitor signed in here; `undefined` for guests, and for visitors whom another part knows. @internal */
  get signedInAt(): Date | undefined {
    const at = this.standsAside ? undefined : draftOf(this.session).signedInAt;
    return at === undefined ? undefined : new Date(at);
  }

  /** Whether what is put into the session is stored nowhere, because it is another user's than the request. @internal */
  get standsAside(): boolean {
    return draftOf(this.session).standAsideFor(draftOf(this.asked));
  }

  /** Whether `locals.session` was given a visitor, or somebody signed in or out: then nobody looks elsewhere. @internal */
  get isSettled(): boolean {
    return this.#isOverruled || this.#foreign?.isAssigned === true;
  }

  /**
   * Takes another part of the application at its word about who asks: they replace the visitor of the session as a whole,
   * in this request. A session that is another user's stands aside.
   *
   * @param known Who it is; `null` for a guest, and the session itself for whomever that says.
   * @param isAssigned Whether `locals.session` was given it.
   * @internal
   */
  adopt(known: unknown, isAssigned = false): void {
    this.#foreign = known === this.session ? undefined : new ForeignVisitor(known, isAssigned, this.resolver);
    this.#isOverruled = false;
    draftOf(this.session).standAsideFor(draftOf(this.asked));
    if (!draftOf(this.asked).isNew) draftOf(this.session).isUsed = true;
  }

  /** Adopts somebody unless that was done before, or `locals.session` or somebody's sign-in has said who asks. @internal */
  hear(known: unknown): void {
    if (!this.isSettled && !this.#foreign?.isSaidBy(known)) this.adopt(known);
  }

  /** Looks again at what the application says of a visitor: it may have filled that in since. @internal */
  adoptAnew(): void {
    const foreign = this.#foreign;
    if (foreign?.hasChanged && !this.#isOverruled) this.adopt(foreign.known, foreign.isAssigned);
  }

  /** Has the session speak from here on: somebody signed in or out, which counts at once. @internal */
  overrule(): void {
    this.#isOverruled = true;
  }

  /** Takes back what the request did: it failed. @internal */
  rollBack(): void {
    draftOf(this.session).rollBack();
    const foreign = this.#foreign;
    const wasTouched = this.#isOverruled
      ? !draftOf(this.session).wasEnded
      : foreign?.session !== undefined && draftOf(foreign.session).revision > 0;
    if (foreign && wasTouched) this.adopt(foreign.known, foreign.isAssigned);
    else draftOf(this.session).standAsideFor(draftOf(this.asked));
  }

  #refresh(): void {
    const { asked } = this;
    const { revision } = draftOf(asked);
    if (asked === this.#resolvedOf && revision === this.#visitorRevision) return;
    const resolved: unknown = this.resolver.resolve(asked);
    const isAnother = asked !== this.#resolvedOf;
    this.#resolvedOf = asked;
    this.#visitorRevision = revision;
    if (resolved instanceof Visitor) {
      this.#visitor = resolved;
      if (this.resolver.looksElsewhere) this.#claimedId = this.resolver.fromSession(asked).id;
      this.#pending = undefined;
    } else {
      this.#awaitVisitor(resolved, isAnother);
    }
  }

  #awaitVisitor(resolving: unknown, isAnother: boolean): void {
    const claimed = this.resolver.fromSession(this.asked);
    // Compared with the claim before, not with the visitor: whom the resolver refused, a later change does not let in.
    if (!this.#visitor || isAnother || this.#claimedId !== claimed.id) this.#visitor = claimed;
    this.#claimedId = claimed.id;
    const pending = Promise.resolve(resolving).then((visitor) => {
      if (this.#pending === pending) this.#visitor = asVisitor(visitor, this.resolver);
    });
    this.#pending = pending;
    // Whoever needs the answer awaits `pending` and sees the failure there; to anybody else nobody is signed in.
    pending.catch(() => {
      if (this.#pending === pending) this.#visitor = new (this.services.get(MadeClasses).of(Visitor))();
    });
  }

  #openContainer(): DependencyContainer {
    const container = this.services.container.createChildContainer();
    container.register(Session as never, { useFactory: () => this.session });
    container.register(FlashBag as never, { useFactory: () => this.session.flashes });
    container.register(Visitor as never, { useFactory: () => this.visitor });
    container.register(RequestScope as never, { useFactory: () => this });
    for (const token of this.services.endedByRequests) {
      this.#disposables ??= new Disposables();
      const own = (made: object) => void (this.services.keeps(made) || this.#disposables?.add(made));
      container.afterResolution(token as never, (_, made) => own(made as object), { frequency: 'Once' });
    }
    for (const [token, instance] of this.#replaced ?? []) container.register(token as never, { useValue: instance });
    return container;
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
