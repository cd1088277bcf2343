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

/** Returns the changes that one request made to its session, for a store. */
export function changesOf(draft: SessionDraft, { now, config, lineage }: Moment): SessionChanges {
  const { opened, createdAt = now } = draft;
  const { identity, device, isRemembered, lifetime } = draft.visitor;
  const { set, unset, updates, flashesAdded, flashesTaken, leasedBy, livesUntil, isKept } = draft.own;
  const impersonation = draft.impersonating.change;
  const expiry = config.expiryOf({ createdAt, isRemembered, lifetime }, now);
  const expiresAt = now < livesUntil ? Math.min(expiry, livesUntil) : expiry;
  return {
    opened,
    id: draft.id,
    hasSignedIn: draft.hasSignedIn,
    createdAt,
    renewedAt: now,
    expiresAt,
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
    lifetime,
    isKept,
    lineage,
    impersonation,
    device,
    maxSize: set.size + flashesAdded.size > 0 || impersonation ? config.maxSize : undefined,
  };
}
