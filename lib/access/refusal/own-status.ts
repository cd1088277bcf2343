import type { AccessDeniedError } from '../../errors/index.js';
import type { GuardedRequest } from '../guard/guarded-request.js';
import { notThere, plain, problem } from './refusal.js';

/**
 * Creates the answer for a status that a policy chose; `undefined` for 401 and 403, which are answered as every refusal is.
 */
export function withOwnStatus(
  { status, reason, denial }: AccessDeniedError,
  request: GuardedRequest,
): Response | undefined {
  if (status === 401 || status === 403) return undefined;
  if (status === 404) return notThere(request);
  return request.isNavigation ? plain(status, reason) : problem(status, { reason, code: denial, missing: [] });
}
