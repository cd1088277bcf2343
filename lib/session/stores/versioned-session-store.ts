import { andThen, type Promised } from '../../base/promised.js';
import { inTurns } from '../../base/waiting.js';
import { SessionConflictError } from '../../errors/index.js';
import { type FlashLease, withLease } from '../record/flash-lease.js';
import { parseRecord } from '../record/record-text.js';
import { applyChanges, type SessionChanges } from '../record/session-changes.js';
import { SessionId } from '../record/session-id.js';
import { isEmptyRecord, type SessionRecord, userIdOf } from '../record/session-record.js';
import { eachOnce } from './listing/each-once.js';
import { listedPage } from './listing/listed-page.js';
import type { FiledPage, ListingRequest } from './listing/listing.js';
import {
  isCutOff,
  isInGrace,
  keyedText,
  leadsToSession,
  type MovedRecord,
  movedRecord,
  parseMovedRecord,
  trailOf,
} from './moved-record.js';
import { RecentRecords, type StoredText } from './recent-records.js';
import type { Altered, FiledRecord, ListSearch, StoreAbilities, StoredChange } from './session-store.js';
import { StoreOfTexts } from './store-of-texts.js';

/** Maximum number of attempts to write a session that concurrent requests keep changing. */
const MAX_ATTEMPTS = 200;
/** The text that replaces a session while it is being ended, and for how many milliseconds at most. */
const ENDED = '';
const ENDED_FOR = 60_000;
/** Milliseconds for which concurrent requests may still add to a session that another one emptied. */
const EMPTY_FOR = 60_000;
/** A fingerprint, or the part of one that a store uses as key. */
const KEY = /^[A-Za-z0-9_-]{32,43}$/;

export type { StoredText } from './recent-records.js';

/**
 * The base class of stores that lose nothing, for any database that can replace a text on condition. Two concurrent
 * requests both keep their changes, an ended session stays ended, and one id identifies one session. A write applies
 * the changes to the stored session, and succeeds only if that has not changed in the meantime; otherwise it tries
 * again. Keys are fingerprints, so no stored string can be used as a cookie.
 */
export abstract class VersionedSessionStore extends StoreOfTexts {
  readonly #recent = new RecentRecords();

  override get abilities(): StoreAbilities {
    return { consistency: 'strong', endsSessions: true, listsSessions: this.keysOf !== undefined };
  }

