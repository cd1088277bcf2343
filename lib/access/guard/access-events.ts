import { printable } from '../../base/text.js';
import type { AccessDeniedError } from '../../errors/index.js';
import { errorBehind } from '../../errors/thrown-response.js';
import type { SecurityEvents } from '../../session/security-events.js';
import type { AccessDecision } from '../access-decision.js';
import type { Visitor } from '../visitor.js';
import type { GuardedRequest } from './guarded-request.js';

type Refused = Pick<GuardedRequest, 'method' | 'pathname'> &
  Partial<Pick<GuardedRequest, 'originalPathname' | 'isVisitorUnknown' | 'sessionHash'>>;
type Denial = Pick<AccessDecision, 'reason'> & { readonly code: string } & Partial<
    Pick<AccessDecision, 'rule' | 'ability'>
  >;

/** Errors that an event was emitted for. An error that a page does not catch comes to the guard again. */
const emitted = new WeakSet<AccessDeniedError>();

/** Emits that a visitor was refused, unless the visitor is unknown because sessions are unavailable. */
export function emitDenied(
  events: SecurityEvents,
  request: Refused | undefined,
  visitor: Visitor,
  { code, reason, rule, ability }: Denial,
): void {
  if (request?.isVisitorUnknown) return;
  events.emit('access.denied', () => ({
    method: request?.method,
    path: request && pathAskedFor(request),
    code,
    reason,
    rule: rule && `${rule}`,
    ability,
    session: request?.sessionHash,
    userId: visitor.id,
    impersonator: visitor.impersonator?.userId,
    via: visitor.isGuest ? undefined : visitor.via,
  }));
}

/** Emits a refusal by a check in the application's own code, once for each error. */
export function emitDeniedError(
  events: SecurityEvents,
  request: Refused | undefined,
  visitor: Visitor,
  error: AccessDeniedError,
): void {
  // The error itself, where a response carries it.
  const key = errorBehind(error) as AccessDeniedError;
  if (emitted.has(key)) return;
  emitted.add(key);
  emitDenied(events, request, visitor, { code: error.denial, reason: error.reason, ability: error.ability });
}

/** The path that the visitor requested, before the application rewrote it. */
export function pathAskedFor({ originalPathname, pathname }: Refused): string {
  return printable(originalPathname ?? pathname);
}
