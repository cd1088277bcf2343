import { AppProcess } from './app-process.mjs';
import { ENDPOINT, IMAGE, PROTECTED, WRITING } from './apps.mjs';
import { environmentOf } from './databases.mjs';

const VISITORS = 20;
/** No cookie at all. */
const GUEST = [''];
/** Who asks for what. `of`: of which variants; the others of all. */
const REQUESTS = [
  { visitor: 'anonymous', path: '/', isCounted: true },
  { visitor: 'signed in', path: PROTECTED, hasSession: true, isCounted: true },
  { visitor: 'refused', path: PROTECTED, status: 302, of: ({ isGuarded }) => isGuarded },
  { visitor: 'writing', path: WRITING, hasSession: true, of: ({ isWritten }) => isWritten },
  { visitor: 'endpoint, guest', path: ENDPOINT, of: ({ isPublic }) => isPublic },
  { visitor: 'endpoint, signed in', path: ENDPOINT, hasSession: true, of: ({ isPublic }) => isPublic },
  { visitor: 'image, guest', path: IMAGE, of: ({ isPublic }) => isPublic },
  { visitor: 'image, signed in', path: IMAGE, hasSession: true, of: ({ isPublic }) => isPublic },
];

/** Serves every variant. @returns What is asked of each, by whom, and the answer to expect; alike ones together. */
export async function startScenarios(variants) {
  const started = [];
  for (const variant of variants) {
    const app = await AppProcess.start(variant.entry, { env: await environmentOf(variant) });
    started.push({ variant, app, cookies: await app.signIn(VISITORS) });
  }
  // What is compared is measured one right after the other.
  return REQUESTS.flatMap(({ visitor, path, status = 200, hasSession, isCounted, of = () => true }) =>
    started
      .filter(({ variant }) => of(variant))
      .map(({ variant: { name }, app, cookies }) => {
        return { name, app, visitor, isCounted, request: { path, cookies: hasSession ? cookies : GUEST, status } };
      }),
  );
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