  override read(token: string, lease?: FlashLease): Promised<SessionRecord | undefined> {
    if (!SessionId.isWellFormed(token)) return undefined;
    if (lease) return this.#readLeased(token, lease);
    return andThen(this.#lookUp(token), (found) => (found && !isEmptyRecord(found) ? found : undefined));
  }

  async #readLeased(token: string, lease: FlashLease): Promise<SessionRecord | undefined> {
    let late: SessionRecord | undefined;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const found = await this.#lookUp(token);
      if (!found && late) await this.#unlist(SessionId.fingerprint(late.id), late);
      if (!found || isEmptyRecord(found)) return undefined;
      if (found.expiresAt <= this.clock.now()) return found;
      const leased = withLease(found, lease);
      if (leased === found) return found;
      const version = await this.#replace(found, leased);
      if (version !== undefined) return { ...leased, version };
      late = leased;
    }
    throw new SessionConflictError(MAX_ATTEMPTS);
  }

  override async isSuperseded(token: string): Promise<boolean> {
    return isCutOff(await trailOf(token, (key) => this.find(key)), this.clock.now());
  }

  override async hasSuccessor(token: string): Promise<boolean> {
    return leadsToSession(await trailOf(token, (key) => this.find(key)), this.clock.now());
  }

  override async write(changes: SessionChanges): Promise<string | undefined> {
    if (!changes.opened) {
      const { key, text, expiresAt, userId } = keyedText(applyChanges(undefined, changes), changes.maxSize);
      await this.insert(key, text, expiresAt, userId);
      return changes.id;
    }
    const next = await this.#change(changes.opened, () => changes);
    return next && !isEmptyRecord(next) ? next.id : undefined;
  }

  override async alter(opened: SessionRecord, change: StoredChange): Promise<Altered> {
    return { record: await this.#change(opened, change) };
  }

  /** Changes the stored session. @returns The record that is stored now; `undefined` when it has ended. */
  async #change(opened: SessionRecord, change: StoredChange): Promise<SessionRecord | undefined> {
    // A session that seems to have expired may have been renewed by another request.
    let isFresh = opened.version === undefined || opened.expiresAt <= this.clock.now();
    let current = isFresh ? await this.#find(opened.id) : opened;
    for (let attempt = 0; attempt < MAX_ATTEMPTS && current; attempt++) {
      const changes = change(current);
      if (!changes) {
        if (isFresh) return current;
        isFresh = true;
        current = await this.#find(opened.id);
        continue;
      }
      // A session that got another id in the meantime keeps it, unless this request signs in: one id per session.
      const keepsId = current.id !== opened.id && !changes.hasSignedIn;
      const next = applyChanges(current, keepsId ? { ...changes, id: current.id } : changes);
      // No response carries the id of an empty session, so it stays under the id that concurrent requests know.
      const left = isEmptyRecord(next) ? { ...next, id: current.id, expiresAt: this.clock.now() + EMPTY_FOR } : next;
      const stored = await this.#put(current, left, changes);
      if (stored) return stored;
      isFresh = true;
      current = await this.#find(current.id);
      // The failed write had already added it to the user's list again.
      if (!current) await this.#unlist(SessionId.fingerprint(left.id), left);
    }
    if (!current) return undefined;
    throw new SessionConflictError(MAX_ATTEMPTS);
  }

  override async destroy(id: string): Promise<void> {
    await this.#endUnder(SessionId.fingerprint(id));
  }

  override async take(id: string): Promise<SessionRecord | undefined> {
    const text = await this.#endUnder(SessionId.fingerprint(id));
    return text === undefined ? undefined : parseRecord(text, id);
  }

  override async list(userId: string, search: ListSearch = {}): Promise<readonly FiledRecord[]> {
    if (!this.keysOf) return super.list(userId);
    const keys = await this.keysOf(userId, search.isThorough);
    const current = (key: string) => this.#filed(key, userId);
    const found = await inTurns(keys, current);
    return eachOnce(
      found.filter((filed) => filed !== undefined),
      current,
    );
  }

  override async listAll(request: ListingRequest): Promise<FiledPage> {
    if (!this.entriesAfter) return super.listAll(request);
    const entriesAfter = this.entriesAfter.bind(this);
    return listedPage({ entriesAfter, find: (key) => this.find(key), now: () => this.clock.now() }, request);
  }

  override async revoke(key: string): Promise<boolean> {
    if (!this.keysOf) return super.revoke(key);
    return KEY.test(key) && (await this.#endUnder(key)) !== undefined;
  }

  /**
   * Returns the session under a key if it belongs to this user. Removes the key of an ended one from the user's list. Any
   * other key stays there: a concurrent request may be about to store a session of this user under it.
   */
  async #filed(key: string, userId: string): Promise<FiledRecord | undefined> {
    const kept = await this.find(key);
    const moved = kept && parseMovedRecord(kept.text);
    // Keys of this store may be shorter than a fingerprint.
    if (moved) return this.#filed(moved.to.slice(0, key.length), userId);
    const record = kept && parseRecord(kept.text, '');
    const isLive = record !== undefined && record.expiresAt > this.clock.now();
    if (isLive) return userIdOf(record) === userId ? { key, record } : undefined;
    if (kept) await this.unlist?.(userId, key);
    return undefined;
  }

  /** Ends a session even when it gets another id meanwhile. @returns Its last text; `undefined` if there was none. */
  async #endUnder(place: string): Promise<string | undefined> {
    const trail: string[] = [];
    let ended: string | undefined;
    let key: string | undefined = place;
    for (let attempt = 0; attempt < MAX_ATTEMPTS && key !== undefined; attempt++) {
      const kept: StoredText | undefined = await this.find(key);
      const moved: MovedRecord | undefined = kept && parseMovedRecord(kept.text);
      // If another request changes it meanwhile, the loop reads the key again: the session may have moved.
      if (kept && !moved) {
        if (!(await this.#end(key, kept))) continue;
        if (kept.text !== ENDED) ended ??= kept.text;
      }
      trail.push(key);
      key = moved?.to;
    }
    if (key !== undefined) throw new SessionConflictError(MAX_ATTEMPTS);
    // The records that lead to the session are removed last, so that a retry still finds it.
    for (const passed of trail.reverse()) await this.remove(passed);
    return ended;
  }

  /**
   * Replaces a session by an ended one, which no later write restores. @returns False when it had changed meanwhile.
   */
  async #end(key: string, kept: StoredText): Promise<boolean> {
    const version = await this.replace(key, ENDED, this.clock.now() + ENDED_FOR, kept.version);
    if (version !== undefined) await this.#unlist(key, parseRecord(kept.text, ''));
    return version !== undefined;
  }

  async #unlist(key: string, record: SessionRecord | undefined): Promise<void> {
    const userId = this.unlist && record && userIdOf(record);
    if (userId !== undefined) await this.unlist?.(userId, key);
  }

  /** @returns The record as it is stored; `undefined` when another request had changed the session. */
  async #put(current: SessionRecord, next: SessionRecord, changes: SessionChanges): Promise<SessionRecord | undefined> {
    const { hasSignedIn, maxSize } = changes;
    if (current.id === next.id) {
      const version = await this.#replace(current, next, maxSize);
      if (version === undefined) return undefined;
      if (userIdOf(current) !== userIdOf(next)) await this.#unlist(SessionId.fingerprint(next.id), current);
      return { ...next, version };
    }
    const moved = movedRecord(current.id, next.id, hasSignedIn, this.clock.now());
    const from = SessionId.fingerprint(current.id);
    const to = keyedText({ ...next, movedFrom: from }, maxSize);
    const left = { key: from, text: JSON.stringify(moved), expiresAt: moved.until };
    const isMoved = await this.move(left, current.version ?? '', to);
    await (isMoved ? this.#unlist(left.key, current) : this.#unlist(to.key, next));
    return isMoved ? next : undefined;
  }

  #replace(current: SessionRecord, next: SessionRecord, maxSize?: number): Promised<string | number | undefined> {
    const { key, text, expiresAt, userId } = keyedText(next, maxSize);
    return this.replace(key, text, expiresAt, current.version ?? '', userId);
  }

  /** Reads the live session that an id leads to, under the session's own id. */
  async #find(id: string): Promise<SessionRecord | undefined> {
    const found = await this.#lookUp(id);
    return found && found.expiresAt > this.clock.now() ? found : undefined;
  }

  /** Reads the session that an id leads to, even when it has expired. */
  #lookUp(id: string): Promised<SessionRecord | undefined> {
    return andThen(this.find(this.#recent.keyOf(id)), (kept) => {
      if (!kept) return undefined;
      const moved = parseMovedRecord(kept.text);
      if (moved?.hidden && isInGrace(moved, this.clock.now())) {
        const found = this.#lookUp(SessionId.hiddenFrom(moved.hidden, id));
        return andThen(found, (record) => record && { ...record, hasMoved: true });
      }
      return this.#recent.read(id, kept);
    });
  }
}
