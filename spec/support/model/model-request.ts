import {
  CLAIM,
  type Found,
  type ModelMessage,
  type ModelSession,
  readMessage,
  type SessionModel,
} from './session-model.js';

type Change = (old: unknown) => unknown;

/** What one request sees and does, in the model. */
export class ModelRequest {
  readonly opened: Found | undefined;
  readonly #isSuperseded: boolean;
  readonly #renewedAt: number;
  readonly #expiresAt: number;
  #seen: ReadonlyMap<string, unknown>;
  readonly #changes = new Map<string, Change>();
  #waiting: Map<string, readonly ModelMessage[]>;
  readonly #left = new Map<string, readonly ModelMessage[]>();
  readonly #delivered = new Map<string, readonly string[]>();
  readonly #taken = new Set<ModelMessage>();
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
    this.#isSuperseded = !this.opened && token !== undefined && model.isSuperseded(token, openedAt);
    this.#seen = new Map(this.opened?.session.values);
    this.#renewedAt = this.opened?.session.renewedAt ?? 0;
    this.#expiresAt = this.opened?.session.expiresAt ?? 0;
    this.#waiting = new Map(this.opened?.session.messages);
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Whether it came with the id of before: the visitor is told the new one. */
  get hasMoved(): boolean {
    return this.opened !== undefined && this.opened.token !== this.token;
  }

  /** Whether the page sees nothing any more. */
  get isEmpty(): boolean {
    const waiting = [...this.#waiting.values()].flat();
    // One that another request has delivered is taken out, though this one was not given it.
    const isWaiting = waiting.some((message) => !this.#taken.has(message));
    return this.#applied(this.#seen).size === 0 && !isWaiting && this.#left.size === 0;
  }

  /** Every value that the page sees. */
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

  /** Takes out what the page sees, and nothing that another request puts there meanwhile. */
  unset(key: string): void {
    this.#changes.delete(key);
    if (this.#seen.has(key)) this.#changes.set(key, () => undefined);
  }

  leave(key: string, text: string): void {
    this.#left.set(key, [...(this.#left.get(key) ?? []), { text }]);
  }

  /** @returns What the page reads: the messages that no other request has read. */
  read(key: string, now: number): readonly string[] {
    const waiting = this.#waiting.get(key) ?? [];
    // A copy of one that another request has delivered meanwhile is taken out as well.
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

  /** What is to become of it. */
  get fate(): 'superseded' | 'ended' | 'begun' | 'changed' | 'unchanged' {
    if (this.#isSuperseded && this.#signedInAt === undefined) return 'superseded';
    if (this.#isEnded) return 'ended';
    if (!this.opened) return 'begun';
    const messages = this.#left.size > 0 || this.#taken.size > 0;
    return this.#changes.size > 0 || messages || this.#hasNewId ? 'changed' : 'unchanged';
  }

  /** Whether the session would live on for longer if it were written now. */
  isDueForRenewal(now: number, expiry: (createdAt: number) => number): boolean {
    return (
      this.opened !== undefined && now > this.#renewedAt && expiry(this.opened.session.createdAt) > this.#expiresAt
    );
  }

  /** Whether the session gets an id that nobody has seen. */
  changesId(current: Found): boolean {
    return this.#signedInAt !== undefined || (this.#hasNewId && current.token === this.opened?.token);
  }

  get hasSignedIn(): boolean {
    return this.#signedInAt !== undefined;
  }

  /** The session with all that was done to it. @param current What it is now, which may be more than was opened. */
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

  /** Notes that the answer is given, with the messages in it. */
  answer(now: number): void {
    if (this.fate === 'superseded') return;
    for (const message of this.#taken) {
      if (message.readBy === this) Object.assign(message, { isDelivered: true, keptUntil: now + CLAIM });
    }
  }

  /** Whether a message is not stored any longer: this request has delivered it, or another one that it was waiting for. */
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
