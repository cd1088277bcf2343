/** What is more than this, timers take for nothing. */
const LONGEST = 2 ** 31 - 1;

/**
 * Waits for an answer, but not for ever.
 *
 * @param who Who is to answer, for the error.
 * @throws When there is none in time. Whatever comes later is ignored.
 */
export async function inTime<Answer>(answer: Promise<Answer>, milliseconds: number, who: string): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${who} did not answer within ${milliseconds} ms.`)),
      Math.min(milliseconds, LONGEST),
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
