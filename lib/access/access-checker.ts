import { andThen, type Promised } from '../base/promised.js';
import { injectable } from '../injectable.js';
import { MadeClasses } from '../session/made-classes.js';
import { AccessDecision, type DecisionCode } from './access-decision.js';
import { AccessConfig } from './access-options.js';
import type { AccessRule } from './access-rule.js';
import { DecisionLog } from './guard/decision-log.js';
import type { Visitor } from './visitor.js';

/**
 * Decides whether a visitor meets a rule.
 *
 * @example
 * class TeamChecker extends AccessChecker {
 *   override async check(rule: AccessRule, visitor: Visitor) {
 *     return visitor.hasRole('staff') ? this.grant('staff may see all') : super.check(rule, visitor);
 *   }
 * }
 */
@injectable()
export class AccessChecker {
  readonly #log: DecisionLog;
  readonly #Decision = MadeClasses.current.of(AccessDecision);
  readonly #logged = new WeakSet<object>();

  constructor(
    private readonly access: AccessConfig,
    log: DecisionLog = new DecisionLog(),
  ) {
    this.#log = log;
  }

  /**
   * Decides whether the visitor meets a rule. When it throws, the visitor is refused and the error is logged.
   *
   * @returns A promise where the decision depends on something asynchronous.
   */
  check(rule: AccessRule, visitor: Visitor): Promised<AccessDecision> {
    if (rule.isPublic) return this.grant('public');
    const { check } = this.access;
    if (!check) return this.checkRequirements(rule, visitor);
    return andThen(check(rule, visitor.session), (answer) =>
      this.#isYes(answer, check) ? this.grant('access.check allowed it') : this.deny('access.check refused'),
    );
  }

  /** Decides by the requirements that the rule names. Otherwise as {@link check}. */
  protected checkRequirements(rule: AccessRule, visitor: Visitor): Promised<AccessDecision> {
    const { allow } = rule;
    if (visitor.isGuest && !rule.asksByFunctionAlone) return this.deny('not signed in', 'NOT_SIGNED_IN');

    const lackingRoles = rule.acceptedRoleSets.find((roles) => !roles.some((role) => visitor.hasRole(role) === true));
    if (lackingRoles) return this.deny(`needs role ${lackingRoles.join(' or ')}`, 'MISSING_ROLE', lackingRoles);

    const lacking = rule.requiredPermissions.filter((permission) => visitor.hasPermission(permission) !== true);
    if (lacking.length > 0) {
      return this.deny(`needs permission ${lacking.join(' and ')}`, 'MISSING_PERMISSION', lacking);
    }
    const { anyPermission } = rule;
    if (anyPermission && !anyPermission.some((permission) => visitor.hasPermission(permission) === true)) {
      return this.deny(`needs permission ${anyPermission.join(' or ')}`, 'MISSING_PERMISSION', anyPermission);
    }
    if (!allow)
      return this.#checkSignIn(rule, visitor, rule.namesRequirements ? 'every requirement holds' : 'signed in');
    return andThen(allow(visitor.session, rule.request), (answer) =>
      this.#isYes(answer, allow, rule)
        ? this.#checkSignIn(rule, visitor, 'every requirement holds')
        : this.deny('allow() refused'),
    );
  }

  /** Checked last, so that no visitor signs in again for a page that is refused all the same. */
  #checkSignIn(rule: AccessRule, visitor: Visitor, reason: string): AccessDecision {
    const { authenticatedWithin, remembered, request } = rule;
    if (rule.mayAskAgain && visitor.impersonator) {
      return this.deny('needs a sign-in by the user, who is being impersonated', 'IMPERSONATED');
    }
    if (authenticatedWithin !== undefined && !isWithin(request.signedInFor, authenticatedWithin)) {
      return this.deny(`needs a sign-in within ${authenticatedWithin} seconds`, 'SIGN_IN_AGAIN');
    }
    // An unknown session may be one that is only remembered.
    return remembered === false && request.isOnlyRemembered !== false
      ? this.deny('needs a session that is not only remembered', 'SIGN_IN_AGAIN')
      : this.grant(reason);
  }

  /**
   * Checks whether an answer is `true`: nothing else admits a visitor. Another answer that looks like a yes is logged, once
   * for each function.
   *
   * @param rule The rule whose `allow` was called; left out for `access.check`.
   */
  #isYes(answer: unknown, asked: object, rule?: AccessRule): boolean {
    if (answer === true) return true;
    if (answer && !this.#logged.has(asked)) {
      this.#logged.add(asked);
      const name = rule ? `allow() of ${rule}` : 'access.check';
      this.#log.failure(
        `${name} gave something of type ${typeof answer}, and only true lets anybody in, so everybody was refused: have ` +
          `it return true or false, as in Boolean(…). This is logged once.`,
      );
    }
    return false;
  }

  /** @param reason A sentence for the log. */
  protected grant(reason: string): AccessDecision {
    return new this.#Decision(true, 'GRANTED', reason);
  }

  /** @param reason A sentence for the log: name the requirement, not the contents of the session. */
  protected deny(reason: string, code: DecisionCode = 'NOT_ALLOWED', missing: readonly string[] = []): AccessDecision {
    return new this.#Decision(false, code, reason, missing);
  }
}

/** Checks whether the sign-in is recent enough. An unknown time is too long ago. */
function isWithin(passed: number | undefined, limit: number): boolean {
  return passed !== undefined && passed <= limit;
}
