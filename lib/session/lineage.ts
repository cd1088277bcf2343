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
  /** The same for the last change of the id or the roles since then; 0 for none. */
  readonly turn: number;
}

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
  return { epoch: Math.max(base.epoch + 1, openedAt), turn: 0 };
}

/** Moves on to another id or other roles of the same visitor: that gives way to any sign-in or sign-out meanwhile. */
export function nextTurn({ epoch, turn }: Lineage = BEGINNING, openedAt: number): Lineage {
  return { epoch, turn: Math.max(turn + 1, openedAt) };
}

/** Whether every answer has come by now that was under way when the browser got so far. */
export function isSettled({ epoch, turn }: Lineage, now: number): boolean {
  return now > Math.max(epoch, turn) + LATEST_ANSWER;
}

/** What tells the cookie of such a session from others: letters and digits. */
export function nameOfLineage({ epoch, turn }: Lineage): string {
  return turn === 0 ? epoch.toString(36) : `${epoch.toString(36)}-${turn.toString(36)}`;
}

/** What {@link nameOfLineage} was given, as far as a name can be believed; the beginning for any other. */
export function lineageOfName(name: string): Lineage {
  const [epoch = 0, turn = 0] = /^(?:0|[a-z0-9]{8,9})(?:-[a-z0-9]{8,9})?$/.test(name)
    ? name.split('-').map((part) => Number.parseInt(part, 36))
    : [];
  return { epoch, turn };
}
