import { noChanges, type SessionChanges } from './session-changes.js';
import type { SessionRecord } from './session-record.js';

/** A value that was taken out of a stored session. */
export interface TakenValue {
  /** The value that was stored; `undefined` when another request took it first, or the session has ended. */
  readonly value: unknown;
  /** The session as the request knows it, without the value. */
  readonly record: SessionRecord;
}

/** Changes that remove one value from a session. */
interface Taking {
  readonly changes: SessionChanges;
  /** Returns what the changes took. @param stored The record that is stored now; `undefined` when the session has ended. */
  readonly taken: (stored: SessionRecord | undefined) => TakenValue;
}

/** Creates the changes that remove a value, and report which one they removed. */
export function takingOf(opened: SessionRecord, key: string): Taking {
  let value = opened.values.get(key);
  // Called only when the store has a newer session than the one that was opened.
  const take = (old: unknown): undefined => {
    value = old;
  };
  const changes = { ...noChanges(opened), set: new Map([[key, undefined]]), updates: new Map([[key, take]]) };
  const record = withoutValue(opened, key);
  return { changes, taken: (stored) => ({ value: stored && value, record }) };
}

/** Returns a record without a value. */
export function withoutValue(record: SessionRecord, key: string): SessionRecord {
  const { values, fitted } = record;
  const without = (all: ReadonlyMap<string, unknown>) => new Map([...all].filter(([name]) => name !== key));
  const shorter = { ...record, values: without(values) };
  if (!fitted) return shorter;
  const migrated = fitted.migrated && { migrated: without(fitted.migrated) };
  return { ...shorter, fitted: { shown: without(fitted.shown), ...migrated } };
}
