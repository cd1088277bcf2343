import { GatehouseError } from './gatehouse-error.js';

/** The tests for a store found a runner that hides its `describe` and `it`. */
export class TestRunnerMissingError extends GatehouseError {
  constructor(
    /** Where they can be imported from. */
    readonly module: string,
  ) {
    super(
      'TEST_RUNNER_MISSING',
      `describeSessionStore found no global describe and it. Import them and pass them on: ` +
        `import { describe, it } from '${module}'; describeSessionStore(name, make, {}, { describe, it });`,
    );
  }
}
