import { AccessConfig } from '../access/access-options.js';
import { CsrfConfig } from '../access/csrf/csrf-config.js';
import { CsrfGuard } from '../access/csrf/csrf-guard.js';
import { CsrfTokens } from '../access/csrf/csrf-tokens.js';
import type { AllowedDomain } from '../access/csrf/site-origins.js';
import { DecisionLog } from '../access/decision-log.js';
import type { Locale } from '../access/error-pages.js';
import { FormConfig } from '../access/forms/form-config.js';
import { GuardConfig } from '../access/guard-config.js';
import type { GuardLoader } from '../access/page-guards.js';
import { RouteGuard } from '../access/route-guard.js';
import { VisitorResolver } from '../access/visitor-resolver.js';
import { defaultServices } from '../container/default-services.js';
import type { Services } from '../container/services.js';
import { EvictingStoreError } from '../errors.js';
import { inTime } from '../session/in-time.js';
import { RevocationList } from '../session/revocation-list.js';
import { Secrets } from '../session/secrets.js';
import { SecurityEvents } from '../session/security-events.js';
import { SessionConfig } from '../session/session-config.js';
import { SessionManager } from '../session/session-manager.js';
import { SessionSchema } from '../session/session-schema.js';
import { SessionStore } from '../session/stores/session-store.js';
import { AstroSessionStore } from './astro-session-store.js';
import {
  checkSetupOptions,
  type GatehouseOptions,
  mergeOptions,
  registerServices,
  type SetupOptions,
} from './options.js';
import { PrerenderedPages } from './prerendered-pages.js';
import type { ProjectRoutes } from './project-routes.js';
import { currentRequest } from './request/current-request.js';
import type { DevTools } from './request/dev-tools.js';
import { chosenStore } from './store-choice.js';
import { type StoreMakers, storeService } from './store-service.js';
import { tellDeadEnds } from './tell-dead-ends.js';
import type { ToolbarParts } from './toolbar/toolbar.js';
import { UnkeptValues } from './unkept-values.js';

/** What the built site knows: its options, where they were written, and what Astro says about it. */
export interface SiteSettings {
  readonly options: GatehouseOptions;
  readonly setup: SetupOptions;
  /** Loads the guards of pages, and tells which may have one; left out where there are none. */
  readonly pageGuards: { load: GuardLoader; routes: () => Promise<readonly string[]> } | undefined;
  readonly secret: string | undefined;
  /** Make the stores that the options may name, beside those that every site has. */
  readonly storeMakers: Partial<StoreMakers>;
  readonly isProduction: boolean;
  readonly base: string;
  readonly trailingSlash: string;
  /** Tells the application from others on its host. */
  readonly applicationId?: string | undefined;
  /** Names under which the site is reached: `security.allowedDomains` of astro.config. */
  readonly allowedDomains: readonly AllowedDomain[];
  /** `i18n.locales` of astro.config. */
  readonly locales: readonly Locale[];
  /** What the toolbar of the development server is made by; there is none in a build. */
  readonly makeToolbar: ((parts: ToolbarParts) => DevTools) | undefined;
  /** While the project is being written: its routes as they are at this moment. */
  readonly routesNow: (() => Promise<ProjectRoutes>) | undefined;
  /** Whether a build is making pages at this moment, which will be served without any middleware. */
  readonly isPrerendering: boolean;
  /** Whether the project has a middleware of its own, which may know visitors of its own. */
  readonly hasOwnMiddleware: boolean;
  /** Whether Astro's own sessions have no driver, and the project is being written. */
  readonly lacksAstroSession?: boolean | undefined;
  /** Whether the project composes Astro's request pipeline itself. */
  readonly hasOwnPipeline: boolean;
  /** Patterns that are open although `globalProtect` is on: what Astro itself serves to every page. */
  readonly open: readonly string[];
}

