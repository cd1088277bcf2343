import type { FiledRecord } from '../stores/listing/listing.js';

/** A value by which sessions are found. */
export type FilterValue = string | number | boolean;

/**
 * Values that a session must have, by their keys: `{ userId: 'ada' }`, `{ tenantId: 'acme' }`. A list stands for any of
 * its items. A value that is a list itself, such as `roles`, must contain one of them.
 */
export type SessionFilter = Readonly<Record<string, FilterValue | readonly FilterValue[]>>;

/** Returns a function that checks whether a session has the values. A missing value is that of no session. */
export function matching(by: SessionFilter = {}): (record: FiledRecord['record']) => boolean {
  const wanted = Object.entries(by).map(([key, value]) => [key, listOf(value)] as const);
  return ({ values }) =>
    wanted.every(([key, allowed]) => listOf(values.get(key)).some((value) => value != null && allowed.includes(value)));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
