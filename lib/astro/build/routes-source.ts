import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AstroConfig, IntegrationResolvedRoute } from 'astro';
import type { RouteRow } from '../../access/pages/route-table.js';
import { ErrorPages } from '../../access/paths/special-paths.js';

/** Files that can export something in addition to the page. */
const MODULE = /\.(?:astro|mdx|[cm]?[jt]sx?)$/;

/**
 * Returns the source of a module with the project's routes.
 *
 * @param islands In a build: the source of an array with the names that rules may use, for each file of a server
 *   island.
 * @param isBeingWritten True in development, where routes are added and removed, and files may export a guard later.
 */
export function routesSource(
  routes: readonly IntegrationResolvedRoute[],
  { root, i18n }: Pick<AstroConfig, 'root' | 'i18n'>,
  isBeingWritten: boolean,
  islands?: string,
): string {
  const endpoints = routes.filter(({ type, origin, pattern }) => {
    // A browser that opens an unknown address opens a page, whether the project has a 404 page or not.
    return type === 'endpoint' || (origin === 'internal' && pattern !== '/404');
  });
  const fixed = routes.map(({ pattern }) => pattern).filter((pattern) => !pattern.includes('['));
  // If two files have the same route, Astro serves the first.
  const served = new Map(routes.toReversed().map((route) => [route.pattern, route]));
  const guardable = [...served.values()].filter(isGuardable);
  const handlers = guardable.flatMap((route) => optionsSource(route, root, isBeingWritten));
  const pages = guardable.flatMap((route) => pageSource(route, root, isBeingWritten));
  const mayHide = guardable.some((route) => mayHideItself(fileOf(route, root)));
  const errorPages = new ErrorPages(i18n?.locales);
  const notFoundPages = [...served.values()]
    .filter(({ pattern }) => errorPages.statusOf(pattern) === 404)
    // A development server shows the same one for every language.
    .filter(({ pattern }) => pattern === '/404' || !isBeingWritten)
    .map(({ pattern, isPrerendered }) => [pattern, isPrerendered]);
  const renderedErrors = [...served.values()]
    // A development server renders prerendered ones, too.
    .filter(({ isPrerendered }) => isBeingWritten || !isPrerendered)
    .flatMap(({ pattern }) => errorPages.statusOf(pattern) ?? []);
  const isRewritten = isBeingWritten && i18n?.routing !== 'manual' && i18n?.routing.fallbackType === 'rewrite';
  const rewritten = isRewritten ? Object.keys(i18n.fallback ?? {}) : [];
  return [
    ...(islands === undefined || routes.length === 0
      ? ['const islands = async () => new Map();']
      : islandsSource(islands)),
    `const endpoints = new Set(${JSON.stringify(endpoints.map(({ pattern }) => pattern))});`,
    `const fixedPaths = new Set(${JSON.stringify(fixed)});`,
    `const notFoundPages = new Map(${JSON.stringify(notFoundPages)});`,
    `const renderedErrors = new Set(${JSON.stringify(renderedErrors)});`,
    `const rewrittenLanguages = new Set(${JSON.stringify(rewritten)});`,
    `const languagePages = new Set(${JSON.stringify(languagePages(routes, i18n))});`,
    `const table = ${JSON.stringify(routes.map(rowOf))};`,
    // Astro calls the function ALL where there is none for the method.
    "const answersOptions = ({ OPTIONS, ALL }) => typeof OPTIONS === 'function' && OPTIONS !== ALL;",
    `const optionsHandlers = new Map([${handlers.join(', ')}]);`,
    `export const routes = { endpoints, fixedPaths, languagePages, islands, optionsHandlers, ` +
      `notFoundPages, renderedErrors, rewrittenLanguages, pagesMayHide: ${mayHide}, table, pages: [${pages.join(', ')}] };`,
  ].join('\n');
}

/**
 * Returns the paths of the pages in a language, with `*` in place of a parameter that may stand for any language. Pages
 * with other parameters are left out, because no option names them.
 */
