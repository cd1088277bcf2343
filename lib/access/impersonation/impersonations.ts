import { andThen, orElse, type Promised } from '../../base/promised.js';
import { injectable } from '../../injectable.js';
import { MadeClasses } from '../../session/made-classes.js';
import { AccessChecker } from '../access-checker.js';
import { AccessDecision, asDecision, type DecisionCode } from '../access-decision.js';
import { AccessConfig, type MayImpersonate } from '../access-options.js';
import { AccessRule, type Requirement } from '../access-rule.js';
import { DecisionLog } from '../guard/decision-log.js';
import type { AccessRequest } from '../guard/guarded-request.js';
import type { Visitor, VisitorData } from '../visitor.js';

/** Decides by `access.impersonate` who may impersonate whom. */
@injectable()
export class Impersonations {
  readonly #made = MadeClasses.current;

  constructor(
    private readonly access: AccessConfig,
    private readonly checker: AccessChecker,
    private readonly log: DecisionLog,
  ) {}

  /** True when the application lets anybody impersonate. */
  get isOn(): boolean {
    return this.access.impersonate !== undefined;
  }

  /** Maximum duration in milliseconds. */
  get longest(): number {
    return this.access.impersonateFor;
  }

  /**
   * Decides whether a visitor may begin to impersonate a user. A check that throws refuses, and its error is logged.
   *
   * @param target The user, as rules would see them.
   */
  decide(visitor: Visitor, target: Visitor, request: AccessRequest): Promised<AccessDecision> {
    return this.#decide(visitor, target, request, (requirement) => requirement);
  }

  /** Decides whether a visitor may continue. How long ago they signed in no longer counts. */
  decideAgain(visitor: Visitor, target: Visitor, request: AccessRequest): Promised<AccessDecision> {
    return this.#decide(visitor, target, request, withoutSignIn);
  }

  #decide(
    visitor: Visitor,
    target: Visitor,
    request: AccessRequest,
    asked: (requirement: Requirement) => Requirement,
  ): Promised<AccessDecision> {
    const { impersonate } = this.access;
    const { session } = visitor;
    if (!session || !target.session) return this.#deny('not signed in', 'NOT_SIGNED_IN');
    if (visitor.id === target.id) return this.#deny('nobody can impersonate themselves');
    if (impersonate === undefined) return this.#deny('access.impersonate is not set');
    const user = target.session;
    return orElse<AccessDecision>(
      () =>
        typeof impersonate === 'function'
          ? this.#byFunction(impersonate, session, user, request)
          : this.#byRequirement(asked(impersonate), visitor, target, request),
      (error) => {
        this.log.failure('The check of access.impersonate threw, so the visitor was refused.', error);
        return this.#deny('the check threw', 'CHECK_FAILED');
      },
    );
  }

  #byFunction(
    may: MayImpersonate,
    session: VisitorData,
    target: VisitorData,
    request: AccessRequest,
  ): Promised<AccessDecision> {
    return andThen(may(session, target, request), (answer) =>
      answer === true
        ? new (this.#made.of(AccessDecision))(true, 'GRANTED', 'access.impersonate allowed it')
        : this.#deny('access.impersonate refused'),
    );
  }

  #byRequirement(
    requirement: Requirement,
    visitor: Visitor,
    target: Visitor,
    request: AccessRequest,
  ): Promised<AccessDecision> {
    return andThen(this.#check(requirement, visitor, request), (decision) => {
      if (!decision.isGranted) return decision;
      // Otherwise one of them could do in another's name what they may not do, or hide behind it.
      return andThen(this.#check(withoutSignIn(requirement), target, request), ({ isGranted }) =>
        isGranted ? this.#deny('nobody can impersonate a user who may impersonate others') : decision,
      );
    });
  }

  #check(requirement: Requirement, visitor: Visitor, request: AccessRequest): Promised<AccessDecision> {
    const rule = new (this.#made.of(AccessRule))({ ...requirement, pattern: '/**' });
    return andThen(this.checker.check(rule.askedOf(request), visitor), (answer) => asDecision(answer).of(rule));
  }

  #deny(reason: string, code: DecisionCode = 'NOT_ALLOWED'): AccessDecision {
    return new (this.#made.of(AccessDecision))(false, code, reason);
  }
}

function withoutSignIn({ authenticatedWithin: _, remembered: __, ...requirement }: Requirement): Requirement {
  return requirement;
}
