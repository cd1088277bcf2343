/** Characters of a text that a client sends which are worth keeping. */
const MAX_LENGTH = 256;

/** Where a visitor signed in, for a list of the visitor's sessions. */
export interface SessionDevice {
  /** What the browser called itself, at most 256 characters. It says what it likes: for people to read, not to decide by. */
  readonly userAgent?: string | undefined;
  /** What the application calls it: `Work laptop`. */
  readonly label?: string | undefined;
}

/** What is known of a sign-in beside the visitor: where from, and whether it is to last. */
export interface SignIn extends SessionDevice {
  /** Whether the session is to live for `session.rememberMe`. Default: as long as any other. */
  readonly rememberMe?: boolean | undefined;
}

/** @returns The device without what is not known; `undefined` when nothing is. */
export function deviceOf({ userAgent, label }: SessionDevice): SessionDevice | undefined {
  const known = Object.entries({ userAgent: userAgent?.slice(0, MAX_LENGTH), label: label?.slice(0, MAX_LENGTH) });
  const texts = known.filter(([, text]) => text !== undefined && text !== '');
  return texts.length > 0 ? Object.fromEntries(texts) : undefined;
}

/** @param kept Anything that was found in a record. */
export function parseDevice(kept: unknown): SessionDevice | undefined {
  if (typeof kept !== 'object' || kept === null) return undefined;
  const { userAgent, label } = kept as Record<string, unknown>;
  const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return deviceOf({ userAgent: textOf(userAgent), label: textOf(label) });
}
