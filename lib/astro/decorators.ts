import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'vite';
import { hasExperimentalDecorators } from './decorator-flag.js';

/** Whose decorators read the types of a constructor's parameters, which the standard ones cannot. */
const SOURCES: readonly unknown[] = ['astro-gatehouse/server', 'tsyringe'];
const TYPESCRIPT = /\.[cm]?tsx?$/;
const TYPESCRIPT_WITH_QUERY = /\.[cm]?tsx?(?:$|\?)/;

/** As much of a syntax tree as is looked at. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** The decorators of a file, as they are written. */
interface Decorators {
  /** Those that come from here or from tsyringe. */
  readonly ours: readonly string[];
  readonly others: readonly string[];
}

/**
 * Compiles decorators as TypeScript's experimental ones in the files that use those of this package or of tsyringe, and
 * leaves all other files to the project: there, standard decorators are nobody's business but their compiler's.
 *
 * @param root The project's folder.
 */
export function decorators(root: URL): Plugin {
  let vite: Promise<typeof import('vite')> | undefined;
  return {
    name: 'astro-gatehouse:decorators',
    enforce: 'pre',
    transform: {
      filter: { id: TYPESCRIPT_WITH_QUERY, code: '@' },
      async handler(code, id) {
        const [file = id] = id.split('?');
        if (!TYPESCRIPT.test(file) || !SOURCES.some((source) => code.includes(String(source)))) return undefined;
        const { ours, others } = decoratorsOf(this.parse(code, { lang: file.endsWith('x') ? 'tsx' : 'ts' }), code);
        const [first] = ours;
        if (first === undefined) return undefined;
        if (others.length > 0 && hasExperimentalDecorators(fileURLToPath(root)) !== true) {
          this.warn(mixedSentence(relative(fileURLToPath(root), file).replaceAll('\\', '/'), first, others));
        }
        vite ??= importVite(root);
        const { code: compiled, map } = await (await vite).transformWithOxc(code, file, {
          decorator: { legacy: true, emitDecoratorMetadata: true },
          // Left to whoever knows whose they are.
          jsx: 'preserve',
        });
        return { code: compiled, map: map ?? null };
      },
    },
  };
}

/** @returns The decorators in a file, by where the names in them were imported from. */
export function decoratorsOf(program: unknown, code: string): Decorators {
  const names = new Set<unknown>();
  const ours: string[] = [];
  const others: string[] = [];
  for (const node of nodesOf(program)) {
    if (node.type === 'ImportDeclaration' && SOURCES.includes((node.source as Node).value)) {
      for (const { local } of node.specifiers as readonly { local: Node }[]) names.add(local.name);
    } else if (node.type === 'Decorator') {
      const isOurs = names.has(rootOf(node.expression as Node).name);
      (isOurs ? ours : others).push(code.slice(node.start, node.end));
    }
  }
  return { ours, others };
}

/** The name that an expression begins with: `di` of `di.inject(Clock)`. */
function rootOf(expression: Node): Node {
  const inner = expression.callee ?? expression.object ?? expression.expression;
  return isNode(inner) ? rootOf(inner) : expression;
}

/** @returns Every node, those of imports before all others: they count wherever they stand. */
function nodesOf(program: unknown): Node[] {
  const nodes = everyNode(program);
  const isImport = ({ type }: Node) => type === 'ImportDeclaration';
  return [...nodes.filter(isImport), ...nodes.filter((node) => !isImport(node))];
}

function everyNode(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(everyNode);
  return isNode(value) ? [value, ...Object.values(value).flatMap(everyNode)] : [];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string';
}

function mixedSentence(file: string, ours: string, others: readonly string[]): string {
  return (
    `[astro-gatehouse] ${file}: ${others.join(', ')} is compiled as TypeScript's experimental decorator, because ${ours} ` +
    `stands in the same file. Where a standard decorator is meant, move it into a file of its own, or register the class ` +
    `with a function: services.shared(Mine, (get) => new Mine(get(…))).`
  );
}

/** Astro's own, because a project need not have one. */
function importVite(root: URL): Promise<typeof import('vite')> {
  const astro = createRequire(new URL('package.json', root)).resolve('astro/package.json');
  return import(pathToFileURL(createRequire(astro).resolve('vite')).href);
}
