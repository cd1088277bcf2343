import { parse, stringify } from 'devalue';
import { InvalidSessionValueError, SessionTooLargeError } from '../errors.js';
import { upToDate } from './former-record.js';
import { largestKeys } from './largest-keys.js';
import { isPlainJson } from './plain-json.js';
import { parseDevice } from './session-device.js';
import { type Flash, type SessionRecord, whyNotStorable } from './session-record.js';

const FORMAT_VERSION = 1;

/**
 * @param maxSize How many characters it may take.
 * @returns The record as text, without its id: what a store keeps must not be usable as a cookie. JSON where that says
 *   all there is to say, because it is read five times as fast; devalue's format for everything else.
 * @throws {SessionTooLargeError} When it takes more.
 * @throws {InvalidSessionValueError} When a value was made into one that cannot be kept since it was put there.
 */
export function serializeRecord(record: Omit<SessionRecord, 'id'>, maxSize = Number.POSITIVE_INFINITY): string {
  const { createdAt, renewedAt, expiresAt, values, flashes, identity, device, isRemembered, lineage, isKept } = record;
  // The later times as distances: shorter, and a store may hold millions.
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
