import { SessionId } from '../../session/record/session-id.js';
import type { SessionRecord } from '../../session/record/session-record.js';
import type { visitorFault } from '../visitor.js';

/** Describes the first fault of data that another part of the application gave for a visitor; `undefined` for none. */
export function faultOf(known: unknown, find: typeof visitorFault): string | undefined {
  if (typeof known !== 'object' || Array.isArray(known)) return 'they are no object with a "userId"';
  const fault = find({ ...known });
  return fault && `"${fault.key}" must be ${fault.expected}`;
}

/** Returns the record of a session that is stored nowhere. It copies the data, because the application may change its object later. */
export function foreignRecord(known: object): SessionRecord {
  const values = new Map(Object.entries(known).map(([key, value]) => [key, Array.isArray(value) ? [...value] : value]));
  const [createdAt, renewedAt, expiresAt] = [0, 0, Number.MAX_SAFE_INTEGER];
  return {
    id: SessionId.generate(),
    createdAt,
    renewedAt,
    expiresAt,
    values,
    flashes: new Map(),
    identity: [],
    isForeign: true,
  };
}
