import { AccessDecision, type DecisionCode } from '../../access/access-decision.js';
import { DecisionLog } from '../../access/guard/decision-log.js';
import type { Ability, AbilityRecord } from '../../access/policies/ability-types.js';
import { Policies } from '../../access/policies/policies.js';
import { type Policy, PolicyDenial } from '../../access/policies/policy.js';
import type { Visitor } from '../../access/visitor.js';
import { forget, isPromise } from '../../base/promised.js';
import { injectable } from '../../injectable.js';
import { MadeClasses } from '../../session/made-classes.js';
import { RequestScope } from '../scope/request-scope.js';

/** A policy, with the method that was named. */
type AskedPolicy = Policy<unknown> & Readonly<Record<string, (visitor: Visitor, record: unknown) => unknown>>;

/**
 * Decides by policies whether a visitor may do something with a record. Pages call `can()` and `authorize()` instead.
 * Services of a request take it in their constructor, and call `allows(visitor, 'invoice:edit', invoice)`.
 */
@injectable()
export class Abilities {
  readonly #Decision: typeof AccessDecision;

  constructor(
    private readonly policies: Policies,
    private readonly scope: RequestScope,
    private readonly log: DecisionLog,
    made: MadeClasses,
  ) {
    this.#Decision = made.of(AccessDecision);
  }

  /** Checks whether the visitor may do something. @throws {UnknownAbilityError} When no policy has the ability. */
  async allows<Name extends Ability>(
    visitor: Visitor,
    ability: Name,
    ...record: AbilityRecord<Name>
  ): Promise<boolean> {
    return (await this.decide(visitor, ability, record[0])).isGranted;
  }

  /**
   * Decides whether the visitor may do something, and why not. A policy that throws refuses, and its error is logged.
   *
   * @throws {UnknownAbilityError} When no policy has the ability.
   */
  async check<Name extends Ability>(
    visitor: Visitor,
    ability: Name,
    ...record: AbilityRecord<Name>
  ): Promise<AccessDecision> {
    return this.decide(visitor, ability, record[0]);
  }

  /** Decides as {@link check}, for an ability whose name is known at run time only. */
  async decide(visitor: Visitor, ability: string, record: unknown): Promise<AccessDecision> {
    const { policy, method } = this.policies.find(ability);
    if (isPromise(record)) return this.#refusePromise(ability, record);
    try {
      const asked = this.scope.get(policy) as unknown as AskedPolicy;
      if (visitor.isGuest && !asked.allowGuests.includes(method)) {
        return this.#deny(ability, 'NOT_SIGNED_IN', 'not signed in');
      }
      const early: unknown = await asked.before(visitor, method, record);
      const own: unknown = early === undefined ? await asked[method]?.(visitor, record) : early;
      const late: unknown = await asked.after(visitor, method, record, own === true);
      return this.#decision(ability, late === undefined ? own : late);
    } catch (error) {
      this.log.failure(`The policy on ${ability} threw, so the visitor was refused.`, error);
      return this.#deny(ability, 'CHECK_FAILED', 'the policy threw');
    }
  }

  /** Refuses where an `await` was forgotten: every property of a promise is undefined, which a policy may take for a no. */
  #refusePromise(ability: string, record: PromiseLike<unknown>): AccessDecision {
    forget(record);
    this.log.failure(
      `The policy on ${ability} was asked about a promise, so the visitor was refused: await the record.`,
    );
    return this.#deny(ability, 'CHECK_FAILED', 'the record was a promise');
  }

  #decision(ability: string, answer: unknown): AccessDecision {
    if (answer === true) return new this.#Decision(true, 'GRANTED', 'the policy allowed it', [], undefined, ability);
    if (answer instanceof PolicyDenial) return this.#deny(ability, 'NOT_ALLOWED', answer.message, answer.status);
    if (answer !== false) {
      const cure = 'have it return true, false or this.deny(…)';
      this.log.failure(`The policy on ${ability} gave ${kindOf(answer)}, so the visitor was refused: ${cure}.`);
    }
    return this.#deny(ability, 'NOT_ALLOWED', 'the policy refused');
  }

  #deny(ability: string, code: DecisionCode, reason: string, status?: number): AccessDecision {
    return new this.#Decision(false, code, reason, [], undefined, ability, status);
  }
}

function kindOf(answer: unknown): string {
  return answer === undefined || answer === null ? String(answer) : `something of type ${typeof answer}`;
}
