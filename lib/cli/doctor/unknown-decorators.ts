import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const SOURCE = /\.(?:ts|mts|tsx)$/;
const IMPORT = /from\s*['"]astro-gatehouse\/server['"]/;
const INJECT = /@inject\s*\(/;
/** Texts, which stay; comments, and commas before an end, which go. */
const NOT_JSON = /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=\s*[}\]])/g;

/**
 * @param root The project's folder, from which the files are named.
 * @returns Files whose decorators of parameters the type checker does not know: the others are standard by now.
 */
export function unknownDecorators(root: string): string[] {
  const config = join(root, 'tsconfig.json');
  if (!existsSync(join(root, 'src')) || !existsSync(config) || knowsDecorators(config) !== false) return [];
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

/** @returns `undefined` where nobody can tell. */
function knowsDecorators(config: string): boolean | undefined {
  try {
    return flagOf(config) ?? false;
  } catch {
    return undefined;
  }
}

function flagOf(file: string): boolean | undefined {
  const { compilerOptions = {}, extends: bases = [] } = readConfig(file);
  if (compilerOptions.experimentalDecorators !== undefined) return compilerOptions.experimentalDecorators;
  const flags = [bases].flat().map((base) => flagOf(locate(base, file)));
  return flags.findLast((flag) => flag !== undefined);
}

interface Config {
  compilerOptions?: { experimentalDecorators?: boolean };
  extends?: string | string[];
}

function readConfig(file: string): Config {
  return JSON.parse(readFileSync(file, 'utf8').replace(NOT_JSON, '$1'));
}

function locate(base: string, from: string): string {
  const found = /^\.{0,2}\//.test(base)
    ? [resolve(dirname(from), base), resolve(dirname(from), `${base}.json`)].find((path) => existsSync(path))
    : undefined;
  if (found !== undefined) return found;
  const require = createRequire(from);
  const names = [base, `${base}.json`, `${base}/tsconfig.json`];
  for (const name of names.slice(0, -1)) {
    try {
      return require.resolve(name);
    } catch {
      // The next one may be meant.
    }
  }
  return require.resolve(`${base}/tsconfig.json`);
}
