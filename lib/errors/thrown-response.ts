/** Under which an answer that is thrown has the error that it stands for. */
const STANDS_FOR = Symbol('astro-gatehouse.stands-for');
/** A log is to say why, and not that there is an answer. @see https://nodejs.org/api/util.html#utilinspectcustom */
const INSPECTED = Symbol.for('nodejs.util.inspect.custom');

/** Makes of an answer one that can be thrown in place of an error, with all that the error says. */
export function standingFor<Failure extends Error & { readonly status: number }>(
  error: Failure,
  answer: Response,
): Response & Failure {
  // The status stays the answer's own, which is the same.
  const { status: _, ...said } = error;
  const hidden = { message: error.message, stack: error.stack, [STANDS_FOR]: error, [INSPECTED]: () => error };
  return Object.assign(answer, said, hidden) as unknown as Response & Failure;
}

/** The error that an answer stands for, and anything else as it is. */
export function errorBehind(thrown: unknown): unknown {
  return (thrown instanceof Response && (thrown as { [STANDS_FOR]?: unknown })[STANDS_FOR]) || thrown;
}
