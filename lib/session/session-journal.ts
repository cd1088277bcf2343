import type { FlashBag } from './flash-bag.js';
import type { SessionChanges } from './session-changes.js';
import type { SessionState } from './session-state.js';
import type { SessionValues } from './session-values.js';

/** What became of a session in the course of a request: all that its commit needs to know. */
export interface SessionJournal
  extends Omit<SessionChanges, 'id' | 'createdAt' | 'renewedAt' | 'expiresAt' | 'lineage'>,
    Pick<SessionState, 'createdAt' | 'ended' | 'isSuperseded' | 'failure' | 'origin'> {}

export function journalOf(state: SessionState, values: SessionValues, flashes: FlashBag): SessionJournal {
  const { opened, ended, createdAt, hasSignedIn, isForgotten, isSuperseded, failure, identity, device } = state;
  const { isRemembered, origin } = state;
  return {
    opened,
    ended,
    createdAt,
    hasSignedIn,
    isSuperseded,
    failure,
    origin,
    identity,
    device,
    isRemembered,
    cleared: isForgotten,
    set: values.changed,
    updates: values.updates,
    unset: values.removed,
    flashesAdded: flashes.added,
    flashesTaken: flashes.gone,
    leasedBy: flashes.claims?.leasedBy,
  };
}
