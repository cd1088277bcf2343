import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasExperimentalDecorators } from '../../astro/decorator-flag.js';

const SOURCE = /\.(?:ts|mts|tsx)$/;
const IMPORT = /from\s*['"]astro-gatehouse\/server['"]/;
const INJECT = /@inject\s*\(/;

/**
 * @param root The project's folder, from which the files are named.
 * @returns Files whose decorators of parameters the type checker does not know: the others are standard by now.
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
