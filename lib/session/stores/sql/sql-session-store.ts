import { Clock } from '../../../base/clock.js';
import { parseRecord } from '../../record/record-text.js';
import type { SessionChanges } from '../../record/session-changes.js';
import { SessionId } from '../../record/session-id.js';
import { type SessionRecord, userIdOf } from '../../record/session-record.js';
import type { TextPage } from '../listing/listing.js';
import type { KeyedText } from '../moved-record.js';
import type { Altered, FiledRecord, StoredChange } from '../session-store.js';
import { type StoredText, VersionedSessionStore } from '../versioned-session-store.js';
import type { SqlDatabase, SqlRow, SqlStatement } from './sql-database.js';
import { type SqlEntry, SqlTable, SWEEP_SLICE } from './sql-table.js';
import { DEFAULT_TABLE } from './table-name.js';

/** Milliseconds between two sweeps of expired sessions. */
const SWEEP_EVERY = 10_000;

/**
 * Stores sessions in one table of a database that several processes may share. A read, a change and a sign-in each take
 * one round trip. Pass it a {@link SqlDatabase} for your engine.
 *
 * @example services.override(SessionStore, (get) => new SqlSessionStore(d1Database(env.DB), 'gatehouse_sessions', get(Clock)))
 */
export class SqlSessionStore extends VersionedSessionStore {
  readonly #table: SqlTable;
  /** The last change of each session that is under way in this process. */
  readonly #turns = new Map<string, Promise<unknown>>();
  #sweptAt = 0;

  /** @throws {InvalidOptionsError} When the name is not one of a table. */
  constructor(
    protected readonly database: SqlDatabase,
    table: string = DEFAULT_TABLE,
    clock: Clock = new Clock(),
  ) {
    super(clock);
    this.#table = new SqlTable(table, database.dialect);
  }

  /** The statements that create the table, for a migration. They may run again. */
  get migration(): readonly string[] {
    return this.#table.migration;
  }

  /** Closes the connection, unless it is your own. */
  async close(): Promise<void> {
    await this.database.close?.();
  }

  /** Closes the connection when the server stops. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  override async write(changes: SessionChanges): Promise<string | undefined> {
    return this.#inTurn(changes.opened?.id, () => super.write(changes));
  }

  override async alter(opened: SessionRecord, change: StoredChange): Promise<Altered> {
    return this.#inTurn(opened.id, () => super.alter(opened, change));
  }

  /** Reads all sessions of a user in one round trip. A session that gets another id meanwhile is found under one of both. */
  override async list(userId: string): Promise<readonly FiledRecord[]> {
    const rows = await this.database.run([this.#table.entriesOf(SessionId.fingerprint(userId))]);
    return [...rows].flatMap(({ key, text }) => {
      const record = parseRecord(String(text), '');
      const isListed = record && userIdOf(record) === userId && record.expiresAt > this.clock.now();
      return isListed ? [{ key: String(key), record }] : [];
    });
  }

  /**
   * In SQLite, which runs one write at a time anyway, lets the requests of this process change one session in turn: most
   * of their attempts would fail otherwise, and each costs a round trip.
   */
  async #inTurn<Result>(id: string | undefined, change: () => Promise<Result>): Promise<Result> {
    if (id === undefined || this.database.dialect !== 'sqlite') return change();
    const turn = Promise.resolve(this.#turns.get(id)).then(change);
    const settled = turn.catch(() => undefined);
    this.#turns.set(id, settled);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(id) === settled) this.#turns.delete(id);
    }
  }

  protected override async find(key: string): Promise<StoredText | undefined> {
    const [row] = await this.database.run([this.#table.find(key)]);
    return row && { text: String(row.text), version: Number(row.version) };
  }

  protected override async insert(key: string, text: string, expiresAt: number, userId?: string): Promise<void> {
    await this.#write([this.#table.insert(entryOf(key, text, expiresAt, userId))]);
  }

  protected override async replace(
    key: string,
    text: string,
    expiresAt: number,
    version: string | number,
    userId?: string,
  ): Promise<number | undefined> {
    const entry = entryOf(key, text, expiresAt, userId);
    const [row] = await this.#write([this.#table.replace(entry, Number(version))]);
    return row && Number(row.version);
  }

  protected override async move(from: KeyedText, version: string | number, to: KeyedText): Promise<boolean> {
    const [left, next] = [from, to].map(({ key, text, expiresAt, userId }) => entryOf(key, text, expiresAt, userId));
    if (!left || !next) return false;
    return (await this.#write(this.#table.move(left, Number(version), next))).length > 0;
  }

  protected override async remove(key: string): Promise<void> {
    await this.database.run([this.#table.remove(key)]);
  }

  protected override async keysOf(userId: string): Promise<readonly string[]> {
    return (await this.list(userId)).map(({ key }) => key);
  }

  protected override async entriesAfter(after: string | undefined, limit: number): Promise<TextPage> {
    // PostgreSQL refuses a NUL character.
    const place = (after ?? '').replaceAll('\0', '');
    const rows = await this.database.run([this.#table.entriesAfter(place, this.clock.now(), limit)]);
    const entries = [...rows].map(({ key, text }) => ({ key: String(key), text: String(text) }));
    return { entries, next: entries.length < limit ? undefined : entries.at(-1)?.key };
  }

  async #write(statements: readonly SqlStatement[]): Promise<readonly SqlRow[]> {
    // A failed sweep harms nobody: the next one removes what it left.
    const sweeping = this.#sweepIfDue().catch(() => undefined);
    const rows = await this.database.run(statements);
    // Some platforms end what is still running once the response is sent.
    await sweeping;
    return rows;
  }

  /** Removes a slice of the expired sessions, concurrently with a write, so that no request waits for long. */
  async #sweepIfDue(): Promise<void> {
    const now = this.clock.now();
    if (now < this.#sweptAt + SWEEP_EVERY) return;
    this.#sweptAt = now;
    const removed = await this.database.run([this.#table.sweep(now)]);
    // A full slice means that more are left: the next write removes them.
    if (removed.length === SWEEP_SLICE) this.#sweptAt = 0;
  }
}

/** The column contains a fingerprint, because user ids are often confidential, and may be longer than an index allows. */
function entryOf(key: string, text: string, expiresAt: number, userId: string | undefined): SqlEntry {
  return { key, text, expiresAt, user: userId === undefined ? null : SessionId.fingerprint(userId) };
}
