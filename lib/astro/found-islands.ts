import type { Plugin } from 'vite';
import { buildChannel, type IslandNames } from './build-channel.js';
import { type Bundler, originsOf } from './component-origins.js';
import { fileFromRoot } from './file-from-root.js';

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
