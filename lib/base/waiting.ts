import type { Promised } from './promised.js';

/** Maximum delay in milliseconds: timers treat a larger one as 0. */
const LONGEST = 2 ** 31 - 1;
/**
 * The number of microtasks to wait before a timer is started. Most answers arrive within them, and a timer costs more
 * than all of these.
 */
const TURNS = 12;
/**
 * Milliseconds that pass twice between a timeout and its error. A process that was busy runs its timers before it reads
 * from its connections, so an answer that is already there needs this long to be seen.
 */
const READING = 5;

/**
 * Waits for an answer until a timeout. Returns a value that is not a promise immediately.
 *
 * @param who The name of the service that must answer, for the error.
 * @throws When it does not answer in time. A later answer is ignored.
 */
export function inTime<Answer>(answer: Promised<Answer>, milliseconds: number, who: string): Promised<Answer> {
  return answer instanceof Promise ? waited(answer, milliseconds, who) : answer;
}

async function waited<Answer>(answer: Promise<Answer>, milliseconds: number, who: string): Promise<Answer> {
  return (await isSoon(answer)) ? answer : withTimer(answer, milliseconds, who);
}

async function isSoon(answer: Promise<unknown>): Promise<boolean> {
  let isThere = false;
  const arrive = () => {
    isThere = true;
  };
  answer.then(arrive, arrive);
  for (let turn = 0; turn < TURNS && !isThere; turn++) await undefined;
  return isThere;
}

async function withTimer<Answer>(answer: Promise<Answer>, milliseconds: number, who: string): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(new Error(`${who} did not answer within ${milliseconds} ms.`));
    const after = (delay: number, act: () => void) => {
      timer = setTimeout(act, delay);
    };
    // Twice, because one timer is due at once when other timers took as long.
    after(Math.min(milliseconds, LONGEST), () => after(READING, () => after(READING, fail)));
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Maximum number of concurrent calls: a store answers this many long before a timeout. */
const AT_ONCE = 500;

/**
 * Calls an asynchronous function for many items, a limited number concurrently, and lets other tasks run in between.
 */
export async function inTurns<Thing, Answer>(
  things: readonly Thing[],
  ask: (thing: Thing) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let first = 0; first < things.length; first += AT_ONCE) {
    // A store that answers synchronously would block everything else in the process.
    if (first > 0) await new Promise((wake) => setTimeout(wake));
    answers.push(...(await Promise.all(things.slice(first, first + AT_ONCE).map(ask))));
  }
  return answers;
}
