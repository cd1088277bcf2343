import { existsSync, readdirSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig, IntegrationResolvedRoute } from 'astro';
import { AccessRule } from '../../access/access-rule.js';
import { type GuardEntry, PageGuard } from '../../access/guard/page-guard.js';
import { globMatcher, type SegmentMatcher } from '../../access/paths/path-pattern.js';
import { ErrorPages } from '../../access/paths/special-paths.js';
import { forbiddenPage } from '../../access/refusal/forbidden-page.js';
import { hasPageAmong, LanguagePages } from '../../access/refusal/language-pages.js';
import { LoginPages, type LoginPath } from '../../access/refusal/login-pages.js';
import { EVERYBODY } from '../../access/report/path-protection.js';
import type {
  DescribedFile,
  DescribedGuard,
  DescribedRoute,
  DescribedRule,
  SiteDescription,
} from '../../access/report/site-description.js';
import { describeRule } from '../../access/report/site-description.js';
import { withoutTrailingSlash } from '../../base/text.js';
import { languagePages } from '../build/routes-source.js';
import { checkGuard, type GatehouseOptions } from '../options/options.js';
import type { FoundIsland } from './found-islands.js';
import { fileFromRoot } from './found-islands.js';
import { middlewareFile, pipelineFile } from './own-code.js';
import type { SiteFacts } from './site-facts.js';
import type { StaticGuard } from './static-guard.js';

/** The sources of a site's description. */
export interface SiteSources {
  readonly config: AstroConfig;
  readonly options: GatehouseOptions;
  readonly routes: readonly IntegrationResolvedRoute[];
  /** The setup module's file, relative to the project's root. */
  readonly setupName?: string | undefined;
  /** Guards by entrypoint, in Astro's notation. */
  readonly guards?: ReadonlyMap<string, StaticGuard>;
  readonly islands?: readonly FoundIsland[];
  readonly facts?: SiteFacts;
}

/** @throws {InvalidOptionsError} For an invalid guard. */
export function describeSite(sources: SiteSources): SiteDescription {
  const { config, options, facts, setupName, islands = [] } = sources;
  const known = facts && 'rules' in facts.setup ? facts.setup : undefined;
  const { globalProtect, exclude, loginPath, forbiddenPath, enforce } = known?.options ?? options;
  // For the home page Astro lists a fallback even when a translated page exists.
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
    loginPaths: loginPathsOf(loginPath, sources),
    forbiddenPage: forbiddenPage(forbiddenPath),
    enforce: enforce ?? true,
    answersItself: middlewareFile(config) ?? pipelineFile(config),
    base: withoutTrailingSlash(config.base),
  };
}

/** Returns the pages where visitors sign in, also in each language. */
function loginPathsOf(given: LoginPath | undefined, { config, routes }: SiteSources): string[] {
  const { i18n } = config;
  const hasPage = hasPageAmong(new Set(languagePages(routes, i18n)));
  const fitting = new LanguagePages(new ErrorPages(i18n?.locales), hasPage);
  const pages = new LoginPages(given, fitting);
  const languages = i18n?.locales.map((locale) => (typeof locale === 'string' ? locale : locale.path)) ?? [];
  const translated = languages.flatMap((language) => pages.all.map((page) => fitting.fitted(page, `/${language}`)));
  return [...new Set([...pages.all, ...translated])];
}

/** Returns the path at which Astro serves the site's images, which are open to everybody. */
export function imageEndpoint({ image }: AstroConfig): string {
  return image.endpoint.route || '/_image';
}

/** Leaves out Astro's own routes for actions and islands, because each action and island is reported by its name. */
function isReported({ type, origin, pattern }: IntegrationResolvedRoute, config: AstroConfig): boolean {
  // Without an adapter there is no server that could create images.
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
  const all = [checked].flat();
  const isOpen = (entry: GuardEntry) => typeof entry === 'object' && entry.public === true;
  const publicFor = all.filter(isOpen).flatMap((entry) => (typeof entry === 'object' && entry.methods) || []);
  // Public entries are listed by their methods, unless there are no others.
  const entries = all.every(isOpen) || pageGuard.isPublic ? all : all.filter((entry) => !isOpen(entry));
  const isMixed = entries.length < all.length;
  const methods = entries.map((entry) => (typeof entry === 'string' ? undefined : entry.methods));
  const isForAll = methods.some((each) => each === undefined);
  const words = entries.map((entry) => (entries.length > 1 ? methodsOf(entry) : '') + wordsFor(entry));
  const who = pageGuard.isPublic ? EVERYBODY : words.join(', or ');
  const isPublic = who === EVERYBODY;
  return {
    who,
    isPublic,
    publicFor: isMixed ? [...new Set(publicFor)] : undefined,
    isForGuestsOnly: pageGuard.isForGuestsOnly,
    isReportOnly: !pageGuard.enforces,
    hides: entries.some((entry) => typeof entry !== 'string' && entry.status === 404),
    methods: isForAll ? undefined : [...new Set([...methods.flatMap((each) => each ?? []), ...publicFor])],
  };
}

/** Adds the methods of an entry, if there are several entries. */
function methodsOf(entry: GuardEntry): string {
  return typeof entry === 'string' || !entry.methods ? '' : `${entry.methods.join(', ')} `;
}

function wordsFor(entry: GuardEntry): string {
  if (entry === 'guest') return 'not signed in';
  if (entry === 'user') return 'signed in';
  return entry === 'public' ? EVERYBODY : new AccessRule({ ...entry, pattern: '/**' }).demand;
}

/** Converts a segment. A parameter next to other text matches any characters between it. */
function toMatcher(parts: IntegrationResolvedRoute['segments'][number]): SegmentMatcher {
  if (parts.some(({ spread }) => spread)) return { kind: 'any' };
  const fixed = parts.filter(({ dynamic }) => !dynamic).map(({ content }) => content);
  if (fixed.length === parts.length) return { kind: 'literal', text: fixed.join('') };
  // A segment whose text has a special meaning in globs is treated as a parameter: that may report a page too many,
  // never one too few.
  if (fixed.length === 0 || /[*?[\]{}()\\]/.test(fixed.join(''))) return { kind: 'one' };
  return globMatcher(parts.map(({ dynamic, content }) => (dynamic ? '*' : content)).join(''));
}

/** Lists the files that are served unchanged. */
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
