import { SessionConflictError } from '../../errors.js';
import type { Clock } from '../clock.js';
import { type FlashLease, withLease } from '../flash-lease.js';
import { inTurns } from '../in-turns.js';
import { isInGrace, type MovedRecord, movedRecord, parseMovedRecord } from '../moved-record.js';
import { andThen, type Promised } from '../promised.js';
import { parseRecord, serializeRecord } from '../record-text.js';
import { applyChanges, type SessionChanges } from '../session-changes.js';
import { SessionId } from '../session-id.js';
import { isEmptyRecord, type SessionRecord, userIdOf } from '../session-record.js';
import { RecentRecords, type StoredText } from './recent-records.js';
import { type FiledRecord, SessionStore, type StoreAbilities } from './session-store.js';

/** Of requests that change one session at the same moment, this many may come first before one is given up. */
const MAX_ATTEMPTS = 200;
/** What stands in the place of a session that is being ended, and for how many milliseconds at the most. */
const ENDED = '';
const ENDED_FOR = 60_000;
/** Milliseconds for which requests under way may still put something into a session that another one emptied. */
const EMPTY_FOR = 60_000;

/** A fingerprint, or as much of one as a store keeps. */
const KEY = /^[A-Za-z0-9_-]{32,43}$/;

export type { StoredText } from './recent-records.js';

/**
 * A store that loses nothing, on top of anything that can replace a text on condition: two requests at once both keep
 * what they changed, a session that has ended stays ended, and one id leads to one session. What is written is the
 * session as it is there with the changes applied, and only if it has not become another in the meantime; else it is
 * tried again. Keys are fingerprints: nothing that is kept can be used as a cookie.
 */
export abstract class VersionedSessionStore extends SessionStore {
  readonly #recent = new RecentRecords();

  constructor(protected readonly clock: Clock) {
    super();
  }

  override get abilities(): StoreAbilities {
    return { consistency: 'strong', endsSessions: true, listsSessions: this.keysOf !== undefined };
  }

  /** What is kept under a key. What has expired may be left out. */
  protected abstract find(key: string): Promised<StoredText | undefined>;
  /**
   * Keeps a text under a key that nobody has used before.
   *
   * @param expiresAt Milliseconds since the epoch.
   * @param userId Whose session it is, for a store that can list them; left out for everything else.
   */
  protected abstract insert(key: string, text: string, expiresAt: number, userId?: string): Promised<void>;
  /**
   * Puts another text in the place of one, if that is still the version that is kept: in one step, which nothing comes
   * between.
   *
   * @returns The version it has now; `undefined` when something else, or nothing, was there.
   */
  protected abstract replace(
    key: string,
    text: string,
    expiresAt: number,
    version: string | number,
    userId?: string,
  ): Promised<string | number | undefined>;
  /** Drops what is kept under a key. */
  protected abstract remove(key: string): Promised<void>;

