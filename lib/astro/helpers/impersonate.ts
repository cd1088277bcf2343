import type { DecisionCode } from '../../access/access-decision.js';
import { NO_REQUEST } from '../../access/guard/guarded-request.js';
import { Impersonations } from '../../access/impersonation/impersonations.js';
import { assertVisitorData, type Visitor, type VisitorData } from '../../access/visitor.js';
import { Clock } from '../../base/clock.js';
import type { ScopedRequest } from '../../container/scope/request-scope.js';
import { AccessDeniedError, ImpersonationOffError, InvalidCallError } from '../../errors/index.js';
import { denied } from './authorize.js';
import { HelperCall, type WithLocals } from './helper-call.js';
import { settled } from './sign-in.js';

/** Options of one impersonation. */
export interface ImpersonateOptions {
  /** Seconds after which it ends by itself. Default, and at most: `access.impersonateFor`. */
  seconds?: number | undefined;
}

const IMPERSONATE = new HelperCall<[user: VisitorData | undefined, options?: ImpersonateOptions]>(
  'impersonate(user, options?, context?)',
);
const STOP = new HelperCall<[]>('stopImpersonating(context?)');

/**
 * Lets the signed-in visitor see the site as another user, if `access.impersonate` allows it. From here on, rules, pages and
 * helpers see that user, and `visitor.impersonator` is the visitor who called it. The session remains the visitor's own: its
 * values are hidden until {@link stopImpersonating}, its messages are not. Await it.
 *
 * @param user The values of the user, as for `signIn`.
 * @param options Its duration.
 * @param context The Astro context. Default: that of the request that is being answered. It may also be the first argument.
 * @throws {ImpersonationOffError} When `access.impersonate` is not set.
 * @throws {AccessDeniedError} When the visitor may not impersonate this user, or impersonates somebody already; the
 *   middleware answers it.
 * @throws {InvalidVisitorError} When a value of the user has the wrong type.
 * @throws {OutsideRequestError} Outside of a request.
 * @example await impersonate({ userId: 'u1', role: 'customer' }, context);
 */
export function impersonate(user: VisitorData, options?: ImpersonateOptions, context?: WithLocals): Promise<void>;
export function impersonate(
  user: VisitorData,
  context: WithLocals | undefined,
  options?: ImpersonateOptions,
): Promise<void>;
export function impersonate(context: WithLocals, user: VisitorData, options?: ImpersonateOptions): Promise<void>;
export async function impersonate(...given: unknown[]): Promise<void> {
  const {
    request,
    others: [user, options],
  } = IMPERSONATE.within(given);
  const impersonations = request.services.get(Impersonations);
  if (!impersonations.isOn) throw new ImpersonationOffError();
  const values = { ...(user ?? ({} as VisitorData)) };
  assertVisitorData(values);
  const duration = durationOf(options, impersonations.longest);
  const { identity, draft } = request;
  draft.isUsed = true;
  const visitor = await identity.resolveBase();
  assertOwn(request, visitor);
  const target = identity.resolver.fromValues(values);
  const asked = request.guarded ?? NO_REQUEST;
  const { isGranted, code, reason, missing } = await impersonations.decide(visitor, target, asked);
  if (!isGranted) throw refusal(request, visitor, reason, code, missing);
  // Other code of the request may have changed it meanwhile.
  assertOwn(request, visitor);
  const now = request.services.get(Clock).now();
  identity.impersonate(visitor, () => draft.impersonate(values, now, now + duration));
  return settled(request);
}

/**
 * Ends an impersonation: the visitor is the signed-in person again, with the values of their session. Without an
 * impersonation it does nothing.
 *
 * @param context The Astro context. Default: that of the request that is being answered.
 * @returns A promise that may be ignored, as with `signIn`.
 * @throws {OutsideRequestError} Outside of a request.
 */
export function stopImpersonating(context?: WithLocals): Promise<void>;
export function stopImpersonating(...given: unknown[]): Promise<void> {
  const { request } = STOP.within(given);
  request.draft.stopImpersonating();
  return settled(request);
}

/** Returns the duration in milliseconds. */
function durationOf({ seconds }: ImpersonateOptions = {}, longest: number): number {
  if (seconds === undefined) return longest;
  const isPossible = Number.isFinite(seconds) && seconds > 0 && seconds * 1000 <= longest;
  if (isPossible) return seconds * 1000;
  const problem = `was given a duration that is no number of seconds from 1 to ${longest / 1000}, which access.impersonateFor allows`;
  throw new InvalidCallError(IMPERSONATE.signature, problem);
}

/** Refuses a visitor whose own session is not the one to store it in. */
function assertOwn(request: ScopedRequest, visitor: Visitor): void {
  const { draft, identity } = request;
  if (draft.impersonatorId !== undefined) {
    throw refusal(request, visitor, 'somebody is impersonated already: stop that first', 'IMPERSONATED');
  }
  if (identity.session !== request.session || draft.values.get('userId') !== visitor.id) {
    throw refusal(request, visitor, 'only the visitor of a session of this site can impersonate');
  }
}

function refusal(
  request: ScopedRequest,
  { isGuest }: Visitor,
  reason: string,
  code: DecisionCode = 'NOT_ALLOWED',
  missing: readonly string[] = [],
): AccessDeniedError {
  const status = isGuest || code === 'SIGN_IN_AGAIN' ? 401 : 403;
  return denied(
    request,
    new AccessDeniedError(status, true, reason, code === 'GRANTED' ? 'NOT_ALLOWED' : code, missing),
  );
}