function begin(services: Services, rulesOfConfig = 0): void {
  const log = services.get(DecisionLog);
  services.get(SecurityEvents).reportTo((line, error) => log.failure(line, error));
  services.get(SessionSchema).reportTo((line) => log.misfit(line));
  tellDeadEnds(services, rulesOfConfig).catch((error) => log.failure('Rules could not be looked at.', error));
}

/** Looks up every shared service that requests work with. */
function partsOf(services: Services) {
  const config = services.get(SessionConfig);
  const csrf = services.get(CsrfConfig);
  const log = services.get(DecisionLog);
  return {
    config,
    log,
    store: services.get(SessionStore),
    sessions: services.get(SessionManager),
    resolver: services.get(VisitorResolver),
    guard: services.get(RouteGuard),
    csrf: services.get(CsrfGuard),
    /** Tokens that a form needs; `undefined` where no form needs one. */
    tokens: csrf.usesTokens ? services.get(CsrfTokens) : undefined,
    forms: services.get(FormConfig),
    errorPages: services.get(GuardConfig).errorPages,
    unkept: new UnkeptValues(config.cookie.sameSite, log),
  };
}

/** The assembled package: what requests work with, made once when the server starts. */
export class Gatehouse {
  readonly prerendered: PrerenderedPages;
  #parts: ReturnType<typeof partsOf> | undefined;

  constructor(
    readonly services: Services,
    readonly site: Pick<
      SiteSettings,
      'lacksAstroSession' | 'hasOwnMiddleware' | 'hasOwnPipeline' | 'isPrerendering' | 'isProduction' | 'options'
    >,
    /** In development alone. */
    readonly devTools?: DevTools | undefined,
  ) {
    this.prerendered = new PrerenderedPages(services, site);
  }

  /**
   * Assembles everything, once, when the server starts.
   *
   * @throws {GatehouseError} For whatever is wrong, before anybody is served.
   */
  static start(site: SiteSettings): Gatehouse {
    const setup = checkSetupOptions(site.setup, site.options.setup);
    const options = mergeOptions(site.options, setup);
    const exclude = [...(options.exclude ?? []), ...site.open];
    const { isProduction, applicationId, storeMakers } = site;
    const explains = options.debug === true || !isProduction;
    const services = defaultServices({
      session: SessionConfig.from(options.session, { isProduction, applicationId }),
      secrets: Secrets.from(site.secret, { source: 'GATEHOUSE_SECRET', isProduction }),
      guard: new GuardConfig({ ...options, exclude }, site),
      access: new AccessConfig(options.access),
      csrf: new CsrfConfig(options.csrf, { ...site, explains }),
      forms: new FormConfig(options.forms),
      schema: new SessionSchema(setup.sessionData),
      pageGuards: site.pageGuards && { ...site.pageGuards, keep: isProduction },
      store: storeService(chosenStore(options), storeMakers),
    });
    currentRequest.use(options);
    registerServices(setup, services);
    services.boot(site.isPrerendering ? 'later' : 'now');
    // While pages are made in a build, nothing happens of which there is something to tell.
    if (!site.isPrerendering) begin(services, site.options.protect?.length);
    const { base, makeToolbar, routesNow, options: ofConfig } = site;
    return new Gatehouse(services, site, makeToolbar?.({ services, options, ofConfig, base, routesNow }));
  }

  /** The shared services. A build that makes pages constructs none: it has neither visitors nor all that a server has. */
  get parts(): ReturnType<typeof partsOf> {
    this.#parts ??= partsOf(this.services);
    return this.#parts;
  }

  /**
   * Asks where sessions are kept whether they stay there. That it cannot be asked is an outage, with which a server starts.
   *
   * @throws {EvictingStoreError} When they may go at any time.
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

  /** Whether pages look in vain for a session of Astro's own: in development, where there is something to be said of it. */
  get lacksAstroSession(): boolean {
    return this.site.lacksAstroSession === true && !(this.parts.store instanceof AstroSessionStore);
  }

  /** Whether a visitor may be found in Astro's own session. */
  get looksIntoAstroSessions(): boolean {
    return this.site.hasOwnMiddleware || this.parts.store instanceof AstroSessionStore;
  }
}
