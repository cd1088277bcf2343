import { TooManyKeysError } from '../errors.js';
import { isSame } from './fitted-values.js';
import { frozen, frozenCopy } from './frozen-value.js';
import type { FittedValues } from './session-record.js';
import { assertStorable } from './session-record.js';

const NOTHING: ReadonlyMap<string, unknown> = new Map();
const NO_UPDATES: ReadonlyMap<string, Update> = new Map();
const NO_KEYS: ReadonlySet<string> = new Set();

/** Of one session. */
const MAX_KEYS = 1000;

/** Makes a value of the one before. */
export type Update = (old: unknown) => unknown;

/**
 * The values of a session as one request sees them: what was stored, and over it what this request changed. Most
 * requests change nothing, so the collections of changes are made when the first change is.
 */
export class SessionValues {
  #stored: ReadonlyMap<string, unknown>;
  #fitted: FittedValues | undefined;
  #set: Map<string, unknown> | undefined;
  /** How values that were set came of those before, for stores that hold newer ones by the time they are asked. */
  #updates: Map<string, Update> | undefined;
  #unset: Set<string> | undefined;

  /** @param fitted What a schema made of the stored values: seen in their place, and not stored. */
  constructor(stored: ReadonlyMap<string, unknown> = NOTHING, fitted?: FittedValues) {
    this.#stored = stored;
    this.#fitted = fitted;
  }

  get(key: string): unknown {
    if (this.#set?.has(key)) return this.#set.get(key);
    if (this.#unset?.has(key)) return undefined;
    return frozen(this.#shown.get(key));
  }

  /** Every value there is, by its key. */
  all(): Record<string, unknown> {
    if (this.isDirty) return Object.fromEntries(this.keys().map((key) => [key, this.get(key)]));
    for (const value of this.#shown.values()) frozen(value);
    return Object.fromEntries(this.#shown);
  }

  /**
   * Puts several in place; `undefined` takes one out.
   *
   * @throws {TooManyKeysError} Naming the first that would be one too many.
   */
  put(values: Readonly<Record<string, unknown>>): void {
    const given = Object.entries(values);
    this.assertRoom(given.filter(([, value]) => value !== undefined).map(([key]) => key));
    for (const [key, value] of given) {
      if (value === undefined) this.unset(key);
      else this.set(key, value);
    }
  }

  /** Puts a value in place as it is now: what becomes of the object later is nothing to the session. */
  set(key: string, value: unknown): void {
    this.#unset?.delete(key);
    this.#updates?.delete(key);
    this.#set ??= new Map();
    this.#set.set(key, frozenCopy(value));
  }

  /** Puts a value under a key, or what a function makes of the one before. @throws {InvalidSessionValueError} */
  assign(key: string, value: unknown): void {
    const update = typeof value === 'function' ? (value as Update) : undefined;
    const next = update ? update(this.get(key)) : value;
    assertStorable({ [key]: next });
    if (update && next !== undefined) this.update(key, next, update);
    else this.put({ [key]: next });
  }

  /** Puts in place what an update made of the value before. @throws {TooManyKeysError} As {@link put} does. */
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

  unsetAll(): void {
    for (const key of this.keys()) this.unset(key);
  }

  keys(): string[] {
    if (!this.isDirty) return [...this.#shown.keys()];
    const keys = new Set([...this.#shown.keys(), ...this.changed.keys()]);
    return [...keys].filter((key) => this.get(key) !== undefined);
  }

  /** @throws {TooManyKeysError} Naming the first of these keys that would be one too many. */
  assertRoom(keys: readonly string[]): void {
    if (this.#stored.size + this.changed.size + keys.length <= MAX_KEYS) return;
    const stored = [...this.#stored.keys()].filter((key) => !this.removed.has(key));
    const kept = new Set([...stored, ...this.changed.keys()]);
    const added = keys.filter((key) => !kept.has(key));
    const first = added[Math.max(0, MAX_KEYS - kept.size)];
    if (first !== undefined) throw new TooManyKeysError(first, MAX_KEYS);
  }

  /** Whether nothing would be stored. */
  get isEmpty(): boolean {
    if (this.changed.size > 0) return false;
    const kept = this.#fitted?.migrated ?? this.#stored;
    return kept.size <= this.removed.size && [...kept.keys()].every((key) => this.removed.has(key));
  }

  get isDirty(): boolean {
    return this.changed.size > 0 || this.removed.size > 0;
  }

  /** What was set and has to be stored. */
  get changed(): ReadonlyMap<string, unknown> {
    return this.#set ?? NOTHING;
  }

  /** For those of the changed values that were made of the value before: how. */
  get updates(): ReadonlyMap<string, Update> {
    return this.#updates ?? NO_UPDATES;
  }

  /** Stored keys that were taken out. */
  get removed(): ReadonlySet<string> {
    return this.#unset ?? NO_KEYS;
  }

  /** Forgets this request's changes. */
  rollBack(): void {
    this.#set = undefined;
    this.#updates = undefined;
    this.#unset = undefined;
  }

  /** Starts anew from other stored values. */
  restart(stored: ReadonlyMap<string, unknown> = NOTHING, fitted?: FittedValues): void {
    this.rollBack();
    this.rebase(stored, fitted);
  }

  /** Lays this request's changes over other stored values. */
  rebase(stored: ReadonlyMap<string, unknown>, fitted?: FittedValues): void {
    this.#stored = stored;
    this.#fitted = fitted;
  }

  /** What is seen where this request changed nothing. */
  get #shown(): ReadonlyMap<string, unknown> {
    return this.#fitted?.shown ?? this.#stored;
  }

  /** A store knows what was stored, and the update is of what was seen in its place. */
  #ofShown(key: string, update: Update): Update {
    if (!this.#fitted) return update;
    const [shown, known] = [this.#shown.get(key), [this.#stored.get(key), this.#fitted.migrated?.get(key)]];
    return (old) => update(known.some((value) => isSame(value, old)) ? shown : old);
  }
}
