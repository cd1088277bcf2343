/**
 * The position of a session in its browser's sequence of sign-ins, sign-outs and new ids. It is sealed into the
 * session, because responses reach a browser in any order: of several sessions that it sends, the one with the latest
 * lineage is used.
 */
export interface Lineage {
  /**
   * When the request arrived that signed the visitor in or out, in milliseconds since the epoch, but always later
   * than the lineage that the request knew. 0 before the first sign-in; below 0 for a session that began while the
   * browser withheld another.
   */
  readonly epoch: number;
  /** Increases with every change of the roles, of the visitor's other data or of the id in the epoch; 0 before any. */
  readonly turn: number;
}

/** The kind of a change that leaves the visitor the same. */
export type Turn = 'roles' | 'visitor' | 'id';

/** The increments of a turn: a change that others must not undo gets a larger one. */
const STEPS: Readonly<Record<Turn, number>> = { id: 1, visitor: 2, roles: 3 };

/**
 * Milliseconds within which concurrent requests that do the same, such as signing out a deleted user, share one
 * cookie. With a cookie for each, the next request's head would exceed the limit of servers.
 */
const BURST = 1000;

/** The lineage that is older than that of any session which the browser may have. */
export const APART: Lineage = { epoch: -1, turn: 0 };
const BEGINNING: Lineage = { epoch: 0, turn: 0 };

/** Milliseconds for which a response that does not know of a sign-out may be under way. */
export const LATEST_ANSWER = 15 * 60_000;

/** Compares two lineages, for `sort`: positive when the first is later. */
export function compareLineages(one: Lineage = BEGINNING, other: Lineage = BEGINNING): number {
  return one.epoch - other.epoch || one.turn - other.turn;
}

/**
 * Returns the lineage after a change of the visitor. Uses the time when the request arrived, not when it is answered,
 * so that the visitor's last action wins, however long an earlier request takes.
 *
 * @param base The lineage that the request knew.
 */
export function nextEpoch(base: Lineage = BEGINNING, openedAt: number): Lineage {
  return { epoch: Math.max(base.epoch + 1, Math.floor(openedAt)), turn: 0 };
}

/**
 * Returns the lineage after a change with the same visitor; any concurrent sign-in or sign-out is later. Changes of
 * roles are ordered by the time of their request. All other changes increment the turn that the request knew, so
 * changes of roles are later: a request that only changes the id cannot restore a role that was removed meanwhile.
 */
export function nextTurn({ epoch, turn }: Lineage = BEGINNING, openedAt: number, change: Turn): Lineage {
  const step = turn + STEPS[change];
  return { epoch, turn: change === 'roles' ? Math.max(step, startOfBurst(openedAt)) : step };
}

/** Checks whether every response that was under way at this lineage has arrived by now. */
export function isSettled({ epoch, turn }: Lineage, now: number): boolean {
  return now > Math.max(epoch, turn) + LATEST_ANSWER;
}

/** Returns the suffix of the cookie's name for a lineage: letters, digits and a hyphen. */
export function nameOfLineage({ epoch, turn }: Lineage): string {
  return turn === 0 ? epoch.toString(36) : `${epoch.toString(36)}-${turn.toString(36)}`;
}

/**
 * Returns the suffix of the cookie's name for a sign-out. @param base The lineage that the request knew, whose cookie
 * may still be changed in place.
 */
export function nameOfLeaving(lineage: Lineage, base: Lineage = BEGINNING): string {
  const start = startOfBurst(lineage.epoch);
  return start > base.epoch ? `${start.toString(36)}-0` : nameOfLineage(lineage);
}

function startOfBurst(time: number): number {
  return Math.floor(time / BURST) * BURST;
}

/** Parses the suffix that {@link nameOfLineage} returned. Returns the beginning for any other. */
export function lineageOfName(name: string): Lineage {
  const [epoch = 0, turn = 0] = /^(?:0|[a-z0-9]{8,9})(?:-[a-z0-9]{1,9})?$/.test(name)
    ? name.split('-').map((part) => Number.parseInt(part, 36))
    : [];
  return { epoch, turn };
}
