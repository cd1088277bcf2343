import { Session } from '../../lib/session/session.js';
import { recordOf } from './records.js';

/** A session as a store would give it back, holding these values. */
export function sessionOf(values: Record<string, unknown>): Session {
  return new Session(recordOf({ values }));
}
