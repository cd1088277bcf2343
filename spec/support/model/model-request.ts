import {
  CLAIM,
  type Found,
  type ModelMessage,
  type ModelSession,
  readMessage,
  type SessionModel,
} from './session-model.js';

type Change = (old: unknown) => unknown;

/** One request in the model: the state that it sees, and its changes. */
export class ModelRequest {
  readonly opened: Found | undefined;
  /** True when the request's id opens nothing, because its session has got another one. */
  readonly isSuperseded: boolean;
  readonly #renewedAt: number;
  readonly #expiresAt: number;
  #seen: ReadonlyMap<string, unknown>;
  readonly #changes = new Map<string, Change>();
  #waiting: Map<string, readonly ModelMessage[]>;
  readonly #left = new Map<string, readonly ModelMessage[]>();
  readonly #delivered = new Map<string, readonly string[]>();
  readonly #taken = new Set<ModelMessage>();
  readonly #owner: unknown;
  #isForgotten = false;
  #hasNewId = false;
  #signedInAt: number | undefined;
  #isEnded = false;

  constructor(
    model: SessionModel,
    readonly token: string | undefined,
    readonly openedAt: number,
  ) {
    this.opened = token === undefined ? undefined : model.open(token, openedAt);
    this.isSuperseded = !this.opened && token !== undefined && model.isSuperseded(token, openedAt);
    this.#seen = new Map(this.opened?.session.values);
    this.#owner = this.#seen.get('userId');
    this.#renewedAt = this.opened?.session.renewedAt ?? 0;
    this.#expiresAt = this.opened?.session.expiresAt ?? 0;
    this.#waiting = new Map(this.opened?.session.messages);
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** True when it arrived with the previous id, so that the answer sets the new one. */
  get hasMoved(): boolean {
    return this.opened !== undefined && this.opened.token !== this.token;
  }

  /** True when the page sees no values and no messages. */
  get isEmpty(): boolean {
    const waiting = [...this.#waiting.values()].flat();
    // A message that another request has delivered is removed, although this request did not receive it.
    const isWaiting = waiting.some((message) => !this.#taken.has(message));
    return this.#applied(this.#seen).size === 0 && !isWaiting && this.#left.size === 0;
  }

  /** All values that the page sees. */
  get values(): Record<string, unknown> {
    return Object.fromEntries(this.#applied(this.#seen));
  }

  set(key: string, value: unknown): void {
    this.#changes.set(key, () => value);
  }

  update(key: string, update: Change): void {
    const earlier = this.#changes.get(key);
    this.#changes.set(key, earlier ? (old) => update(earlier(old)) : update);
  }

  /** Removes the value that the page sees, but not one that another request sets in the meantime. */
  unset(key: string): void {
    this.#changes.delete(key);
    if (this.#seen.has(key)) this.#changes.set(key, () => undefined);
  }

  leave(key: string, text: string): void {
    this.#left.set(key, [...(this.#left.get(key) ?? []), { text }]);
  }

  /** @returns The messages that the page reads: those that no other request has read. */
  read(key: string, now: number): readonly string[] {
    const waiting = this.#waiting.get(key) ?? [];
    // A copy of a message that another request has delivered in the meantime is removed too.
    for (const message of waiting) if (this.#isGone(key, message, now)) this.#taken.add(message);
    const read = waiting.filter((message) => readMessage(message, this, this.openedAt, now));
    for (const message of read) this.#taken.add(message);
    const kept = waiting.filter((message) => !read.includes(message));
    if (kept.length > 0) this.#waiting.set(key, kept);
    else this.#waiting.delete(key);
    const texts = [...read, ...(this.#left.get(key) ?? [])].map(({ text }) => text);
    this.#left.delete(key);
    this.#delivered.set(key, [...(this.#delivered.get(key) ?? []), ...texts]);
    return this.#delivered.get(key) ?? [];
  }

  regenerate(): void {
    this.#hasNewId = true;
  }

  signIn(userId: string, now: number): void {
    const before = this.values.userId;
    if (before !== undefined && before !== userId) this.#forget();
    this.set('userId', userId);
    this.#hasNewId = true;
    this.#signedInAt = now;
  }

  end(): void {
    this.#forget();
    this.#isEnded = true;
    this.#signedInAt = undefined;
  }

  /** The outcome of this request. */
  get fate(): 'superseded' | 'ended' | 'begun' | 'changed' | 'unchanged' {
    if (this.#isEnded) return 'ended';
    if (this.isSuperseded && this.#signedInAt === undefined) return 'superseded';
    if (!this.opened) return 'begun';
    const messages = this.#left.size > 0 || this.#taken.size > 0;
    return this.#changes.size > 0 || messages || this.#hasNewId ? 'changed' : 'unchanged';
  }

  /** Checks whether the session would live longer if it were written now. */
  isDueForRenewal(now: number, expiry: (createdAt: number) => number): boolean {
    return (
      this.opened !== undefined && now > this.#renewedAt && expiry(this.opened.session.createdAt) > this.#expiresAt
    );
  }

  /** Checks whether the session gets a new id. */
  changesId(current: Found): boolean {
    return this.#signedInAt !== undefined || (this.#hasNewId && current.token === this.opened?.token);
  }

  get hasSignedIn(): boolean {
    return this.#signedInAt !== undefined;
  }

  /** True when a guest signs in, who has a session of their own if another sign-in has taken this one. */
  get signsGuestIn(): boolean {
    return this.hasSignedIn && this.#owner === undefined;
  }

  /** Returns a new session with what the request has set, as its page saw it. */
  begin(now: number, expiry: (createdAt: number) => number): ModelSession {
    const { values } = this;
    const set = [...this.#changes.keys()].filter((key) => values[key] !== undefined);
    return {
      values: new Map(set.map((key) => [key, values[key]])),
      messages: new Map(this.#left),
      createdAt: now,
      renewedAt: now,
      expiresAt: expiry(now),
    };
  }

  /**
   * Returns the session with all changes applied.
   *
   * @param current The stored session, which other requests may have changed since it was opened.
   */
  applyTo(current: ModelSession | undefined, now: number, expiry: (createdAt: number) => number): ModelSession {
    const createdAt = this.#signedInAt ?? current?.createdAt ?? now;
    const kept = this.#isForgotten ? undefined : current;
    const keys = new Set([...(kept?.messages.keys() ?? []), ...this.#left.keys()]);
    const messages = [...keys].map((key) => {
      const waiting = kept?.messages.get(key)?.filter((message) => !this.#isGone(key, message, now)) ?? [];
      return [key, [...waiting, ...(this.#left.get(key) ?? [])]] as const;
    });
    return {
      values: this.#applied(kept?.values ?? new Map()),
      messages: new Map(messages.filter(([, waiting]) => waiting.length > 0)),
      createdAt,
      renewedAt: now,
      expiresAt: expiry(createdAt),
    };
  }

  /** Records that the answer was sent, with its messages. */
  answer(now: number): void {
    if (this.fate === 'superseded') return;
    for (const message of this.#taken) {
      if (message.readBy === this) Object.assign(message, { isDelivered: true, keptUntil: now + CLAIM });
    }
  }

  /** Checks whether a message is no longer stored, because this request or another one has delivered it. */
  #isGone(key: string, message: ModelMessage, now: number): boolean {
    if (this.#taken.has(message)) return true;
    const wasThere = this.opened?.session.messages.get(key)?.includes(message);
    return (
      wasThere === true && message.isDelivered === true && message.readBy !== this && (message.keptUntil ?? 0) > now
    );
  }

  #applied(values: ReadonlyMap<string, unknown>): Map<string, unknown> {
    const changed = new Map(values);
    for (const [key, change] of this.#changes) {
      const value = change(changed.get(key));
      if (value === undefined) changed.delete(key);
      else changed.set(key, value);
    }
    return changed;
  }

  #forget(): void {
    this.#isForgotten = true;
    this.#seen = new Map();
    this.#changes.clear();
    this.#waiting = new Map();
    this.#left.clear();
    this.#delivered.clear();
    for (const message of this.#taken) {
      if (message.readBy === this) Object.assign(message, { readBy: undefined, keptUntil: undefined });
    }
  }
}
