import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasExperimentalDecorators } from '../../astro/decorator-flag.js';

const SOURCE = /\.(?:ts|mts|tsx)$/;
const IMPORT = /from\s*['"]astro-gatehouse\/server['"]/;
const INJECT = /@inject\s*\(/;

/**
 * Finds `@inject()` in projects without `experimentalDecorators`.
 *
 * @param root The project's folder. The returned names are relative to it.
 * @returns Files with decorators of parameters, which the type checker does not accept. All other decorators are
 *   standard.
 */
export function unknownDecorators(root: string): string[] {
  if (!existsSync(join(root, 'src')) || hasExperimentalDecorators(root) !== false) return [];
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => SOURCE.test(file))
    .map((file) => `src/${file.replaceAll('\\', '/')}`)
    .filter((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return IMPORT.test(text) && INJECT.test(text);
    })
    .sort();
}
