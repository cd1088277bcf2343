const NOTHING: ReadonlyMap<string, unknown> = new Map();

/** The values of a session as one request sees them: what was stored, and over it what this request changed. */
export class SessionValues {
  #stored: ReadonlyMap<string, unknown>;
  readonly #adopted = new Map<string, unknown>();
  readonly #set = new Map<string, unknown>();
  readonly #unset = new Set<string>();

  constructor(stored: ReadonlyMap<string, unknown> = NOTHING) {
    this.#stored = stored;
  }

  get(key: string): unknown {
    if (this.#set.has(key)) return this.#set.get(key);
    if (this.#unset.has(key)) return undefined;
    return this.#adopted.has(key) ? this.#adopted.get(key) : this.#stored.get(key);
  }

  set(key: string, value: unknown): void {
    this.#unset.delete(key);
    this.#set.set(key, value);
  }

  unset(key: string): void {
    this.#set.delete(key);
    this.#adopted.delete(key);
    if (this.#stored.has(key)) this.#unset.add(key);
  }

  /** Lays values over the stored ones that are seen but never stored. Replaces those adopted before. */
  adopt(values: Readonly<Record<string, unknown>>): void {
    this.#adopted.clear();
    for (const [key, value] of Object.entries(values)) this.#adopted.set(key, value);
  }

  keys(): string[] {
    if (!this.isDirty && this.#adopted.size === 0) return [...this.#stored.keys()];
    const keys = new Set([...this.#stored.keys(), ...this.#adopted.keys(), ...this.#set.keys()]);
    return [...keys].filter((key) => this.get(key) !== undefined);
  }

  /** Whether nothing would be stored. What was adopted does not count. */
  get isEmpty(): boolean {
    return this.#set.size === 0 && this.#stored.size === this.#unset.size;
  }

  get isDirty(): boolean {
    return this.#set.size > 0 || this.#unset.size > 0;
  }

  /** What was set and has to be stored. */
  get changed(): ReadonlyMap<string, unknown> {
    return this.#set;
  }

  /** Stored keys that were taken out. */
  get removed(): ReadonlySet<string> {
    return this.#unset;
  }

  /** Forgets this request's changes. */
  rollBack(): void {
    this.#set.clear();
    this.#unset.clear();
    this.#adopted.clear();
  }

  /** Starts anew from other stored values. What was adopted stays. */
  restart(stored: ReadonlyMap<string, unknown> = NOTHING): void {
    this.#stored = stored;
    this.#set.clear();
    this.#unset.clear();
  }
}
