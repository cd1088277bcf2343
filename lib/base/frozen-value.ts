import { parse, stringify } from 'devalue';

const CHANGE = 'A value of a session cannot be changed. Set a changed copy instead, with session.set(…).';
const OF_MAP = ['set', 'delete', 'clear', 'getOrInsert', 'getOrInsertComputed'].filter((name) => name in Map.prototype);
const OF_SET = ['add', 'delete', 'clear'];
const OF_DATE = Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set'));
const OF_PARAMETERS = ['append', 'delete', 'set', 'sort'];
const OF_URL = Object.entries(Object.getOwnPropertyDescriptors(URL.prototype)).filter(([, property]) => property.set);

/**
 * Freezes a value and everything in it. Code that tries to change it gets a `TypeError` at that line, instead of a
 * change that is silently lost.
 *
 * @param value JSON, Date, Map, Set or URL. Objects of other classes are not frozen.
 * @returns The same value.
 */
export function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Map) refuse(value, OF_MAP);
  else if (value instanceof Set) refuse(value, OF_SET);
  else if (value instanceof Date) refuse(value, OF_DATE);
  else if (value instanceof URLSearchParams) refuse(value, OF_PARAMETERS);
  else if (value instanceof URL) refuseSetters(value);
  else if (!isPlain(value)) return value;
  // Frozen before its parts, because a part may refer back to it.
  Object.freeze(value);
  for (const part of partsOf(value)) frozen(part);
  return value;
}

/**
 * Checks whether a value passed to {@link frozen} is completely immutable, so that it can be shared. Typed arrays and
 * regular expressions are not: no runtime can freeze them.
 */
export function isUnchangeable(value: unknown, seen = new Set<unknown>()): boolean {
  if (typeof value !== 'object' || value === null || seen.has(value)) return true;
  seen.add(value);
  return Object.isFrozen(value) && partsOf(value).every((part) => isUnchangeable(part, seen));
}

/**
 * Returns a frozen copy of a value.
 *
 * @throws {Error} When the value cannot be stored.
 */
export function frozenCopy<Value>(value: Value): Value {
  return typeof value === 'object' && value !== null ? frozen(parse(stringify(value))) : value;
}

/** Returns a mutable copy of a frozen value, or a value that is not frozen itself. */
export function thawed<Value>(value: Value): Value {
  return typeof value === 'object' && value !== null && Object.isFrozen(value) ? parse(stringify(value)) : value;
}

function partsOf(value: object): readonly unknown[] {
  if (value instanceof Map) return [...value].flat();
  return value instanceof Set ? [...value] : Object.values(value);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

function refuse(value: object, methods: readonly string[]): void {
  for (const name of methods) Object.defineProperty(value, name, { value: refuseChange });
}

function refuseSetters(url: URL): void {
  frozen(url.searchParams);
  for (const [name, { get }] of OF_URL) {
    Object.defineProperty(url, name, { get: () => get?.call(url), set: refuseChange });
  }
}

function refuseChange(): never {
  throw new TypeError(CHANGE);
}
