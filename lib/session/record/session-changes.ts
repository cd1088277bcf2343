import type { OwnLifetime } from '../lifetimes.js';
import { allMessages, changedMessages, messagesIn, underOneKey } from './flash-lists.js';
import type { Lineage } from './lineage.js';
import type { SessionLock, SessionLocks } from './session-lock.js';
import { type Flash, type Impersonation, type SessionDevice, type SessionRecord, userIdOf } from './session-record.js';

/**
 * The changes that one request made to one session. Stores receive changes instead of whole sessions, so that two
 * concurrent requests that change different keys both keep their changes.
 */
export interface SessionChanges {
  /** The session as this request opened it; `undefined` when the request began it. */
  readonly opened: SessionRecord | undefined;
  /** The session's id after this request: differs from `opened.id` when it was regenerated. */
  readonly id: string;
  /**
   * True when the visitor signed in: the previous id then no longer leads to this session. After any other change of
   * the id, requests under way with the old id can use the session for a while.
   */
  readonly hasSignedIn: boolean;
  readonly createdAt: number;
  readonly renewedAt: number;
  readonly expiresAt: number;
  /**
   * True when all values and messages of the opened session are removed before `set` and `flashesAdded` are applied.
   */
  readonly cleared: boolean;
  readonly set: ReadonlyMap<string, unknown>;
  /** Functions that computed values of `set` from the old ones: called again if the store has a newer old value. */
  readonly updates: ReadonlyMap<string, (old: unknown) => unknown>;
  readonly unset: ReadonlySet<string>;
  readonly flashesAdded: ReadonlyMap<string, Flash>;
  /** The lease of this process on messages of the session, when it gives back those that were not delivered. */
  readonly leasedBy: string | undefined;
  /** Ids of messages that were delivered. */
  readonly flashesTaken: ReadonlySet<string>;
  readonly identity: readonly string[];
  /** True when the visitor asked, at the last sign-in, to stay signed in for longer. */
  readonly isRemembered?: boolean | undefined;
  /** True when the session lives on only because its visitor asked for that. */
  readonly isOnlyRemembered?: boolean | undefined;
  /** The presence that began with the last sign-in; left out when none did. */
  readonly presence?: string | undefined;
  /** The timeouts that the last sign-in set; left out when it set none. */
  readonly lifetime?: OwnLifetime | undefined;
  /** True when the session must be stored from now on even if it is empty; left out when this was not requested. */
  readonly isKept?: boolean | undefined;
  /** The lineage after this request; left out at the beginning. */
  readonly lineage?: Lineage | undefined;
  /** The user whom the owner impersonates from now on; `null` when that has ended; left out when nothing changed. */
  readonly impersonation?: Impersonation | null | undefined;
  /** The epoch of a user in the revocation list; left out when the session contains it, or there is none. */
  readonly userEpoch?: { readonly userId: string; readonly value: string } | undefined;
  /** Locks to add, to replace, or to remove where there is `undefined`; left out when nothing changed. */
  readonly locks?: ReadonlyMap<string, SessionLock | undefined> | undefined;
  /** The parts of the visitor's device that this request learned; left out when there are none. */
  readonly device?: SessionDevice | undefined;
  /**
   * Maximum number of characters of the record's text, set when values or messages were added. A session that already
   * exceeds it can still be read, renewed and emptied. Pass it to {@link serializeRecord}; a store with its own limit
   * ignores it.
   */
  readonly maxSize?: number | undefined;
}

