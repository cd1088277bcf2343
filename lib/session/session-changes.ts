import { allMessages, changedMessages, messagesIn, underOneKey } from './flash-lists.js';
import type { Lineage } from './lineage.js';
import type { SessionDevice } from './session-device.js';
import type { Flash, SessionRecord } from './session-record.js';

/**
 * What one request did to one session. Stores receive changes, not whole sessions, so that two requests at once that
 * touch different keys both keep theirs.
 */
export interface SessionChanges {
  /** The session as this request opened it; `undefined` when the request began it. */
  readonly opened: SessionRecord | undefined;
  /** The id the session has from here on: another than `opened.id` when it was regenerated. */
  readonly id: string;
  /**
   * Whether somebody signed in: then the id of before leads nobody to this session any more. After any other change of
   * the id, requests that were under way with the old one may go on with it for a while.
   */
  readonly hasSignedIn: boolean;
  readonly createdAt: number;
  readonly renewedAt: number;
  readonly expiresAt: number;
  /** Whether every value and flash of the opened session goes, before `set` and `flashesAdded` are applied. */
  readonly cleared: boolean;
  readonly set: ReadonlyMap<string, unknown>;
  /** For values of `set` that were made of the value before: how, should the store hold a newer one. */
  readonly updates: ReadonlyMap<string, (old: unknown) => unknown>;
  readonly unset: ReadonlySet<string>;
  readonly flashesAdded: ReadonlyMap<string, Flash>;
  /** The lease under which a process has flashes of the session, when it gives back those that were not delivered. */
  readonly leasedBy: string | undefined;
  /** Ids of flashes that were delivered. */
  readonly flashesTaken: ReadonlySet<string>;
  readonly identity: readonly string[];
  /** Whether the visitor asked to stay signed in for longer, at the last sign-in. */
  readonly isRemembered?: boolean | undefined;
  /** Whether the session is to be kept from here on although nothing may be in it; left out where nobody asked for that. */
  readonly isKept?: boolean | undefined;
  /** How far the browser has come with this; left out at the beginning. */
  readonly lineage?: Lineage | undefined;
  /** What was learned of where the visitor is; left out when nothing was. */
  readonly device?: SessionDevice | undefined;
  /**
   * How many characters the record may take as text, where something was put in. A session that is over it already can
   * still be read, renewed and emptied. For {@link serializeRecord}; a store with a limit of its own leaves it alone.
   */
  readonly maxSize?: number | undefined;
}

/**
 * @param current What the store holds now; it may be newer than `changes.opened`.
 * @returns The record to keep.
 */
export function applyChanges(current: SessionRecord | undefined, changes: SessionChanges): SessionRecord {
  const kept = changes.cleared ? undefined : current;
  const values = new Map(kept?.values);
  const isNewer = kept !== undefined && kept !== changes.opened;
  for (const key of changes.unset) values.delete(key);
  for (const [key, value] of changes.set) {
    const update = isNewer ? changes.updates.get(key) : undefined;
    const next = update ? update(values.get(key)) : value;
    if (next === undefined) values.delete(key);
    else values.set(key, next);
  }

  const flashes = keptFlashes(kept?.flashes, changes);

  const known = changes.opened?.identity ?? [];
  const learnedMeanwhile = kept?.identity.filter((key) => !known.includes(key)) ?? [];
  const identity = [...new Set([...changes.identity, ...learnedMeanwhile])];

  const { id, createdAt, lineage } = changes;
  const { renewedAt, expiresAt } = kept && kept.renewedAt > changes.renewedAt ? kept : changes;
  const device = changes.device ? { ...kept?.device, ...changes.device } : kept?.device;
  const extras = {
    ...(device && { device }),
    ...(changes.isRemembered && { isRemembered: true }),
    ...((changes.isKept || kept?.isKept) && { isKept: true }),
    ...(lineage && { lineage }),
  };
  const record = { id, createdAt, renewedAt, expiresAt, values, flashes, identity, ...extras };
  return kept?.isForeign && !changes.hasSignedIn ? { ...record, isForeign: true } : record;
}

/** Changes that leave a session as it is. */
export function noChanges(opened: SessionRecord): SessionChanges {
  const { id, createdAt, renewedAt, expiresAt, identity, isRemembered, lineage } = opened;
  return {
    ...{ opened, id, createdAt, renewedAt, expiresAt, identity, isRemembered, lineage },
    ...{ hasSignedIn: false, cleared: false, set: new Map(), updates: new Map(), unset: new Set() },
    ...{ flashesAdded: new Map(), flashesTaken: new Set(), leasedBy: undefined },
  };
}

/** The same changes, and what earlier requests kept that yields goes. @returns `undefined` where there is nothing of that. */
export function makingRoom(changes: SessionChanges): SessionChanges | undefined {
  const kept = allMessages(changes.opened?.flashes ?? new Map());
  const yielding = kept.flatMap(([, { id, yields }]) => (yields ? [id] : []));
  return yielding.length > 0
    ? { ...changes, flashesTaken: new Set([...changes.flashesTaken, ...yielding]) }
    : undefined;
}

/** Messages that another request has left meanwhile stay, and those of this one come behind them. */
function keptFlashes(
  current: SessionRecord['flashes'] = new Map(),
  { flashesTaken, flashesAdded, leasedBy, renewedAt }: SessionChanges,
): Map<string, Flash> {
  const flashes = changedMessages(current, ({ lease, ...message }) => {
    const isOver = message.until !== undefined && message.until <= renewedAt;
    if (isOver || flashesTaken.has(message.id)) return undefined;
    return lease && lease.by !== leasedBy ? { ...message, lease } : message;
  });
  for (const [key, flash] of flashesAdded) {
    const added = underOneKey([...messagesIn(flashes.get(key)), ...messagesIn(flash)]);
    if (added) flashes.set(key, added);
  }
  return flashes;
}