export function languagePages(
  routes: readonly IntegrationResolvedRoute[],
  i18n: AstroConfig['i18n'],
): readonly string[] {
  if (!i18n) return [];
  const languages = new ErrorPages(i18n.locales);
  const pages = routes.filter(({ type, origin }) => type === 'page' && origin !== 'internal');
  const paths = pages.map(({ pattern }) => pattern.replace(/^\/\[[^\]./]+\](?=\/)/, '/*').replace(/(.)\/$/, '$1'));
  return paths.filter((path) => !path.includes('[') && (path.startsWith('/*/') || languages.languageOf(path)));
}

function rowOf({ pattern, patternRegex, fallbackRoutes, params, type }: IntegrationResolvedRoute): RouteRow {
  const sources = [patternRegex, ...fallbackRoutes.map((fallback) => fallback.patternRegex)].map(
    ({ source }) => source,
  );
  return { pattern, sources, params, isPage: type === 'page' };
}

function isGuardable({ type, origin, isPrerendered }: IntegrationResolvedRoute): boolean {
  return (type === 'page' || type === 'endpoint') && origin !== 'internal' && !isPrerendered;
}

function fileOf({ entrypoint }: IntegrationResolvedRoute, root: URL): string {
  return fileURLToPath(new URL(entrypoint, root));
}

function pageSource(route: IntegrationResolvedRoute, root: URL, isBeingWritten: boolean): string[] {
  const { pattern, entrypoint } = route;
  const path = fileOf(route, root);
  const mayHaveGuard = MODULE.test(path) && mayExportGuard(path);
  if (!MODULE.test(path) || !(isBeingWritten || mayHaveGuard)) return [];
  const specifier = JSON.stringify(existsSync(path) ? path : entrypoint);
  const [name, file] = [JSON.stringify(pattern), JSON.stringify(entrypoint)];
  return [
    `{ pattern: ${name}, file: ${file}, mayHaveGuard: ${mayHaveGuard}, load: () => import(${specifier}).then((page) ` +
      `=> 'guard' in page ? { guard: page.guard } : undefined) }`,
  ];
}

/** Returns the entry of an endpoint that may export a function for OPTIONS. */
function optionsSource(route: IntegrationResolvedRoute, root: URL, isBeingWritten: boolean): string[] {
  const { type, pattern, entrypoint } = route;
  const path = fileOf(route, root);
  if (type !== 'endpoint' || !(isBeingWritten || mayContain(path, /\bOPTIONS\b|\bexport\s*\*/))) return [];
  const specifier = JSON.stringify(existsSync(path) ? path : entrypoint);
  return [`[${JSON.stringify(pattern)}, () => import(${specifier}).then(answersOptions)]`];
}

/**
 * Checks whether a page may export a guard. Most do not, and then need not be loaded. Re-exports of other modules are
 * not followed here.
 */
function mayExportGuard(path: string): boolean {
  return mayContain(path, /\bguard\b|\bexport\s*\*/);
}

function mayContain(path: string, text: RegExp): boolean {
  return !existsSync(path) || text.test(readFileSync(path, 'utf8'));
}

/**
 * Returns the source that maps islands to their names. Astro's list contains the name that it gave to each file;
 * without islands, the list is a placeholder. It is imported only when needed, in the same way as in Astro.
 */
function islandsSource(islands: string): string[] {
  return [
    `const found = new Map(${islands});`,
    "const list = () => import('virtual:astro:server-island-manifest').then((list) => [...list.serverIslandNameMap]);",
    'const islands = async () => new Map((await list()).map(([file, name]) => [name, found.get(file)]));',
  ];
}

/**
 * Checks whether a page may hide itself. When in doubt it returns true: a missing page is then answered in another way
 * that looks the same.
 */
function mayHideItself(path: string): boolean {
  if (!MODULE.test(path) || !mayExportGuard(path)) return false;
  if (!existsSync(path)) return true;
  const text = readFileSync(path, 'utf8');
  return /\bstatus\b|\.\.\.|\bexport\s*\*/.test(text) || !/\bguard\b[^=;]*=\s*['"[{]/.test(text);
}
