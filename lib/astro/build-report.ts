import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig, AstroIntegrationLogger, IntegrationResolvedRoute } from 'astro';
import type { Plugin } from 'vite';
import { ProtectionReport } from '../access/report/protection-report.js';
import { RuleFindings } from '../access/report/rule-findings.js';
import {
  GuardedRouteCachedError,
  InvalidOptionsError,
  SetupNotLoadedError,
  UnguardedFilesError,
  UnguardedPipelineError,
  UselessRulesError,
} from '../errors.js';
import { buildChannel } from './build-channel.js';
import { describeSite } from './describe-site.js';
import type { GatehouseOptions } from './options.js';
import { reportNotes } from './report-notes.js';
import { cachedPatterns } from './route-caches.js';
import type { SiteFacts } from './site-facts.js';
import { SiteScan } from './site-scan.js';

/** What is known of a build when it begins. */
interface Build {
  readonly config: AstroConfig;
  readonly routes: readonly IntegrationResolvedRoute[];
  /** The setup module's file, from the project's root. */
  readonly setupName: string | undefined;
  readonly logger: AstroIntegrationLogger;
}

/** Ends a build that was only to tell of the site. */
class ReportIsComplete extends Error {}

/** Sees to it while a site is built that what it says of its protection is true, and tells who may see what. */
export class BuildReport {
  readonly #scan: SiteScan;
  #build: Build | undefined;
  #report: ProtectionReport | undefined;
  #findings: RuleFindings | undefined;

  constructor(private readonly options: GatehouseOptions) {
    this.#scan = new SiteScan(
      () => this.#build?.routes.filter(({ origin }) => origin !== 'internal').map(({ entrypoint }) => entrypoint) ?? [],
      () => this.#check(),
    );
  }

  plugin(): Plugin {
    return this.#scan.plugin();
  }

  /** @throws {UnguardedFilesError} When the rules of the config alone cover what is served as a file. */
  start(build: Build): void {
    this.#build = build;
    const channel = buildChannel();
    channel.unguarded = [];
    if (channel.receiver) return;
    this.#refuseUnguarded(new RuleFindings(describeSite({ ...build, options: this.options })).unguarded);
  }

  /** @throws {UnguardedFilesError} When pages with parameters were made that are to be protected. */
  generated(): void {
    const fileOf = new Map(this.#build?.routes.map(({ pattern, entrypoint }) => [pattern, entrypoint]));
    // A page that is made in several languages is made for the same path several times.
    const made = new Map(buildChannel().unguarded?.map((page) => [page.path, page]));
    const files = [...made.values()].flatMap(({ path, file: pattern, protectedBy: known }) => {
      const protectedBy = this.#findings ? this.#findings.protectorOfMade(path, pattern, known) : known;
      return protectedBy ? [{ path, file: fileOf.get(pattern) ?? pattern, protectedBy }] : [];
    });
    this.#refuseUnguarded(files);
  }

  /** Says in two lines how the site is protected. */
  end(logger: AstroIntegrationLogger): void {
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
    const site = describeSite({ ...this.#build, options, guards, islands: this.#scan.islands, facts });
    const findings = new RuleFindings(site);
    this.#findings = findings;
    const errorPages = findings.guardedErrorPages.map(
      (file) => `guard of ${file}: error pages are for everybody, take it out`,
    );
    if (errorPages.length > 0) throw new InvalidOptionsError(errorPages);
    this.#report = new ProtectionReport(site);
    const { receiver } = buildChannel();
    if (receiver) {
      const isWhole = !('message' in facts.setup) && !('message' in facts.actions);
      receiver({ entries: this.#report.entries, notes: reportNotes(facts, this.#build.setupName), isWhole });
      throw new ReportIsComplete('The report is complete.');
    }
    this.#checkFacts(facts);
    this.#refuseUnguarded(findings.unguarded);
    const cached = findings.cachedRoutes(cachedPatterns(this.#build.config));
    if (cached.length > 0) throw new GuardedRouteCachedError(cached);
    const knowsRules = 'rules' in facts.setup && !facts.setup.replaced.includes('AccessRules');
    if (knowsRules && findings.uselessRules.length > 0) this.#object(new UselessRulesError(findings.uselessRules));
    this.#checkPipeline(this.#build.config);
  }

  #checkFacts({ setup, actions }: SiteFacts): void {
    const { setupName = 'The setup module', logger, routes } = this.#build as Build;
    if ('message' in setup) {
      const { message, options } = setup;
      const error = options ? new InvalidOptionsError(options) : new SetupNotLoadedError(setupName, message);
      // Pages that are made now are made with it. Else the server finds out, which may have what a build has not.
      if (routes.some(isPrerenderedPage)) throw error;
      this.#object(error);
    }
    if ('message' in actions)
      logger.warn(`The report lacks the actions, which could not be loaded: ${actions.message}`);
  }

  #checkPipeline({ fetchFile, root, srcDir }: AstroConfig): void {
    if (fetchFile === null || this.#scan.importsPipeline) return;
    const name = ['ts', 'js', 'mjs', 'mts']
      .map((end) => `${fetchFile}.${end}`)
      .find((file) => existsSync(new URL(file, srcDir)));
    if (name)
      this.#object(new UnguardedPipelineError(relative(fileURLToPath(root), fileURLToPath(new URL(name, srcDir)))));
  }

  #refuseUnguarded(files: UnguardedFilesError['files']): void {
    if (files.length === 0) return;
    const error = new UnguardedFilesError(files);
    if (this.options.prerendered !== 'warn' && this.options.enforce !== false) throw error;
    this.#warn(error);
  }

  /** A warning, unless warnings are to be errors. */
  #object(error: Error): void {
    if (this.options.strict) throw error;
    this.#warn(error);
  }

  /** Astro writes the name before it that the message begins with. */
  #warn({ message }: Error): void {
    this.#build?.logger.warn(message.replace(/^\[astro-gatehouse\] /, ''));
  }
}

function isPrerenderedPage({ isPrerendered, type, origin }: IntegrationResolvedRoute): boolean {
  return isPrerendered && type !== 'redirect' && origin !== 'internal';
}
