/** The key under which a thrown `Response` holds the error that it represents. */
const STANDS_FOR = Symbol('astro-gatehouse.stands-for');
/** Makes logs print the error instead of the `Response`. @see https://nodejs.org/api/util.html#utilinspectcustom */
const INSPECTED = Symbol.for('nodejs.util.inspect.custom');

/** Returns the `Response`, with all properties of the error added, so that it can be thrown in place of the error. */
export function standingFor<Failure extends Error & { readonly status: number }>(
  error: Failure,
  answer: Response,
): Response & Failure {
  // The `Response` already has the same status, and its own is read-only.
  const { status: _, ...said } = error;
  const hidden = { message: error.message, stack: error.stack, [STANDS_FOR]: error, [INSPECTED]: () => error };
  return Object.assign(answer, said, hidden) as unknown as Response & Failure;
}

/** Returns the error that a thrown `Response` represents, or any other value unchanged. */
export function errorBehind(thrown: unknown): unknown {
  return (thrown instanceof Response && (thrown as { [STANDS_FOR]?: unknown })[STANDS_FOR]) || thrown;
}
