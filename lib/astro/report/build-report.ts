import type { AstroConfig, AstroIntegrationLogger, IntegrationResolvedRoute } from 'astro';
import type { Plugin } from 'vite';
import { missingPages, unrenderablePages } from '../../access/report/missing-pages.js';
import { ProtectionReport } from '../../access/report/protection-report.js';
import { RuleFindings } from '../../access/report/rule-findings.js';
import {
  DeadEndsError,
  GuardedRouteCachedError,
  GuardedRouteInIsrError,
  HiddenPagesRevealedError,
  InvalidOptionsError,
  MissingPagesError,
  MistakenRulesError,
  UnguardedFilesError,
  UnguardedPipelineError,
  UselessRulesError,
} from '../../errors/index.js';
import { cachedPatterns, isrPatterns, type VercelRehearsal } from '../hosts/host-caches.js';
import type { HostLimits } from '../hosts/host-limits.js';
import type { GatehouseOptions } from '../options/options.js';
import { chosenStore } from '../options/store-choice.js';
import { buildChannel, type ReadReport } from './build-channel.js';
import { describeSite } from './describe-site.js';
import type { FoundIslands } from './found-islands.js';
import { pipelineFile } from './own-code.js';
import { reportNotes } from './report-notes.js';
import { type Objected, setupObjections } from './setup-objections.js';
import type { SiteFacts } from './site-facts.js';
import { SiteScan } from './site-scan.js';

/** The facts that are known when a build begins. */
interface Build {
  readonly config: AstroConfig;
  readonly routes: readonly IntegrationResolvedRoute[];
  /** The setup module's file, relative to the project's root. */
  readonly setupName: string | undefined;
  readonly logger: AstroIntegrationLogger;
}

/** Ends a build that is run only for its report. */
class ReportIsComplete extends Error {}

/** Checks during a build that the declared protection works, and reports who may see what. */
export class BuildReport {
  readonly #scan: SiteScan;
  #build: Build | undefined;
  #report: ProtectionReport | undefined;
  #findings: RuleFindings | undefined;
  /** Set for a report that needs the files that an adapter would write. */
  rehearsal: VercelRehearsal | undefined;
  limits: HostLimits | undefined;

