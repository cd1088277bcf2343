import { AssertionError } from 'node:assert/strict';
import fc from 'fast-check';
import type { SessionStore } from '../../../lib/session/stores/session-store.js';
import type { Abilities, MakeStore } from '../../../lib/testing/abilities.js';
import { defaultRunner, type Runner } from '../../../lib/testing/runner.js';
import { type Start, Suite } from '../../../lib/testing/suite.js';
import { Rehearsal } from './rehearsal.js';
import { type Step, sequences } from './steps.js';

/** Milliseconds, less than the five seconds that most runners allow a test. */
const TIME_LIMIT = 3_000;
const RUNS = 100;
/** Every request renews an unchanged session, so that the model need not decide when. */
const TIMES = { renewAfter: 0.001 };

/** Compares a store that loses nothing with a simple model, in random sequences of requests. It takes what `describeSessionStore` takes. */
export function describeRandomRequests<Store extends SessionStore>(
  name: string,
  make: MakeStore<Store>,
  abilities: Abilities<Store> = {},
  runner: Runner = defaultRunner(),
): void {
  const tests = new Suite(name, make, abilities, runner);
  tests.describe('requests in any order', () => {
    tests.it(`end as they do in a simple model, ${RUNS} times`, async (start) => {
      let story: readonly string[] = [];
      let last: Promise<unknown> = Promise.resolve();
      const property = fc.asyncProperty(sequences(), (steps) => {
        const log: string[] = [];
        const rehearsed = rehearse(steps, start, log).catch((error: unknown) => {
          // The last failing sequence is the shortest.
          story = log;
          throw error;
        });
        last = rehearsed.catch((error: unknown) => error);
        return rehearsed;
      });
      const { errorInstance, seed } = await fc.check(property, {
        numRuns: RUNS,
        interruptAfterTimeLimit: TIME_LIMIT,
      });
      // The sequence during which the time was over goes on, and may be the only one.
      const ended = await last;
      const error = errorInstance ?? ended;
      if (error) throw failureOf(story, error, seed);
    });
  });
}

async function rehearse(steps: readonly Step[], start: Start, log: string[]): Promise<void> {
  const rehearsal = new Rehearsal(await start(TIMES), log);
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
