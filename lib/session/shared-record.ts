import { allMessages } from './flash-lists.js';
import { frozen, isUnchangeable } from './frozen-value.js';
import type { SessionRecord } from './session-record.js';

/**
 * Freezes the values and messages of a record.
 *
 * @returns Whether requests can share the record: false when one of them could change a value that others see, such
 *   as a typed array.
 */
export function freeze({ values, flashes }: SessionRecord): boolean {
  for (const value of values.values()) if (!isUnchangeable(frozen(value))) return false;
  return allMessages(flashes).every(([, { value }]) => isUnchangeable(frozen(value)));
}
