import type { Visitor } from '../../access/visitor.js';
import { forget } from '../../base/promised.js';
import { type SessionEnd, SessionEndedError } from '../../errors/index.js';
import { type SessionRecord, userIdOf } from '../../session/record/session-record.js';
import { type RecordedNews, type SessionNews, sessionChannel } from '../../session/watch/session-channel.js';
import type { Look } from './outside-request.js';

/** Maximum delay of a timer in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** The functions and the interval that a watch needs. */
export interface WatchParts {
  /** Looks at the session. @param before The last look. */
  readonly look: (before?: Look) => Promise<Look>;
  /** Returns when a session ends unless it is used, in milliseconds since the epoch. */
  readonly endOf: (record: NonNullable<Look['record']>) => number;
  readonly now: () => number;
  /** Milliseconds between two looks. */
  readonly interval: number;
}

/**
 * Watches the session of an open connection until it ends. What this process does to it counts immediately; what others
 * do, when it is looked at again.
 */
export class SessionWatch {
  readonly #ended = new AbortController();
  #last: Look;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<void> | undefined;
  #isOutdated = false;
  #isClosed = false;
  #listening: { readonly id: string; readonly users: readonly string[]; readonly stop: () => void } | undefined;

  private constructor(
    private readonly parts: WatchParts,
    first: Look,
    news: RecordedNews,
  ) {
    this.#last = first;
    this.#goOn(news);
  }

  /** Looks at a session, and watches it from then on. @returns The look alone where it failed. */
  static async begin(parts: WatchParts): Promise<SessionWatch | Look> {
    const { result, news } = await sessionChannel.during(() => parts.look());
    return result.failure ? result : new SessionWatch(parts, result, news);
  }

  get last(): Look {
    return this.#last;
  }

  /** The signal that is aborted when the session ends. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Looks again now. @returns Whether the session goes on. */
  async check(): Promise<boolean> {
    if (!this.#isClosed) await this.#lookAgain();
    return !this.ended.aborted;
  }

  /** Stops watching. The signal is not aborted any more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#listening?.stop();
  }

  /**
   * Waits for the next moment at which something may have changed. A visitor without anything to watch stays a guest.
   *
   * @param news What arrived while the session was read.
   */
  #goOn(news: RecordedNews): void {
    clearTimeout(this.#timer);
    const { record, visitor } = this.#last;
    if (this.#isClosed || (!record && visitor.isGuest)) return;
    const { interval, now, endOf } = this.parts;
    const left = record ? endOf(record) - now() : interval;
    // A session that goes on although its time is over, as code of the application may want, must not be read all the time.
    const delay = left > 0 ? Math.min(interval, left) : interval;
    this.#timer = setTimeout(() => this.#wake(), Math.min(Math.max(delay, 1), LONGEST));
    // It does not keep a process alive that has nothing else to do. Some runtimes have numbers for timers.
    if (typeof this.#timer === 'object') this.#timer.unref?.();
    if (!record) return;
    const users = usersOf(record, visitor);
    const missed = this.#listen(record.id, users) ? news.of(record.id, users) : undefined;
    if (missed) this.#hear(missed);
  }

  /** Listens to a session, unless it does. @returns Whether it has missed the news up to now. */
  #listen(id: string, users: readonly string[]): boolean {
    const before = this.#listening;
    // What is known of later ids would be lost. A session in a cookie keeps being read under its first one.
    if (before?.id === id && JSON.stringify(before.users) === JSON.stringify(users)) return false;
    this.#listening = { id, users, stop: sessionChannel.listen(id, users, (heard) => this.#hear(heard)) };
    before?.stop();
    return true;
  }

  #hear(news: SessionNews): void {
    if (news === 'ended') this.#end('ended');
    else this.#wake();
  }

  #wake(): void {
    forget(this.#lookAgain());
  }

  /** Looks again. A call during another one looks once more, because the first may have read too early. */
  async #lookAgain(): Promise<void> {
    this.#isOutdated = true;
    this.#looking ??= this.#lookUntilUpToDate().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  async #lookUntilUpToDate(): Promise<void> {
    while (this.#isOutdated && !this.#isClosed) {
      this.#isOutdated = false;
      const { result, news } = await sessionChannel.during(() => this.parts.look(this.#last));
      if (this.#isClosed) return;
      const end = this.#endBy(result);
      if (end) return this.#end(end);
      this.#last = result;
      this.#goOn(news);
    }
  }

  #endBy({ record, visitor, failure }: Look): SessionEnd | undefined {
    const before = this.#last;
    if (failure) return 'unknown';
    if (before.record && !record) return this.parts.endOf(before.record) <= this.parts.now() ? 'expired' : 'ended';
    const isSame =
      visitor.id === before.visitor.id && visitor.impersonator?.userId === before.visitor.impersonator?.userId;
    return isSame ? undefined : 'another-user';
  }

  #end(why: SessionEnd): void {
    if (this.#isClosed) return;
    this.close();
    this.#ended.abort(new SessionEndedError(why));
  }
}

/** Returns the users whose revocation ends a session: its own, and the one whom they impersonate. */
function usersOf(record: SessionRecord, { id }: Visitor): readonly string[] {
  return [...new Set([userIdOf(record), id])].filter((user) => user !== undefined);
}
