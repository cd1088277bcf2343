import { AccessConfig } from '../access/access-options.js';
import { CsrfConfig } from '../access/csrf/csrf-config.js';
import { CsrfGuard } from '../access/csrf/csrf-guard.js';
import { CsrfTokens } from '../access/csrf/csrf-tokens.js';
import type { AllowedDomain } from '../access/csrf/site-origins.js';
import { DecisionLog } from '../access/decision-log.js';
import type { ErrorPages, Locale } from '../access/error-pages.js';
import { FormBudget } from '../access/forms/form-budget.js';
import { FormConfig } from '../access/forms/form-config.js';
import { GuardConfig } from '../access/guard-config.js';
import type { GuardLoader } from '../access/page-guards.js';
import { RouteGuard } from '../access/route-guard.js';
import { VisitorResolver } from '../access/visitor-resolver.js';
import { defaultServices, type Settings } from '../container/default-services.js';
import { RequestScope } from '../container/request-scope.js';
import type { Services } from '../container/services.js';
import { EvictingStoreError } from '../errors.js';
import { Clock } from '../session/clock.js';
import { inTime } from '../session/in-time.js';
import { MadeClasses } from '../session/made-classes.js';
import { madeSession } from '../session/made-session.js';
import { RevocationList } from '../session/revocation-list.js';
import { Secrets } from '../session/secrets.js';
import { SecurityEvents } from '../session/security-events.js';
import type { Session } from '../session/session.js';
import { SessionConfig } from '../session/session-config.js';
import { SessionManager } from '../session/session-manager.js';
import { SessionSchema } from '../session/session-schema.js';
import { CookieSessionStore } from '../session/stores/cookie-session-store.js';
import { MemorySessionStore } from '../session/stores/memory-session-store.js';
import { SessionStore } from '../session/stores/session-store.js';
import { AstroSessionStore } from './astro-session-store.js';
import { currentScope } from './current-scope.js';
import type { DevTools } from './dev-tools.js';
import {
  checkSetupOptions,
  type GatehouseOptions,
  mergeOptions,
  registerServices,
  type SetupOptions,
  type StoreChoice,
} from './options.js';
import { PrerenderedPages } from './prerendered-pages.js';
import type { ProjectRoutes } from './project-routes.js';
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
  /** Makes the store that astro.config names, where that is none of those that every site has. */
  readonly makeStore: ((clock: Clock) => SessionStore) | undefined;
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
  /** Whether the project composes Astro's request pipeline itself. */
  readonly hasOwnPipeline: boolean;
  /** Patterns that are open although `globalProtect` is on: what Astro itself serves to every page. */
  readonly open: readonly string[];
}

/** The stores that are a part of every site. */
function builtInStore(choice: StoreChoice = {}): Settings['store'] {
  if (choice.store === 'astro') return AstroSessionStore;
  if (choice.store !== 'memory') return CookieSessionStore;
  const { maxSessions } = choice.options ?? {};
  return (get) => new MemorySessionStore(get(SessionConfig), get(Clock)).limitTo(maxSessions);
}

function begin(services: Services, rulesOfConfig = 0): void {
  const log = services.get(DecisionLog);
  services.get(SecurityEvents).reportTo((line, error) => log.failure(line, error));
  services.get(SessionSchema).reportTo((line) => log.misfit(line));
  tellDeadEnds(services, rulesOfConfig).catch((error) => log.failure('Rules could not be looked at.', error));
}

/** The assembled package: what both middlewares work with. */
export class Gatehouse {
  readonly prerendered: PrerenderedPages;
  readonly #Scope: typeof RequestScope;
  readonly #config: SessionConfig;
  #sessions: SessionManager | undefined;
  #guard: RouteGuard | undefined;
  #csrf: CsrfGuard | undefined;
  #forms: FormConfig | undefined;
  readonly #budget = new FormBudget();
  #usesTokens: boolean | undefined;
  #unkept: UnkeptValues | undefined;
  #store: SessionStore | undefined;
  #errorPages: ErrorPages | undefined;
  #resolver: VisitorResolver | undefined;

