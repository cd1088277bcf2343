import type { Session } from '../session/session.js';

/**
 * A session of {@link createCookieSessionStorage}: typed by its data, with a default for every key. What is changed
 * reaches the browser when it is committed.
 */
export class CookieSession<Data extends object> {
  readonly #session: Session;
  readonly #defaults: Data;
  readonly #read = new Set<string>();

  constructor(session: Session, defaults: Data) {
    this.#session = session;
    this.#defaults = structuredClone(defaults);
  }

  /** The value under a key, or its default. */
  get<Key extends keyof Data & string>(key: Key): Data[Key] {
    const value = this.#session.get(key);
    return value === undefined ? this.#defaults[key] : (value as Data[Key]);
  }

  /**
   * Puts a value under a key, or what a function makes of the value before.
   *
   * @throws {InvalidSessionValueError} For values other than JSON, Date, Map, Set, URL and BigInt.
   */
  set<Key extends keyof Data & string>(key: Key, value: Data[Key] | ((old: Data[Key]) => Data[Key])): this {
    const next = typeof value === 'function' ? (value as (old: Data[Key]) => Data[Key])(this.get(key)) : value;
    this.#session.set<string>(key, next);
    return this;
  }

  /** Whether there is a value, a default included, that counts as something. */
  has(key: keyof Data & string): boolean {
    return Boolean(this.get(key));
  }

  /** Takes a value out: the default is back. */
  unset(key: keyof Data & string): this {
    this.#session.unset(key);
    return this;
  }

  /** Takes every value out. */
  clear(): this {
    this.#session.clear();
    return this;
  }

  all(): Data {
    return { ...this.#defaults, ...this.#session.all() };
  }

  /** Takes the message under this key: whoever reads it first has it. */
  flash<Value = string>(key: string): Value | undefined;
  /** Leaves a message for a later request, in the place of one that waits under this key. */
  flash(key: string, value: unknown): this;
  flash(...[key, ...given]: [key: string, value?: unknown]): unknown {
    if (given.length === 0) return this.#takeFlash(key);
    this.#read.delete(key);
    this.#session.flashes.set(key, given[0]);
    return this;
  }

  #takeFlash(key: string): unknown {
    if (this.#read.has(key)) return undefined;
    this.#read.add(key);
    return this.#session.flash<unknown>(key);
  }
}
