import { GatehouseError } from './gatehouse-error.js';

/** The test runner does not provide `describe` and `it` as globals to the tests of a store. */
export class TestRunnerMissingError extends GatehouseError {
  constructor(
    /** The module to import them from. */
    readonly module: string,
  ) {
    super(
      'TEST_RUNNER_MISSING',
      `describeSessionStore found no global describe and it. Import them and pass them on: ` +
        `import { describe, it } from '${module}'; describeSessionStore(name, make, {}, { describe, it });`,
    );
  }
}
