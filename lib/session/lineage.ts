/**
 * How far a browser has come: who it was last signed in as, and under which id. It is sealed into the session, because
 * answers reach a browser in any order: of several sessions that it sends, the one that is furthest counts.
 */
export interface Lineage {
  /**
   * Milliseconds since the epoch: when the request came in that signed the visitor in or out, or a moment after what it
   * knew of. 0 before anybody did; below 0 for what was begun beside a session that could not be sent.
   */
  readonly epoch: number;
  /** Grows with every change of roles, of the visitor's other data and of the id since then; 0 before any. */
  readonly turn: number;
}

/** What was changed of a session whose visitor stays the same. */
export type Turn = 'roles' | 'visitor' | 'id';

/** Those of what is not to be undone by the others come after them. */
const STEPS: Readonly<Record<Turn, number>> = { id: 1, visitor: 2, roles: 3 };

/**
 * Milliseconds in which a browser may send many requests at once that all come to the same, as to sign out a user who is gone. They
 * take one cookie together: with one for each, the next request would have a head that servers refuse.
 */
const BURST = 1000;

/** Stands behind every session that the browser may have. */
export const APART: Lineage = { epoch: -1, turn: 0 };
const BEGINNING: Lineage = { epoch: 0, turn: 0 };

/** Milliseconds for which an answer may be under way that knows nothing of a sign-out. */
export const LATEST_ANSWER = 15 * 60_000;

/** Compares like a function for `sort`: above 0 where the first is further. */
export function compareLineages(one: Lineage = BEGINNING, other: Lineage = BEGINNING): number {
  return one.epoch - other.epoch || one.turn - other.turn;
}

/**
 * Moves on to another visitor. Counted from when the request came in, not from when it is answered: what the visitor did
 * last holds, however long an earlier request takes.
 *
 * @param base What the request knew of.
 */
export function nextEpoch(base: Lineage = BEGINNING, openedAt: number): Lineage {
  return { epoch: Math.max(base.epoch + 1, Math.floor(openedAt)), turn: 0 };
}

/**
 * Moves on with the same visitor: that gives way to any sign-in or sign-out of another meanwhile. Roles are as they were asked
 * for last. Everything else follows in steps what the request knew of, and so gives way to them: nobody keeps a role
 * because a request changes the id that was under way when it was taken away.
 */
export function nextTurn({ epoch, turn }: Lineage = BEGINNING, openedAt: number, change: Turn): Lineage {
  const step = turn + STEPS[change];
  return { epoch, turn: change === 'roles' ? Math.max(step, startOfBurst(openedAt)) : step };
}

/** Whether every answer has come by now that was under way when the browser got so far. */
export function isSettled({ epoch, turn }: Lineage, now: number): boolean {
  return now > Math.max(epoch, turn) + LATEST_ANSWER;
}

/** What tells the cookie of such a session from others: letters and digits. */
export function nameOfLineage({ epoch, turn }: Lineage): string {
  return turn === 0 ? epoch.toString(36) : `${epoch.toString(36)}-${turn.toString(36)}`;
}

/** What tells the cookie of a sign-out from others. @param base What the request knew of: what may still be changed in place. */
export function nameOfLeaving(lineage: Lineage, base: Lineage = BEGINNING): string {
  const start = startOfBurst(lineage.epoch);
  return start > base.epoch ? `${start.toString(36)}-0` : nameOfLineage(lineage);
}

function startOfBurst(time: number): number {
  return Math.floor(time / BURST) * BURST;
}

/** What {@link nameOfLineage} was given, as far as a name can be believed; the beginning for any other. */
export function lineageOfName(name: string): Lineage {
  const [epoch = 0, turn = 0] = /^(?:0|[a-z0-9]{8,9})(?:-[a-z0-9]{1,9})?$/.test(name)
    ? name.split('-').map((part) => Number.parseInt(part, 36))
    : [];
  return { epoch, turn };
}
