import * as node from 'node:test';
import { describe, expect, it } from '@jest/globals';
import { TestRunnerMissingError } from '../../lib/errors/index.js';
import { defaultRunner, type Runner } from '../../lib/testing/runner.js';

describe('The default test runner', () => {
  const globals = { describe: () => {}, it: () => {} };

  it('is taken from the global describe() and it()', () => {
    expect(defaultRunner(globals, {})).toEqual(globals);
    expect(defaultRunner()).toEqual({
      describe: Reflect.get(globalThis, 'describe'),
      it: Reflect.get(globalThis, 'it'),
    });
  });

  it.each([{}, { describe: globals.describe }, { it: globals.it }, { describe: 'text', it: 'text' }])(
    'is that of Node when there are no such functions: %j',
    (none) => {
      const found = defaultRunner(none, {});
      expect(found.describe).toEqual(expect.any(Function));
      expect(Object.values(none)).not.toContain(found.describe);
    },
  );

  it('can be given as jest or Node exports it', () => {
    const given: Runner[] = [
      { describe, it },
      { describe: node.describe, it: node.it },
    ];
    expect(given.map((runner) => defaultRunner(runner, {}))).toEqual(given);
  });

  it.each([
    ['vitest', { VITEST: 'true' }],
    ['@jest/globals', { JEST_WORKER_ID: '1' }],
  ])('must be given explicitly with %s', (module, environment) => {
    const find = () => defaultRunner({}, environment);
    expect(find).toThrow(TestRunnerMissingError);
    expect(find).toThrow(`import { describe, it } from '${module}'`);
  });
});
