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
