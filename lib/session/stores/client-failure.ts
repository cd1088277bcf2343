/** An error of a database or its client whose cause is known, with a specific cure. */
export class ClientFailure extends Error {
  constructor(
    message: string,
    readonly cure: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** Returns the message of an error, with its code. */
export function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  // With several addresses, each has its own error.
  const inner = error instanceof AggregateError ? error.errors.map(saidBy)[0] : undefined;
  const text = error.message || inner || error.name;
  return typeof code === 'string' && !text.includes(code) ? `${text} (${code})` : text;
}
