import { CsrfTokens } from '../../access/csrf/csrf-tokens.js';
import { HelperCall, type WithLocals } from './helper-call.js';

const CALL = new HelperCall<[]>('csrfToken(context?)');

/**
 * Returns a token that proves that a request comes from a page of this visitor's session. Send it in the field `_csrf`
 * of a form, or in the header `X-CSRF-Token` of a script. A visitor without a session gets one. The token becomes
 * invalid when the session's id changes, as with every sign-in.
 *
 * @param context The Astro context. Default: that of the request that is being answered.
 * @throws {OutsideRequestError} Outside of a request.
 * @throws {SessionCommittedError} For a visitor without a session, once the response head has been sent.
 * @see OWASP CSRF Prevention Cheat Sheet
 * @example const token = await csrfToken();
 */
export function csrfToken(context?: WithLocals): Promise<string>;
export async function csrfToken(...given: unknown[]): Promise<string> {
  const { request } = CALL.within(given);
  return request.services.get(CsrfTokens).issue(request.session);
}
