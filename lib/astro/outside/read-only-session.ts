import { ReadOnlySessionError } from '../../errors/index.js';
import { Session } from '../../session/session.js';

/** The part of a session that can be read where no response stores its changes. */
export interface ReadOnlySession
  extends Pick<Session, 'get' | 'has' | 'all' | 'isNew' | 'createdAt' | 'signedInAt' | 'expiresAt'> {
  /** The session's id; `undefined` when nothing is stored. */
  readonly id: string | undefined;
}

const READABLE = ['get', 'has', 'all'] as const;
const FORBIDDEN = methodsOf(Session.prototype).filter((name) => !READABLE.some((readable) => readable === name));

/**
 * Returns a view of a session with what can be read alone. Everything else throws when it is called.
 *
 * @param sessionOf Returns the session as it was last read.
 */
export function readOnly(sessionOf: () => Session): ReadOnlySession {
  const view: ReadOnlySession = {
    get: (key) => sessionOf().get(key),
    has: (key) => sessionOf().has(key),
    all: () => sessionOf().all(),
    get id() {
      return sessionOf().isNew ? undefined : sessionOf().id;
    },
    get isNew() {
      return sessionOf().isNew;
    },
    get createdAt() {
      return sessionOf().createdAt;
    },
    get signedInAt() {
      return sessionOf().signedInAt;
    },
    get expiresAt() {
      return sessionOf().expiresAt;
    },
  };
  for (const name of FORBIDDEN) Object.defineProperty(view, name, { value: refusing(name) });
  Object.defineProperty(view, 'flashes', {
    get: () => {
      throw new ReadOnlySessionError('flashes');
    },
  });
  return Object.freeze(view);
}

function refusing(name: string): () => never {
  return () => {
    throw new ReadOnlySessionError(`${name}()`);
  };
}

function methodsOf(prototype: object): string[] {
  const properties = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  return properties
    .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
    .map(([name]) => name);
}
