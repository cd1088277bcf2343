import { errorBehind } from '../errors/thrown-response.js';
import type { AccessDeniedError } from '../errors.js';
import { printable } from '../session/printable.js';
import type { SecurityEvents } from '../session/security-events.js';
import type { AccessDecision } from './access-decision.js';
import type { GuardedRequest } from './guarded-request.js';
import type { Visitor } from './visitor.js';

type Refused = Pick<GuardedRequest, 'method' | 'pathname'> &
  Partial<Pick<GuardedRequest, 'originalPathname' | 'isVisitorUnknown' | 'sessionHash'>>;
type Denial = Pick<AccessDecision, 'reason'> & { readonly code: string } & Partial<Pick<AccessDecision, 'rule'>>;

/** What an action makes of an error does not come to the guard; what a page does not catch does, and is told by then. */
const told = new WeakSet<AccessDeniedError>();

/** Tells that a visitor was refused. While nobody knows who asks, nobody was. */
export function tellDenied(
  events: SecurityEvents,
  request: Refused | undefined,
  visitor: Visitor,
  { code, reason, rule }: Denial,
): void {
  if (request?.isVisitorUnknown) return;
  events.tell('access.denied', () => ({
    method: request?.method,
    path: request && pathAskedFor(request),
    code,
    reason,
    rule: rule && `${rule}`,
    session: request?.sessionHash,
    userId: visitor.id,
  }));
}

/** Tells it of a refusal by a check of the application's own, once for each. */
export function tellDeniedError(
  events: SecurityEvents,
  request: Refused | undefined,
  visitor: Visitor,
  error: AccessDeniedError,
): void {
  // The error itself, where an answer stands for it.
  const key = errorBehind(error) as AccessDeniedError;
  if (told.has(key)) return;
  told.add(key);
  tellDenied(events, request, visitor, { code: error.denial, reason: error.reason });
}

/** As the visitor asked for it, before the application made another of it. */
export function pathAskedFor({ originalPathname, pathname }: Refused): string {
  return printable(originalPathname ?? pathname);
}
