import { frozen, frozenCopy } from '../../base/frozen-value.js';
import { TooManyKeysError } from '../../errors/index.js';
import { isSame } from '../record/fitted-values.js';
import type { FittedValues } from '../record/session-record.js';
import { assertStorable } from '../record/session-record.js';

const NOTHING: ReadonlyMap<string, unknown> = new Map();
const NO_UPDATES: ReadonlyMap<string, Update> = new Map();
const NO_KEYS: ReadonlySet<string> = new Set();

/** Maximum number of keys in one session. */
const MAX_KEYS = 1000;

/** Computes a value from the old one. */
export type Update = (old: unknown) => unknown;

/** Changes that are being stored, and what they were made to. */
export interface DetachedChanges {
  readonly set: ReadonlyMap<string, unknown>;
  readonly unset: ReadonlySet<string>;
  readonly updates: ReadonlyMap<string, Update>;
  readonly stored: ReadonlyMap<string, unknown>;
  readonly fitted: FittedValues | undefined;
}

/**
 * The values of a session as one request sees them: the stored ones, overlaid with this request's changes. Most
 * requests change nothing, so the collections for changes are created at the first change.
 */
export class SessionValues {
  #stored: ReadonlyMap<string, unknown>;
  #fitted: FittedValues | undefined;
  #set: Map<string, unknown> | undefined;
  /** Functions that computed set values from old ones, called again if the store has newer old values. */
  #updates: Map<string, Update> | undefined;
  #unset: Set<string> | undefined;

  /** @param fitted The values after a schema was applied: shown instead of the stored ones, and not stored. */
  constructor(stored: ReadonlyMap<string, unknown> = NOTHING, fitted?: FittedValues) {
    this.#stored = stored;
    this.#fitted = fitted;
  }

