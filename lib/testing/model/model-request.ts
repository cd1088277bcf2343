import type { Found, ModelMessage, ModelSession, SessionModel } from './session-model.js';

type Change = (old: unknown) => unknown;

/** What one request sees and does, in the model. */
export class ModelRequest {
  readonly opened: Found | undefined;
  readonly #isSuperseded: boolean;
  readonly #renewedAt: number;
  readonly #expiresAt: number;
  #seen: ReadonlyMap<string, unknown>;
  readonly #changes = new Map<string, Change>();
  #waiting: Map<string, ModelMessage>;
  readonly #left = new Map<string, ModelMessage>();
  readonly #delivered = new Map<string, string>();
  readonly #taken = new Set<ModelMessage>();
  readonly #isLeased: boolean;
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
    this.#waiting = this.opened ? model.lease(this.opened.session, this, openedAt) : new Map();
    this.#isLeased = this.#waiting.size > 0;
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
    return this.#applied(this.#seen).size === 0 && this.#waiting.size === 0 && this.#left.size === 0;
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
    this.#take(key);
    this.#delivered.delete(key);
    this.#left.set(key, { text });
  }

  /** @returns What the page reads. */
  read(key: string): string | undefined {
    const message = this.#left.get(key) ?? this.#waiting.get(key);
    if (message) this.#delivered.set(key, message.text);
    this.#take(key);
    return this.#delivered.get(key);
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
    const messages = this.#isLeased || this.#left.size > 0 || this.#taken.size > 0;
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
    const messages = [...(kept?.messages ?? [])]
      .filter(([, message]) => !this.#taken.has(message))
      .map(([key, message]) => [key, this.#givenBack(message)] as const);
    return {
      values: this.#applied(kept?.values ?? new Map()),
      messages: new Map([...messages, ...this.#left]),
      createdAt,
      renewedAt: now,
      expiresAt: expiry(createdAt),
    };
  }

  #givenBack(message: ModelMessage): ModelMessage {
    if (message.leasedBy === this) message.leasedUntil = undefined;
    return message;
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

  #take(key: string): void {
    this.#left.delete(key);
    const message = this.#waiting.get(key);
    if (message) this.#taken.add(message);
    this.#waiting.delete(key);
  }

  #forget(): void {
    this.#isForgotten = true;
    this.#seen = new Map();
    this.#changes.clear();
    this.#waiting = new Map();
    this.#left.clear();
    this.#delivered.clear();
  }
}
