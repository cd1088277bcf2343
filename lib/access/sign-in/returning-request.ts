import type { CookieJar } from '../../session/cookies/cookie-jar.js';
import { formField, formTypeOf } from '../csrf/form-field.js';

const STATE = 'state';

/** A request that may return from a sign-in that has left the site. */
export interface ReturningRequest {
  readonly method: string;
  /** The address at which it arrived. */
  readonly url: URL;
  readonly headers: Headers;
  readonly cookies: CookieJar;
  /** Returns a copy of the request; `undefined` when its body was read. */
  copy(): Request | undefined;
}

/**
 * Returns the `state` that a request carries: in the form that it sends, or else in its query. `undefined` when there is
 * none, and when there are several.
 *
 * @param onLostForm Called when the form cannot be read any more.
 */
export async function stateOf(request: ReturningRequest, onLostForm: () => never): Promise<string | undefined> {
  const isForm = request.method === 'POST' && formTypeOf(request.headers) !== undefined;
  const form = isForm ? (request.copy() ?? onLostForm()) : undefined;
  const sent = form && (await formField(form, STATE));
  if (sent !== undefined) return sent;
  const [state, ...others] = request.url.searchParams.getAll(STATE);
  return others.length === 0 ? state : undefined;
}
