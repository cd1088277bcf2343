import { parse, stringify } from 'devalue';
import { InvalidSessionValueError, SessionTooLargeError } from '../errors.js';
import type { FittedValues } from './fitted-values.js';
import { largestKeys } from './largest-keys.js';
import type { Lineage } from './lineage.js';
import { isPlainJson } from './plain-json.js';
import { parseDevice, type SessionDevice } from './session-device.js';
import { isDeeperThan } from './value-depth.js';

/** A message for a later page. Its `id` tells it from others under the same key. */
export interface Flash {
  readonly id: string;
  readonly value: unknown;
  /** Which process may deliver it, and until when no other may, in milliseconds since the epoch. */
  readonly lease?: { readonly by: string; readonly until: number } | undefined;
  /** The messages that were left under the same key before it, the oldest first. */
  readonly earlier?: readonly Flash[] | undefined;
}

/** What a store keeps of one session. Times are milliseconds since the epoch. */
export interface SessionRecord {
  readonly id: string;
  /** When the session began, or its visitor last signed in: the absolute timeout counts from here. */
  readonly createdAt: number;
  /** When the record was last written: the idle timeout counts from here. */
  readonly renewedAt: number;
  /** From this moment on the record counts as gone. */
  readonly expiresAt: number;
  /** A Map, so that a key such as `__proto__` is data like any other. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly flashes: ReadonlyMap<string, Flash>;
  /** The keys that `setSession` gave beside `userId`, `role` and the like: the next one takes them back. */
  readonly identity: readonly string[];
  /** Where its visitor signed in, for stores that can list sessions. */
  readonly device?: SessionDevice | undefined;
  /** Whether its visitor asked to stay signed in for longer. */
  readonly isRemembered?: boolean | undefined;
  /** How far the browser has come with it, where a store cannot end sessions; left out at the beginning. */
  readonly lineage?: Lineage | undefined;
  /** Whether somebody else put it there, so that nobody knows when its visitor signed in. */
  readonly isForeign?: boolean | undefined;
  /** What a store knows this state of the session by. Not a part of what is kept. */
  readonly version?: string | number | undefined;
  /** Whether it was found by the id it had before: the visitor may never have been told the new one. Not kept, either. */
  readonly hasMoved?: boolean | undefined;
  /** What the application's schema made of its values. Not kept, either. */
  readonly fitted?: FittedValues | undefined;
}

const FORMAT_VERSION = 1;
/** Levels of a value: far more than anybody means to keep, far less than takes up the stack. */
const MAX_DEPTH = 100;

/** Whose session it is; `undefined` for that of a guest. */
export function userIdOf({ values }: Pick<SessionRecord, 'values'>): string | undefined {
  const userId = values.get('userId');
  return typeof userId === 'string' && userId !== '' ? userId : undefined;
}

/** Whether nothing is left of a session that would be worth keeping. */
export function isEmptyRecord({ values, flashes }: Pick<SessionRecord, 'values' | 'flashes'>): boolean {
  return values.size === 0 && flashes.size === 0;
}

/**
 * @param maxSize How many characters it may take.
 * @returns The record as text, without its id: what a store keeps must not be usable as a cookie. JSON where that says
 *   all there is to say, because it is read five times as fast; devalue's format for everything else.
 * @throws {SessionTooLargeError} When it takes more.
 * @throws {InvalidSessionValueError} When a value was made into one that cannot be kept since it was put there.
 */
export function serializeRecord(record: Omit<SessionRecord, 'id'>, maxSize = Number.POSITIVE_INFINITY): string {
  const { createdAt, renewedAt, expiresAt, values, flashes, identity, device, isRemembered, lineage } = record;
  // The later times as distances: shorter, and a store may hold millions.
  const times = [createdAt, renewedAt - createdAt, expiresAt - renewedAt];
  const fields: unknown[] = [FORMAT_VERSION, ...times, [...values], [...flashes], identity];
  if (device || isRemembered || lineage) fields.push(device ?? null);
  if (isRemembered || lineage) fields.push(isRemembered === true);
  if (lineage) fields.push([lineage.epoch, lineage.turn]);
  const text = isPlainJson(fields) ? JSON.stringify(fields) : textOf(fields, record);
  if (text.length > maxSize) throw new SessionTooLargeError(text.length, maxSize, largestKeys(record), 'store');
  return text;
}

function textOf(fields: readonly unknown[], { values, flashes }: Pick<SessionRecord, 'values' | 'flashes'>): string {
  try {
    return stringify(fields);
  } catch (error) {
    const all = [...values, ...[...flashes].map(([key, flash]) => [key, flash.value] as const)];
    for (const [key, value] of all) {
      const reason = whyNotStorable(value);
      if (reason) throw new InvalidSessionValueError(key, `${reason}, which was put into it after the session had it`);
    }
    throw error;
  }
}

/**
 * @param id The id under which the text was found.
 * @returns The record, or `undefined` for any text that is not a record of this version. Never throws.
 */
export function parseRecord(text: string, id: string): SessionRecord | undefined {
  try {
    // devalue's text begins with the list that refers to all others.
    const fields: unknown = text.startsWith('[[') ? parse(text) : JSON.parse(text);
    if (!Array.isArray(fields) || fields[0] !== FORMAT_VERSION) return undefined;
    const [, createdAt, renewedAfter, lifetime, values, flashes, identity, device, isRemembered, lineage] = fields;
    const isRecord = [createdAt, renewedAfter, lifetime].every(Number.isFinite) && Array.isArray(identity);
    if (!isRecord) return undefined;
    const renewedAt = createdAt + renewedAfter;
    const expiresAt = renewedAt + lifetime;
    const kept = { values: new Map<string, unknown>(values), flashes: new Map<string, Flash>(flashes), identity };
    const record: SessionRecord = { id, createdAt, renewedAt, expiresAt, ...kept };
    if (device === undefined) return record;
    const extras = { ...(isRemembered === true && { isRemembered }), ...parseLineage(lineage) };
    return { ...record, device: parseDevice(device), ...extras };
  } catch {
    return undefined;
  }
}

function parseLineage(fields: unknown): Pick<SessionRecord, 'lineage'> {
  if (!Array.isArray(fields)) return {};
  const [epoch, turn] = fields;
  return Number.isFinite(epoch) && Number.isFinite(turn) ? { lineage: { epoch, turn } } : {};
}

/** @returns Why the value cannot be kept, or `undefined` when it can. */
export function whyNotStorable(value: unknown): string | undefined {
  try {
    if (isDeeperThan(MAX_DEPTH, value)) return `it is more than ${MAX_DEPTH} levels deep`;
    stringify(value);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/\.$/, '').toLowerCase() : String(error);
  }
}

/**
 * Asked before anything changes, so that a value that cannot be kept leaves the session as it was.
 *
 * @throws {InvalidSessionValueError} Naming the first key whose value cannot be kept.
 */
export function assertStorable(values: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(values)) {
    const reason = whyNotStorable(value);
    if (reason) throw new InvalidSessionValueError(key, reason);
  }
}
