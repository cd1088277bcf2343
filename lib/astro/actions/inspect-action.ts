import type { APIContext } from 'astro';
import type { GuardedRequest } from '../../access/guarded-request.js';
import { actionPath } from '../../access/internal-path.js';
import { asVerdict } from '../../access/verdict.js';
import type { RequestScope } from '../../container/request-scope.js';
import { subjectOf } from '../../session/security-events.js';
import { secondsSignedIn } from '../astro-request.js';
import { findScope } from '../helpers.js';
import { RequestCycle } from '../request-cycle.js';
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
  const cycle = RequestCycle.find(context.locals);
  if (cycle?.takeLetIn(name)) return undefined;
  // In a pipeline that runs actions before it asks the guard, no session is open, and nobody is known.
  const scope = findScope(context) ?? gatehouse.scopeFor(gatehouse.newSession());
  if (!scope.request) await cycle?.learnVisitor(scope);
  const visitor = await scope.resolveVisitor();
  const verdict = await gatehouse.guard.judge(callOf(name, context, scope), () => visitor);
  const { response, isPersonal } = asVerdict(verdict);
  if (isPersonal) cycle?.makePersonal();
  return response;
}

function callOf(name: string, { url }: ActionContext, scope: RequestScope): GuardedRequest {
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
    isVisitorUnknown: scope.session.isUnavailable && scope.visitor.isGuest,
    sessionHash: subjectOf(scope.session).session,
    signedInFor: secondsSignedIn(scope),
  };
}
