import { DecisionLog } from '../../access/decision-log.js';
import { FormConfig } from '../../access/forms/form-config.js';
import { GuardConfig } from '../../access/guard-config.js';
import { toReturnPath } from '../../access/return-path.js';
import type { RouteAddress } from '../../access/route-types.js';
import type { ScopedRequest } from '../../container/request-scope.js';
import { InvalidOptionsError } from '../../errors.js';
import { printable } from '../../session/printable.js';
import { HelperCall, type WithLocals } from '../helper-call.js';

const CALL = new HelperCall<[path: RouteAddress]>('goTo(path, context?)');
const NEXT_PAGES = new WeakMap<ScopedRequest, string>();

/**
 * Says in an action where the browser goes when a form has called it and it succeeds, in place of the form's own page.
 * For a script that calls the action it means nothing: the script goes where it likes.
 *
 * @param path A page of the site, without its `base`, or the whole address of another site. For what a visitor has sent
 *   there is {@link safeReturnTo}.
 * @param context Default: that of the request under way. It may stand first, too.
 * @throws {InvalidOptionsError} Without the option `forms`, and for what leads nowhere or could lead off the site.
 * @throws {OutsideRequestError} Where there is no request.
 * @example
 * await signOut();
 * goTo('/goodbye');
 */
export function goTo(path: RouteAddress, context?: WithLocals): void;
export function goTo(context: WithLocals, path: RouteAddress): void;
export function goTo(...given: unknown[]): void {
  const {
    request,
    others: [path],
  } = CALL.within(given);
  if (!request.services.get(FormConfig).isOn) {
    throw told(request, 'goTo() is for forms that are answered with a redirect: set forms: true');
  }
  const target = /^https?:\/\//.test(path) && URL.canParse(path) ? path : toReturnPath(path);
  if (target === undefined) {
    throw told(request, `goTo() takes "/" and the path of a page, or a whole address: "${printable(path)}" is neither`);
  }
  NEXT_PAGES.set(request, request.services.get(GuardConfig).withBase(target));
}

/** Where {@link goTo} leads in this request. */
export function nextPageOf(request: ScopedRequest): string | undefined {
  return NEXT_PAGES.get(request);
}

/** Of what an action throws Astro tells the page alone. */
function told(request: ScopedRequest, problem: string): InvalidOptionsError {
  const error = new InvalidOptionsError([problem]);
  request.services.get(DecisionLog).failure('An action failed.', error);
  return error;
}
