import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { ServerCodeInBrowserError } from '../../errors/index.js';

/** Matches the package's entries but those that have no server code. Astro itself keeps components from browsers. */
const ENTRIES = /^astro-gatehouse(?:$|\/(?!components$|package\.json$))/;
const MENTION = /(["'])astro-gatehouse(?:\/[\w/-]+)?\1/;
const STAND_IN = /^\0astro-gatehouse:server-only:([^:]+):(.*)$/s;

/**
 * Keeps the package's server code out of browsers, where its first error would lead to a wrong cure.
 *
 * @param root The project's folder.
 */
export function serverOnly(root: URL): Plugin[] {
  const folder = fileURLToPath(root).replaceAll('\\', '/');
  // Vitest takes this environment for tests with an imitated browser, which run in Node.
  const isForBrowsers = ({ name }: { name: string }) => name === 'client' && process.env.VITEST === undefined;
  const refusal: Plugin = {
    name: 'astro-gatehouse:server-only',
    enforce: 'pre',
    applyToEnvironment: isForBrowsers,
    resolveId: {
      filter: { id: ENTRIES },
      handler(id, importer = 'The project') {
        const [file = importer] = importer.split('?');
        return `\0astro-gatehouse:server-only:${id}:${file.startsWith(folder) ? file.slice(folder.length) : file}`;
      },
    },
    // Not refused before it is loaded: a component may import it where import.meta.env.SSR is true.
    load: {
      filter: { id: STAND_IN },
      handler(id) {
        const [, imported = '', importer = ''] = STAND_IN.exec(id) ?? [];
        throw new ServerCodeInBrowserError(importer, imported);
      },
    },
  };
  const leftovers: Plugin = {
    name: 'astro-gatehouse:types-only',
    // After the plugins that remove types, and before a development server rewrites imports.
    enforce: 'post',
    applyToEnvironment: isForBrowsers,
    transform: {
      filter: { code: MENTION },
      handler(code) {
        // With verbatimModuleSyntax, which Astro's tsconfigs set, import { type Visitor } leaves an import of nothing.
        const empty = this.parse(code).body.filter(
          (node) =>
            node.type === 'ImportDeclaration' && node.specifiers.length === 0 && ENTRIES.test(node.source.value),
        );
        return empty.length === 0 ? undefined : { code: empty.reduce(blanked, code), map: null };
      },
    },
  };
  return [refusal, leftovers];
}

/** Replaces a part of a text by spaces, which keep every position, so that source maps stay right. */
function blanked(text: string, { start, end }: { start: number; end: number }): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, ' ') + text.slice(end);
}
