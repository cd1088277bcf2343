import { standingFor } from '../errors/thrown-response.js';
import type { AccessDeniedError } from '../errors.js';
import { problem } from './refusal.js';

/**
 * Turns a refusal into a response that can be thrown: code that catches it may return it, and code that expects an
 * `AccessDeniedError` finds its properties on it.
 */
export function deniedResponse(error: AccessDeniedError): Response & AccessDeniedError {
  const { status, reason, denial, missing } = error;
  return standingFor(error, problem(status, { reason, code: denial, missing }));
}
