import { readFile } from 'node:fs/promises';

const SCRIPT = /\.[cm]?[jt]sx?$/;

/** An export of a file. */
export interface Export {
  readonly path: string;
  readonly name: string;
}

/** The functions of a bundler that plugins may use. */
export interface Bundler {
  resolve(source: string, importer: string): Promise<{ readonly id: string } | null>;
  parse(code: string, options: { lang: 'ts' | 'tsx' }): object;
}

/** The parts of a syntax tree that are read here. */
interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

/**
 * Follows a component through the files that re-export it (`export { default as Panel } from './AdminPanel.astro'`).
 *
 * @param specifier As written in the import, or as Astro resolved it.
 * @param importer The file that contains the import.
 * @returns Every export on the way, the component's own last; none when the first file has no such export.
 */
export async function originsOf(
  bundler: Bundler,
  specifier: string,
  importer: string,
  name: string,
  seen = new Set<string>(),
): Promise<Export[]> {
  const path = (await bundler.resolve(specifier, importer))?.id.replace(/[?#].*$/, '');
  // Files may re-export each other.
  if (path === undefined || seen.has(`${path} ${name}`)) return [];
  seen.add(`${path} ${name}`);
  if (!SCRIPT.test(path)) return [{ path, name }];
  const code = await readFile(path, 'utf8').catch(() => '');
  const body = nodes(
    (bundler.parse(code, { lang: /\.[cm]?ts$/.test(path) ? 'ts' : 'tsx' }) as { body?: unknown }).body,
  );
  const { places, isOwn } = placesOf(body, name);
  for (const [source, imported] of places) {
    const further = await originsOf(bundler, source, path, imported, seen);
    if (further.length > 0) return [{ path, name }, ...further];
  }
  return isOwn ? [{ path, name }] : [];
}

/**
 * Returns the possible sources of an export: the one that the file names for it, or else all modules that it re-exports
 * as a whole.
 */
function placesOf(body: readonly Node[], name: string): { places: [source: string, name: string][]; isOwn: boolean } {
  for (const { type, specifiers, source, declaration } of body) {
    if (type === 'ExportDefaultDeclaration' && name === 'default') return imported(body, nameOf(declaration));
    if (type !== 'ExportNamedDeclaration') continue;
    const variable = nodes((declaration as Node | null)?.declarations).find(({ id }) => nameOf(id) === name);
    if (variable) return imported(body, nameOf(variable.init));
    const specifier = nodes(specifiers).find(({ exported }) => nameOf(exported) === name);
    if (!specifier) continue;
    const local = nameOf(specifier.local);
    return source ? { places: [[nameOf(source), local]], isOwn: true } : imported(body, local);
  }
  const whole = body.filter(({ type, exported }) => type === 'ExportAllDeclaration' && !exported);
  return { places: name === 'default' ? [] : whole.map(({ source }) => [nameOf(source), name]), isOwn: false };
}

/** Returns the source of a local name. */
function imported(body: readonly Node[], local: string): ReturnType<typeof placesOf> {
  for (const { type, specifiers, source } of body) {
    if (type !== 'ImportDeclaration') continue;
    const specifier = nodes(specifiers).find((one) => nameOf(one.local) === local);
    if (!specifier) continue;
    const name = specifier.type === 'ImportDefaultSpecifier' ? 'default' : nameOf(specifier.imported);
    return { places: [[nameOf(source), name]], isOwn: true };
  }
  return { places: [], isOwn: true };
}

function nodes(list: unknown): readonly Node[] {
  return Array.isArray(list) ? list : [];
}

/** Returns the name of an identifier or of a string literal; an empty string for any other node. */
function nameOf(node: unknown): string {
  const { name, value } = (node ?? {}) as { name?: unknown; value?: unknown };
  return typeof name === 'string' ? name : typeof value === 'string' ? value : '';
}
