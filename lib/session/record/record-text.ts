import { parse, stringify } from 'devalue';
import { InvalidSessionValueError, SessionTooLargeError } from '../../errors/index.js';
import { allMessages, changedMessages } from './flash-lists.js';
import { locksAsLists, parseLocks } from './session-lock.js';
import {
  type Flash,
  type Impersonation,
  parseDevice,
  type SessionRecord,
  userIdOf,
  whyNotStorable,
} from './session-record.js';

const FORMAT_VERSION = 1;

/**
 * Serializes a record, without its id, because a stored string must not be usable as a cookie. Uses JSON if it
 * represents the record exactly, because JSON is parsed five times as fast; otherwise devalue's format.
 *
 * @param maxSize Maximum number of characters, not counting `movedFrom`.
 * @throws {SessionTooLargeError} When the text is longer.
 * @throws {InvalidSessionValueError} When a value was changed into one that cannot be stored after it was set.
 */
export function serializeRecord(record: Omit<SessionRecord, 'id'>, maxSize = Number.POSITIVE_INFINITY): string {
  const { createdAt, renewedAt, expiresAt, values, flashes, identity } = record;
  // The later times are stored as differences, which are shorter: a store may hold millions of records.
  const times = [createdAt, renewedAt - createdAt, expiresAt - renewedAt];
  const fields = [FORMAT_VERSION, ...times, [...values], [...flashes], identity, ...extraFields(record)];
  const text = isPlainJson(fields) ? JSON.stringify(fields) : textOf(fields, record);
  if (text.length <= maxSize) return text;
  if (record.movedFrom === undefined)
    throw new SessionTooLargeError(text.length, maxSize, largestKeys(record), 'store');
  // A session that fits must not become too large by a sign-in.
  serializeRecord({ ...record, movedFrom: undefined }, maxSize);
  return text;
}

/** Returns the fields that most records do not have, without those at the end that say nothing. */
function extraFields(record: Omit<SessionRecord, 'id'>): unknown[] {
  const { device, isRemembered, lineage, isKept, impersonation } = record;
  const { lifetime, isOnlyRemembered, presence, locks, epoch, movedFrom } = record;
  const fields: unknown[] = [
    device ?? null,
    isRemembered === true,
    lineage ? [lineage.epoch, lineage.turn] : null,
    isKept === true,
    impersonation ? [[...impersonation.values], impersonation.startedAt, impersonation.until] : null,
    lifetime ? [lifetime.idleTimeout ?? null, lifetime.absoluteTimeout ?? null] : null,
    isOnlyRemembered === true,
    presence ?? null,
    locks ? locksAsLists(locks) : null,
    epoch ?? null,
    movedFrom ?? null,
  ];
  return fields.slice(0, fields.findLastIndex(Boolean) + 1);
}

function textOf(fields: readonly unknown[], { values, flashes }: Pick<SessionRecord, 'values' | 'flashes'>): string {
  try {
    return stringify(fields);
  } catch (error) {
    const all = [...values, ...[...flashes].map(([key, flash]) => [key, flash.value] as const)];
    for (const [key, value] of all) {
      const reason = whyNotStorable(value);
      if (reason) throw new InvalidSessionValueError(key, `${reason}, because it was changed after it had been set`);
    }
    throw error;
  }
}

/**
 * Parses a record. Never throws.
 *
 * @param id The id under which the text was stored.
 * @returns The record, or `undefined` for a text that is not a record of this version.
 */
export function parseRecord(text: string, id: string): SessionRecord | undefined {
  try {
    // A text of devalue begins with the array that refers to all other values.
    const fields: unknown = text.startsWith('[[') ? parse(text) : JSON.parse(text);
    if (!Array.isArray(fields) || fields[0] !== FORMAT_VERSION) return undefined;
    const [, createdAt, renewedAfter, expiresAfter, values, flashes, identity, device, ...others] = fields;
    const [isRemembered, lineage, isKept, impersonation, lifetime, isOnlyRemembered, presence, locks, epoch, from] =
      others;
    const isRecord = [createdAt, renewedAfter, expiresAfter].every(Number.isFinite) && Array.isArray(identity);
    if (!isRecord) return undefined;
    const renewedAt = createdAt + renewedAfter;
    const expiresAt = renewedAt + expiresAfter;
    const contents = { values: new Map<string, unknown>(values), flashes: new Map<string, Flash>(flashes), identity };
    const record: SessionRecord = { id, createdAt, renewedAt, expiresAt, ...contents };
    if (device === undefined) return upToDate(record);
    const extras = {
      ...(isRemembered === true && { isRemembered }),
      ...(isOnlyRemembered === true && { isOnlyRemembered }),
      ...(typeof presence === 'string' && { presence }),
      ...parseLifetime(lifetime),
      ...parseLineage(lineage),
    };
    const kept = { ...(isKept === true && { isKept }), ...parseImpersonation(impersonation), ...parseLocks(locks) };
    const own = { ...(typeof epoch === 'string' && { epoch }), ...(typeof from === 'string' && { movedFrom: from }) };
    return upToDate({ ...record, device: parseDevice(device), ...extras, ...kept, ...own });
  } catch {
    return undefined;
  }
}

