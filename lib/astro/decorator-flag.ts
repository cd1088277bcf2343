import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** Matches strings, which are kept, and comments and trailing commas, which are removed. */
const NOT_JSON = /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=\s*[}\]])/g;

/**
 * Reads `experimentalDecorators` from a project's tsconfig.json, and from those it extends.
 *
 * @param root The project's folder.
 * @returns `undefined` when it is unknown, because the file is missing or invalid.
 */
export function hasExperimentalDecorators(root: string): boolean | undefined {
  const config = join(root, 'tsconfig.json');
  if (!existsSync(config)) return undefined;
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
      // Try the next name.
    }
  }
  return require.resolve(`${base}/tsconfig.json`);
}
