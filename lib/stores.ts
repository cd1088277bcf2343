export {
  EvictingStoreError,
  GatehouseError,
  MissingClientError,
  SessionConflictError,
  SessionsNotListedError,
  SessionTooLargeError,
  StoreUnavailableError,
} from './errors.js';
export { inject, injectable } from './injectable.js';
export { Clock } from './session/clock.js';
export type { Lineage } from './session/lineage.js';
export { parseRecord, serializeRecord } from './session/record-text.js';
export { KeyedRevocationList, NoRevocationList, RevocationList } from './session/revocation-list.js';
export { applyChanges, type SessionChanges } from './session/session-changes.js';
export { SessionConfig, type SessionOptions } from './session/session-config.js';
export type { SessionDevice } from './session/session-device.js';
export { SessionId } from './session/session-id.js';
export type { Flash, SessionRecord } from './session/session-record.js';
export { CookieSessionStore } from './session/stores/cookie-session-store.js';
export { MemoryRevocationList } from './session/stores/memory-revocation-list.js';
export { type MemoryOptions, MemorySessionStore } from './session/stores/memory-session-store.js';
export { MigratingSessionStore, type Migration } from './session/stores/migrating-session-store.js';
export { type FiledRecord, SessionStore, type StoreAbilities } from './session/stores/session-store.js';
export { type StoredText, VersionedSessionStore } from './session/stores/versioned-session-store.js';
