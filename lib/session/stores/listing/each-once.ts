import { inTurns } from '../../../base/waiting.js';
import { userIdOf } from '../../record/session-record.js';
import type { FiledRecord } from './listing.js';

/** Maximum number of passes over sessions whose ids keep changing. */
const MAX_PASSES = 20;

type ByKey = ReadonlyMap<string, FiledRecord>;

/**
 * Leaves each session once. A list is read from a store in many steps, so a session whose id changes meanwhile may have
 * been read under several ids.
 *
 * @param current Returns the live session to which a key leads by now.
 */
export async function eachOnce(
  filed: readonly FiledRecord[],
  current: (key: string) => Promise<FiledRecord | undefined>,
): Promise<readonly FiledRecord[]> {
  let found = byKey(filed);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const repeats = possibleRepeats(found);
    const read = await inTurns([...repeats], ({ key }) => current(key));
    const others = [...found.values()].filter((each) => !repeats.has(each));
    const before = found;
    found = byKey([...others, ...read.filter((each) => each !== undefined)]);
    // Keys that all held a live session for a whole pass are different sessions.
    if (found.size === before.size && [...found.keys()].every((key) => before.has(key))) break;
  }
  return [...found.values()].filter((each) => !originOf(each, found));
}

function byKey(filed: readonly FiledRecord[]): ByKey {
  return new Map(filed.map((each) => [each.key, each]));
}

/** Returns the sessions that may be the same as another one: a change of the id keeps the user and the time of the sign-in. */
function possibleRepeats(found: ByKey): ReadonlySet<FiledRecord> {
  const repeats = new Set<FiledRecord>();
  const seen = new Map<string, FiledRecord>();
  for (const each of found.values()) {
    const signIn = `${each.record.createdAt}:${userIdOf(each.record) ?? ''}`;
    for (const other of [seen.get(signIn), originOf(each, found)]) {
      if (other) repeats.add(other).add(each);
    }
    seen.set(signIn, each);
  }
  return repeats;
}

/**
 * Returns the session under the key from which another one was moved. Both exist while a store that needs two steps for
 * this is between them. If the second step never follows, the old key is the one that a browser has.
 */
function originOf({ key, record }: FiledRecord, found: ByKey): FiledRecord | undefined {
  // Keys of a store may be shorter than a fingerprint.
  return record.movedFrom === undefined ? undefined : found.get(record.movedFrom.slice(0, key.length));
}
