import { AccessChecker } from '../access/access-checker.js';
import { AccessDecision } from '../access/access-decision.js';
import { AccessConfig } from '../access/access-options.js';
import { AccessRule } from '../access/access-rule.js';
import { AccessRules } from '../access/access-rules.js';
import { CsrfConfig } from '../access/csrf/csrf-config.js';
import { CsrfGuard } from '../access/csrf/csrf-guard.js';
import { CsrfTokens } from '../access/csrf/csrf-tokens.js';
import { FormConfig } from '../access/forms/form-config.js';
import { DecisionLog } from '../access/guard/decision-log.js';
import { GuardConfig } from '../access/guard/guard-config.js';
import { type GuardLoader, PageGuards } from '../access/guard/page-guard.js';
import { RouteGuard } from '../access/guard/route-guard.js';
import { Impersonations } from '../access/impersonation/impersonations.js';
import { IslandPages } from '../access/pages/island-pages.js';
import { Policies, type PolicyOptions } from '../access/policies/policies.js';
import { LinkTokens } from '../access/sign-in/link-tokens.js';
import { PendingSignIn } from '../access/sign-in/pending-sign-in.js';
import { UsedTokens } from '../access/sign-in/used-tokens.js';
import { Visitor } from '../access/visitor.js';
import { VisitorResolver } from '../access/visitor-resolver.js';
import { Clock } from '../base/clock.js';
import { Secrets } from '../session/cookies/secrets.js';
import { FlashBag } from '../session/flash-bag.js';
import { SessionManager } from '../session/manager/session-manager.js';
import { SecurityEvents } from '../session/security-events.js';
import { Session } from '../session/session.js';
import { SessionConfig } from '../session/session-config.js';
import { SessionRegistry } from '../session/session-registry.js';
import { SessionSchema } from '../session/session-schema.js';
import { CookieSessionStore } from '../session/stores/cookie-session-store.js';
import { NoRevocationList, RevocationList } from '../session/stores/revocation-list.js';
import { SessionStore } from '../session/stores/session-store.js';
import { Abilities } from './policies/abilities.js';
import type { Class, Factory } from './registration.js';
import { RequestScope } from './scope/request-scope.js';
import { registryOf, Services } from './services.js';

/** The configuration that the package's parts are constructed with. */
export interface Settings {
  readonly session: SessionConfig;
  readonly secrets: Secrets;
  readonly guard: GuardConfig;
  readonly access: AccessConfig;
  /** The protection against forged requests. Default: off. */
  readonly csrf?: CsrfConfig | undefined;
  /** The handling of forms that are posted to pages. Default: off. */
  readonly forms?: FormConfig | undefined;
  /** Loads the rules that pages and endpoints export. Default: none. */
  readonly pageGuards?: { load: GuardLoader; keep: boolean; routes: () => Promise<readonly string[]> } | undefined;
  /** The policies on records. Default: none. */
  readonly policies?: PolicyOptions | undefined;
  /** The schema that sessions must match. Default: none. */
  readonly schema?: SessionSchema | undefined;
  /** The session store: a class, or a factory. Default: {@link CookieSessionStore}. */
  readonly store?: Class<SessionStore> | Factory<SessionStore> | undefined;
}

/** Registers every part of the package with its lifetime. */
export function defaultServices({
  session,
  secrets,
  guard,
  access,
  csrf = new CsrfConfig(),
  forms = new FormConfig(),
  pageGuards,
  policies,
  schema = new SessionSchema(),
  store = CookieSessionStore,
}: Settings): Services {
  const services = new Services()
    .value(SessionConfig, session)
    .value(Secrets, secrets)
    .value(GuardConfig, guard)
    .value(AccessConfig, access)
    .value(CsrfConfig, csrf)
    .value(FormConfig, forms)
    .value(Policies, new Policies(policies))
    .value(SessionSchema, schema)

    .shared(Clock)
    .shared(SecurityEvents)
    .shared(SessionStore, store)
    .shared(RevocationList, NoRevocationList)
    .shared(SessionRegistry)
    .shared(SessionManager)
    .shared(VisitorResolver)
    .shared(AccessRules)
    .shared(PageGuards, () => new PageGuards(pageGuards?.load, pageGuards?.keep, pageGuards?.routes))
    .shared(AccessChecker)
    .shared(Impersonations)
    .shared(DecisionLog)
    .shared(UsedTokens)
    .shared(PendingSignIn)
    .shared(LinkTokens)
    .shared(CsrfTokens)
    .shared(CsrfGuard)
    .shared(IslandPages)
    .shared(RouteGuard)
    .perRequest(Abilities)

    .made(Session)
    .made(FlashBag)
    .made(Visitor)
    .made(AccessRule)
    .made(AccessDecision)
    .made(RequestScope);
  registryOf(services).asOwn();
  return services;
}
