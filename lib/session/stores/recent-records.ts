import { parseRecord } from '../record-text.js';
import { SessionId } from '../session-id.js';
import type { SessionRecord } from '../session-record.js';
import { freeze } from '../shared-record.js';

/** A text under a key, and what tells it from an older or a newer one. */
export interface StoredText {
  readonly text: string;
  readonly version: string | number;
}

/** Sessions whose records are remembered. */
const MOST = 1_000;
/** Characters of text, beyond which a record is read anew each time. */
const LONGEST = 4_000;

interface Recent {
  readonly key: string;
  kept: StoredText | undefined;
  record: SessionRecord | undefined;
}

/**
 * Records that this process has read lately. Whether one is still what it was the store says each time: it is only hashing
 * the id and reading the text that need not be done again. Requests share a record where nothing in it can be changed.
 */
export class RecentRecords {
  readonly #recent = new Map<string, Recent>();

  /** Gives the key that a session is filed under. */
  keyOf(id: string): string {
    return this.#of(id).key;
  }

  /** Reads what is kept under the key of an id. @returns `undefined` for what is no record. */
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
