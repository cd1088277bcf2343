/** The times after which sessions end, in milliseconds or, in options, in seconds. */
export interface Lifetime {
  readonly idleTimeout: number;
  readonly absoluteTimeout: number;
}

/** The times that one sign-in set for its session, in milliseconds. The configured one counts for a time left out. */
export interface OwnLifetime {
  readonly idleTimeout?: number | undefined;
  readonly absoluteTimeout?: number | undefined;
}

/** The names of these times, in the order in which they are validated and stored. */
const TIMES = ['idleTimeout', 'absoluteTimeout'] as const;

/** The renewal interval is at most this part of an idle timeout. */
export const RENEWALS_PER_IDLE = 7;

const DAY = 24 * 60 * 60;

/** Returns the lifetime of remembered sessions: by default at least as long as that of other sessions. */
export function rememberedFor({ idleTimeout, absoluteTimeout }: OwnLifetime, ordinary: Lifetime): Lifetime {
  const idle = idleTimeout ?? Math.max(30 * DAY, ordinary.idleTimeout);
  return { idleTimeout: idle, absoluteTimeout: absoluteTimeout ?? Math.max(180 * DAY, ordinary.absoluteTimeout, idle) };
}

/**
 * Returns the lifetime of a session whose sign-in set times of its own.
 *
 * @param longest Maximum lifetime of any session by the options of today, which may be shorter than at the sign-in.
 */
export function ownLifetime(own: OwnLifetime, configured: Lifetime, longest: number): Lifetime {
  const { idleTimeout = configured.idleTimeout, absoluteTimeout = configured.absoluteTimeout } = own;
  return { idleTimeout: Math.min(idleTimeout, longest), absoluteTimeout: Math.min(absoluteTimeout, longest) };
}

/** Returns the problems of timeouts in options. @param option The option that contains them. */
export function timeoutProblems(times: Lifetime & { renewAfter?: number }, option: string): string[] {
  const problems = Object.entries(times)
    .filter(([, seconds]) => !isTime(seconds))
    .map(([name, seconds]) => `${option}.${name} must be a number of seconds greater than 0, not ${seconds}`);
  const { idleTimeout, absoluteTimeout } = times;
  if (problems.length > 0 || idleTimeout <= absoluteTimeout) return problems;
  return [
    `${option}.idleTimeout (${idleTimeout} s) is longer than ${option}.absoluteTimeout (${absoluteTimeout} s), so it ` +
      'could never end a session: lower idleTimeout or raise absoluteTimeout',
  ];
}

/** @param idleTimeouts The idle timeouts, by the option that contains them. */
export function renewalProblems(renewAfter: number, idleTimeouts: Readonly<Record<string, number>>): string[] {
  return Object.entries(idleTimeouts)
    .filter(([, idleTimeout]) => renewAfter >= idleTimeout && idleTimeout > 0)
    .map(
      ([option, idleTimeout]) =>
        `session.renewAfter (${renewAfter} s) must be shorter than ${option}.idleTimeout (${idleTimeout} s): ` +
        'otherwise unused sessions could live for twice that time',
    );
}

/** The problem of a time that a sign-in sets: its name, and what it must be. */
export interface LifetimeProblem {
  readonly name: string;
  readonly expected: string;
}

/**
 * Returns the problem of the times that a sign-in sets; `undefined` when they are valid.
 *
 * @param given The times in seconds, which may be anything.
 * @param configured The times that count for those left out, in milliseconds.
 * @param longest Maximum lifetime of any session, in milliseconds: revocations are not kept for longer.
 */
export function ownLifetimeProblem(
  given: Readonly<Partial<Record<keyof Lifetime, unknown>>>,
  configured: Lifetime,
  longest: number,
): LifetimeProblem | undefined {
  for (const name of TIMES) {
    const seconds = given[name];
    if (seconds === undefined) continue;
    const shown = typeof seconds === 'string' ? `'${seconds}'` : String(seconds);
    if (!isTime(seconds)) return { name, expected: `a number of seconds greater than 0, not ${shown}` };
    if (seconds * 1000 > longest) {
      const limit = `at most ${longest / 1000} seconds, the longest that the options let a session live`;
      const cure = 'raise session.absoluteTimeout or session.rememberMe.absoluteTimeout for more';
      return { name, expected: `${limit} (${cure}), not ${shown}` };
    }
  }
  const { idleTimeout, absoluteTimeout = configured.absoluteTimeout / 1000 } = given as OwnLifetime;
  if (idleTimeout === undefined || idleTimeout <= absoluteTimeout) return undefined;
  const limit = `at most the absoluteTimeout of this sign-in, ${absoluteTimeout} seconds`;
  return { name: 'idleTimeout', expected: `${limit}, not ${idleTimeout}: otherwise it could never end the session` };
}

/** Turns the times that a sign-in sets, in seconds, into those of its record. @returns `undefined` for none. */
export function ownLifetimeOf({ idleTimeout, absoluteTimeout }: OwnLifetime): OwnLifetime | undefined {
  if (idleTimeout === undefined && absoluteTimeout === undefined) return undefined;
  return {
    ...(idleTimeout !== undefined && { idleTimeout: Math.ceil(idleTimeout * 1000) }),
    ...(absoluteTimeout !== undefined && { absoluteTimeout: Math.ceil(absoluteTimeout * 1000) }),
  };
}

function isTime(seconds: unknown): seconds is number {
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0;
}
