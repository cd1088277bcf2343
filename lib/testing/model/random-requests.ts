import { AssertionError } from 'node:assert/strict';
import { MissingClientError } from '../../errors.js';
import type { Start, Tests } from '../suite.js';
import { Rehearsal } from './rehearsal.js';
import { type Step, sequences } from './steps.js';

/** Milliseconds, of the five seconds that most runners give a test. */
const TIME_LIMIT = 3_000;
/** An unchanged session is renewed by every request, so that the model need not say when. */
const TIMES = { renewAfter: 0.001 };

/** For stores that lose nothing: whatever requests do, in whatever order they end, it is what a simple model says. */
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
          // The last that fails is the shortest.
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
  const message = `The store parts from the model when\n${sequence}\n${reason}\n(fc.configureGlobal({ seed: ${seed} }) repeats it.)`;
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
      'Install it: npm install --save-dev fast-check. Or leave the test out: describeSessionStore(name, make, { modelRuns: 0 }).',
    );
  }
}
