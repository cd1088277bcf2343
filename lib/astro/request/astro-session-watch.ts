import type { APIContext } from 'astro';
import type { RequestIdentity } from '../../access/request-identity.js';
import type { ScopedRequest } from '../../container/request-scope.js';
import { draftOf, type Session } from '../../session/session.js';
import { userIdOf } from '../../session/session-record.js';
import type { SessionStore } from '../../session/stores/session-store.js';
import { AstroSessionStore, VALUES } from '../astro-session-store.js';

/**
 * Detects whether a middleware of the application uses Astro's session, where it may have stored the visitor under
 * `__session__`. An Astro session that no middleware used is not loaded.
 */
export class AstroSessionWatch {
  #wasTouched = false;
  #hasAdopted = false;

  constructor(private readonly context: APIContext) {
    const session = Object.getOwnPropertyDescriptor(context, 'session');
    if (!session?.get || !session.configurable) return;
    const read = session.get.bind(context);
    Object.defineProperty(context, 'session', {
      ...session,
      get: () => {
        this.#wasTouched = true;
        return read();
      },
    });
  }

  /** Takes over, for this request, the visitor whom such a middleware stored there. */
  async adoptInto(identity: RequestIdentity): Promise<void> {
    const values: unknown = this.#wasTouched ? await this.context.session?.get(VALUES) : undefined;
    if (typeof values !== 'object' || values === null) return;
    this.#hasAdopted = true;
    identity.hear(values);
  }

  /** Removes the visitor from Astro's session when the session that adopted them has ended. */
  forgetEnded(session: Session | undefined): void {
    if (this.#hasAdopted && session && draftOf(session).wasEnded) this.context.session?.delete(VALUES);
  }
}

/** Takes over the visitor whom a middleware stored in Astro's session. */
export async function adoptAstroSession(
  { session, draft, identity }: ScopedRequest,
  store: SessionStore,
  watch: AstroSessionWatch | undefined,
): Promise<void> {
  if (draft.wasEnded || identity.isSettled) return;
  if (!(store instanceof AstroSessionStore)) return watch?.adoptInto(identity);
  await store.takeOver(session);
  const { opened } = draft;
  // The resolver has not checked a visitor yet whom other code stored there.
  const isOthers = opened?.isForeign && userIdOf(opened) !== undefined;
  if (isOthers && identity.resolver.adopted(Object.fromEntries(opened.values))?.isNew) identity.adopt(null);
}
