import { CsrfConfig } from '../../access/csrf/csrf-config.js';
import { FormConfig } from '../../access/forms/form-config.js';
import { DecisionLog } from '../../access/guard/decision-log.js';
import { GuardConfig } from '../../access/guard/guard-config.js';
import type { RouteAddress } from '../../access/route-types.js';
import { printable } from '../../base/text.js';
import type { ScopedRequest } from '../../container/scope/request-scope.js';
import { InvalidOptionsError } from '../../errors/index.js';
import { HelperCall, type WithLocals } from '../helpers/helper-call.js';

const CALL = new HelperCall<[path: RouteAddress]>('goTo(path, context?)');
const NEXT_PAGES = new WeakMap<ScopedRequest, string>();

/**
 * Sets the page to which the browser is redirected when an action succeeds that a form has called, instead of the
 * form's own page. It has no effect when a script calls the action.
 *
 * @param path A page of the site, without its `base`, or the absolute URL of another site. For a target that the
 *   visitor has sent, use {@link safeReturnTo}.
 * @param context Default: the context of the current request. It may also be the first argument.
 * @throws {InvalidOptionsError} Without the option `forms`, and for a path that is invalid or could leave the site.
 * @throws {OutsideRequestError} Outside a request.
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
    throw invalidTarget(request, 'goTo() is for forms that are answered with a redirect: set forms: true');
  }
  const { trusted } = request.services.get(CsrfConfig);
  const target = /^https?:\/\//.test(path) && URL.canParse(path) ? path : trusted.targetIn(path);
  if (target === undefined) {
    throw invalidTarget(
      request,
      `goTo() needs "/" and the path of a page, or an absolute URL: "${printable(path)}" is neither`,
    );
  }
  NEXT_PAGES.set(request, request.services.get(GuardConfig).withBase(target));
}

/** Returns the target that {@link goTo} has set in this request. */
export function nextPageOf(request: ScopedRequest): string | undefined {
  return NEXT_PAGES.get(request);
}

/** Logs the error too, because Astro passes an error that an action throws only to the page. */
function invalidTarget(request: ScopedRequest, problem: string): InvalidOptionsError {
  const error = new InvalidOptionsError([problem]);
  request.services.get(DecisionLog).failure('An action failed.', error);
  return error;
}
