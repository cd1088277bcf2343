import { frozen, isUnchangeable } from '../../base/frozen-value.js';
import { allMessages } from '../record/flash-lists.js';
import { parseRecord } from '../record/record-text.js';
import { SessionId } from '../record/session-id.js';
import type { SessionRecord } from '../record/session-record.js';

/** The text under a key, and its version. */
export interface StoredText {
  readonly text: string;
  readonly version: string | number;
}

/** Maximum number of sessions to remember. */
const MOST = 1_000;
/** Maximum number of characters: a longer text is parsed on every read. */
const LONGEST = 4_000;

interface Recent {
  readonly key: string;
  kept: StoredText | undefined;
  record: SessionRecord | undefined;
}

/**
 * A cache of the records that this process read recently. Every request still reads the store, which shows whether a
 * record has changed; the cache only saves hashing the id and parsing the text. Requests share a record if nothing in
 * it can be changed.
 */
export class RecentRecords {
  readonly #recent = new Map<string, Recent>();

  /** Returns the key under which a session is stored. */
  keyOf(id: string): string {
    return this.#of(id).key;
  }

  /** Parses the text under the key of an id. @returns `undefined` for a text that is not a record. */
  read(id: string, kept: StoredText): SessionRecord | undefined {
    const recent = this.#of(id);
    if (recent.kept?.text === kept.text && recent.kept.version === kept.version) return recent.record;
    const record = parseRecord(kept.text, id);
    const found = record && { ...record, version: kept.version };
    const isKept = found !== undefined && kept.text.length <= LONGEST && freeze(found);
    recent.kept = isKept ? kept : undefined;
    recent.record = isKept ? found : undefined;
    return found;
  }

  #of(id: string): Recent {
    const known = this.#recent.get(id);
    if (known) return known;
    const recent: Recent = { key: SessionId.fingerprint(id), kept: undefined, record: undefined };
    this.#recent.set(id, recent);
    if (this.#recent.size > MOST) this.#recent.delete(this.#recent.keys().next().value as string);
    return recent;
  }
}

/**
 * Freezes the values and messages of a record.
 *
 * @returns Whether requests can share the record: false when one of them could change a value that others see, such
 *   as a typed array.
 */
export function freeze({ values, flashes, impersonation }: SessionRecord): boolean {
  for (const value of [...values.values(), ...(impersonation?.values.values() ?? [])])
    if (!isUnchangeable(frozen(value))) return false;
  return allMessages(flashes).every(([, { value }]) => isUnchangeable(frozen(value)));
}
