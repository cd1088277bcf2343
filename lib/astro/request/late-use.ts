import type { APIContext } from 'astro';
import { printable } from '../../session/printable.js';
import type { SessionDraft } from '../../session/session-draft.js';
import { gatehouse } from '../started.js';
import { mayBeKept } from './answer.js';

let hasTold = false;

/**
 * Logs when a session is used after an answer was sent that shared caches may store. Pages are awaited, but not a body
 * that an endpoint streams: when its code uses the session, the headers can no longer be changed.
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
    `The session was used after the headers of an answer of ${printable(route)} had been sent, and was not used ` +
      'before: a shared cache may store that answer. If its body depends on the session, read the visitor before you ' +
      'return the Response, or set Cache-Control: private. This is logged once.',
  );
}
