import { stringify } from 'devalue';
import { allMessages } from './flash-lists.js';
import type { SessionRecord } from './session-record.js';

/** Returns the three largest keys of a record, with their approximate size. */
export function largestKeys({ values, flashes }: Pick<SessionRecord, 'values' | 'flashes'>): string[] {
  const kept = [
    ...[...values].map(([key, value]) => ({ name: `"${key}"`, size: stringify(value).length })),
    ...allMessages(flashes).map(([key, { value }]) => ({ name: `flash "${key}"`, size: stringify(value).length })),
  ];
  return kept
    .sort((a, b) => b.size - a.size)
    .slice(0, 3)
    .map(({ name, size }) => `${name} (about ${size} bytes)`);
}
