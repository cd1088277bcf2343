import type { APIContext } from 'astro';
import { clientAddressOf, type GuardedRequest } from '../../access/guard/guarded-request.js';
import { asVerdict } from '../../access/guard/verdict.js';
import { actionPath } from '../../access/paths/special-paths.js';
import { ScopedRequest } from '../../container/scope/request-scope.js';
import { subjectOf } from '../../session/security-events.js';
import { findRequest } from '../helpers/helper-call.js';
import { GateRequest } from '../request/gate-request.js';
import { gatehouse } from '../start/started.js';

/** The properties of a context that an action always receives. */
export type ActionContext = Pick<APIContext, 'locals' | 'request' | 'url'> & Partial<Pick<APIContext, 'clientAddress'>>;

/**
 * Lets the guard judge an action that is about to run, because code of a page, an endpoint or a middleware calls it, or
 * because Astro runs it before the guard was called. The action is judged as if the visitor had requested its own
 * address.
 *
 * @returns The refusal, or `undefined` when it may run.
 */
export async function inspectAction(context: ActionContext, name: string): Promise<Response | undefined> {
  const request = GateRequest.find(context.locals);
  // The guard has allowed this action with the request that calls it. Any further call is judged again.
  if (request?.letInAction === name) {
    request.letInAction = undefined;
    return undefined;
  }
  // In a pipeline that runs actions before the guard, no session is open, so the visitor is a guest.
  const scoped = request ?? findRequest(context) ?? new ScopedRequest(gatehouse.services);
  if (!scoped.guarded) await request?.learnVisitor();
  const visitor = await scoped.identity.resolve();
  const { response, isPersonal } = asVerdict(
    await gatehouse.parts.guard.judge(callOf(name, context, scoped), () => visitor),
  );
  if (request && isPersonal) request.isPersonal = true;
  return response;
}

function callOf(name: string, context: ActionContext, request: ScopedRequest): GuardedRequest {
  const { headers = context.request.headers } = request;
  return {
    method: 'POST',
    url: context.url,
    pathname: actionPath(encodeURIComponent(name)),
    search: '',
    routePattern: actionPath('[...path]'),
    params: { path: name },
    page: request.guarded?.page,
    action: { name, calledFrom: 'rpc' },
    isNavigation: false,
    isEndpoint: true,
    isVisitorUnknown: request.isVisitorUnknown,
    sessionHash: subjectOf(request.session).session,
    signedInFor: request.signedInFor,
    isOnlyRemembered: request.isOnlyRemembered,
    headers,
    cookies: request.cookies,
    get clientAddress() {
      return clientAddressOf(context);
    },
  };
}
