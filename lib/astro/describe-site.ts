import { existsSync, readdirSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig, IntegrationResolvedRoute } from 'astro';
import { AccessRule } from '../access/access-rule.js';
import { type GuardEntry, PageGuard } from '../access/page-guard.js';
import { globMatcher, type SegmentMatcher } from '../access/paths/path-pattern.js';
import { ErrorPages } from '../access/paths/special-paths.js';
import { EVERYBODY } from '../access/report/path-protection.js';
import type {
  DescribedFile,
  DescribedGuard,
  DescribedRoute,
  DescribedRule,
  SiteDescription,
} from '../access/report/site-description.js';
import { fileFromRoot } from './file-from-root.js';
import type { FoundIsland } from './found-islands.js';
import { checkGuard, type GatehouseOptions } from './options.js';
import { middlewareFile, pipelineFile } from './own-code.js';
import { describeRule } from './rule-description.js';
import type { SiteFacts } from './site-facts.js';
import type { StaticGuard } from './static-guard.js';

/** What a description of a site is made of. */
export interface SiteSources {
  readonly config: AstroConfig;
  readonly options: GatehouseOptions;
  readonly routes: readonly IntegrationResolvedRoute[];
  /** The setup module's file, from the project's root. */
  readonly setupName?: string | undefined;
  /** Guards by entrypoint, as Astro names it. */
  readonly guards?: ReadonlyMap<string, StaticGuard>;
  readonly islands?: readonly FoundIsland[];
  readonly facts?: SiteFacts;
}

/** @throws {InvalidOptionsError} For a guard that is not right. */
export function describeSite(sources: SiteSources): SiteDescription {
  const { config, options, facts, setupName, islands = [] } = sources;
  const known = facts && 'rules' in facts.setup ? facts.setup : undefined;
  const { globalProtect, exclude, loginPath, forbiddenPath, enforce } = known?.options ?? options;
  // For the home page Astro names a page for want of a translation though there is one.
  const translated = new Set(sources.routes.filter(hasOwnPage).map(({ pattern }) => withoutSlash(pattern)));
  const configRules = (options.protect ?? []).map((rule) => describeRule(new AccessRule(rule)));
  return {
    routes: sources.routes
      .filter((route) => isReported(route, config))
      .map((route) => describeRoute(route, sources, translated)),
    rules: [
      ...configRules.map((rule, at) => ({ ...rule, place: `protect[${at}] of astro.config` })),
      ...(known?.rules ?? []).map((rule, at) => ({ ...rule, place: `protect[${at}] of ${setupName}` })),
    ] satisfies DescribedRule[],
    actions: !facts || 'message' in facts.actions ? undefined : facts.actions,
    islands,
    publicFiles: publicFiles(config),
    globalProtect: globalProtect ?? false,
    exclude: [...(exclude ?? []), imageEndpoint(config)],
    loginPath: loginPath ?? '/login',
    forbiddenPath,
    enforce: enforce ?? true,
    answersItself: middlewareFile(config) ?? pipelineFile(config),
    base: config.base.replace(/\/+$/, ''),
  };
}

/** Where Astro serves the images of the site: open to everybody. */
export function imageEndpoint({ image }: AstroConfig): string {
  return image.endpoint.route || '/_image';
}

/** Astro's own routes for actions and islands stand for many, each of which is reported by its name. */
function isReported({ type, origin, pattern }: IntegrationResolvedRoute, config: AstroConfig): boolean {
  // Without an adapter there is no server that could make images.
  const isImages = withoutSlash(pattern) === withoutSlash(imageEndpoint(config)) && config.adapter !== undefined;
  return type !== 'fallback' && (origin !== 'internal' || isImages);
}

function hasOwnPage({ type }: IntegrationResolvedRoute): boolean {
  return type !== 'fallback';
}

