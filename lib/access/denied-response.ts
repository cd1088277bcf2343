import { standingFor } from '../errors/thrown-response.js';
import type { AccessDeniedError } from '../errors.js';
import { problem } from './refusal.js';

/**
 * Makes of a refusal an answer that can be thrown: whoever catches it may return it as it is, and whoever looks for an
 * `AccessDeniedError` finds that, with all that it says.
 */
export function deniedResponse(error: AccessDeniedError): Response & AccessDeniedError {
  const { status, reason, denial, missing } = error;
  return standingFor(error, problem(status, { reason, code: denial, missing }));
}
