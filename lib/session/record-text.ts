import { parse, stringify } from 'devalue';
import { InvalidSessionValueError, SessionTooLargeError } from '../errors.js';
import { upToDate } from './former-record.js';
import { largestKeys } from './largest-keys.js';
import { isPlainJson } from './plain-json.js';
import { parseDevice } from './session-device.js';
import { type Flash, type SessionRecord, whyNotStorable } from './session-record.js';

const FORMAT_VERSION = 1;

/**
 * Serializes a record, without its id, because a stored string must not be usable as a cookie. Uses JSON if it
 * represents the record exactly, because JSON is parsed five times as fast; otherwise devalue's format.
 *
 * @param maxSize Maximum number of characters.
 * @throws {SessionTooLargeError} When the text is longer.
 * @throws {InvalidSessionValueError} When a value was changed into one that cannot be stored after it was set.
 */
export function serializeRecord(record: Omit<SessionRecord, 'id'>, maxSize = Number.POSITIVE_INFINITY): string {
  const { createdAt, renewedAt, expiresAt, values, flashes, identity, device, isRemembered, lineage, isKept } = record;
  // The later times are stored as differences, which are shorter: a store may hold millions of records.
  const times = [createdAt, renewedAt - createdAt, expiresAt - renewedAt];
  const fields: unknown[] = [FORMAT_VERSION, ...times, [...values], [...flashes], identity];
  if (device || isRemembered || lineage || isKept) fields.push(device ?? null);
  if (isRemembered || lineage || isKept) fields.push(isRemembered === true);
  if (lineage || isKept) fields.push(lineage ? [lineage.epoch, lineage.turn] : null);
  if (isKept) fields.push(true);
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
    const [, createdAt, renewedAfter, lifetime, values, flashes, identity, device, isRemembered, lineage, isKept] =
      fields;
    const isRecord = [createdAt, renewedAfter, lifetime].every(Number.isFinite) && Array.isArray(identity);
    if (!isRecord) return undefined;
    const renewedAt = createdAt + renewedAfter;
    const expiresAt = renewedAt + lifetime;
    const contents = { values: new Map<string, unknown>(values), flashes: new Map<string, Flash>(flashes), identity };
    const record: SessionRecord = { id, createdAt, renewedAt, expiresAt, ...contents };
    if (device === undefined) return upToDate(record);
    const extras = { ...(isRemembered === true && { isRemembered }), ...parseLineage(lineage) };
    const kept = isKept === true ? { isKept } : undefined;
    return upToDate({ ...record, device: parseDevice(device), ...extras, ...kept });
  } catch {
    return undefined;
  }
}

function parseLineage(fields: unknown): Pick<SessionRecord, 'lineage'> {
  if (!Array.isArray(fields)) return {};
  const [epoch, turn] = fields;
  return Number.isFinite(epoch) && Number.isFinite(turn) ? { lineage: { epoch, turn } } : {};
}
