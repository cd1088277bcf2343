import type { Plugin, ViteDevServer } from 'vite';

const NAMES = ['site', 'setup', 'routes', 'start'] as const;
type Name = (typeof NAMES)[number];

/** The placeholder for the server islands in a bundle. */
export const ISLANDS = '$$astro-gatehouse-islands$$';
const QUOTED_ISLANDS = /(['"`])\$\$astro-gatehouse-islands\$\$\1/g;

/** Functions that return the source of each virtual module for a Vite environment. */
export type VirtualModules = Record<Exclude<Name, 'start'>, (environment: string) => string>;

const nameOf = (id: string) => NAMES.find((name) => id === `virtual:astro-gatehouse/${name}`);
const resolved = (name: Name) => `\0virtual:astro-gatehouse/${name}`;

/**
 * Serves the virtual modules. Filters keep the bundler from calling the hooks for every module of the site, because a
 * thousand calls would take longer than the work in them.
 *
 * @param started The module that assembles everything.
 * @param islands Returns the replacement of {@link ISLANDS} in a build, which is known once everything is bundled.
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
    // Not for browsers: a development server serves them any module by its name, and one of these contains the secret.
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
 * Makes a built server load the middleware when it starts and not with the first request, so that an invalid
 * configuration stops it.
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

/** Returns the source that prepares the store, so that its problems are found before the first request. */
function startSource(started: string): string {
  return `import { gatehouse } from ${JSON.stringify(started)};\nawait gatehouse.prepare();`;
}

/** Makes a development server load the module with the project's routes again, after one was added or removed. */
export function routesChanged(server: ViteDevServer): void {
  for (const { moduleGraph } of Object.values(server.environments)) {
    const module = moduleGraph.getModuleById(resolved('routes'));
    if (module) moduleGraph.invalidateModule(module);
  }
}
