import { AccessChecker } from '../../access/access-checker.js';
import { AccessDecision, asDecision } from '../../access/access-decision.js';
import { AccessRule, type Requirement } from '../../access/access-rule.js';
import { emitDeniedError } from '../../access/guard/access-events.js';
import { DecisionLog } from '../../access/guard/decision-log.js';
import type { Ability, AbilityRecord } from '../../access/policies/ability-types.js';
import type { Visitor } from '../../access/visitor.js';
import { Abilities } from '../../container/policies/abilities.js';
import { PageChecks } from '../../container/scope/page-checks.js';
import type { ScopedRequest } from '../../container/scope/request-scope.js';
import { AccessDeniedError } from '../../errors/index.js';
import { MadeClasses } from '../../session/made-classes.js';
import { SecurityEvents } from '../../session/security-events.js';
import { checkRequirement } from '../options/options.js';
import { HelperCall, type WithLocals } from './helper-call.js';

type AbilityCall = readonly [ability: string, record?: unknown];
type Check = (visitor: Visitor) => Promise<AccessDecision>;

const AUTHORIZE = new HelperCall<[requirement?: Requirement]>('authorize(requirement?, context?)');
const AUTHORIZE_ABILITY = new HelperCall<AbilityCall>('authorize(ability, record?, context?)');
const CAN = new HelperCall<[requirement?: Requirement]>('can(requirement?, context?)');
const CAN_ABILITY = new HelperCall<AbilityCall>('can(ability, record?, context?)');

/**
 * Refuses a visitor who does not meet a requirement, as a rule would. Guests, and visitors who have to sign in again,
 * are sent to the login page; other visitors get 403. Await it in the page's own frontmatter: without `await`, the code
 * goes on before the check, and only the answer waits for it. In an action, the caller of the action gets an
 * `ActionError`: `UNAUTHORIZED` or `FORBIDDEN`.
 *
 * @param requirement Default: any signed-in visitor.
 * @param context The Astro context. Default: that of the request that is being answered.
 * @throws {AccessDeniedError} When the visitor is refused; the middleware answers it. A check that throws refuses the
 *   visitor, and its error is logged.
 * @throws {InvalidOptionsError} For an invalid requirement.
 * @throws {OutsideRequestError} Outside of a request.
 * @example await authorize({ permission: 'posts:publish' });
 */
export function authorize(requirement?: Requirement, context?: WithLocals): Promise<void>;
export function authorize(context: WithLocals): Promise<void>;
/**
 * Refuses a visitor whom a policy does not allow to do something with a record. Guests are sent to the login page; other
 * visitors get 403, or the status that the policy chose. Await it in the page's own frontmatter. In an action, the caller
 * gets an `ActionError` with that status and the policy's message.
 *
 * @param ability The name of the policy and its method: `invoice:edit`.
 * @param given The record, where the ability is about one; then the Astro context, which may be left out.
 * @throws {AccessDeniedError} When the visitor is refused; the middleware answers it. A policy that throws refuses the
 *   visitor, and its error is logged.
 * @throws {UnknownAbilityError} When no policy has the ability.
 * @throws {OutsideRequestError} Outside of a request.
 * @example await authorize('invoice:edit', invoice);
 */
export function authorize<Name extends Ability>(
  ability: Name,
  ...given: [...record: AbilityRecord<Name>, context?: WithLocals]
): Promise<void>;
export function authorize(...given: unknown[]): Promise<void> {
  const outcome = refuse(given);
  const checks = PageChecks.ofAction ?? HelperCall.requestIn(given)?.checks;
  return checks?.add(outcome) ?? outcome;
}

async function refuse(given: unknown[]): Promise<void> {
  const { request, decide } = readAuthorize(given);
  request.draft.isUsed = true;
  const visitor = await request.identity.resolve();
  const { isGranted, code, reason, missing, ability, status } = await decide(visitor);
  if (isGranted) return;
  const usual = visitor.isGuest || code === 'SIGN_IN_AGAIN' ? 401 : 403;
  const denial = code === 'GRANTED' ? 'NOT_ALLOWED' : code;
  throw denied(request, new AccessDeniedError(status ?? usual, true, reason, denial, missing, ability));
}

