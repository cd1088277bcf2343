import type { APIContext } from 'astro';
import type { RequestIdentity } from '../../access/request-identity.js';
import { printable } from '../../base/text.js';
import type { ScopedRequest } from '../../container/scope/request-scope.js';
import { userIdOf } from '../../session/record/session-record.js';
import { draftOf, type Session } from '../../session/session.js';
import type { SessionStore } from '../../session/stores/session-store.js';
import { AstroSessionStore, VALUES } from '../start/astro-session-store.js';

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

/** Where Astro keeps the state of a request, which creates the `Astro` of pages. */
const STATE = Symbol.for('astro.fetchState');

interface Providing {
  provide(key: string, provider: { create: () => unknown }): void;
}

let hasHinted = false;

/**
 * Logs once, in development, where the session is, when a page reads Astro's own session and there is none.
 *
 * @param hint Writes a line to the log.
 */
export function hintAtOwnSession(context: APIContext, hint: (line: string) => void): void {
  if (hasHinted) return;
  const { routePattern } = context;
  const say = () => {
    if (hasHinted) return;
    hasHinted = true;
    hint(
      `Astro.session was used at ${printable(routePattern)}, and is undefined, because Astro has no session driver here. The session ` +
        "of this package is Astro.locals.session, as in Astro.locals.session.get('cart'); in endpoints, context.locals.session. " +
        "Astro's own takes session.driver in astro.config. This is logged once.",
    );
  };
  const own = Object.getOwnPropertyDescriptor(context, 'session');
  if (own?.get && own.configurable) {
    const read = own.get.bind(context);
    const get = () => {
      say();
      return read();
    };
    Object.defineProperty(context, 'session', { ...own, get });
  }
  // A page has another object than the middlewares, which Astro has yet to create.
  const state: unknown = Reflect.get(context, STATE);
  if (isProviding(state)) state.provide('session', { create: say });
}

function isProviding(state: unknown): state is Providing {
  return typeof state === 'object' && state !== null && 'provide' in state && typeof state.provide === 'function';
}
