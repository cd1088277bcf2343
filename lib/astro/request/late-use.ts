import type { APIContext } from 'astro';
import { printable } from '../../session/printable.js';
import type { SessionDraft } from '../../session/session-draft.js';
import { gatehouse } from '../started.js';
import { mayBeKept } from './answer.js';

let hasTold = false;

/**
 * Has the log tell of a session that is used after an answer went out that shared caches may keep. Pages are waited for, but
 * not a body that an endpoint makes bit by bit: what that asks comes too late.
 *
 * @returns The answer.
 */
export function noticingLateUse(
  answer: Response,
  draft: SessionDraft | undefined,
  { routePattern }: APIContext,
): Response {
  if (draft?.isNew === false && answer.body && mayBeKept(answer)) draft.onLateUse = () => tellOfLateUse(routePattern);
  return answer;
}

function tellOfLateUse(route: string): void {
  if (hasTold) return;
  hasTold = true;
  gatehouse.parts.log.misfit(
    `The session was used after the head of an answer of ${printable(route)} had been sent, which nothing had used until then: ` +
      'a shared cache may keep that answer. If it is in the body, ask for the visitor before you return the Response, or ' +
      'give it Cache-Control: private. This is said once.',
  );
}
