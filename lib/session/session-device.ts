/** Maximum number of characters to store of a string that a client sends. */
const MAX_LENGTH = 256;

/** The device on which a visitor signed in, for a list of the visitor's sessions. */
export interface SessionDevice {
  /**
   * The browser's `User-Agent`, at most 256 characters. Browsers can send any value: show it to people, do not base
   * decisions on it.
   */
  readonly userAgent?: string | undefined;
  /** The application's name for the device: `Work laptop`. */
  readonly label?: string | undefined;
}

/** The details of a sign-in other than the visitor: the device, and how long it lasts. */
export interface SignIn extends SessionDevice {
  /** True when the session lives for `session.rememberMe`. Default: false, it lives as long as any other. */
  readonly rememberMe?: boolean | undefined;
}

/** Shortens the device's strings and removes empty ones. @returns `undefined` when nothing is left. */
export function deviceOf({ userAgent, label }: SessionDevice): SessionDevice | undefined {
  const known = Object.entries({ userAgent: userAgent?.slice(0, MAX_LENGTH), label: label?.slice(0, MAX_LENGTH) });
  const texts = known.filter(([, text]) => text !== undefined && text !== '');
  return texts.length > 0 ? Object.fromEntries(texts) : undefined;
}

/** Reads a device from a stored record. @param kept The stored value, which may be anything. */
export function parseDevice(kept: unknown): SessionDevice | undefined {
  if (typeof kept !== 'object' || kept === null) return undefined;
  const { userAgent, label } = kept as Record<string, unknown>;
  const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return deviceOf({ userAgent: textOf(userAgent), label: textOf(label) });
}
