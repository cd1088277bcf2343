import { CsrfTokens } from '../access/csrf/csrf-tokens.js';
import { requestFor, type WithLocals } from './helpers.js';

/**
 * A token that says that a request comes from a page of this visitor's session: for the field `_csrf` of a form, or the
 * header `X-CSRF-Token` of a script. A visitor who has no session is given one; every sign-in makes it worthless.
 *
 * @throws {OutsideRequestError} Where there is no request.
 * @throws {SessionCommittedError} For a visitor without a session, once the response head has been sent.
 * @example const token = await csrfToken();
 */
export async function csrfToken(context?: WithLocals): Promise<string> {
  const request = requestFor('csrfToken', context);
  return request.services.get(CsrfTokens).issue(request.session);
}
