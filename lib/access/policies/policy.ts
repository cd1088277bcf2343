import type { Promised } from '../../base/promised.js';
import type { Visitor } from '../visitor.js';

/** The answer of a policy: `true` allows. `false` and a {@link PolicyDenial} refuse, and so does anything else. */
export type PolicyAnswer = boolean | PolicyDenial;

/** The refusal of a policy, with its own message and status. */
export class PolicyDenial {
  /** @param status A status from 400 to 499. */
  constructor(
    readonly message: string,
    readonly status: number,
  ) {
    if (Number.isInteger(status) && status >= 400 && status <= 499) return;
    throw new RangeError(`A policy cannot refuse with the status ${status}: choose one from 400 to 499`);
  }
}

/**
 * The policy on records of one kind. Each public method is an ability: it decides whether the visitor may do something with a
 * record. Register it under a name in `policies` of `defineGatehouse`; the ability `edit` of `invoice` is then
 * `can('invoice:edit', invoice)`. A policy is created once per request that asks it, so that its constructor may take the
 * request's services. Make helper methods `#private`, so that they are no abilities.
 *
 * @example
 * class InvoicePolicy extends Policy<Invoice> {
 *   override before(visitor: Visitor) {
 *     return visitor.hasRole('owner') || undefined;                 // owners may do everything; others are asked below
 *   }
 *   edit(visitor: Visitor, invoice: Invoice) {
 *     if (invoice.isSent) return this.deny('Only drafts can be changed');
 *     return invoice.authorId === visitor.id;
 *   }
 * }
 */
export abstract class Policy<Subject = unknown> {
  /** The abilities that are asked for guests as well. All others refuse guests, and neither `before` nor `after` is called. */
  readonly allowGuests: readonly string[] = [];

  /**
   * Called before every ability. An answer other than `undefined` decides in place of the ability.
   *
   * @param ability The name of the method: `edit`.
   */
  before(visitor: Visitor, ability: string, record: Subject): Promised<PolicyAnswer | undefined>;
  before(): undefined {}

  /**
   * Called after every ability, also when `before` has decided. An answer other than `undefined` replaces the decision.
   *
   * @param ability The name of the method: `edit`.
   * @param isAllowed The decision up to now.
   */
  after(visitor: Visitor, ability: string, record: Subject, isAllowed: boolean): Promised<PolicyAnswer | undefined>;
  after(): undefined {}

  /**
   * Refuses with a message for the visitor, and a status of its own. With 404 the answer is the same as for a page that does
   * not exist.
   */
  protected deny(message = 'the policy refused', { status = 403 }: { readonly status?: number } = {}): PolicyDenial {
    return new PolicyDenial(message, status);
  }
}
