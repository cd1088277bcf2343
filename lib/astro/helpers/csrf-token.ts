import { CsrfTokens } from '../../access/csrf/csrf-tokens.js';
import { HelperCall, type WithLocals } from './helper-call.js';

const CALL = new HelperCall<[]>('csrfToken(context?)');

/**
 * A token that says that a request comes from a page of this visitor's session: for the field `_csrf` of a form, or the
 * header `X-CSRF-Token` of a script. A visitor who has no session is given one; every sign-in makes it worthless.
 *
 * @throws {OutsideRequestError} Where there is no request.
 * @throws {SessionCommittedError} For a visitor without a session, once the response head has been sent.
 * @example const token = await csrfToken();
 */
export function csrfToken(context?: WithLocals): Promise<string>;
export async function csrfToken(...given: unknown[]): Promise<string> {
  const { request } = CALL.within(given);
  return request.services.get(CsrfTokens).issue(request.session);
}
