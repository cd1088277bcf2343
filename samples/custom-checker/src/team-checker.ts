import { AccessChecker, type AccessConfig, type AccessRule, type Clock, type Visitor } from 'astro-gatehouse/server';
import type { Memberships } from './memberships';

/**
 * Staff may see everything, and everybody else needs what the rule asks for; neither does once a contract has ended.
 *
 * It wants more than the class it takes the place of, and so `src/gatehouse.ts` makes it by a function.
 */
export class TeamChecker extends AccessChecker {
  readonly #memberships: Memberships;
  readonly #clock: Clock;

  constructor(access: AccessConfig, memberships: Memberships, clock: Clock) {
    super(access);
    this.#memberships = memberships;
    this.#clock = clock;
  }

  override async check(rule: AccessRule, visitor: Visitor) {
    if (visitor.id !== undefined && this.#memberships.hasEnded(visitor.id, this.#clock.now()))
      return this.deny('the contract has ended');
    return visitor.hasRole('staff') ? this.grant('staff may see all') : super.check(rule, visitor);
  }
}
