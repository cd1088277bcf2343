import * as stores from './stores.js';

export { AccessChecker } from './access/access-checker.js';
export { AccessDecision, type DecisionCode } from './access/access-decision.js';
export {
  AccessConfig,
  type AccessOptions,
  type GrantedRoles,
  type Identify,
  type MayImpersonate,
} from './access/access-options.js';
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
export {
  type ChangingRequest,
  CsrfGuard,
  type CsrfVerdict,
} from './access/csrf/csrf-guard.js';
export { CsrfTokens } from './access/csrf/csrf-tokens.js';
export { FormConfig, type FormOptions } from './access/forms/form-config.js';
export type { FieldErrors, FieldIssue } from './access/forms/kept-form.js';
export { DecisionLog } from './access/guard/decision-log.js';
export {
  type Exclusion,
  type ExclusionForMethods,
  GuardConfig,
  type GuardOptions,
} from './access/guard/guard-config.js';
export type { AccessRequest, GuardedRequest } from './access/guard/guarded-request.js';
export type { Guard, GuardEntry } from './access/guard/page-guard.js';
export { RouteGuard } from './access/guard/route-guard.js';
export type { RefusingVerdict, Verdict } from './access/guard/verdict.js';
export type { RequestedPage } from './access/pages/requested-page.js';
export type { Ability, AbilityProps, AbilityRecord } from './access/policies/ability-types.js';
export type { PolicyClass, PolicyOptions } from './access/policies/policies.js';
export { Policy, type PolicyAnswer, PolicyDenial } from './access/policies/policy.js';
export type { RefusedClient } from './access/refusal/client.js';
export type { ForbiddenPage, ForbiddenPath } from './access/refusal/forbidden-page.js';
export type { LoginPages, LoginPath } from './access/refusal/login-pages.js';
export type { RouteAddress, RoutePath, RoutePattern, RouteTypes } from './access/route-types.js';
export {
  type LinkExpectation,
  type LinkOptions,
  LinkTokens,
  type OnceValue,
  type OpenedLink,
} from './access/sign-in/link-tokens.js';
export { PendingSignIn, type SignInOutcome, type SignInReturn } from './access/sign-in/pending-sign-in.js';
export type { BegunSignIn, SignInStart, TakenSignIn } from './access/sign-in/sign-in-attempt.js';
export { UsedTokens } from './access/sign-in/used-tokens.js';
export {
  type AccessTypes,
  type IdentifiedVisitor,
  type Permission,
  type Role,
  Visitor,
  type VisitorData,
  type VisitorSource,
} from './access/visitor.js';
export { VisitorResolver } from './access/visitor-resolver.js';
export { goTo } from './astro/forms/go-to.js';
export { type FormReading, fieldErrors, flashErrors, oldInput, oldInputs } from './astro/forms/old-input.js';
export {
  accounts,
  addAccount,
  type SignedInAccount,
  signOutOfAll,
  switchAccount,
} from './astro/helpers/accounts.js';
export { authorize, can } from './astro/helpers/authorize.js';
export {
  CookieSession,
  type CookieSessionStorage,
  createCookieSessionStorage,
} from './astro/helpers/cookie-session-storage.js';
export { csrfToken } from './astro/helpers/csrf-token.js';
export { type FlashMessage, flashMessages } from './astro/helpers/flash-messages.js';
export type { WithLocals } from './astro/helpers/helper-call.js';
export {
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
} from './astro/helpers/helpers.js';
export { type ImpersonateOptions, impersonate, stopImpersonating } from './astro/helpers/impersonate.js';
export { beginSignIn, type SignInTaking, takeSignIn } from './astro/helpers/pending-sign-in.js';
export { safeReturnTo } from './astro/helpers/safe-return-to.js';
export {
  clearSession,
  regenerateSession,
  type SignInOptions,
  type SignOutOptions,
  setSession,
  signIn,
  signOut,
  updateSession,
} from './astro/helpers/sign-in.js';
export type { CookieSessionStorageOptions, SetupOptions } from './astro/options/options.js';
export { defineGatehouse } from './astro/options/setup.js';
export type { StoreOptions, UnstorageByStorage } from './astro/options/store-choice.js';
export type { HeaderSource } from './astro/outside/header-source.js';
export { openSession } from './astro/outside/open-session.js';
export type { OpenedSession, SessionRefusal } from './astro/outside/opened-session.js';
export type { ReadOnlySession } from './astro/outside/read-only-session.js';
export type { OpenSessionOptions } from './astro/outside/site-sessions.js';
export type { GatehouseLocals } from './astro/request/locals.js';
export { disposeServices } from './astro/start/running-services.js';
export { Clock } from './base/clock.js';
export { Abilities } from './container/policies/abilities.js';
export type { Class, Factory, Get } from './container/registration.js';
export { RequestScope } from './container/scope/request-scope.js';
export { Services } from './container/services.js';
export * from './errors/index.js';
export { inject, injectable } from './injectable.js';
export { type CarriedCookie, type CookieAttributes, CookieJar } from './session/cookies/cookie-jar.js';
export { Secrets } from './session/cookies/secrets.js';
export type { ImpersonationEnd, LoginRejection, RejectionReason } from './session/event-reasons.js';
export { FlashBag } from './session/flash-bag.js';
export { ListedSession } from './session/listed-session.js';
export { SessionManager } from './session/manager/session-manager.js';
export type { SessionListing, SessionPage } from './session/registry/session-directory.js';
export type { FilterValue, SessionFilter } from './session/registry/session-filter.js';
export {
  type EventSubject,
  type SecurityEvent,
  type SecurityEventFields,
  type SecurityEventName,
  SecurityEvents,
} from './session/security-events.js';
export { Session } from './session/session.js';
export { SessionConfig, type SessionOptions } from './session/session-config.js';
export { SessionRegistry } from './session/session-registry.js';
export type {
  ListKey,
  NumberKey,
  SessionContents,
  SessionDataOptions,
  SessionItem,
  SessionKey,
  SessionValue,
} from './session/session-schema.js';
export { SessionSchema } from './session/session-schema.js';
export type { ExclusiveOptions } from './session/steps/session-steps.js';
export { CookieSessionStore } from './session/stores/cookie-session-store.js';
export { MemorySessionStore } from './session/stores/memory-session-store.js';
export { RevocationList } from './session/stores/revocation-list.js';
export { SessionStore } from './session/stores/session-store.js';

// Declarations, not re-exports: editors move a deprecated name to the end only if its declaration is deprecated.
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
