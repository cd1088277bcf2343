import { TestRunnerMissingError } from '../errors/index.js';

/** The `describe` and `it` of a test runner: jest, vitest or `node:test`. */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  it(name: string, test: () => Promise<void>): unknown;
}

/**
 * Returns the global `describe` and `it` if a runner provides them, otherwise those of `node:test`.
 *
 * @throws {TestRunnerMissingError} When tests run under jest or vitest with the globals switched off.
 */
export function defaultRunner(globals: object = globalThis, environment = process.env): Runner {
  const { describe, it } = globals as Partial<Runner>;
  if (typeof describe === 'function' && typeof it === 'function') return { describe, it };
  if (environment.VITEST !== undefined) throw new TestRunnerMissingError('vitest');
  if (environment.JEST_WORKER_ID !== undefined) throw new TestRunnerMissingError('@jest/globals');
  const own = process.getBuiltinModule('node:test');
  return { describe: (name, body) => own.describe(name, body), it: (name, test) => own.it(name, test) };
}
