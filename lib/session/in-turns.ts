/** As many as a store answers long before anybody who waits gives up. */
const AT_ONCE = 500;

/** Asks the same of many things, of a few at once, and lets others have their turn in between. */
export async function inTurns<Thing, Answer>(
  things: readonly Thing[],
  ask: (thing: Thing) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let first = 0; first < things.length; first += AT_ONCE) {
    // Stores that answer at once would keep everything else in the process waiting.
    if (first > 0) await new Promise((wake) => setTimeout(wake));
    answers.push(...(await Promise.all(things.slice(first, first + AT_ONCE).map(ask))));
  }
  return answers;
}
