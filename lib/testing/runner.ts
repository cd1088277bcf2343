import { TestRunnerMissingError } from '../errors.js';

/** What runs tests: the `describe` and `it` of jest, of vitest or of `node:test`. */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  it(name: string, test: () => Promise<void>): unknown;
}

/**
 * The global `describe` and `it` where a runner put them there, and otherwise those of `node:test`.
 *
 * @throws {TestRunnerMissingError} Where tests run under jest or vitest, which were told to put nothing there.
 */
export function defaultRunner(globals: object = globalThis, environment = process.env): Runner {
  const { describe, it } = globals as Partial<Runner>;
  if (typeof describe === 'function' && typeof it === 'function') return { describe, it };
  if (environment.VITEST !== undefined) throw new TestRunnerMissingError('vitest');
  if (environment.JEST_WORKER_ID !== undefined) throw new TestRunnerMissingError('@jest/globals');
  const own = process.getBuiltinModule('node:test');
  return { describe: (name, body) => own.describe(name, body), it: (name, test) => own.it(name, test) };
}
