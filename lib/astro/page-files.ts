import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { IntegrationResolvedRoute } from 'astro';

/** Files that can export something beside the page. */
const MODULE = /\.(?:astro|mdx|[cm]?[jt]sx?)$/;

/**
 * Source of a list of the pages and endpoints whose files may export a guard.
 *
 * @param isBeingWritten Whether a file that exports none may do so in a moment.
 */
export function pageFilesSource(
  routes: readonly IntegrationResolvedRoute[],
  root: URL,
  isBeingWritten: boolean,
): string {
  const pages = routes
    .filter(({ type, origin, isPrerendered }) => {
      return (type === 'page' || type === 'endpoint') && origin !== 'internal' && !isPrerendered;
    })
    .map(({ pattern, entrypoint }) => ({ pattern, entrypoint, path: fileURLToPath(new URL(entrypoint, root)) }))
    .filter(({ path }) => MODULE.test(path) && (isBeingWritten || mayExportGuard(path)));
  const entries = pages.map(({ pattern, entrypoint, path }) => {
    const specifier = existsSync(path) ? path : entrypoint;
    const load = `() => import(${JSON.stringify(specifier)}).then((page) => page.guard)`;
    return `{ pattern: ${JSON.stringify(pattern)}, file: ${JSON.stringify(entrypoint)}, load: ${load} }`;
  });
  return `export const pages = [${entries.join(',\n')}];`;
}

/** Most pages export none, and need not be asked then. */
function mayExportGuard(path: string): boolean {
  return !existsSync(path) || /\bguard\b/.test(readFileSync(path, 'utf8'));
}
