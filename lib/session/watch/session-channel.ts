import { SessionId } from '../record/session-id.js';

/** What became of a session: it has ended for everybody with its cookie, or it may have changed. */
export type SessionNews = 'ended' | 'changed';

/** A function that listens, and the sessions and users about which it does. */
interface Listener {
  readonly hear: (news: SessionNews) => void;
  readonly places: Set<string>;
}

/** Number of characters of a fingerprint that every store keeps as a session's key. */
const KEY_LENGTH = 32;

/** Tells code that outlives a request, such as an open connection, what the requests of this process do to its session. */
export class SessionChannel {
  readonly #listeners = new Map<string, Set<Listener>>();
  /** The news that arrives while sessions are being read. */
  readonly #records = new Set<Map<string, SessionNews>>();

  /**
   * Listens to the news of one session and its users.
   *
   * @param id The session's id. @param users Its user, and one whom that user impersonates; none for a guest.
   * @returns A function that ends it.
   */
  listen(id: string, users: readonly string[], hear: (news: SessionNews) => void): () => void {
    const listener: Listener = { hear, places: new Set() };
    this.#add(placeOfId(id), listener);
    for (const userId of users) this.#add(placeOfUser(userId), listener);
    return () => {
      for (const place of listener.places) this.#remove(place, listener);
    };
  }

  /**
   * Runs a function that reads a session, and records the news meanwhile: nobody can listen to a session that is not known
   * yet, and what was read may be older than the news.
   */
  async during<Result>(read: () => Promise<Result>): Promise<{ readonly result: Result; readonly news: RecordedNews }> {
    const record = new Map<string, SessionNews>();
    this.#records.add(record);
    try {
      return { result: await read(), news: new RecordedNews(record) };
    } finally {
      this.#records.delete(record);
    }
  }

  /** Announces news of the session with an id. */
  announce(id: string, news: SessionNews): void {
    if (this.#isHeard) this.#tell(placeOfId(id), news);
  }

  /** Announces that a session has got another id. Who listens to it hears what is announced of either. */
  announceMove(id: string, next: string): void {
    if (!this.#isHeard) return;
    for (const listener of this.#listeners.get(placeOfId(id)) ?? []) this.#add(placeOfId(next), listener);
    this.#tell(placeOfId(id), 'changed');
  }

  /** Announces news of the session that is stored under a key. */
  announceKey(key: string, news: SessionNews): void {
    if (this.#isHeard) this.#tell(placeOfKey(key), news);
  }

  /** Announces that the sessions of a user may have ended. */
  announceUser(userId: string): void {
    if (this.#isHeard) this.#tell(placeOfUser(userId), 'changed');
  }

  get #isHeard(): boolean {
    return this.#listeners.size + this.#records.size > 0;
  }

  #tell(place: string, news: SessionNews): void {
    for (const record of this.#records) if (record.get(place) !== 'ended') record.set(place, news);
    for (const { hear } of [...(this.#listeners.get(place) ?? [])]) hear(news);
  }

  #add(place: string, listener: Listener): void {
    const listeners = this.#listeners.get(place) ?? new Set();
    this.#listeners.set(place, listeners.add(listener));
    listener.places.add(place);
  }

  #remove(place: string, listener: Listener): void {
    const listeners = this.#listeners.get(place);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(place);
  }
}

/** The news of a while. */
export class RecordedNews {
  constructor(private readonly record: ReadonlyMap<string, SessionNews>) {}

  /** Returns the news of a session and its users; `undefined` when there was none. */
  of(id: string, users: readonly string[]): SessionNews | undefined {
    const places = [placeOfId(id), ...users.map(placeOfUser)];
    return places.map((place) => this.record.get(place)).find((news) => news !== undefined);
  }
}

/** The channel of this process. */
export const sessionChannel = new SessionChannel();

function placeOfId(id: string): string {
  return placeOfKey(SessionId.fingerprint(id));
}

function placeOfKey(key: string): string {
  return `session:${key.slice(0, KEY_LENGTH)}`;
}

function placeOfUser(userId: string): string {
  return `user:${userId}`;
}