  get(key: string): unknown {
    if (this.#set?.has(key)) return this.#set.get(key);
    if (this.#unset?.has(key)) return undefined;
    return frozen(this.#shown.get(key));
  }

  /** Returns every value by its key. */
  all(): Record<string, unknown> {
    if (this.isDirty) return Object.fromEntries(this.keys().map((key) => [key, this.get(key)]));
    for (const value of this.#shown.values()) frozen(value);
    return Object.fromEntries(this.#shown);
  }

  /**
   * Sets several values; `undefined` removes one.
   *
   * @throws {TooManyKeysError} Naming the first key that would be one too many.
   */
  put(values: Readonly<Record<string, unknown>>): void {
    const given = Object.entries(values);
    this.assertRoom(given.filter(([, value]) => value !== undefined).map(([key]) => key));
    for (const [key, value] of given) {
      if (value === undefined) this.unset(key);
      else this.set(key, value);
    }
  }

  /** Sets a copy of a value: later changes of the object do not affect the session. */
  set(key: string, value: unknown): void {
    this.#unset?.delete(key);
    this.#updates?.delete(key);
    this.#set ??= new Map();
    this.#set.set(key, frozenCopy(value));
  }

  /** Sets a value, or the result of a function of the old one. @throws {InvalidSessionValueError} */
  assign(key: string, value: unknown): void {
    const update = typeof value === 'function' ? (value as Update) : undefined;
    const next = update ? update(this.get(key)) : value;
    assertStorable({ [key]: next });
    if (update && next !== undefined) this.update(key, next, update);
    else this.put({ [key]: next });
  }

  /** Sets the value that an update computed from the old one. @throws {TooManyKeysError} As {@link put} does. */
  update(key: string, value: unknown, update: Update): void {
    this.assertRoom([key]);
    const earlier = this.#updates?.get(key);
    const comesOfStored = earlier !== undefined || !(this.#set?.has(key) || this.#unset?.has(key));
    this.set(key, value);
    if (!comesOfStored) return;
    this.#updates ??= new Map();
    this.#updates.set(key, earlier ? (old) => update(earlier(old)) : this.#ofShown(key, update));
  }

  unset(key: string): void {
    this.#set?.delete(key);
    this.#updates?.delete(key);
    if (!this.#stored.has(key) && !this.#shown.has(key)) return;
    this.#unset ??= new Set();
    this.#unset.add(key);
  }

  /** Returns a value and removes it. */
  pull(key: string): unknown {
    const value = this.get(key);
    this.unset(key);
    return value;
  }

  unsetAll(): void {
    for (const key of this.keys()) this.unset(key);
  }

  keys(): string[] {
    if (!this.isDirty) return [...this.#shown.keys()];
    const keys = new Set([...this.#shown.keys(), ...this.changed.keys()]);
    return [...keys].filter((key) => this.get(key) !== undefined);
  }

  /** Checks that these keys can be added. @throws {TooManyKeysError} Naming the first that would be one too many. */
  assertRoom(keys: readonly string[]): void {
    if (this.#stored.size + this.changed.size + keys.length <= MAX_KEYS) return;
    const stored = [...this.#stored.keys()].filter((key) => !this.removed.has(key));
    const kept = new Set([...stored, ...this.changed.keys()]);
    const added = keys.filter((key) => !kept.has(key));
    const first = added[Math.max(0, MAX_KEYS - kept.size)];
    if (first !== undefined) throw new TooManyKeysError(first, MAX_KEYS);
  }

  /** True when no values would be stored. */
  get isEmpty(): boolean {
    if (this.changed.size > 0) return false;
    const kept = this.#fitted?.migrated ?? this.#stored;
    return kept.size <= this.removed.size && [...kept.keys()].every((key) => this.removed.has(key));
  }

  get isDirty(): boolean {
    return this.changed.size > 0 || this.removed.size > 0;
  }

  /** Values that were set and must be stored. */
  get changed(): ReadonlyMap<string, unknown> {
    return this.#set ?? NOTHING;
  }

  /** Functions that computed changed values from the old ones. */
  get updates(): ReadonlyMap<string, Update> {
    return this.#updates ?? NO_UPDATES;
  }

  /** Stored keys that were removed. */
  get removed(): ReadonlySet<string> {
    return this.#unset ?? NO_KEYS;
  }

  /** Undoes this request's changes. */
  rollBack(): void {
    this.#set = undefined;
    this.#updates = undefined;
    this.#unset = undefined;
  }

  /** Undoes this request's changes and starts from other stored values. */
  restart(stored: ReadonlyMap<string, unknown> = NOTHING, fitted?: FittedValues): void {
    this.rollBack();
    this.rebase(stored, fitted);
  }

  /** Applies this request's changes to other stored values. */
  rebase(stored: ReadonlyMap<string, unknown>, fitted?: FittedValues): void {
    const isChanged = (key: string) => !isSame(this.#stored.get(key), stored.get(key));
    const anew = [...this.updates].flatMap(([key, update]) =>
      isChanged(key) ? [[key, frozenCopy(update(stored.get(key)))] as const] : [],
    );
    for (const [key, value] of anew) this.#set?.set(key, value);
    this.#stored = stored;
    this.#fitted = fitted;
  }

  /** Forgets the stored values. Changes stay as they were computed. */
  forgetStored(): void {
    this.#stored = NOTHING;
    this.#fitted = undefined;
    this.#updates = undefined;
    this.#unset = undefined;
  }

  /** Forgets the changes of one key. */
  drop(key: string): void {
    this.#set?.delete(key);
    this.#updates?.delete(key);
    this.#unset?.delete(key);
  }

  /** Begins to store the changes: they count as stored, so that further ones are told apart from them. */
  detach(): DetachedChanges {
    const [stored, fitted, set, unset, updates] = [
      this.#stored,
      this.#fitted,
      this.changed,
      this.removed,
      this.updates,
    ];
    const after = (values: ReadonlyMap<string, unknown>) =>
      new Map([...[...values].filter(([key]) => !unset.has(key)), ...set]);
    this.restart(after(stored), fitted && { shown: after(fitted.shown) });
    return { set, unset, updates, stored, fitted };
  }

  /** Takes back changes that could not be stored. Those that were made since follow them. */
  attach({ set, unset, updates, stored, fitted }: DetachedChanges): void {
    const since = { set: this.changed, unset: this.removed, updates: this.updates };
    this.restart(stored, fitted);
    this.#set = new Map(set);
    this.#unset = new Set(unset);
    this.#updates = new Map(updates);
    for (const key of since.unset) this.unset(key);
    for (const [key, value] of since.set) {
      const update = since.updates.get(key);
      if (update) this.update(key, value, update);
      else this.set(key, value);
    }
  }

  /** The values without this request's changes. */
  get #shown(): ReadonlyMap<string, unknown> {
    return this.#fitted?.shown ?? this.#stored;
  }

  /** Adapts an update to the store, which has the stored value, while the update was called with the fitted one. */
  #ofShown(key: string, update: Update): Update {
    if (!this.#fitted) return update;
    const [shown, known] = [this.#shown.get(key), [this.#stored.get(key), this.#fitted.migrated?.get(key)]];
    return (old) => update(known.some((value) => isSame(value, old)) ? shown : old);
  }
}
