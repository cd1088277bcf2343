import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { buildChannel, type IslandNames } from './build-channel.js';

/** The metadata that Astro's compiler adds for a component that is rendered later. */
interface ServerComponent {
  readonly exportName: string;
  /** The name in the page that imports it. */
  readonly localName: string;
  readonly resolvedPath: string;
}

interface AstroMeta {
  readonly serverComponents?: readonly ServerComponent[];
}

/** @see node_modules/astro/dist/core/server-islands/vite-plugin-server-islands.js */
const ASTROS_LIST = /^\0virtual:astro:server-island-manifest$/;
/** Files in which Astro looks for islands: there are none in any other. */
const RENDERING = /\.(?:astro|mdx)(?:$|\?)/;

/** A server island, with all names by which a developer may know it. */
export interface FoundIsland {
  /** Relative to the project's root. */
  readonly file: string;
  /** As bundlers, and Astro's own list of islands, name it. */
  readonly path: string;
  /** The component's own name first, then those that pages import it under, then its file. */
  readonly names: readonly string[];
}

/** The server islands of a project, as far as its modules have been read. */
export class FoundIslands {
  readonly #byImporter = new Map<string, readonly ServerComponent[]>();
  /** Further names of an island in the files that re-export it, by path and export. */
  readonly #handedOn = new Map<string, readonly string[]>();

  /** @param root Returns the project's root, once it is known. */
  constructor(private readonly root: () => URL) {}

  get all(): readonly FoundIsland[] {
    const names = new Map<string, { key: string; path: string; own: string; others: Set<string> }>();
    for (const { exportName, localName, resolvedPath } of [...this.#byImporter.values()].flat()) {
      const key = `${resolvedPath} ${exportName}`;
      const own = nameOfExport(resolvedPath, exportName);
      const known = names.get(key) ?? { key, path: resolvedPath, own, others: new Set<string>() };
      known.others.add(localName);
      names.set(key, known);
    }
    const islands = [...names.values()].map(({ key, path, own, others }) => {
      const file = fileFromRoot(path, this.root());
      return {
        file,
        path,
        names: [...new Set([own, ...[...others].sort(), file, ...(this.#handedOn.get(key) ?? [])])],
      };
    });
    return islands.sort((one, other) => (one.file < other.file ? -1 : Number(one.file > other.file)));
  }

  /** For each path, the names of every component that is exported there. */
  get #byPath(): [path: string, names: (readonly string[])[]][] {
    const islands = this.all;
    const paths = [...new Set(islands.map(({ path }) => path))];
    return paths.map((path) => [path, islands.filter((island) => island.path === path).map(({ names }) => names)]);
  }

  /** The same, as the source of an array. */
  get source(): string {
    return JSON.stringify(this.#byPath);
  }

  /** Returns the plugin that collects islands during a build, and in development. */
  plugin(): Plugin {
    const found = this;
    return {
      name: 'astro-gatehouse:islands',
      enforce: 'post',
      transform: {
        order: 'post',
        filter: { id: [RENDERING, ASTROS_LIST] },
        async handler(code, id) {
          if (this.environment.name === 'client') return;
          const { serverComponents } = (this.getModuleInfo(id)?.meta.astro ?? {}) as AstroMeta;
          if (serverComponents) {
            found.#byImporter.set(id, serverComponents);
            await Promise.all(serverComponents.map((component) => found.#follow(component, this, id)));
          }
          // In development, a module that imported this list would be reloaded with each island, and the whole server
          // with it.
          if (ASTROS_LIST.test(id) && this.environment.mode === 'dev') buildChannel().islandNames = found.#named(code);
        },
      },
    };
  }

  /** Adds the names that a component has in the file it comes from. */
  async #follow({ resolvedPath, exportName }: ServerComponent, bundler: Bundler, importer: string): Promise<void> {
    const origins = await originsOf(bundler, resolvedPath, importer, exportName);
    const names = origins.flatMap(({ path, name }) => [nameOfExport(path, name), fileFromRoot(path, this.root())]);
    this.#handedOn.set(`${resolvedPath} ${exportName}`, names);
  }

  /** @param list The source of Astro's list of islands: the name that it gave to each file. */
  #named(list: string): IslandNames {
    const [, entries = '[]'] = /serverIslandNameMap = new Map\((\[.*?\])\);/s.exec(list) ?? [];
    const names = new Map(JSON.parse(entries) as [file: string, name: string][]);
    return new Map(this.#byPath.map(([path, known]) => [names.get(path) ?? '', known]));
  }
}

function nameOfExport(path: string, name: string): string {
  return name === 'default' ? componentName(path) : name;
}

/** Returns the name of a component: `AdminPanel` for `AdminPanel.astro` and for `AdminPanel/index.astro`. */
function componentName(path: string): string {
  const parts = path.replace(/[?#].*$/, '').split('/');
  const name = (parts.at(-1) ?? '').replace(/\.\w+$/, '');
  return name === 'index' ? (parts.at(-2) ?? name) : name;
}

const SCRIPT = /\.[cm]?[jt]sx?$/;

/** An export of a file. */
interface Export {
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

/** Returns the name of a file: relative to the project's root, or to the folder of installed packages. */
export function fileFromRoot(path: string, root: URL): string {
  const name = path.startsWith('/') ? relative(fileURLToPath(root), path).replaceAll('\\', '/') : path;
  return name.split('node_modules/').at(-1) ?? name;
}
