import type { Clock } from '../../base/clock.js';
import { InvalidCallError } from '../../errors/index.js';
import { ListedSession } from '../listed-session.js';
import { SessionId } from '../record/session-id.js';
import { draftOf, type Session } from '../session.js';
import type { SessionConfig } from '../session-config.js';
import type { FiledPage, FiledRecord, ListingRequest } from '../stores/listing/listing.js';
import type { SessionStore } from '../stores/session-store.js';
import { matching, type SessionFilter } from './session-filter.js';

/** The default and the maximum number of sessions on a page. */
const PAGE = 50;
const MAX_PAGE = 1000;
const MAX_PASSES = 20;
const LIST_ALL = 'registry.listAll({ after?, limit?, by? }, session?)';
const END_ALL = 'registry.endAll({ by })';

/** The page of all sessions that is asked for. */
export interface SessionListing {
  /** The `next` of the page before; left out for the first page. It may come from an address. */
  readonly after?: string | undefined;
  /** Maximum number of sessions on the page, at most 1000. Default: 50. */
  readonly limit?: number | undefined;
  /** Values that the sessions must have. Default: all sessions, those of guests included. */
  readonly by?: SessionFilter | undefined;
}

/** One page of a list of all sessions. */
export interface SessionPage {
  readonly sessions: readonly ListedSession[];
  /** Where the next page begins: pass it as `after`. `undefined` on the last page. */
  readonly next: string | undefined;
}

/** Lists, counts and ends the sessions of all users. */
export abstract class SessionDirectory {
  readonly #store: SessionStore;
  readonly #config: SessionConfig;
  readonly #clock: Clock;

  constructor(store: SessionStore, config: SessionConfig, clock: Clock) {
    this.#store = store;
    this.#config = config;
    this.#clock = clock;
  }

  /**
   * Lists the live sessions of all users and guests, page by page. They are in no particular order. A session that lives
   * while all pages are read is on one of them, and on a later one again if its id changed meanwhile. This holds as
   * long as a page is read within a minute after the one before.
   *
   * @param current The session of this request, which the list marks as the current one.
   * @throws {SessionsNotListedError} When the store cannot list sessions.
   * @throws {InvalidCallError} When `limit` is not a whole number from 1 to 1000.
   * @example const { sessions, next } = await registry.listAll({ after, by: { tenantId: 'acme' } });
   */
  async listAll({ after, limit = PAGE, by }: SessionListing = {}, current?: Session): Promise<SessionPage> {
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
      throw new InvalidCallError(LIST_ALL, `was given the limit ${limit}: pass a whole number from 1 to ${MAX_PAGE}`);
    }
    if (current) draftOf(current).isUsed = true;
    const { filed, next } = await this.#page({ after, limit, matches: matching(by) });
    const isCurrent = (key: string) => current !== undefined && isUnder(key, current);
    return { sessions: filed.map(({ key, record }) => new ListedSession(key, record, isCurrent(key))), next };
  }

  /**
   * Counts the live sessions. Every one is read, and one whose id changes meanwhile may be counted twice.
   *
   * @throws {SessionsNotListedError} When the store cannot list sessions.
   * @example const signedIn = await registry.count({ by: { tenantId: 'acme' } });
   */
  async count({ by }: Pick<SessionListing, 'by'> = {}): Promise<number> {
    let count = 0;
    for await (const filed of this.#pages(matching(by))) count += filed.length;
    return count;
  }

  /**
   * Ends all sessions that have these values, including the one of this request. Sessions that begin afterwards, and
   * those whose visitors sign in again, are valid.
   *
   * @returns How many sessions were ended.
   * @throws {SessionsNotListedError} When the store cannot list sessions.
   * @throws {InvalidCallError} When `by` contains no value, because this would end the sessions of everybody.
   * @example await registry.endAll({ by: { tenantId: 'acme' } });
   */
  async endAll({ by }: { readonly by: SessionFilter }): Promise<number> {
    // Code without types may leave it out.
    if (Object.keys(by ?? {}).length === 0)
      throw new InvalidCallError(END_ALL, 'was given no value to find sessions by');
    const [matches, startedAt] = [matching(by), this.#clock.now()];
    return this.untilNoneIsLeft(async () => {
      let count = 0;
      for await (const filed of this.#pages((record) => record.createdAt <= startedAt && matches(record))) {
        count += await this.endEach(filed);
      }
      return count;
    });
  }

  /**
   * Ends sessions again and again: while they are listed, another request may give one an id that was passed already.
   *
   * @param end Lists and ends sessions, and returns how many still existed.
   */
  protected async untilNoneIsLeft(end: () => Promise<number>): Promise<number> {
    let count = 0;
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      const ended = await end();
      if (ended === 0) break;
      count += ended;
    }
    return count;
  }

  /** Ends sessions. @returns How many of them still existed. */
  protected abstract endEach(filed: readonly FiledRecord[]): Promise<number>;

  async *#pages(matches: ListingRequest['matches']): AsyncGenerator<readonly FiledRecord[]> {
    for (let after: string | undefined; ; ) {
      const { filed, next } = await this.#page({ after, limit: MAX_PAGE, matches });
      yield filed;
      if (next === undefined) return;
      after = next;
    }
  }

  #page({ matches, ...request }: ListingRequest): Promise<FiledPage> {
    const isLive = (record: FiledRecord['record']) => this.#config.isLive(record, this.#clock.now());
    return this.#store.listAll({ ...request, matches: (record) => isLive(record) && matches(record) });
  }
}

/** Checks whether a key identifies a session, by the id before this request or by the one after it. */
export function isUnder(key: string, session: Session): boolean {
  const { id, opened } = draftOf(session);
  return [id, opened?.id].some((each) => each !== undefined && isOf(key, each));
}

/** Checks whether a key is that of the session with an id. */
export function isOf(key: string, id: string): boolean {
  return SessionId.fingerprint(id).startsWith(key);
}
