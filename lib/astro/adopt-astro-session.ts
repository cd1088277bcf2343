import type { RequestScope } from '../container/request-scope.js';
import { draftOf } from '../session/session.js';
import { userIdOf } from '../session/session-record.js';
import type { SessionStore } from '../session/stores/session-store.js';
import { AstroSessionStore } from './astro-session-store.js';
import type { AstroSessionWatch } from './astro-session-watch.js';

/** Takes over what a middleware put into Astro's session: the visitor whom another part of the application knows. */
export async function adoptAstroSession(
  scope: RequestScope,
  store: SessionStore,
  watch: AstroSessionWatch | undefined,
): Promise<void> {
  const draft = draftOf(scope.session);
  if (draft.wasEnded || scope.isSettled) return;
  if (!(store instanceof AstroSessionStore)) return watch?.adoptInto(scope);
  await store.takeOver(scope.session);
  const { opened } = draft;
  // What somebody else put there, nobody has checked yet.
  const isOthers = opened?.isForeign && userIdOf(opened) !== undefined;
  const adopted = isOthers ? scope.resolver.adopted(Object.fromEntries(opened.values)) : undefined;
  if (adopted && draftOf(adopted).isNew) scope.adopt(null);
}
