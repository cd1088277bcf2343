import type { ScopedRequest } from '../../container/request-scope.js';
import { userIdOf } from '../../session/session-record.js';
import type { SessionStore } from '../../session/stores/session-store.js';
import { AstroSessionStore } from '../astro-session-store.js';
import type { AstroSessionWatch } from './astro-session-watch.js';

/** Takes over what a middleware put into Astro's session: the visitor whom another part of the application knows. */
export async function adoptAstroSession(
  { session, draft, identity }: ScopedRequest,
  store: SessionStore,
  watch: AstroSessionWatch | undefined,
): Promise<void> {
  if (draft.wasEnded || identity.isSettled) return;
  if (!(store instanceof AstroSessionStore)) return watch?.adoptInto(identity);
  await store.takeOver(session);
  const { opened } = draft;
  // What somebody else put there, nobody has checked yet.
  const isOthers = opened?.isForeign && userIdOf(opened) !== undefined;
  if (isOthers && identity.resolver.adopted(Object.fromEntries(opened.values))?.isNew) identity.adopt(null);
}
