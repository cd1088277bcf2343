import * as stores from './stores.js';

export { AccessChecker } from './access/access-checker.js';
export { AccessDecision, type DecisionCode } from './access/access-decision.js';
export { AccessConfig, type AccessOptions } from './access/access-options.js';
export {
  AccessRule,
  type AccessRuleOptions,
  type ActionRuleOptions,
  type IslandRuleOptions,
  type PageRuleOptions,
  type Requirement,
  type RuleOptions,
} from './access/access-rule.js';
export { AccessRules } from './access/access-rules.js';
export { CsrfConfig, type CsrfOptions } from './access/csrf/csrf-config.js';
export { CsrfDecision, type ForgeryCode } from './access/csrf/csrf-decision.js';
export { type ChangingRequest, CsrfGuard, type CsrfVerdict } from './access/csrf/csrf-guard.js';
export { CsrfTokens } from './access/csrf/csrf-tokens.js';
export { DecisionLog } from './access/decision-log.js';
export { FormConfig, type FormOptions } from './access/forms/form-config.js';
export type { FieldErrors, FieldIssue } from './access/forms/kept-form.js';
export { GuardConfig, type GuardOptions } from './access/guard-config.js';
export type { AccessRequest, GuardedRequest } from './access/guarded-request.js';
export type { Guard, GuardEntry } from './access/page-guard.js';
export { RouteGuard } from './access/route-guard.js';
export type { RouteAddress, RoutePath, RoutePattern, RouteTypes } from './access/route-types.js';
export type { RefusingVerdict, Verdict } from './access/verdict.js';
export { type AccessTypes, type Permission, type Role, Visitor, type VisitorData } from './access/visitor.js';
export { VisitorResolver } from './access/visitor-resolver.js';
export { can } from './astro/can.js';
export { CookieSession } from './astro/cookie-session.js';
export { type CookieSessionStorage, createCookieSessionStorage } from './astro/cookie-session-storage.js';
export { csrfToken } from './astro/csrf-token.js';
export { type FlashMessage, flashMessages } from './astro/flash-messages.js';
export { goTo } from './astro/forms/go-to.js';
export { type FormReading, fieldErrors, flashErrors, oldInput, oldInputs } from './astro/forms/old-input.js';
export type { WithLocals } from './astro/helper-call.js';
export {
  authorize,
  currentUser,
  getSession,
  hasAllPermissions,
  hasAnyPermission,
  hasPermission,
  hasRole,
  hasRolePermission,
  isAuthenticated,
  requireSession,
  type SignedInSession,
} from './astro/helpers.js';
export type { CookieSessionStorageOptions, SetupOptions } from './astro/options.js';
export type { GatehouseLocals } from './astro/request/locals.js';
export { disposeServices } from './astro/running-services.js';
export { safeReturnTo } from './astro/safe-return-to.js';
export { defineGatehouse } from './astro/setup.js';
export {
  clearSession,
  regenerateSession,
  type SignInOptions,
  type SignOutOptions,
  setSession,
  signIn,
  signOut,
  updateSession,
} from './astro/sign-in.js';
export type { StoreOptions, UnstorageByStorage } from './astro/store-choice.js';
export type { Class, Factory, Get } from './container/registration.js';
export { RequestScope } from './container/request-scope.js';
export { Services } from './container/services.js';
export * from './errors.js';
export { inject, injectable } from './injectable.js';
export { Clock } from './session/clock.js';
export { type CarriedCookie, type CookieAttributes, CookieJar } from './session/cookie-jar.js';
export { FlashBag } from './session/flash-bag.js';
export { ListedSession } from './session/listed-session.js';
export { RevocationList } from './session/revocation-list.js';
export { Secrets } from './session/secrets.js';
export {
  type EventSubject,
  type RejectionReason,
  type SecurityEvent,
  type SecurityEventFields,
  type SecurityEventName,
  SecurityEvents,
} from './session/security-events.js';
export { Session } from './session/session.js';
export { SessionConfig, type SessionOptions } from './session/session-config.js';
export type { SessionContents, SessionDataOptions, SessionKey, SessionValue } from './session/session-data.js';
export { SessionManager } from './session/session-manager.js';
export { SessionRegistry } from './session/session-registry.js';
export { SessionSchema } from './session/session-schema.js';
export { CookieSessionStore } from './session/stores/cookie-session-store.js';
export { MemorySessionStore } from './session/stores/memory-session-store.js';
export { SessionStore } from './session/stores/session-store.js';

// Real declarations: editors put names that are deprecated last only if what they stand for is.
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export const applyChanges = stores.applyChanges;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export type FiledRecord = stores.FiledRecord;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export type Flash = stores.Flash;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export const KeyedRevocationList = stores.KeyedRevocationList;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export type KeyedRevocationList = stores.KeyedRevocationList;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export type Lineage = stores.Lineage;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export type MemoryOptions = stores.MemoryOptions;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export const MemoryRevocationList = stores.MemoryRevocationList;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export type MemoryRevocationList = stores.MemoryRevocationList;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export const MigratingSessionStore = stores.MigratingSessionStore;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export type MigratingSessionStore = stores.MigratingSessionStore;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export type Migration = stores.Migration;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export const NoRevocationList = stores.NoRevocationList;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export type NoRevocationList = stores.NoRevocationList;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export const parseRecord = stores.parseRecord;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export const serializeRecord = stores.serializeRecord;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export type SessionChanges = stores.SessionChanges;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export type SessionDevice = stores.SessionDevice;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export const SessionId = stores.SessionId;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export type SessionRecord = stores.SessionRecord;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export type StoreAbilities = stores.StoreAbilities;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export type StoredText = stores.StoredText;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export const VersionedSessionStore = stores.VersionedSessionStore;
/** @deprecated Import it from 'astro-gatehouse/stores'. */
export type VersionedSessionStore = stores.VersionedSessionStore;
