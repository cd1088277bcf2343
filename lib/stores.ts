export { Clock } from './base/clock.js';
export {
  EvictingStoreError,
  GatehouseError,
  MissingClientError,
  SessionConflictError,
  SessionsNotListedError,
  SessionTooLargeError,
  StoreUnavailableError,
} from './errors/index.js';
export { inject, injectable } from './injectable.js';
export { type FlashLease, withLease } from './session/record/flash-lease.js';
export type { Lineage } from './session/record/lineage.js';
export { parseRecord, serializeRecord } from './session/record/record-text.js';
export { applyChanges, type SessionChanges } from './session/record/session-changes.js';
export { SessionId } from './session/record/session-id.js';
export type { SessionLock, SessionLocks, StoredOutcome } from './session/record/session-lock.js';
export { type Flash, isEmptyRecord, type SessionDevice, type SessionRecord } from './session/record/session-record.js';
export { SessionConfig, type SessionOptions } from './session/session-config.js';
export { CookieSessionStore } from './session/stores/cookie-session-store.js';
export type { FiledPage, ListedText, ListingRequest, TextPage } from './session/stores/listing/listing.js';
export { type MemoryOptions, MemorySessionStore } from './session/stores/memory-session-store.js';
export { MigratingSessionStore, type Migration } from './session/stores/migrating-session-store.js';
export type { KeyedText } from './session/stores/moved-record.js';
export {
  KeyedRevocationList,
  MemoryRevocationList,
  NoRevocationList,
  RevocationList,
} from './session/stores/revocation-list.js';
export {
  type Altered,
  type FiledRecord,
  SessionStore,
  type StoreAbilities,
  type StoredChange,
} from './session/stores/session-store.js';
export { type StoredText, VersionedSessionStore } from './session/stores/versioned-session-store.js';
