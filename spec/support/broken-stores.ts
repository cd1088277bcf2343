import type { Clock } from '../../lib/base/clock.js';
import type { FlashLease } from '../../lib/session/record/flash-lease.js';
import { parseRecord, serializeRecord } from '../../lib/session/record/record-text.js';
import { applyChanges, type SessionChanges } from '../../lib/session/record/session-changes.js';
import { SessionId } from '../../lib/session/record/session-id.js';
import type { SessionRecord } from '../../lib/session/record/session-record.js';
import { SessionStore } from '../../lib/session/stores/session-store.js';
import type { StoredText } from '../../lib/session/stores/versioned-session-store.js';
import { TableSessionStore } from './table-session-store.js';

/** Writes whole sessions, as each request saw them: of two at once the later one wins. */
export class LastWriteWinsStore extends SessionStore {
  readonly #texts = new Map<string, string>();

  constructor(private readonly clock: Clock) {
    super();
  }

  override async read(token: string): Promise<SessionRecord | undefined> {
    const text = this.#texts.get(SessionId.fingerprint(token));
    return text === undefined ? undefined : parseRecord(text, token);
  }

  override async write(changes: SessionChanges): Promise<string | undefined> {
    const { opened, id } = changes;
    const current = opened && (await this.read(opened.id));
    if (opened && !(current && current.expiresAt > this.clock.now())) return undefined;
    if (opened && opened.id !== id) await this.destroy(opened.id);
    this.#texts.set(SessionId.fingerprint(id), serializeRecord(applyChanges(opened, changes)));
    return id;
  }

  override async destroy(id: string): Promise<void> {
    this.#texts.delete(SessionId.fingerprint(id));
  }
}

/** Keeps what a request did to a session that has ended meanwhile, and the session with it. */
export class RevivingStore extends TableSessionStore {
  override async write(changes: SessionChanges): Promise<string | undefined> {
    const { opened } = changes;
    const set = new Map([...(opened?.values ?? []), ...changes.set]);
    return (await super.write(changes)) ?? super.write({ ...changes, opened: undefined, set });
  }
}

/** Files sessions under the ids that are in the cookies. */
export class RawIdStore extends TableSessionStore {
  readonly filed = new Map<string, StoredText | undefined>();

  override async write(changes: SessionChanges): Promise<string | undefined> {
    const id = await super.write(changes);
    if (id !== undefined) this.filed.set(id, this.rows.get(SessionId.fingerprint(id)));
    return id;
  }
}

/** Gives every request the messages that wait, whoever has them already. */
export class TwiceDeliveringStore extends TableSessionStore {
  override async read(token: string, _lease?: FlashLease): Promise<SessionRecord | undefined> {
    return super.read(token);
  }
}

/** Takes any id that somebody comes with for that of a session. */
export class ObligingStore extends TableSessionStore {
  override async read(token: string, lease?: FlashLease): Promise<SessionRecord | undefined> {
    const found = await super.read(token, lease);
    const now = this.clock.now();
    if ((found && found.expiresAt > now) || !SessionId.isWellFormed(token)) return found;
    const times = { createdAt: now, renewedAt: now, expiresAt: now + 60_000 };
    return { id: token, ...times, values: new Map(), flashes: new Map(), identity: [] };
  }

  override async write(changes: SessionChanges): Promise<string | undefined> {
    return (await super.write(changes)) ?? super.write({ ...changes, opened: undefined });
  }
}

/** Looks whether a text is still the same, and replaces it a moment later. */
export class TwoStepStore extends TableSessionStore {
  protected override async replace(key: string, text: string, expiresAt: number, version: string | number) {
    const kept = this.rows.get(key);
    if (kept?.version !== version) return undefined;
    await new Promise(setImmediate);
    this.rows.set(key, kept);
    return super.replace(key, text, expiresAt, version);
  }
}
