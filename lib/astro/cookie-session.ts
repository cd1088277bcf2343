import type { Session } from '../session/session.js';

/**
 * A session of {@link createCookieSessionStorage}: typed by its data, with a default for every key. Changes reach the
 * browser when the session is committed.
 */
export class CookieSession<Data extends object> {
  readonly #session: Session;
  readonly #defaults: Data;
  readonly #read = new Set<string>();

  constructor(session: Session, defaults: Data) {
    this.#session = session;
    this.#defaults = structuredClone(defaults);
  }

  /** Returns the value of a key, or its default. */
  get<Key extends keyof Data & string>(key: Key): Data[Key] {
    const value = this.#session.get(key);
    return value === undefined ? this.#defaults[key] : (value as Data[Key]);
  }

  /**
   * Sets the value of a key, or the result of a function that receives the previous value.
   *
   * @throws {InvalidSessionValueError} For values other than JSON, Date, Map, Set, URL and BigInt.
   */
  set<Key extends keyof Data & string>(key: Key, value: Data[Key] | ((old: Data[Key]) => Data[Key])): this {
    const next = typeof value === 'function' ? (value as (old: Data[Key]) => Data[Key])(this.get(key)) : value;
    this.#session.set<string>(key, next);
    return this;
  }

  /** Returns true when the value, or its default, is truthy. */
  has(key: keyof Data & string): boolean {
    return Boolean(this.get(key));
  }

  /** Removes a value, so that its default applies again. */
  unset(key: keyof Data & string): this {
    this.#session.unset(key);
    return this;
  }

  /** Removes every value. */
  clear(): this {
    this.#session.clear();
    return this;
  }

  /** Returns all values, with the defaults of keys that are not set. */
  all(): Data {
    return { ...this.#defaults, ...this.#session.all() };
  }

  /** Returns and removes the message of a key, so that it is read only once. */
  flash<Value = string>(key: string): Value | undefined;
  /** Leaves a message for a later request. It replaces a waiting message of the same key. */
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
