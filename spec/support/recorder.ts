import type { Runner } from '../../lib/testing/runner.js';

/** Runs tests by itself and tells what became of them, instead of failing. It leaves out what is under test. */
export class Recorder implements Runner {
  readonly #tests: { name: string; test: () => Promise<void> }[] = [];
  #subject = '';

  describe(name: string, body: () => void): void {
    this.#subject = name.replace(/^.*?: /, '');
    body();
  }

  it(name: string, test: () => Promise<void>): void {
    this.#tests.push({ name: `${this.#subject} › ${name}`, test });
  }

  get names(): readonly string[] {
    return this.#tests.map(({ name }) => name);
  }

  /** @returns The errors of the tests that fail, by name. */
  async run(): Promise<Map<string, unknown>> {
    const failures = new Map<string, unknown>();
    for (const { name, test } of this.#tests) {
      await test().catch((error: unknown) => failures.set(name, error));
    }
    return failures;
  }
}
