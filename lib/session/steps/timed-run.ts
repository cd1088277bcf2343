import { frozenCopy, thawed } from '../../base/frozen-value.js';
import { forget } from '../../base/promised.js';
import { ExclusiveTimeoutError, InvalidCallError } from '../../errors/index.js';
import { assertStorable } from '../record/session-record.js';
import type { ExclusiveOptions } from './session-steps.js';

/** Seconds. */
const TIMEOUT = 10;
/** Maximum delay of a timer in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** A function of `session.exclusive`. */
export type Run<Value> = (signal: AbortSignal) => Value;

/** @returns Milliseconds. @throws {InvalidCallError} */
export function limitOf({ timeout = TIMEOUT }: ExclusiveOptions = {}): number {
  if (timeout > 0) return Math.min(timeout * 1000, LONGEST);
  throw new InvalidCallError('session.exclusive(key, run, { timeout: 10 })', 'got a timeout that is not above 0');
}

/** Runs a function for a session that no other request can have. @throws As {@link timedRun} does. */
export async function onItsOwn<Value>(
  key: string,
  run: Run<Value>,
  options?: ExclusiveOptions,
): Promise<Awaited<Value>> {
  return thawed(await timedRun(key, run, limitOf(options))) as Awaited<Value>;
}

/**
 * Runs a function with a signal that is aborted when its time is over.
 *
 * @param limit Milliseconds.
 * @param left Those that are left of them.
 * @returns A frozen copy of its value.
 * @throws {ExclusiveTimeoutError}
 * @throws {InvalidSessionValueError} When the value cannot be copied.
 */
export function timedRun(key: string, run: Run<unknown>, limit: number, left = limit): Promise<unknown> {
  const controller = new AbortController();
  const ran = (async () => {
    const value = await run(controller.signal);
    assertStorable({ [key]: value });
    return frozenCopy(value);
  })();
  const outcome = inLimit(ran, key, limit, { left, onLate: () => controller.abort() });
  forget(outcome);
  return outcome;
}

/** Waits for an outcome until a limit in milliseconds. @throws {ExclusiveTimeoutError} */
export async function inLimit<Outcome>(
  outcome: Promise<Outcome>,
  key: string,
  limit: number,
  { left = limit, onLate }: { left?: number; onLate?: () => void } = {},
): Promise<Outcome> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      onLate?.();
      reject(new ExclusiveTimeoutError(key, limit / 1000));
    }, left);
  });
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}
