import type { Promised } from '../../../base/promised.js';
import type { SessionRecord } from '../../record/session-record.js';

/** A session in a list. */
export interface FiledRecord {
  /** The fingerprint of the session's id, or at least its first 32 characters. It cannot be used as a token. */
  readonly key: string;
  readonly record: Omit<SessionRecord, 'id'>;
}

/** The part of all sessions that is asked for. */
export interface ListingRequest {
  /** The `next` of the page before; left out for the first page. Any other string may be ignored. */
  readonly after?: string | undefined;
  /** Maximum number of sessions on the page. */
  readonly limit: number;
  /** Checks whether a session belongs to the list. */
  readonly matches: (record: FiledRecord['record']) => boolean;
}

/** One page of a list of all sessions. */
export interface FiledPage {
  readonly filed: readonly FiledRecord[];
  /** Where the next page begins; `undefined` after the last one. */
  readonly next: string | undefined;
}

/** A text in the order in which a store lists its texts. */
export interface ListedText {
  readonly key: string;
  readonly text: string;
  /** Where to continue after this text. Default: its key. */
  readonly cursor?: string | undefined;
}

/** Some of a store's texts. */
export interface TextPage {
  readonly entries: readonly ListedText[];
  /** Where the next texts begin; `undefined` when there are none. */
  readonly next: string | undefined;
}

/** The functions of a store that a list of all its sessions needs. */
export interface TextSource {
  readonly entriesAfter: (after: string | undefined, limit: number) => Promised<TextPage>;
  readonly find: (key: string) => Promised<{ readonly text: string } | undefined>;
  readonly now: () => number;
}
