import type { SessionChanges } from '../session/record/session-changes.js';
import { SessionId } from '../session/record/session-id.js';
import type { SessionRecord } from '../session/record/session-record.js';

const BEGUN = Date.UTC(2030, 0, 1);
const WEEK = 7 * 24 * 60 * 60 * 1000;

/** The properties of a record that a spec sets. The others are those of a session that began at the start of 2030. */
export interface RecordParts extends Partial<Omit<SessionRecord, 'values' | 'flashes'>> {
  values?: Record<string, unknown>;
  /** Messages by key. The id of each is derived from its key. */
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

/** The properties of changes that a spec sets. The others are those of a request without further changes. */
export interface ChangesParts
  extends Partial<Omit<SessionChanges, 'set' | 'updates' | 'unset' | 'flashesAdded' | 'flashesTaken'>> {
  set?: Record<string, unknown>;
  updates?: Record<string, (old: unknown) => unknown>;
  unset?: readonly string[];
  /** Messages by key. The id of each is derived from its key. */
  flashesAdded?: Record<string, unknown>;
  flashesTaken?: readonly string[];
}

export function changesOf(parts: ChangesParts = {}): SessionChanges {
  const { set = {}, updates = {}, unset = [], flashesAdded = {}, flashesTaken = [], opened, ...others } = parts;
  const {
    values: _,
    flashes,
    impersonation: __,
    locks: ___,
    ...record
  } = recordOf({ ...opened, values: {}, flashes: flashesAdded });
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
