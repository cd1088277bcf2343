import { InvalidSessionValueError } from '../errors.js';
import { frozenCopy } from './frozen-value.js';
import { assertStorable, type Flash } from './session-record.js';

/** Makes a message of a value as it is now. @param kept For what is kept beside the messages: until when, and that it yields. */
export function newMessage(value: unknown, kept?: Pick<Flash, 'until' | 'yields'>): Flash {
  const id = Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join('');
  return { id, value: frozenCopy(value), ...kept };
}

/** @throws {InvalidSessionValueError} Naming the key of a value that is no message, or cannot be kept. */
export function assertMessage(key: string, value: unknown): void {
  if (value === undefined) {
    const reason = `undefined is no message. Leave the call out; flash('${key}') alone reads what waits`;
    throw new InvalidSessionValueError(key, reason);
  }
  assertStorable({ [key]: value });
}