function parseLifetime(fields: unknown): Pick<SessionRecord, 'lifetime'> {
  if (!Array.isArray(fields)) return {};
  const timeOf = (field: unknown) => (typeof field === 'number' && field > 0 ? field : undefined);
  const [idleTimeout, absoluteTimeout] = fields.map(timeOf);
  const times = { ...(idleTimeout && { idleTimeout }), ...(absoluteTimeout && { absoluteTimeout }) };
  return Object.keys(times).length > 0 ? { lifetime: times } : {};
}

function parseLineage(fields: unknown): Pick<SessionRecord, 'lineage'> {
  if (!Array.isArray(fields)) return {};
  const [epoch, turn] = fields;
  return Number.isFinite(epoch) && Number.isFinite(turn) ? { lineage: { epoch, turn } } : {};
}

function parseImpersonation(fields: unknown): Pick<SessionRecord, 'impersonation'> {
  if (!Array.isArray(fields) || !Array.isArray(fields[0])) return {};
  const [entries, startedAt, until] = fields;
  const impersonation: Impersonation = { values: new Map<string, unknown>(entries), startedAt, until };
  const isWhole = userIdOf(impersonation) !== undefined && Number.isFinite(startedAt) && Number.isFinite(until);
  return isWhole ? { impersonation } : {};
}

/** Maximum depth to check. Deeper values are left to code that distinguishes a cycle from deep nesting. */
const MAX_DEPTH = 20;

/** Checks whether JSON preserves a value exactly: no dates, no `undefined`, no negative zero, no cycles. */
export function isPlainJson(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'object':
      return value === null || (depth < MAX_DEPTH && isPlainContainer(value, depth));
    default:
      return false;
  }
}

function isPlainContainer(value: object, depth: number): boolean {
  if (Array.isArray(value)) {
    // JSON loses holes in an array, and properties other than its items.
    return Object.keys(value).length === value.length && value.every((item) => isPlainJson(item, depth + 1));
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype) return false;
  return Object.values(value).every((item) => isPlainJson(item, depth + 1));
}

/** Returns the three largest keys of a record, with their approximate size. */
export function largestKeys({
  values,
  flashes,
  impersonation,
  locks,
}: Pick<SessionRecord, 'values' | 'flashes' | 'impersonation' | 'locks'>): string[] {
  const kept = [
    ...[...values].map(([key, value]) => ({ name: `"${key}"`, size: stringify(value).length })),
    ...[...(impersonation?.values ?? [])].map(([key, value]) => ({
      name: `"${key}" of the impersonated user`,
      size: stringify(value).length,
    })),
    ...[...(locks ?? [])].map(([key, lock]) => ({
      name: `the outcome of session.exclusive('${key}')`,
      size: stringify(lock.outcome?.value ?? '').length,
    })),
    ...allMessages(flashes).map(([key, { value }]) => ({ name: `flash "${key}"`, size: stringify(value).length })),
  ];
  return kept
    .sort((a, b) => b.size - a.size)
    .slice(0, 3)
    .map(({ name, size }) => `${name} (about ${size} bytes)`);
}

/** The prefix of the package's own keys, in records of versions that had no separate fields for this data. */
const OWN = 'astro-gatehouse:';
/** The key that marked a session as stored even if it was empty. */
const KEPT = `${OWN}kept`;
/** Lifetime of such a message in milliseconds, from the time in its value. */
const LIFETIME = 15 * 60 * 1000;

/** Converts a record of an earlier version to the current form. Returns the same record if it is current. */
export function upToDate(record: SessionRecord): SessionRecord {
  const { values, flashes } = record;
  const wasKept = values.has(KEPT);
  const isFormer = flashes.size > 0 && [...flashes].some(([key, flash]) => isOwn(flash, key));
  if (!wasKept && !isFormer) return record;
  return {
    ...record,
    values: new Map([...values].filter(([key]) => key !== KEPT)),
    flashes: changedMessages(flashes, (message, key) => (isOwn(message, key) ? yielding(message) : message)),
    ...(wasKept && { isKept: true }),
  };
}

function isOwn({ until }: Flash, key: string): boolean {
  return until === undefined && key.startsWith(OWN);
}

function yielding(message: Flash): Flash {
  const { at } = (message.value ?? {}) as { at?: unknown };
  return { ...message, until: (typeof at === 'number' ? at : 0) + LIFETIME, yields: true };
}