function describeRoute(
  route: IntegrationResolvedRoute,
  { config, guards }: SiteSources,
  translated: ReadonlySet<string>,
): DescribedRoute {
  const { type, origin, pattern, entrypoint, isPrerendered, segments, fallbackRoutes } = route;
  const guard = guards?.get(entrypoint);
  const errorPages = new ErrorPages(config.i18n?.locales);
  const file = origin === 'internal' || type === 'redirect' ? undefined : fileFromRoot(entrypoint, config.root);
  return {
    kind: type === 'fallback' ? 'page' : type,
    pattern,
    segments: segments.map(toMatcher),
    file,
    isPrerendered: isPrerendered && type !== 'redirect',
    isErrorPage: errorPages.has(pattern),
    guard: guard && describeGuard(guard, file ?? entrypoint),
    fallbacks: fallbackRoutes
      .map((fallback) => ({ pattern: withoutSlash(fallback.pattern), segments: fallback.segments.map(toMatcher) }))
      .filter((fallback) => !translated.has(fallback.pattern)),
  };
}

function withoutSlash(pattern: string): string {
  return pattern.replace(/(.)\/$/, '$1');
}

function describeGuard(guard: StaticGuard, file: string): DescribedGuard {
  if (!('value' in guard)) {
    const source = 'source' in guard ? guard.source : guard.problem;
    return { who: `as its file says: ${source}`, isPublic: false, hides: /\bstatus\b/.test(source) };
  }
  const checked = checkGuard(guard.value, file);
  const pageGuard = new PageGuard(checked);
  const entries = [checked].flat();
  const methods = entries.map((entry) => (typeof entry === 'string' ? undefined : entry.methods));
  const isForAll = methods.some((each) => each === undefined);
  const words = entries.map((entry) => (entries.length > 1 ? methodsOf(entry) : '') + wordsFor(entry));
  const who = pageGuard.isPublic ? EVERYBODY : words.join(', or ');
  const isPublic = who === EVERYBODY;
  return {
    who,
    isPublic,
    isForGuestsOnly: pageGuard.isForGuestsOnly,
    isReportOnly: !pageGuard.enforces,
    hides: entries.some((entry) => typeof entry !== 'string' && entry.status === 404),
    methods: isForAll ? undefined : [...new Set(methods.flatMap((each) => each ?? []))],
  };
}

/** Where there are several entries, the methods of each belong to it. */
function methodsOf(entry: GuardEntry): string {
  return typeof entry === 'string' || !entry.methods ? '' : `${entry.methods.join(', ')} `;
}

function wordsFor(entry: GuardEntry): string {
  if (entry === 'guest') return 'not signed in';
  if (entry === 'user') return 'signed in';
  return entry === 'public' ? EVERYBODY : new AccessRule({ ...entry, pattern: '/**' }).demand;
}

/** A parameter beside other text stands for any text between it. */
function toMatcher(parts: IntegrationResolvedRoute['segments'][number]): SegmentMatcher {
  if (parts.some(({ spread }) => spread)) return { kind: 'any' };
  const fixed = parts.filter(({ dynamic }) => !dynamic).map(({ content }) => content);
  if (fixed.length === parts.length) return { kind: 'literal', text: fixed.join('') };
  // What a glob would read as something else may be anything: rather one page too many is reported.
  if (fixed.length === 0 || /[*?[\]{}()\\]/.test(fixed.join(''))) return { kind: 'one' };
  return globMatcher(parts.map(({ dynamic, content }) => (dynamic ? '*' : content)).join(''));
}

/** The files that are served as they lie there. */
function publicFiles({ publicDir, root }: AstroConfig): DescribedFile[] {
  if (!existsSync(publicDir)) return [];
  const folder = fileURLToPath(publicDir);
  return readdirSync(publicDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .map((path) => ({
      path: `/${relative(folder, path).replaceAll('\\', '/')}`,
      file: relative(fileURLToPath(root), path).replaceAll('\\', '/'),
    }));
}