  constructor(
    readonly services: Services,
    private readonly site: Pick<
      SiteSettings,
      'hasOwnMiddleware' | 'hasOwnPipeline' | 'isPrerendering' | 'isProduction' | 'options'
    >,
    /** In development alone. */
    readonly devTools?: DevTools | undefined,
  ) {
    this.#config = services.get(SessionConfig);
    this.prerendered = new PrerenderedPages(services, site);
    this.#Scope = services.get(MadeClasses).of(RequestScope);
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
    const { isProduction, applicationId, makeStore } = site;
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
      store: makeStore ? (get) => makeStore(get(Clock)) : builtInStore(options.session),
    });
    currentScope.use(options);
    registerServices(setup, services);
    services.boot(site.isPrerendering ? 'later' : 'now');
    // While pages are made in a build, nothing happens of which there is something to tell.
    if (!site.isPrerendering) begin(services, site.options.protect?.length);
    const { base, makeToolbar, routesNow, options: ofConfig } = site;
    return new Gatehouse(services, site, makeToolbar?.({ services, options, ofConfig, base, routesNow }));
  }

  /**
   * Asks where sessions are kept whether they stay there. That it cannot be asked is an outage, with which a server starts.
   *
   * @throws {EvictingStoreError} When they may go at any time.
   */
  async prepare(): Promise<void> {
    for (const keeper of [this.store, this.services.get(RevocationList)]) {
      try {
        await inTime(keeper.assertKeeps(), this.#config.storeTimeout, 'The store');
      } catch (error) {
        if (error instanceof EvictingStoreError) throw error;
      }
    }
  }

  /** @throws {InvalidOverrideError} When something was to be replaced after the start: nobody is served then. */
  assertWhole(): void {
    this.services.assertInTime();
  }

  get sessions(): SessionManager {
    this.#sessions ??= this.services.get(SessionManager);
    return this.#sessions;
  }

  get guard(): RouteGuard {
    this.#guard ??= this.services.get(RouteGuard);
    return this.#guard;
  }

  get csrf(): CsrfGuard {
    this.#csrf ??= this.services.get(CsrfGuard);
    return this.#csrf;
  }

  get forms(): FormConfig {
    this.#forms ??= this.services.get(FormConfig);
    return this.#forms;
  }

  /** Whether the head of a page must wait, because a component may ask for a token that begins a session. */
  mayBeginLate(session: Session): boolean {
    this.#usesTokens ??= this.services.get(CsrfConfig).usesTokens;
    return this.#usesTokens && this.services.get(CsrfTokens).mayBeginLate(session);
  }

  /** Whether a form of somebody who has not signed in may be kept. In a cookie it takes up nobody's room but their own. */
  mayKeepForGuest(size: number): boolean {
    return this.store instanceof CookieSessionStore || this.#budget.spend(size, this.services.get(Clock).now());
  }

  get errorPages(): ErrorPages {
    this.#errorPages ??= this.services.get(GuardConfig).errorPages;
    return this.#errorPages;
  }

  get store(): SessionStore {
    this.#store ??= this.services.get(SessionStore);
    return this.#store;
  }

  /** What browsers may keep of the pages of signed-in visitors. */
  get signedInPages(): SessionConfig['signedInPages'] {
    return this.#config.signedInPages;
  }

  get isProduction(): boolean {
    return this.site.isProduction;
  }

  get hasOwnPipeline(): boolean {
    return this.site.hasOwnPipeline;
  }

  get hasOwnMiddleware(): boolean {
    return this.site.hasOwnMiddleware;
  }

  /** Whether a visitor may be found in Astro's own session. */
  get looksIntoAstroSessions(): boolean {
    return this.hasOwnMiddleware || this.store instanceof AstroSessionStore;
  }

  /** Tells the log that the store cannot be asked: pages go on for guests, and nobody else would notice. */
  reportOutage(failure: Error): void {
    this.services.get(DecisionLog).failure('Sessions cannot be had.', failure);
  }

  /** Tells the log what was put into a session and is not kept. */
  get unkept(): UnkeptValues {
    this.#unkept ??= new UnkeptValues(this.sameSite, () => this.services.get(DecisionLog));
    return this.#unkept;
  }

  get sameSite(): SessionConfig['cookie']['sameSite'] {
    return this.#config.cookie.sameSite;
  }

  /** A session that is stored nowhere. */
  newSession(): Session {
    return madeSession(this.services.get(MadeClasses));
  }

  scopeFor(session: Session, resolver?: VisitorResolver): RequestScope {
    this.#resolver ??= this.services.get(VisitorResolver);
    return new this.#Scope(session, this.services, resolver ?? this.#resolver);
  }
}