/** Reads the arguments of {@link authorize}, and returns the check that they name. */
function readAuthorize(given: unknown[]): { request: ScopedRequest; decide: Check } {
  if (namesAbility(given)) {
    const { request, others } = AUTHORIZE_ABILITY.within(given);
    return { request, decide: (visitor) => decideByPolicy(request, others, visitor) };
  }
  const {
    request,
    others: [requirement = {}],
  } = AUTHORIZE.within(given);
  const asked = checkRequirement(requirement);
  return { request, decide: (visitor) => decide(request, asked, visitor) };
}

/** Checks whether arguments name an ability, such as `invoice:edit`, and not a requirement. */
function namesAbility(given: readonly unknown[]): boolean {
  return given.some((argument) => typeof argument === 'string' && argument.includes(':'));
}

function decideByPolicy(
  request: ScopedRequest,
  [ability, record]: AbilityCall,
  visitor: Visitor,
): Promise<AccessDecision> {
  return request.services.get(Abilities).decide(visitor, ability, record);
}

/**
 * Emits the event of a refusal before its error is thrown, because the application may catch it.
 *
 * @returns The error.
 */
export function denied(request: ScopedRequest | undefined, error: AccessDeniedError): AccessDeniedError {
  if (request) emitDeniedError(request.services.get(SecurityEvents), request.guarded, request.visitor, error);
  return error;
}

/**
 * Returns the checker's decision about a visitor. A check that throws refuses the visitor, and its error is logged.
 *
 * @param requirement A requirement that has been validated.
 * @param visitor The visitor, or a promise while a resolver looks them up.
 * @param helper The name of the calling helper, for the log.
 */
export async function decide(
  request: ScopedRequest,
  requirement: Requirement,
  visitor: Visitor | Promise<Visitor>,
  helper = 'authorize()',
): Promise<AccessDecision> {
  const made = request.services.get(MadeClasses);
  const rule = new (made.of(AccessRule))({ ...requirement, pattern: '/**' });
  try {
    const asked = request.guarded ? rule.askedOf(request.guarded) : rule;
    return asDecision(await request.services.get(AccessChecker).check(asked, await visitor)).of(rule);
  } catch (error) {
    request.services.get(DecisionLog).failure(`A check for ${helper} threw, so the visitor was refused.`, error);
    return new (made.of(AccessDecision))(false, 'CHECK_FAILED', 'the check threw', [], rule);
  }
}

/**
 * Checks whether the visitor meets a requirement, as a rule would. It decides what a page shows, and works in every
 * component. It returns `false` where {@link authorize} would refuse: for a guest, on a prerendered page, and when a
 * check throws, whose error is logged.
 *
 * @param requirement Default: any signed-in visitor.
 * @param context The Astro context. Default: that of the request that is being answered.
 * @throws {InvalidOptionsError} For an invalid requirement, for guests as well.
 * @example const mayPublish = await can({ permission: 'posts:publish' });
 */
export function can(requirement?: Requirement, context?: WithLocals): Promise<boolean>;
export function can(context: WithLocals): Promise<boolean>;
/**
 * Checks whether a policy allows the visitor to do something with a record. It decides what a page shows, and works in every
 * component. It returns `false` where {@link authorize} would refuse: for a guest, on a prerendered page, and when the policy
 * throws, whose error is logged.
 *
 * @param ability The name of the policy and its method: `invoice:edit`.
 * @param given The record, where the ability is about one; then the Astro context, which may be left out.
 * @throws {UnknownAbilityError} When no policy has the ability.
 * @example const mayEdit = await can('invoice:edit', invoice);
 */
export function can<Name extends Ability>(
  ability: Name,
  ...given: [...record: AbilityRecord<Name>, context?: WithLocals]
): Promise<boolean>;
export async function can(...given: unknown[]): Promise<boolean> {
  if (namesAbility(given)) {
    const { request, others } = CAN_ABILITY.find(given);
    if (!request) return false;
    request.draft.isUsed = true;
    return (await decideByPolicy(request, others, await request.identity.resolve())).isGranted;
  }
  const {
    request,
    others: [requirement = {}],
  } = CAN.find(given);
  const asked = checkRequirement(requirement, 'can');
  if (!request) return false;
  request.draft.isUsed = true;
  const { isGranted } = await decide(request, asked, request.identity.resolve(), 'can()');
  return isGranted;
}
