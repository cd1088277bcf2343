import { frozenCopy } from '../../base/frozen-value.js';
import { InvalidSessionValueError } from '../../errors/index.js';
import { assertStorable, type Flash } from '../record/session-record.js';

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

let hasWarned = false;

/**
 * Warns once when a page read one message although several were delivered, because nothing else shows why they are
 * gone.
 */
export function warnOfUnseen(key: string, count: number): void {
  if (hasWarned || count < 2) return;
  hasWarned = true;
  console.warn(
    `[astro-gatehouse] ${count} messages waited under "${key}", but a page read only the latest, so the others are ` +
      `lost. Show all of them with <Flash />, flashMessages() or session.flashes.getAll('${key}'). This is logged ` +
      `once.`,
  );
}

/** Warns that a session has more messages than it may have. */
export function warnOfDropped(most: number): void {
  console.warn(
    `[astro-gatehouse] More than ${most} messages wait in one session: the oldest are dropped. Store several as an ` +
      `array under one key.`,
  );
}