  constructor(
    private readonly options: GatehouseOptions,
    private readonly islands: FoundIslands,
  ) {
    this.#scan = new SiteScan(
      () => this.#build?.routes.filter(({ origin }) => origin !== 'internal').map(({ entrypoint }) => entrypoint) ?? [],
      () => this.#check(),
    );
  }

  plugin(): Plugin {
    return this.#scan.plugin();
  }

  /**
   * @throws {UnguardedFilesError} When the rules of the config alone already cover a file that is served without a
   *   check.
   */
  start(build: Build): void {
    this.#build = build;
    const channel = buildChannel();
    channel.unguarded = [];
    if (channel.receiver) return;
    this.#refuseUnguarded(new RuleFindings(describeSite({ ...build, options: this.options })).unguarded);
  }

  /** @throws {UnguardedFilesError} When pages with parameters were prerendered that should be protected. */
  generated(): void {
    const fileOf = new Map(this.#build?.routes.map(({ pattern, entrypoint }) => [pattern, entrypoint]));
    // A page in several languages is rendered several times for the same path.
    const made = new Map(buildChannel().unguarded?.map((page) => [page.path, page]));
    const files = [...made.values()].flatMap(({ path, file: pattern, protectedBy: known }) => {
      const protectedBy = this.#findings ? this.#findings.protectorOfMade(path, pattern, known) : known;
      return protectedBy ? [{ path, file: fileOf.get(pattern) ?? pattern, protectedBy }] : [];
    });
    this.#refuseUnguarded(files);
  }

  /**
   * Logs in two lines how the site is protected.
   *
   * @throws {GuardedRouteInIsrError} When the adapter lets a cache answer a protected route.
   */
  end(logger: AstroIntegrationLogger): void {
    if (this.#build && this.#findings) {
      const { config, routes } = this.#build;
      const cached = this.#findings.caches.inFront(isrPatterns(config, routes));
      if (cached.length > 0) throw new GuardedRouteInIsrError(cached);
    }
    if (!this.#report) return;
    const { everybody, signedIn, withRequirements } = this.#report.summary;
    logger.info(`For everybody: ${everybody}, signed in: ${signedIn}, with requirements: ${withRequirements}.`);
    logger.info('Who may see what: npx astro-gatehouse routes');
  }

  async #check(): Promise<void> {
    if (!this.#build) return;
    const facts = await this.#scan.facts;
    const { options } = this;
    const guards = this.#scan.guards;
    const site = describeSite({ ...this.#build, options, guards, islands: this.islands.all, facts });
    const findings = new RuleFindings(site);
    this.#findings = findings;
    const errorPages = findings.guardedErrorPages.map(
      (file) => `guard of ${file}: error pages are for everybody, so remove it`,
    );
    if (errorPages.length > 0) throw new InvalidOptionsError(errorPages);
    this.#report = new ProtectionReport(site);
    const objections = this.#objections(this.#build, facts, findings);
    const notes = [...reportNotes(facts, this.#build.setupName), ...findings.rulesForOwnAnswers];
    const { receiver } = buildChannel();
    if (receiver) {
      const unknown = await this.#foresee(this.#build, findings, objections);
      receiver(this.#readReport(facts, objections, [...notes, ...unknown], this.#report));
      throw new ReportIsComplete('The report is complete.');
    }
    if ('message' in facts.actions) {
      this.#build.logger.warn(`The report lacks the actions, which could not be loaded: ${facts.actions.message}`);
    }
    for (const note of findings.rulesForOwnAnswers) this.#build.logger.info(`Not in the report: ${note}.`);
    for (const shared of findings.sharedIslandNames) this.#build.logger.info(shared);
    for (const { error, stops } of objections) {
      if (stops) throw error;
      this.#warn(error);
    }
  }

  /** Returns the problems of the site, in the order in which a build reports them. */
  #objections({ config, routes, setupName }: Build, { setup }: SiteFacts, findings: RuleFindings): Objected[] {
    const { strict = false } = this.options;
    const isNeeded = routes.some(isPrerenderedPage);
    const objections = setupObjections(setup, { setupName, options: this.options, isNeeded });
    const known = 'message' in setup ? undefined : setup;
    const store = known?.hasOwnStore ? undefined : (known?.options.store ?? chosenStore(this.options));
    for (const { error, isFatal } of this.limits?.problems(config, routes, store, this.islands.all.length > 0) ?? []) {
      objections.push({ error, stops: strict || isFatal });
    }
    const { unguarded, mistakenRules, uselessRules, revealing404Pages } = findings;
    if (unguarded.length > 0) {
      objections.push({ error: new UnguardedFilesError(unguarded), stops: this.#stopsForUnguarded });
    }
    const cached = findings.caches.inRouteRules(cachedPatterns(config));
    if (cached.length > 0) objections.push({ error: new GuardedRouteCachedError(cached), stops: true });
    const knowsRules = 'rules' in setup && !setup.replaced.includes('AccessRules');
    if (knowsRules && mistakenRules.length > 0) {
      objections.push({ error: new MistakenRulesError(mistakenRules), stops: true });
    }
    if (knowsRules && uselessRules.length > 0) {
      objections.push({ error: new UselessRulesError(uselessRules), stops: strict });
    }
    if (knowsRules && findings.deadEnds.length > 0) {
      objections.push({ error: new DeadEndsError(findings.deadEnds), stops: strict });
    }
    const { site } = findings;
    // The project's own code may answer there.
    const missing = site.answersItself === undefined ? missingPages(site) : [];
    const lost = knowsRules ? [...missing, ...unrenderablePages(site)] : [];
    if (lost.length > 0) objections.push({ error: new MissingPagesError(lost), stops: strict });
    if (revealing404Pages.length > 0) {
      objections.push({ error: new HiddenPagesRevealedError(revealing404Pages), stops: strict });
    }
    const pipeline = this.#scan.importsPipeline ? undefined : pipelineFile(config);
    if (pipeline !== undefined) objections.push({ error: new UnguardedPipelineError(pipeline), stops: strict });
    return objections;
  }

  /**
   * Adds the problem that a build finds at its end, after the adapter has written its part.
   *
   * @returns The reason why that is unknown, if it is.
   */
  async #foresee({ config, routes, logger }: Build, findings: RuleFindings, objections: Objected[]): Promise<string[]> {
    try {
      const cached = findings.caches.inFront((await this.rehearsal?.patterns(config, routes, logger)) ?? new Set());
      if (cached.length > 0) objections.push({ error: new GuardedRouteInIsrError(cached), stops: true });
      return [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return [`the routes that isr of the adapter answers are known only in a real build: ${reason}`];
    }
  }

  #readReport(
    facts: SiteFacts,
    objections: readonly Objected[],
    notes: readonly string[],
    { entries }: ProtectionReport,
  ): ReadReport {
    const { setup, actions } = facts;
    const known = 'rules' in setup ? setup : undefined;
    const { csrf, enforce, session, store } = known?.options ?? this.options;
    return {
      entries,
      notes,
      isWhole: known !== undefined && !('message' in actions),
      objections: objections.map(({ error: { code, message }, stops }) => ({ code, message, stops })),
      settings: { csrf, enforce, session, store },
      hasOwnStore: known?.hasOwnStore ?? false,
    };
  }

  #refuseUnguarded(files: UnguardedFilesError['files']): void {
    if (files.length === 0) return;
    const error = new UnguardedFilesError(files);
    if (this.#stopsForUnguarded) throw error;
    this.#warn(error);
  }

  get #stopsForUnguarded(): boolean {
    return this.options.prerendered !== 'warn' && this.options.enforce !== false;
  }

  /** Logs a warning without the message's prefix, because Astro adds the name itself. */
  #warn({ message }: Error): void {
    this.#build?.logger.warn(message.replace(/^\[astro-gatehouse\] /, ''));
  }
}

function isPrerenderedPage({ isPrerendered, type, origin }: IntegrationResolvedRoute): boolean {
  return isPrerendered && type !== 'redirect' && origin !== 'internal';
}
