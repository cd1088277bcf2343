import { FlashBag } from './flash-bag.js';
import type { FlashClaims } from './flash-claims.js';
import type { MadeClasses } from './made-classes.js';
import { Session } from './session.js';
import type { SessionRecord } from './session-record.js';

/**
 * Makes a session, and what its messages wait in, of the classes that stand for these.
 *
 * @param record What the store had; nothing for a session that is not stored.
 * @param claims Tells which messages other requests have.
 */
export function madeSession(made: MadeClasses, record?: SessionRecord, claims?: FlashClaims): Session {
  return new (made.of(Session))(record, new (made.of(FlashBag))(record?.flashes, claims));
}
