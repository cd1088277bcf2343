import { AssertionError } from 'node:assert/strict';
import { MissingClientError } from '../../errors.js';
import type { Start, Tests } from '../suite.js';
import { Rehearsal } from './rehearsal.js';
import { type Step, sequences } from './steps.js';

/** Milliseconds, less than the five seconds that most runners allow a test. */
const TIME_LIMIT = 3_000;
/** Every request renews an unchanged session, so that the model need not decide when. */
const TIMES = { renewAfter: 0.001 };

/** Tests stores that lose nothing: random requests in any order must have the same results as in a simple model. */
export function describeRandomRequests(tests: Tests, runs: number): void {
  tests.describe('requests in any order', () => {
    tests.it(`end as they do in a simple model, ${runs} times`, async (start) => {
      const fc = await fastCheck();
      let story: readonly string[] = [];
      const property = fc.asyncProperty(sequences(fc), async (steps) => {
        const told: string[] = [];
        try {
          await rehearse(steps, start, told);
        } catch (error) {
          // The last failing sequence is the shortest.
          story = told;
          throw error;
        }
      });
      const { failed, errorInstance, seed } = await fc.check(property, {
        numRuns: runs,
        interruptAfterTimeLimit: TIME_LIMIT,
      });
      if (failed) throw failureOf(story, errorInstance, seed);
    });
  });
}

async function rehearse(steps: readonly Step[], start: Start, told: string[]): Promise<void> {
  const rehearsal = new Rehearsal(await start(TIMES), told);
  for (const step of steps) await rehearsal.take(step);
  await rehearsal.compare();
}

function failureOf(story: readonly string[], cause: unknown, seed: number): AssertionError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const sequence = story.map((sentence, at) => `  ${at + 1}. ${sentence}`).join('\n');
  const message = `The store differs from the model when\n${sequence}\n${reason}\n(fc.configureGlobal({ seed: ${seed} }) repeats it.)`;
  const error = new AssertionError({ message });
  error.cause = cause;
  return error;
}

async function fastCheck(): Promise<typeof import('fast-check')> {
  try {
    return await import('fast-check');
  } catch {
    throw new MissingClientError(
      'The comparison with a model',
      'the package fast-check',
      'Install it: npm install --save-dev fast-check. Or skip the test: describeSessionStore(name, make, { ' +
        'modelRuns: 0 }).',
    );
  }
}
