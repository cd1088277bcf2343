import { FlashBag } from './flash-bag.js';
import type { FlashClaims } from './flashes/flash-claims.js';
import type { MadeClasses } from './made-classes.js';
import type { SessionRecord } from './record/session-record.js';
import { Session } from './session.js';

/**
 * Creates a session and its flash bag, of the subclasses that were registered for these classes.
 *
 * @param record The stored record; `undefined` for a session that is not stored.
 * @param claims Knows which messages other requests have claimed.
 */
export function madeSession(made: MadeClasses, record?: SessionRecord, claims?: FlashClaims): Session {
  return new (made.of(Session))(record, new (made.of(FlashBag))(record?.flashes, claims));
}
