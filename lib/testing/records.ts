import type { SessionChanges } from '../session/session-changes.js';
import { SessionId } from '../session/session-id.js';
import type { SessionRecord } from '../session/session-record.js';

const BEGUN = Date.UTC(2030, 0, 1);
const WEEK = 7 * 24 * 60 * 60 * 1000;

/** What a spec says of a record; the rest is that of a session begun at the start of 2030. */
export interface RecordParts extends Partial<Omit<SessionRecord, 'values' | 'flashes'>> {
  values?: Record<string, unknown>;
  /** Messages by key; each gets an id made of its key. */
  flashes?: Record<string, unknown>;
}

export function recordOf({ values = {}, flashes = {}, ...others }: RecordParts = {}): SessionRecord {
  return {
    id: SessionId.generate(),
    createdAt: BEGUN,
    renewedAt: BEGUN,
    expiresAt: BEGUN + WEEK,
    identity: [],
    ...others,
    values: new Map(Object.entries(values)),
    flashes: new Map(Object.entries(flashes).map(([key, value]) => [key, { id: `flash-${key}`, value }])),
  };
}

/** What a spec says of changes; the rest is that of a request that changed nothing else. */
export interface ChangesParts
  extends Partial<Omit<SessionChanges, 'set' | 'updates' | 'unset' | 'flashesAdded' | 'flashesTaken'>> {
  set?: Record<string, unknown>;
  updates?: Record<string, (old: unknown) => unknown>;
  unset?: readonly string[];
  /** Messages by key; each gets an id made of its key. */
  flashesAdded?: Record<string, unknown>;
  flashesTaken?: readonly string[];
}

export function changesOf(parts: ChangesParts = {}): SessionChanges {
  const { set = {}, updates = {}, unset = [], flashesAdded = {}, flashesTaken = [], opened, ...others } = parts;
  const { values: _, flashes, ...record } = recordOf({ ...opened, values: {}, flashes: flashesAdded });
  return {
    ...record,
    cleared: false,
    hasSignedIn: false,
    leasedBy: undefined,
    ...others,
    opened,
    set: new Map(Object.entries(set)),
    updates: new Map(Object.entries(updates)),
    unset: new Set(unset),
    flashesAdded: flashes,
    flashesTaken: new Set(flashesTaken),
  };
}
