import { stringify } from 'devalue';
import type { SessionChanges } from './session-changes.js';
import type { FittedValues } from './session-record.js';

type Changed = Pick<SessionChanges, 'opened' | 'cleared' | 'set' | 'unset' | 'updates'>;

/** The parts of a session's draft that are needed here. */
interface Draft extends Pick<SessionChanges, 'opened' | 'cleared'> {
  /** The values that were set and unset. */
  readonly own: Pick<SessionChanges, 'set' | 'unset'>;
}

/**
 * Adds the changes of a migration to a request's changes. A migrated value does not replace one that another request
 * has stored meanwhile, which that request has already confirmed.
 */
export function withMigration<Changes extends Changed>(changes: Changes): Changes {
  const { opened, cleared, set, unset, updates } = changes;
  const migrated = cleared ? undefined : opened?.fitted?.migrated;
  if (!opened || !migrated) return changes;
  const isOurs = (key: string) => set.has(key) || unset.has(key);
  const changed = [...migrated].filter(([key, value]) => !isOurs(key) && !isSame(value, opened.values.get(key)));
  const gone = [...opened.values.keys()].filter((key) => !isOurs(key) && !migrated.has(key));
  const anew = changed.map(([key, value]) => {
    const before = opened.values.get(key);
    return [key, (old: unknown) => (isSame(old, before) ? value : old)] as const;
  });
  return {
    ...changes,
    set: new Map([...changed, ...set]),
    unset: new Set([...gone, ...unset]),
    updates: new Map([...anew, ...updates]),
  };
}

/** Returns the values that would be stored. */
export function valuesAfter({ opened, cleared, own: { set, unset } }: Draft): Map<string, unknown> {
  const values = new Map(cleared ? [] : (opened?.fitted?.migrated ?? opened?.values));
  for (const key of unset) values.delete(key);
  for (const [key, value] of set) values.set(key, value);
  return values;
}

/** Returns the fitted values after the changes were stored. */
export function shownAfter({ opened, cleared, own: { set, unset } }: Draft): FittedValues | undefined {
  if (!opened?.fitted) return undefined;
  const shown = new Map(cleared ? [] : opened.fitted.shown);
  for (const key of unset) shown.delete(key);
  for (const [key, value] of set) shown.set(key, value);
  return { shown };
}

/** Checks whether two values would be stored as the same. */
export function isSame(one: unknown, other: unknown): boolean {
  return Object.is(one, other) || stringify(one) === stringify(other);
}
