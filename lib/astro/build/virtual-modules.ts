import type { Plugin, ViteDevServer } from 'vite';

const NAMES = ['site', 'setup', 'routes', 'start'] as const;
type Name = (typeof NAMES)[number];

/** Stands for what a bundle is to know of server islands. */
export const ISLANDS = '$$astro-gatehouse-islands$$';
const QUOTED_ISLANDS = /(['"`])\$\$astro-gatehouse-islands\$\$\1/g;

/** Source of each module that the site gets its particulars from, by the Vite environment that asks. */
export type VirtualModules = Record<Exclude<Name, 'start'>, (environment: string) => string>;

const nameOf = (id: string) => NAMES.find((name) => id === `virtual:astro-gatehouse/${name}`);
const resolved = (name: Name) => `\0virtual:astro-gatehouse/${name}`;

/**
 * Serves the virtual modules. The bundler calls hooks of plugins only for what their filters name: a call for each of a
 * thousand modules takes longer than what is done in it.
 *
 * @param started The module that assembles everything.
 * @param islands What stands in the place of {@link ISLANDS} in a build, which knows it once everything is bundled.
 */
export function virtualModules(modules: VirtualModules, started: string, islands: () => string): Plugin {
  return {
    name: 'astro-gatehouse',
    resolveId: {
      filter: { id: /^virtual:astro-gatehouse\// },
      handler(id) {
        const name = nameOf(id);
        return name && resolved(name);
      },
    },
    // A development server answers browsers that ask for a module by its name, and one of these holds its secret.
    applyToEnvironment: ({ name }) => name !== 'client',
    load: {
      filter: { id: /^\0virtual:astro-gatehouse\// },
      handler(id) {
        const name = NAMES.find((candidate) => id === resolved(candidate));
        if (name === 'start') return startSource(started);
        return name && modules[name](this.environment.name);
      },
    },
    renderChunk(code) {
      return code.includes(ISLANDS) ? { code: code.replace(QUOTED_ISLANDS, islands), map: null } : undefined;
    },
  };
}

/**
 * Makes a built server load the middleware when it starts and not when its first visitor comes, so that whatever is wrong
 * stops it.
 */
export function loadedAtStart(): Plugin {
  return {
    name: 'astro-gatehouse:start',
    apply: 'build',
    applyToEnvironment: ({ name }) => name === 'ssr',
    transform: {
      order: 'post',
      handler(code, id) {
        if (!this.getModuleInfo(id)?.isEntry) return undefined;
        return { code: `import 'virtual:astro-gatehouse/start';\n${code}`, map: null };
      },
    },
  };
}

/** What is wrong with a store is found before anybody is served. */
function startSource(started: string): string {
  return `import { gatehouse } from ${JSON.stringify(started)};\nawait gatehouse.prepare();`;
}

/** Has the module written anew that tells of the project's routes, after one came or went while it is being served. */
export function routesChanged(server: ViteDevServer): void {
  for (const { moduleGraph } of Object.values(server.environments)) {
    const module = moduleGraph.getModuleById(resolved('routes'));
    if (module) moduleGraph.invalidateModule(module);
  }
}
