import { withMigration } from './fitted-values.js';
import { lifetimeOf } from './forms/kept-form.js';
import type { Lineage } from './lineage.js';
import type { Session } from './session.js';
import type { SessionChanges } from './session-changes.js';
import type { SessionConfig } from './session-config.js';

interface Moment {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly config: SessionConfig;
  readonly lineage: Lineage | undefined;
  /** Whether what a schema made of the stored values is to be stored. */
  readonly migrates: boolean;
}

/** What one request did to its session, for a store. */
export function changesOf(session: Session, { now, config, lineage, migrates }: Moment): SessionChanges {
  const { ended: _, isSuperseded: __, failure: ___, origin: ____, createdAt: begun, ...journal } = session.journal;
  const createdAt = begun ?? now;
  const expiresAt = Math.min(config.expiryOf({ ...journal, createdAt }, now), now + lifetimeOf(session));
  const maxSize = journal.set.size + journal.flashesAdded.size > 0 ? config.maxSize : undefined;
  return {
    ...(migrates ? withMigration(journal) : journal),
    id: session.id,
    createdAt,
    renewedAt: now,
    expiresAt,
    maxSize,
    lineage,
  };
}