/**
 * Computes the record to store.
 *
 * @param current The record that is stored now; may be newer than `changes.opened`.
 * @returns The record to store.
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
  const owner = userIdOf({ values });
  const isOwners = owner !== undefined && (kept === undefined || owner === userIdOf(kept));
  const impersonation = isOwners ? impersonationAfter(kept, changes) : undefined;
  const isSameUser = owner === (kept && userIdOf(kept)) && impersonation?.startedAt === kept?.impersonation?.startedAt;
  const locks = isSameUser || !kept ? locksAfter(kept?.locks, changes) : undefined;
  const extras = {
    ...(device && { device }),
    ...(changes.isRemembered && { isRemembered: true }),
    ...((changes.isOnlyRemembered || (kept?.isOnlyRemembered && !changes.hasSignedIn)) && { isOnlyRemembered: true }),
    ...(changes.presence && { presence: changes.presence }),
    ...(changes.lifetime && { lifetime: changes.lifetime }),
    ...((changes.isKept || kept?.isKept) && { isKept: true }),
    ...(lineage && { lineage }),
    ...(impersonation && { impersonation }),
    ...epochAfter(kept, owner, changes),
    ...(locks && { locks }),
  };
  const record = { id, createdAt, renewedAt, expiresAt, values, flashes, identity, ...extras };
  return kept?.isForeign && !changes.hasSignedIn ? { ...record, isForeign: true } : record;
}

/**
 * Returns the impersonation to store. Nobody who signs in continues one, and a change of one that another request has
 * ended meanwhile does not bring it back.
 */
function impersonationAfter(
  kept: SessionRecord | undefined,
  { impersonation, hasSignedIn, opened }: SessionChanges,
): Impersonation | null | undefined {
  if (hasSignedIn) return impersonation;
  const known = opened?.impersonation?.startedAt;
  const isBegun = impersonation && impersonation.startedAt !== known;
  const isOfKept = impersonation !== undefined && kept?.impersonation?.startedAt === known;
  return isBegun || isOfKept ? impersonation : kept?.impersonation;
}

/** Returns the epoch to store: that of the user to whom the session belongs, who may be another one than before. */
function epochAfter(
  kept: SessionRecord | undefined,
  owner: string | undefined,
  { userEpoch }: SessionChanges,
): Pick<SessionRecord, 'epoch'> {
  if (owner === undefined) return {};
  if (userEpoch?.userId === owner) return { epoch: userEpoch.value };
  return kept?.epoch !== undefined && userIdOf(kept) === owner ? { epoch: kept.epoch } : {};
}

/** Returns the id of the user to whom the session belongs after changes; `undefined` for a guest. */
export function userIdAfter({ opened, cleared, set, unset }: SessionChanges): string | undefined {
  if (set.has('userId')) return userIdOf({ values: set });
  return !opened || cleared || unset.has('userId') ? undefined : userIdOf(opened);
}

/**
 * Returns the locks to store. None passes to another user: the outcome of a function is for those for whom it was run.
 */
function locksAfter(
  kept: SessionLocks | undefined,
  { hasSignedIn, locks, renewedAt }: SessionChanges,
): SessionLocks | undefined {
  if (hasSignedIn || !(locks || kept)) return undefined;
  const left = [...new Map([...(kept ?? []), ...(locks ?? [])])].flatMap(([key, lock]): [string, SessionLock][] =>
    lock && lock.until > renewedAt ? [[key, lock]] : [],
  );
  return left.length > 0 ? new Map(left) : undefined;
}

/** Returns changes that leave a session as it is. */
export function noChanges(opened: SessionRecord): SessionChanges {
  const { id, createdAt, renewedAt, expiresAt, identity, isRemembered, presence, lifetime, lineage } = opened;
  return {
    ...{ opened, id, createdAt, renewedAt, expiresAt, identity, isRemembered, presence, lifetime, lineage },
    ...{ hasSignedIn: false, cleared: false, set: new Map(), updates: new Map(), unset: new Set() },
    ...{ flashesAdded: new Map(), flashesTaken: new Set(), leasedBy: undefined },
  };
}

/**
 * Returns the changes, extended to remove all earlier messages that yield. @returns `undefined` when there are none.
 */
export function makingRoom(changes: SessionChanges): SessionChanges | undefined {
  const kept = allMessages(changes.opened?.flashes ?? new Map());
  const yielding = kept.flatMap(([, { id, yields }]) => (yields ? [id] : []));
  return yielding.length > 0
    ? { ...changes, flashesTaken: new Set([...changes.flashesTaken, ...yielding]) }
    : undefined;
}

/**
 * Computes the messages to store. Messages that another request added meanwhile stay, and those of this one follow
 * them.
 */
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
