import type { SessionStore } from '../session/stores/session-store.js';
import type { Abilities, MakeStore } from './abilities.js';
import { describeAbilities } from './cases/abilities.js';
import { describeAllSessions } from './cases/all-sessions.js';
import { describeDumps } from './cases/dumps.js';
import { describeEndedSessions } from './cases/ended-sessions.js';
import { describeLaterRequests } from './cases/later-requests.js';
import { describeLifetimes } from './cases/lifetimes.js';
import { describeLimits } from './cases/limits.js';
import { describeOneAtATime } from './cases/one-at-a-time.js';
import { describeRequestsAtOnce } from './cases/requests-at-once.js';
import { describeSessionsOfUsers } from './cases/sessions-of-users.js';
import { describeTokens } from './cases/tokens.js';
import { describeWhatIsWritten } from './cases/what-is-written.js';
import { defaultRunner, type Runner } from './runner.js';
import { Suite } from './suite.js';

/**
 * Tests a store against everything that sessions rely on. Works with jest, with vitest (globals, or its `describe` and
 * `it` as the last argument) and with `node --test`.
 *
 * @param name The name of the tests.
 * @param make Creates a store without any sessions; called by every test.
 * @param abilities The abilities of the store. Default: all of them, except that it lists sessions.
 * @param runner The `describe` and `it` to register the tests with. Default: the globals, or those of `node:test`.
 * @throws {TestRunnerMissingError} When no test runner is found.
 * @example
 * describeSessionStore('Sessions in files', ({ clock }) => new FileSessionStore(mkdtempSync('sessions-'), clock));
 */
export function describeSessionStore<Store extends SessionStore>(
  name: string,
  make: MakeStore<Store>,
  abilities: Abilities<Store> = {},
  runner: Runner = defaultRunner(),
): void {
  const { endsSessions = true, losesNothing = endsSessions, listsSessions = false, dump } = abilities;
  const tests = new Suite(name, make, abilities, runner);
  describeAbilities(tests, { endsSessions, losesNothing, listsSessions });
  describeWhatIsWritten(tests);
  describeTokens(tests);
  describeLifetimes(tests);
  describeLimits(tests);
  if (dump) describeDumps(tests, dump);
  if (endsSessions) describeEndedSessions(tests);
  if (listsSessions) {
    describeSessionsOfUsers(tests);
    describeAllSessions(tests);
  }
  if (!losesNothing) return;
  describeRequestsAtOnce(tests);
  describeLaterRequests(tests);
  describeOneAtATime(tests);
}
