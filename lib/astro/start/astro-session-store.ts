import { AsyncLocalStorage } from 'node:async_hooks';
import type { APIContext, AstroSession } from 'astro';
import { Clock } from '../../base/clock.js';
import { AstroSessionMissingError } from '../../errors/index.js';
import { injectable } from '../../injectable.js';
import { isSame } from '../../session/record/fitted-values.js';
import { serializeRecord, upToDate } from '../../session/record/record-text.js';
import { applyChanges, type SessionChanges } from '../../session/record/session-changes.js';
import { SessionId } from '../../session/record/session-id.js';
import { isEmptyRecord, type SessionRecord, userIdOf } from '../../session/record/session-record.js';
import { draftOf, type Session } from '../../session/session.js';
import { SessionConfig } from '../../session/session-config.js';
import { SessionStore } from '../../session/stores/session-store.js';

/** The key of the visitor's values, as one plain object. */
export const VALUES = '__session__';
/** The key of the rest of the record. */
const RECORD = '__gatehouse__';

/** A record without its values, except those whose key a plain object cannot have. */
type Kept = Omit<SessionRecord, 'values'> & { readonly others: [string, unknown][] };
type Context = Pick<APIContext, 'session'>;
type AstroData = AstroSession & {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): void;
  delete(key: string): void;
};

/**
 * Keeps sessions in the project's own Astro sessions (`context.session`), with any driver. A visitor whom a middleware
 * of the application stores there, under `__session__`, is taken over. The last write wins, because Astro writes its
 * sessions as a whole.
 */
@injectable()
export class AstroSessionStore extends SessionStore {
  readonly #contexts = new AsyncLocalStorage<Context>();

  constructor(
    private readonly config: SessionConfig,
    private readonly clock: Clock,
  ) {
    super();
  }

  /** Runs a function while the store uses this request's Astro session. */
  within<Result>(context: Context, run: () => Result): Result {
    return this.#contexts.run(context, run);
  }

  override async read(token: string): Promise<SessionRecord | undefined> {
    const record = SessionId.isWellFormed(token) ? await this.current() : undefined;
    // Fingerprints are compared, so that the duration of the comparison reveals nothing about the id.
    return record && SessionId.fingerprint(record.id) === SessionId.fingerprint(token) ? record : undefined;
  }

  /** Returns the session that the Astro session of this request holds, whichever code stored it. */
  async current(): Promise<SessionRecord | undefined> {
    const data = this.#data;
    const values = await data.get(VALUES);
    if (typeof values !== 'object' || values === null) return undefined;
    const record = await data.get(RECORD);
    const { others, ...kept } = isKept(record) ? record : { ...this.#newRecord(), others: [] };
    return upToDate({ ...kept, values: new Map([...Object.entries(values), ...others]) });
  }

  /**
   * Continues a session with the current contents of the Astro session, because a middleware of the application may
   * have stored a visitor there since the session was opened. If the visitor is another than before, everything else of
   * the old session is dropped.
   */
  async takeOver(session: Session): Promise<void> {
    const current = await this.current();
    const draft = draftOf(session);
    const { opened } = draft;
    if (!current || (opened && isSame(opened.values, current.values))) return;
    const isAnother = opened !== undefined && userIdOf(opened) !== userIdOf(current);
    // Otherwise the old visitor's sign-in time and messages would count for the new visitor.
    if (isAnother) this.#data.delete(RECORD);
    const record = isAnother ? { ...this.#newRecord(), values: current.values } : current;
    if (isAnother || (draft.isNew && !draft.isDirty)) draft.settle(record);
    else draft.rebase(record);
  }

  /**
   * Removes a session of this package that this request could not open, because it has expired or the request does not
   * know its id. A session that is found later was stored by other code.
   */
  async dropUnclaimed(): Promise<void> {
    const data = this.#data;
    if ((await data.get(RECORD)) === undefined) return;
    data.delete(VALUES);
    data.delete(RECORD);
  }

  override async write(changes: SessionChanges): Promise<string | undefined> {
    const current = changes.opened && (await this.current());
    if (changes.opened && !current) return undefined;
    const data = this.#data;
    const next = applyChanges(current, changes);
    const { values, ...record } = next;
    if (changes.opened && isEmptyRecord({ values, ...record })) {
      data.destroy();
      return undefined;
    }
    // Astro writes the session after the answer, so errors must be found before.
    if (changes.maxSize !== undefined) serializeRecord(next, changes.maxSize);
    const isPlain = ([key]: [string, unknown]) => key !== '__proto__';
    if (changes.id !== changes.opened?.id) await data.regenerate();
    data.set(VALUES, Object.fromEntries([...values].filter(isPlain)));
    data.set(RECORD, { ...record, others: [...values].filter((entry) => !isPlain(entry)) } satisfies Kept);
    return changes.id;
  }

  override async destroy(): Promise<void> {
    this.#data.destroy();
  }

  get #data(): AstroData {
    const session = this.#contexts.getStore()?.session;
    if (!session) throw new AstroSessionMissingError();
    return session as AstroData;
  }

  #newRecord(): SessionRecord {
    const now = this.clock.now();
    const expiresAt = now + this.config.idleTimeout;
    const nothing = new Map<string, never>();
    return {
      id: SessionId.generate(),
      createdAt: now,
      renewedAt: now,
      expiresAt,
      values: nothing,
      flashes: nothing,
      identity: [],
      isForeign: true,
    };
  }
}

function isKept(kept: unknown): kept is Kept {
  const record = kept as Partial<Kept> | null | undefined;
  return (
    typeof record?.id === 'string' &&
    record.flashes instanceof Map &&
    Array.isArray(record.identity) &&
    Array.isArray(record.others)
  );
}
