/** The outcome of a function that one request ran for the concurrent requests of its session. */
export interface StoredOutcome {
  /** Its value; left out when it was too large to be stored. */
  readonly value?: readonly [unknown] | undefined;
}

/** A lock that `session.exclusive` stores in the session, under its key. */
export interface SessionLock {
  /** Identifies the run. */
  readonly by: string;
  /** When the lock, or later the outcome, is forgotten. Milliseconds since the epoch. */
  readonly until: number;
  /** Present once the function has ended. */
  readonly outcome?: StoredOutcome | undefined;
}

/** The locks of a session by their keys. */
export type SessionLocks = ReadonlyMap<string, SessionLock>;

/** Returns the keys of locks that are forgotten. @param now Milliseconds since the epoch. */
export function keysOver(locks: SessionLocks | undefined, now: number): string[] {
  return [...(locks ?? [])].flatMap(([key, { until }]) => (until > now ? [] : [key]));
}

/** Returns locks as lists, which are shorter in a stored text. */
export function locksAsLists(locks: SessionLocks): unknown[] {
  return [...locks].map(([key, { by, until, outcome }]) => {
    return outcome ? [key, by, until, outcome.value ?? null] : [key, by, until];
  });
}

/** Parses what {@link locksAsLists} returned. Leaves out everything else. */
export function parseLocks(lists: unknown): { readonly locks?: SessionLocks } {
  if (!Array.isArray(lists)) return {};
  const locks = lists.flatMap((list): [string, SessionLock][] => {
    const [key, by, until, value] = Array.isArray(list) ? list : [];
    if (typeof key !== 'string' || typeof by !== 'string' || !Number.isFinite(until)) return [];
    if (value === undefined) return [[key, { by, until }]];
    return [[key, { by, until, outcome: Array.isArray(value) ? { value: [value[0]] } : {} }]];
  });
  return locks.length > 0 ? { locks: new Map(locks) } : {};
}
