import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin, Rolldown } from 'vite';
import { decoratorsOf, exportedFrom, foreignOrigins, type Origin, SOURCES } from './decorator-syntax.js';

const TYPESCRIPT = /\.[cm]?tsx?$/;
const TYPESCRIPT_WITH_QUERY = /\.[cm]?tsx?(?:$|\?)/;
/** Matches anything that may be a decorator of a class or of a parameter. */
const DECORATOR = /(?:^|[(,;}]|\bexport|\bdefault)\s*@[\w$(]/m;
/** Maximum number of re-exports through which a decorator is followed. */
const MOST_HANDS = 5;
const OWN_MODULE = /^(?!.*\/node_modules\/).*\.[cm]?[jt]sx?$/;

/**
 * Compiles decorators as TypeScript's experimental ones in the files that use those of this package or of tsyringe. All
 * other files are left to the project's own compiler.
 *
 * @param root The project's folder.
 */
export function decorators(root: URL): Plugin[] {
  let vite: Promise<typeof import('vite')> | undefined;
  const nameOfFile = (file: string) => relative(fileURLToPath(root), file).replaceAll('\\', '/');
  const compiler: Plugin = {
    name: 'astro-gatehouse:decorators',
    enforce: 'pre',
    transform: {
      filter: { id: TYPESCRIPT_WITH_QUERY, code: DECORATOR },
      async handler(code, id) {
        const [file = id] = id.split('?');
        if (!TYPESCRIPT.test(file)) return undefined;
        const program = this.parse(code, { lang: file.endsWith('x') ? 'tsx' : 'ts' });
        const { ours, others } = decoratorsOf(program, code, await handedOn(this, program, file));
        const [first] = ours;
        if (first === undefined) return undefined;
        if (others.length > 0 && hasExperimentalDecorators(fileURLToPath(root)) !== true) {
          this.warn(mixedSentence(nameOfFile(file), first, others));
        }
        vite ??= importVite(root);
        const { code: compiled, map } = await (await vite).transformWithOxc(code, file, {
          decorator: { legacy: true, emitDecoratorMetadata: true },
          // JSX is left to the framework that it belongs to.
          jsx: 'preserve',
        });
        return { code: compiled, map: map ?? null };
      },
    },
  };
  const leftovers: Plugin = {
    name: 'astro-gatehouse:decorators-left',
    // After the plugins that turn such a file into a script, and before a development server rewrites its imports.
    enforce: 'post',
    transform: {
      filter: { id: /\.(?:astro|vue|svelte|mdx)(?:$|\?)/, code: DECORATOR },
      async handler(code, id) {
        if (this.environment.name === 'client') return;
        const [file = id] = id.split('?');
        const program = this.parse(code);
        const { ours } = decoratorsOf(program, code, await handedOn(this, program, file));
        if (ours[0] !== undefined) this.error(leftSentence(nameOfFile(file), ours[0]));
      },
    },
  };
  return [compiler, leftovers];
}

type Context = Pick<Rolldown.TransformPluginContext, 'resolve' | 'parse'>;

/** Returns the names of decorators that a file imports from files which re-export them. */
async function handedOn(context: Context, program: unknown, file: string): Promise<ReadonlySet<unknown>> {
  const names = new Set<unknown>();
  for (const [name, origin] of foreignOrigins(program)) if (await isOurs(context, origin, file)) names.add(name);
  return names;
}

/** Follows a name through the project's own files to its origin. */
async function isOurs(context: Context, { source, name }: Origin, importer: string, hands = 0): Promise<boolean> {
  if (SOURCES.includes(source)) return true;
  const [file = ''] = (await context.resolve(source, importer, { skipSelf: true }))?.id.split('?') ?? [];
  if (hands >= MOST_HANDS || !OWN_MODULE.test(file) || !existsSync(file)) return false;
  const lang = /\.[cm]?ts$/.test(file) ? 'ts' : 'tsx';
  for (const origin of exportedFrom(context.parse(readFileSync(file, 'utf8'), { lang }), name)) {
    if (await isOurs(context, origin, file, hands + 1)) return true;
  }
  return false;
}

function leftSentence(file: string, decorator: string): string {
  return (
    `[astro-gatehouse] ${file}: ${decorator} is in a file that does not contain TypeScript only, where types are ` +
    'removed before the decorator is compiled. Move the class into its own file (src/cart.ts), and import it.'
  );
}

function mixedSentence(file: string, ours: string, others: readonly string[]): string {
  return (
    `[astro-gatehouse] ${file}: ${others.join(', ')} is compiled as TypeScript's experimental decorator, because ` +
    `${ours} is in the same file. If a standard decorator is meant, move it into its own file, or register the class ` +
    `with a function: services.shared(Mine, (get) => new Mine(get(…))).`
  );
}

/** Imports the Vite of Astro, because the project need not have its own. */
function importVite(root: URL): Promise<typeof import('vite')> {
  const astro = createRequire(new URL('package.json', root)).resolve('astro/package.json');
  return import(pathToFileURL(createRequire(astro).resolve('vite')).href);
}

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
