import { noChanges, type SessionChanges } from './session-changes.js';
import type { SessionRecord } from './session-record.js';

/** Returns the changes that remove one value from a stored session. */
export function takingOf(current: SessionRecord, key: string): SessionChanges {
  return { ...noChanges(current), unset: new Set([key]) };
}

/** Returns a record without a value. */
export function withoutValue(record: SessionRecord, key: string): SessionRecord {
  const { values, fitted } = record;
  const without = (all: ReadonlyMap<string, unknown>) =>
    all.has(key) ? new Map([...all].filter(([name]) => name !== key)) : all;
  const shorter = { ...record, values: without(values) };
  if (!fitted) return shorter;
  const migrated = fitted.migrated && { migrated: without(fitted.migrated) };
  return { ...shorter, fitted: { shown: without(fitted.shown), ...migrated } };
}
