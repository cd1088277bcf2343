import { InvalidSessionValueError } from '../errors.js';
import { frozenCopy } from './frozen-value.js';
import { assertStorable, type Flash } from './session-record.js';

/** Creates a message with a copy of a value. @param kept For internal data: when it expires, and that it yields. */
export function newMessage(value: unknown, kept?: Pick<Flash, 'until' | 'yields'>): Flash {
  const id = Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join('');
  return { id, value: frozenCopy(value), ...kept };
}

/**
 * Checks that a value can be a message. @throws {InvalidSessionValueError} Naming its key, when it is `undefined` or
 * cannot be stored.
 */
export function assertMessage(key: string, value: unknown): void {
  if (value === undefined) {
    const reason = `undefined is no message. Omit the call, or read waiting messages with flash('${key}')`;
    throw new InvalidSessionValueError(key, reason);
  }
  assertStorable({ [key]: value });
}
