import { SessionConflictError } from '../../errors.js';
import type { Clock } from '../clock.js';
import { type FlashLease, withLease } from '../flash-lease.js';
import { isInGrace, type MovedRecord, movedRecord, parseMovedRecord } from '../moved-record.js';
import { applyChanges, type SessionChanges } from '../session-changes.js';
import { SessionId } from '../session-id.js';
import { isEmptyRecord, parseRecord, type SessionRecord, serializeRecord } from '../session-record.js';
import { SessionStore } from './session-store.js';

/** Of requests that change one session at the same moment, this many may come first before one is given up. */
const MAX_ATTEMPTS = 200;
/** What stands in the place of a session that is being ended, and for how many milliseconds at the most. */
const ENDED = '';
const ENDED_FOR = 60_000;
/** Milliseconds for which requests under way may still put something into a session that another one emptied. */
const EMPTY_FOR = 60_000;

/** A text under a key, and what tells it from an older or a newer one. */
export interface StoredText {
  readonly text: string;
  readonly version: string | number;
}

type Answer<Value> = Value | Promise<Value>;

/**
 * A store that loses nothing, on top of anything that can replace a text on condition: two requests at once both keep
 * what they changed, a session that has ended stays ended, and one id leads to one session. What is written is the
 * session as it is there with the changes applied, and only if it has not become another in the meantime; else it is
 * tried again. Keys are fingerprints: nothing that is kept can be used as a cookie.
 */
export abstract class VersionedSessionStore extends SessionStore {
  constructor(protected readonly clock: Clock) {
    super();
  }

  /** What is kept under a key. What has expired may be left out. */
  protected abstract find(key: string): Answer<StoredText | undefined>;
  /** Keeps a text under a key that nobody has used before. @param expiresAt Milliseconds since the epoch. */
  protected abstract insert(key: string, text: string, expiresAt: number): Answer<void>;
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
  ): Answer<string | number | undefined>;
  /** Drops what is kept under a key. */
  protected abstract remove(key: string): Answer<void>;

  override async read(token: string, lease?: FlashLease): Promise<SessionRecord | undefined> {
    if (!SessionId.isWellFormed(token)) return undefined;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const found = await this.#find(token);
      if (!found || isEmptyRecord(found)) return undefined;
      if (!lease) return found;
      const leased = withLease(found, lease);
      if (leased === found) return found;
      const version = await this.#replace(found, leased);
      if (version !== undefined) return { ...leased, version };
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
      if (await this.#put(current, left, changes.hasSignedIn)) return isEmpty ? undefined : next.id;
      current = await this.#find(current.id);
    }
    if (!current) return undefined;
    throw new SessionConflictError(MAX_ATTEMPTS);
  }

  /** Also when the session moves on while the request that ends it is under way. */
  override async destroy(id: string): Promise<void> {
    const trail: string[] = [];
    let key: string | undefined = SessionId.fingerprint(id);
    for (let attempt = 0; attempt < MAX_ATTEMPTS && key !== undefined; attempt++) {
      const kept: StoredText | undefined = await this.find(key);
      const moved: MovedRecord | undefined = kept && parseMovedRecord(kept.text);
      // Another request came between: perhaps the session is elsewhere by now, and this is the way there.
      if (kept && !moved && !(await this.#end(key, kept))) continue;
      trail.push(key);
      key = moved?.to;
    }
    if (key !== undefined) throw new SessionConflictError(MAX_ATTEMPTS);
    // The way there goes last: whoever has to ask again finds it.
    for (const passed of trail.reverse()) await this.remove(passed);
  }

  /** @returns Whether the session was still what it was. Nothing that is written after this brings it back. */
  async #end(key: string, kept: StoredText): Promise<boolean> {
    return (await this.replace(key, ENDED, this.clock.now() + ENDED_FOR, kept.version)) !== undefined;
  }

  async #begin(changes: SessionChanges): Promise<string> {
    const { expiresAt, id } = changes;
    await this.insert(SessionId.fingerprint(id), serializeRecord(applyChanges(undefined, changes)), expiresAt);
    return id;
  }

  async #put(current: SessionRecord, next: SessionRecord, hasSignedIn: boolean): Promise<boolean> {
    if (current.id === next.id) return (await this.#replace(current, next)) !== undefined;
    // First to the new place, which nobody knows yet, and then away from the old one: a crash in between loses nothing.
    const key = SessionId.fingerprint(next.id);
    await this.insert(key, serializeRecord(next), next.expiresAt);
    const moved = movedRecord(current.id, next.id, hasSignedIn, this.clock.now());
    const from = SessionId.fingerprint(current.id);
    const left = await this.replace(from, JSON.stringify(moved), moved.until, current.version ?? '');
    if (left === undefined) await this.remove(key);
    return left !== undefined;
  }

  #replace(current: SessionRecord, next: SessionRecord): Answer<string | number | undefined> {
    const key = SessionId.fingerprint(next.id);
    return this.replace(key, serializeRecord(next), next.expiresAt, current.version ?? '');
  }

  /** The live session that an id leads to, under its own id. */
  async #find(id: string): Promise<SessionRecord | undefined> {
    const kept = await this.find(SessionId.fingerprint(id));
    if (!kept) return undefined;
    const now = this.clock.now();
    const moved = parseMovedRecord(kept.text);
    if (moved?.hidden && isInGrace(moved, now)) {
      const found = await this.#find(SessionId.hiddenFrom(moved.hidden, id));
      return found && { ...found, hasMoved: true };
    }
    const record = parseRecord(kept.text, id);
    return record && record.expiresAt > now ? { ...record, version: kept.version } : undefined;
  }
}
