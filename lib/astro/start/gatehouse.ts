import { AccessConfig } from '../../access/access-options.js';
import { CsrfConfig } from '../../access/csrf/csrf-config.js';
import { CsrfGuard } from '../../access/csrf/csrf-guard.js';
import { CsrfTokens } from '../../access/csrf/csrf-tokens.js';
import type { AllowedDomain } from '../../access/csrf/site-origins.js';
import { FormConfig } from '../../access/forms/form-config.js';
import { DecisionLog } from '../../access/guard/decision-log.js';
import { GuardConfig } from '../../access/guard/guard-config.js';
import type { GuardLoader } from '../../access/guard/page-guard.js';
import { RouteGuard } from '../../access/guard/route-guard.js';
import type { Locale } from '../../access/paths/special-paths.js';
import { QuietRequests } from '../../access/quiet-requests.js';
import type { HasPage } from '../../access/refusal/language-pages.js';
import { VisitorResolver } from '../../access/visitor-resolver.js';
import { Identification } from '../../access/visitors/identification.js';
import { inTime } from '../../base/waiting.js';
import { defaultServices } from '../../container/default-services.js';
import { registerPolicies } from '../../container/policies/register-policies.js';
import { currentRequest } from '../../container/scope/current-request.js';
import type { Services } from '../../container/services.js';
import { EvictingStoreError } from '../../errors/index.js';
import { AccountCookies } from '../../session/cookies/account-cookies.js';
import { Secrets } from '../../session/cookies/secrets.js';
import { SessionManager } from '../../session/manager/session-manager.js';
import { SecurityEvents } from '../../session/security-events.js';
import { SessionConfig } from '../../session/session-config.js';
import { SessionSchema } from '../../session/session-schema.js';
import { RevocationList } from '../../session/stores/revocation-list.js';
import { SessionStore } from '../../session/stores/session-store.js';
import {
  checkSetupOptions,
  type GatehouseOptions,
  mergeOptions,
  registerServices,
  type SetupOptions,
} from '../options/options.js';
import { chosenStore } from '../options/store-choice.js';
import type { DevTools } from '../request/dev-tools.js';
import type { ToolbarParts } from '../toolbar/toolbar.js';
import { assertSeveralAccounts } from './account-checks.js';
import { AstroSessionStore } from './astro-session-store.js';
import { PrerenderedPages } from './prerendered-pages.js';
import type { ProjectRoutes } from './project-routes.js';
import { logDeadEnds, UnkeptValues } from './start-warnings.js';
import { type StoreMakers, storeService } from './store-service.js';

/** The settings of the built site: its options, and facts about the Astro project. */
export interface SiteSettings {
  readonly options: GatehouseOptions;
  readonly setup: SetupOptions;
  /** Loads the guards of pages, and lists the routes that may have one; `undefined` when no page has a guard. */
  readonly pageGuards: { load: GuardLoader; routes: () => Promise<readonly string[]> } | undefined;
  readonly secret: string | undefined;
  /** Create the stores that the options may name, in addition to those that every site contains. */
  readonly storeMakers: Partial<StoreMakers>;
  readonly isProduction: boolean;
  readonly base: string;
  readonly trailingSlash: string;
  /** Distinguishes the application from others on its host. */
  readonly applicationId?: string | undefined;
  /** Names of the site: `security.allowedDomains` of astro.config. */
  readonly allowedDomains: readonly AllowedDomain[];
  /** `i18n.locales` of astro.config. */
  readonly locales: readonly Locale[];
  /** Checks whether the project has a page in a language. */
  readonly hasPage?: HasPage | undefined;
  /** Creates the toolbar of the development server; `undefined` in a build. */
  readonly makeToolbar: ((parts: ToolbarParts) => DevTools) | undefined;
  /** In development: returns the current routes of the project. */
  readonly routesNow: (() => Promise<ProjectRoutes>) | undefined;
  /** True while a build prerenders pages, which are served later without any middleware. */
  readonly isPrerendering: boolean;
  /** True when the project has a middleware of its own, which may name visitors. */
  readonly hasOwnMiddleware: boolean;
  /** True in development when Astro's own sessions have no driver. */
  readonly lacksAstroSession?: boolean | undefined;
  /** True when the project composes Astro's request pipeline itself. */
  readonly hasOwnPipeline: boolean;
  /** Patterns that are open despite `globalProtect`: resources that Astro itself serves to every page. */
  readonly open: readonly string[];
}

function begin(services: Services, rulesOfConfig = 0): void {
  const log = services.get(DecisionLog);
  services.get(SecurityEvents).reportTo((line, error) => log.failure(line, error));
  assertSeveralAccounts(services.get(SessionConfig), services.get(CsrfConfig), services.get(SessionStore));
  services.get(SessionSchema).reportTo((line) => log.misfit(line));
  logDeadEnds(services, rulesOfConfig).catch((error) => log.failure('Rules could not be checked.', error));
}