  /** For a store that can list sessions: the keys under which a user's are kept, and perhaps some that are no more. */
  protected keysOf?(userId: string): Promised<readonly string[]>;
  /** Told that a key is none of a user's any more, for a store that keeps the keys of users apart from the texts. */
  protected unlist?(userId: string, key: string): Promised<void>;

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
    if (!SessionId.isWellFormed(token)) return false;
    const kept = await this.find(SessionId.fingerprint(token));
    const moved = kept && parseMovedRecord(kept.text);
    return moved !== undefined && this.clock.now() < moved.until;
  }

  override async write(changes: SessionChanges): Promise<string | undefined> {
    const { opened } = changes;
    if (!opened) return this.#begin(changes);
    // One that would have expired by now may have been renewed meanwhile.
    let current = opened.expiresAt > this.clock.now() ? opened : await this.#find(opened.id);
    for (let attempt = 0; attempt < MAX_ATTEMPTS && current; attempt++) {
      // A session that got another id meanwhile keeps that one, unless somebody signs in: an id leads to one session.
      const keepsId = current.id !== opened.id && !changes.hasSignedIn;
      const next = applyChanges(current, keepsId ? { ...changes, id: current.id } : changes);
      const isEmpty = isEmptyRecord(next);
      // Nobody is told the id of an empty one, so it keeps the one that requests under way know.
      const left = isEmpty ? { ...next, id: current.id, expiresAt: this.clock.now() + EMPTY_FOR } : next;
      if (await this.#put(current, left, changes)) return isEmpty ? undefined : next.id;
      current = await this.#find(current.id);
      // It was listed again with the write that came too late.
      if (!current) await this.#unlist(SessionId.fingerprint(left.id), left);
    }
    if (!current) return undefined;
    throw new SessionConflictError(MAX_ATTEMPTS);
  }

  override async destroy(id: string): Promise<void> {
    await this.#endUnder(SessionId.fingerprint(id));
  }

  override async list(userId: string): Promise<readonly FiledRecord[]> {
    if (!this.keysOf) return super.list(userId);
    const keys = await this.keysOf(userId);
    const found = await inTurns(keys, (key) => this.#filed(key, userId));
    // One that gets another id meanwhile may be found in both places.
    return [...new Map(found.flatMap((filed) => (filed ? [[filed.key, filed]] : []))).values()];
  }

  override async revoke(key: string): Promise<boolean> {
    if (!this.keysOf) return super.revoke(key);
    return KEY.test(key) && this.#endUnder(key);
  }

  /** @returns The session under a key, if it is this user's. Otherwise the key is not one to be listed any more. */
  async #filed(key: string, userId: string): Promise<FiledRecord | undefined> {
    const kept = await this.find(key);
    const moved = kept && parseMovedRecord(kept.text);
    // As much of a key as this store gives.
    if (moved) return this.#filed(moved.to.slice(0, key.length), userId);
    const record = kept && parseRecord(kept.text, '');
    if (record && userIdOf(record) === userId && record.expiresAt > this.clock.now()) return { key, record };
    await this.unlist?.(userId, key);
    return undefined;
  }

  /** Also when the session moves on while the request that ends it is under way. @returns Whether there was one. */
  async #endUnder(place: string): Promise<boolean> {
    const trail: string[] = [];
    let hasEnded = false;
    let key: string | undefined = place;
    for (let attempt = 0; attempt < MAX_ATTEMPTS && key !== undefined; attempt++) {
      const kept: StoredText | undefined = await this.find(key);
      const moved: MovedRecord | undefined = kept && parseMovedRecord(kept.text);
      // Another request came between: perhaps the session is elsewhere by now, and this is the way there.
      if (kept && !moved) {
        if (!(await this.#end(key, kept))) continue;
        hasEnded ||= kept.text !== ENDED;
      }
      trail.push(key);
      key = moved?.to;
    }
    if (key !== undefined) throw new SessionConflictError(MAX_ATTEMPTS);
    // The way there goes last: whoever has to ask again finds it.
    for (const passed of trail.reverse()) await this.remove(passed);
    return hasEnded;
  }

  /** @returns Whether the session was still what it was. Nothing that is written after this brings it back. */
  async #end(key: string, kept: StoredText): Promise<boolean> {
    const version = await this.replace(key, ENDED, this.clock.now() + ENDED_FOR, kept.version);
    if (version !== undefined) await this.#unlist(key, parseRecord(kept.text, ''));
    return version !== undefined;
  }

  async #unlist(key: string, record: SessionRecord | undefined): Promise<void> {
    const userId = this.unlist && record && userIdOf(record);
    if (userId !== undefined) await this.unlist?.(userId, key);
  }

  async #begin(changes: SessionChanges): Promise<string> {
    await this.#insert(SessionId.fingerprint(changes.id), applyChanges(undefined, changes), changes.maxSize);
    return changes.id;
  }

  #insert(key: string, record: SessionRecord, maxSize?: number): Promised<void> {
    return this.insert(key, serializeRecord(record, maxSize), record.expiresAt, userIdOf(record));
  }

  async #put(current: SessionRecord, next: SessionRecord, changes: SessionChanges): Promise<boolean> {
    const { hasSignedIn, maxSize } = changes;
    const key = SessionId.fingerprint(next.id);
    if (current.id === next.id) {
      const isReplaced = (await this.#replace(current, next, maxSize)) !== undefined;
      if (isReplaced && userIdOf(current) !== userIdOf(next)) await this.#unlist(key, current);
      return isReplaced;
    }
    // First to the new place, which nobody knows yet, and then away from the old one: a crash in between loses nothing.
    await this.#insert(key, next, maxSize);
    const moved = movedRecord(current.id, next.id, hasSignedIn, this.clock.now());
    const from = SessionId.fingerprint(current.id);
    const left = await this.replace(from, JSON.stringify(moved), moved.until, current.version ?? '');
    const isMoved = left !== undefined;
    if (!isMoved) await this.remove(key);
    await (isMoved ? this.#unlist(from, current) : this.#unlist(key, next));
    return isMoved;
  }

  #replace(current: SessionRecord, next: SessionRecord, maxSize?: number): Promised<string | number | undefined> {
    const key = SessionId.fingerprint(next.id);
    return this.replace(key, serializeRecord(next, maxSize), next.expiresAt, current.version ?? '', userIdOf(next));
  }

  /** The live session that an id leads to, under its own id. */
  async #find(id: string): Promise<SessionRecord | undefined> {
    const found = await this.#lookUp(id);
    return found && found.expiresAt > this.clock.now() ? found : undefined;
  }

  /** The same, if it is kept although it has expired. */
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
