import type { SessionDraft } from '../draft/session-draft.js';
import type { SessionConfig } from '../session-config.js';
import type { Lineage } from './lineage.js';
import type { SessionChanges } from './session-changes.js';

interface Moment {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly config: SessionConfig;
  readonly lineage: Lineage | undefined;
}

/**
 * Returns the times of a session that is written now. A quiet request does not count as activity, so its changes are
 * stored with the times of the last one that does.
 */
function timesAfter(
  draft: SessionDraft,
  { now, config }: Pick<Moment, 'now' | 'config'>,
): Pick<SessionChanges, 'createdAt' | 'renewedAt' | 'expiresAt'> {
  const { opened, createdAt = now, isQuiet, hasSignedIn } = draft;
  const { isRemembered, lifetime } = draft.visitor;
  const { livesUntil } = draft.own;
  const renewedAt = isQuiet && opened && !hasSignedIn ? opened.renewedAt : now;
  const expiry = config.expiryOf({ createdAt, isRemembered, lifetime }, renewedAt);
  return { createdAt, renewedAt, expiresAt: now < livesUntil ? Math.min(expiry, livesUntil) : expiry };
}

/**
 * Returns when a session ends if no request follows this one; `undefined` for a session that will not be stored. It
 * depends on whether this request will write the session.
 */
export function endAfter(draft: SessionDraft, moment: Pick<Moment, 'now' | 'config'>): number | undefined {
  const { opened, isDirty, isEmpty, isQuiet, failure, isSuperseded } = draft;
  const { config, now } = moment;
  const isKept = failure === undefined && !isSuperseded;
  if (isDirty && isKept) return isEmpty ? undefined : timesAfter(draft, moment).expiresAt;
  if (!opened) return undefined;
  const isWritten = !isQuiet && (config.isDueForRenewal(opened, now) || opened.fitted?.migrated || opened.hasMoved);
  if (isWritten && isKept) return timesAfter(draft, moment).expiresAt;
  return Math.min(opened.expiresAt, config.expiryOf(opened, opened.renewedAt));
}

/** Returns the changes that one request made to its session, for a store. */
export function changesOf(draft: SessionDraft, { now, config, lineage }: Moment): SessionChanges {
  const { opened } = draft;
  const { identity, device, isRemembered, lifetime } = draft.visitor;
  const { set, unset, updates, flashesAdded, flashesTaken, leasedBy, isKept } = draft.own;
  const impersonation = draft.impersonating.change;
  return {
    opened,
    id: draft.id,
    hasSignedIn: draft.hasSignedIn,
    ...timesAfter(draft, { now, config }),
    cleared: draft.cleared,
    set,
    updates,
    unset,
    flashesAdded,
    leasedBy,
    flashesTaken,
    identity,
    isRemembered,
    isOnlyRemembered: opened && !draft.hasSignedIn && config.isOnlyRemembered(opened, now),
    presence: draft.visitor.presence,
    lifetime,
    isKept,
    lineage,
    impersonation,
    device,
    maxSize: set.size + flashesAdded.size > 0 || impersonation ? config.maxSize : undefined,
  };
}