/** Gets every shared service that requests use. */
function partsOf(services: Services, { isPrerendering }: Pick<SiteSettings, 'isPrerendering'>) {
  const config = services.get(SessionConfig);
  const resolver = services.get(VisitorResolver);
  const csrf = services.get(CsrfConfig);
  const guard = services.get(GuardConfig);
  const log = services.get(DecisionLog);
  return {
    config,
    log,
    store: services.get(SessionStore),
    accounts: new AccountCookies(config),
    sessions: services.get(SessionManager),
    resolver,
    /** Asks the application who sends a request; `undefined` where only the session says it. */
    identification:
      resolver.identifies && !isPrerendering
        ? new Identification(resolver, log, services.get(SecurityEvents), config.storeTimeout)
        : undefined,
    guard: services.get(RouteGuard),
    csrf: services.get(CsrfGuard),
    /** The tokens of forms; `undefined` when no form needs one. */
    tokens: csrf.usesTokens ? services.get(CsrfTokens) : undefined,
    forms: services.get(FormConfig),
    errorPages: guard.errorPages,
    quiet: new QuietRequests(config.quiet, guard),
    unkept: new UnkeptValues(config.cookie.sameSite, log),
  };
}

/** The assembled package, created once when the server starts. */
export class Gatehouse {
  readonly prerendered: PrerenderedPages;
  #parts: ReturnType<typeof partsOf> | undefined;

  constructor(
    readonly services: Services,
    readonly site: Pick<
      SiteSettings,
      | 'base'
      | 'allowedDomains'
      | 'lacksAstroSession'
      | 'hasOwnMiddleware'
      | 'hasOwnPipeline'
      | 'isPrerendering'
      | 'isProduction'
      | 'options'
    >,
    /** In development only. */
    readonly devTools?: DevTools | undefined,
  ) {
    this.prerendered = new PrerenderedPages(services, site);
  }

  /**
   * Assembles all parts, once, when the server starts.
   *
   * @throws {GatehouseError} For any error in the configuration, before the first request.
   */
  static start(site: SiteSettings): Gatehouse {
    const setup = checkSetupOptions(site.setup, site.options.setup);
    const options = mergeOptions(site.options, setup);
    const exclude = [...(options.exclude ?? []), ...site.open];
    const { isProduction, applicationId, storeMakers } = site;
    const explains = options.debug === true || !isProduction;
    const session = SessionConfig.from(options.session, { isProduction, applicationId });
    const cookieNames = [session.cookieName, ...session.formerNames];
    const services = defaultServices({
      session,
      secrets: Secrets.from(site.secret, { source: 'GATEHOUSE_SECRET', isProduction }),
      guard: new GuardConfig({ ...options, exclude }, site),
      access: new AccessConfig(options.access, setup.identify),
      csrf: new CsrfConfig(options.csrf, { ...site, cookieNames, explains }),
      forms: new FormConfig(options.forms),
      policies: setup.policies,
      schema: new SessionSchema(setup.sessionData),
      pageGuards: site.pageGuards && { ...site.pageGuards, keep: isProduction },
      store: storeService(chosenStore(options), storeMakers),
    });
    currentRequest.use(options);
    registerServices(setup, services);
    registerPolicies(services, setup.policies);
    services.boot(site.isPrerendering ? 'later' : 'now');
    // Prerendering causes no events that could be reported.
    if (!site.isPrerendering) begin(services, site.options.protect?.length);
    const { base, makeToolbar, routesNow, options: ofConfig } = site;
    return new Gatehouse(services, site, makeToolbar?.({ services, options, ofConfig, base, routesNow }));
  }

  /**
   * The shared services. A build that prerenders pages creates none of them, because it has neither visitors nor
   * everything that a server has.
   */
  get parts(): ReturnType<typeof partsOf> {
    this.#parts ??= partsOf(this.services, this.site);
    return this.#parts;
  }

  /**
   * Checks that the stores do not drop sessions on their own. A store that is unavailable now does not stop the start.
   *
   * @throws {EvictingStoreError} When a store may drop sessions at any time.
   */
  async prepare(): Promise<void> {
    const { config, store } = this.parts;
    for (const keeper of [store, this.services.get(RevocationList)]) {
      try {
        await inTime(keeper.assertKeeps(), config.storeTimeout, 'The store');
      } catch (error) {
        if (error instanceof EvictingStoreError) throw error;
      }
    }
  }

  /** True in development when pages may look for a session of Astro's own, and there is none. */
  get lacksAstroSession(): boolean {
    return this.site.lacksAstroSession === true && !(this.parts.store instanceof AstroSessionStore);
  }

  /** True when a visitor may be found in Astro's own session. */
  get looksIntoAstroSessions(): boolean {
    return this.site.hasOwnMiddleware || this.parts.store instanceof AstroSessionStore;
  }
}
