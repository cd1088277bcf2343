import { AppProcess } from './app-process.mjs';
import { PROTECTED, WRITING } from './apps.mjs';
import { Redis } from './redis.mjs';

const VISITORS = 20;
/** No cookie at all. */
const GUEST = [''];

/** Serves every variant. @returns What is asked of each: pages, by whom, and the answer to expect. */
export async function startScenarios(variants) {
  const scenarios = [];
  for (const { name, entry, isGuarded, isWritten, needsRedis } of variants) {
    const app = await AppProcess.start(entry, { env: needsRedis ? { REDIS_URL: (await Redis.start()).url } : {} });
    const cookies = await app.signIn(VISITORS);
    scenarios.push(
      { name, app, visitor: 'anonymous', request: { path: '/', cookies: GUEST, status: 200 } },
      { name, app, visitor: 'signed in', request: { path: PROTECTED, cookies, status: 200 } },
    );
    if (isWritten) {
      scenarios.push({ name, app, visitor: 'writing', request: { path: WRITING, cookies, status: 200 } });
    }
    if (isGuarded) {
      scenarios.push({ name, app, visitor: 'refused', request: { path: PROTECTED, cookies: GUEST, status: 302 } });
    }
  }
  return scenarios;
}

/** The scenario of plain Astro that one is compared with: a refusal with the page that a guest would get. */
export function plainOf({ visitor }, scenarios) {
  const compared = visitor === 'refused' ? 'anonymous' : visitor;
  return scenarios.find((scenario) => scenario.visitor === compared);
}

/**
 * Measures every scenario in short slices, in turn, so that whatever else runs on the machine hits all alike.
 *
 * @returns For each scenario its slices.
 */
export async function interleave(scenarios, rounds, measure) {
  const slices = new Map(scenarios.map((scenario) => [scenario, []]));
  for (let round = 0; round < rounds; round++) {
    // Another start each round, so that nobody is always the first to meet a change of the machine's speed.
    for (let turn = 0; turn < scenarios.length; turn++) {
      const scenario = scenarios[(turn + round) % scenarios.length];
      slices.get(scenario).push(await measure(scenario));
    }
  }
  return slices;
}
