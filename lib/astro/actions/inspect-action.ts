import type { APIContext } from 'astro';
import type { GuardedRequest } from '../../access/guarded-request.js';
import { actionPath } from '../../access/internal-path.js';
import { asVerdict } from '../../access/verdict.js';
import { ScopedRequest } from '../../container/request-scope.js';
import { subjectOf } from '../../session/security-events.js';
import { findRequest } from '../helper-call.js';
import { GateRequest } from '../request/gate-request.js';
import { gatehouse } from '../started.js';

/** What of a context an action is always given. */
export type ActionContext = Pick<APIContext, 'locals' | 'request' | 'url'>;

/**
 * Asks the guard about an action that is about to run: by the code of a page, an endpoint or a middleware, or by Astro
 * where nobody has asked yet. It is judged as if the visitor called it by its own address.
 *
 * @returns The refusal, or `undefined` when it may run.
 */
export async function inspectAction(context: ActionContext, name: string): Promise<Response | undefined> {
  const request = GateRequest.find(context.locals);
  // What the guard let in with the request that calls it. It is asked again about any other call.
  if (request?.letInAction === name) {
    request.letInAction = undefined;
    return undefined;
  }
  // In a pipeline that runs actions before it asks the guard, no session is open, and nobody is known.
  const scoped = request ?? findRequest(context) ?? new ScopedRequest(gatehouse.services);
  if (!scoped.guarded) await request?.learnVisitor();
  const visitor = await scoped.identity.resolve();
  const { response, isPersonal } = asVerdict(
    await gatehouse.parts.guard.judge(callOf(name, context, scoped), () => visitor),
  );
  if (request && isPersonal) request.isPersonal = true;
  return response;
}

function callOf(name: string, { url }: ActionContext, request: ScopedRequest): GuardedRequest {
  return {
    method: 'POST',
    url,
    pathname: actionPath(encodeURIComponent(name)),
    search: '',
    routePattern: actionPath('[...path]'),
    params: { path: name },
    action: { name, calledFrom: 'rpc' },
    isNavigation: false,
    isEndpoint: true,
    isVisitorUnknown: request.isVisitorUnknown,
    sessionHash: subjectOf(request.session).session,
    signedInFor: request.signedInFor,
  };
}
