import { frozenCopy } from '../../base/frozen-value.js';
import { InvalidSessionValueError, SessionValueTypeError } from '../../errors/index.js';
import { assertStorable } from '../record/session-record.js';
import type { Update } from './session-values.js';

/** Returns the update that adds to a number. @throws {InvalidSessionValueError} For an amount that is not finite. */
export function added(key: string, by: number): Update {
  if (!Number.isFinite(by)) throw new InvalidSessionValueError(key, 'increment() adds only finite numbers');
  return (old = 0) => {
    if (typeof old === 'number') return old + by;
    throw new SessionValueTypeError(key, 'increment', 'a number');
  };
}

/**
 * Returns the update that adds items to a list, as they are now. @throws {InvalidSessionValueError} For an item that
 * cannot be stored.
 */
export function pushed(key: string, items: readonly unknown[]): Update {
  assertStorable({ [key]: items });
  const copies = frozenCopy(items);
  return (old = []) => {
    if (Array.isArray(old)) return [...old, ...copies];
    throw new SessionValueTypeError(key, 'push', 'a list');
  };
}
