import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'acorn';
import type {
  AstroConfig,
  AstroIntegration,
  BaseIntegrationHooks,
  HookParameters,
  IntegrationResolvedRoute,
} from 'astro';
import type { Plugin } from 'vite';
import gatehouse from '../../lib/astro/build/integration.js';
import type { GatehouseOptions } from '../../lib/astro/options/options.js';
import type { Outcome } from './astro/astro-client.js';

type Setup = HookParameters<'astro:config:setup'>;
type Done = HookParameters<'astro:config:done'>;
type Logger = Setup['logger'];

/** What a spec may say of Astro's config. */
export type HookedConfig = Partial<Omit<AstroConfig, 'root' | 'srcDir' | 'publicDir'>>;

const ADAPTER: AstroIntegration = { name: '@astrojs/node', hooks: {} };

/**
 * A folder with a project's files, for which the hooks of the integration are called as Astro calls them, in its order
 * and with what it would hand over. Nothing is bundled and no page is made: what a setup module or an action says of
 * itself is not known here, nor which pages come of a route with parameters.
 */
export class HookedProject {
  readonly #config: AstroConfig;
  #output = '';

  private constructor(
    readonly folder: string,
    config: HookedConfig,
  ) {
    const root = pathToFileURL(`${folder}/`);
    this.#config = only<AstroConfig>("Astro's config", {
      root,
      srcDir: new URL('src/', root),
      publicDir: new URL('public/', root),
      build: only<AstroConfig['build']>('build of the config', { server: new URL('dist/server/', root) }),
      base: '/',
      i18n: undefined,
      trailingSlash: 'ignore',
      output: 'server',
      adapter: ADAPTER,
      redirects: {},
      fetchFile: 'fetch',
      env: { schema: {}, validateSecrets: false },
      security: only<AstroConfig['security']>('security of the config', { allowedDomains: [] }),
      image: only<AstroConfig['image']>('image of the config', {
        endpoint: { route: '/_image', entrypoint: undefined },
      }),
      devToolbar: { enabled: false },
      cache: undefined,
      routeRules: undefined,
      session: undefined,
      ...config,
    });
  }

  /** @param files Path → text. @param config Where it is not what Astro takes for itself. */
  static create(files: Record<string, string> = {}, config: HookedConfig = {}): HookedProject {
    const project = new HookedProject(mkdtempSync(join(tmpdir(), 'gatehouse-hooks-')), config);
    for (const [path, text] of Object.entries(files)) {
      const file = join(project.folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return project;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Calls the hooks of `astro build`. @param options Of gatehouse(), wrong ones too. */
  async build(options: object = {}): Promise<Outcome> {
    return this.#told(async () => {
      const { hooks, plugins } = await this.#begin('build', options);
      const logger = this.#logger;
      const dir = new URL('dist/', this.#config.root);
      await hooks['astro:build:start']?.({ logger, setPrerenderer: () => undefined });
      await this.#scan(plugins);
      await hooks['astro:build:generated']?.({ logger, dir, routeToHeaders: new Map() });
      await hooks['astro:build:done']?.({ logger, dir, pages: [], assets: new Map() });
    });
  }

  /** Calls the hooks of another command up to where its server begins to listen. */
  async start(command: 'dev' | 'preview' | 'sync', options: object = {}): Promise<Outcome> {
    return this.#told(() => this.#begin(command, options));
  }

  async #told(work: () => Promise<unknown>): Promise<Outcome> {
    this.#output = '';
    const code = await work().then(
      () => 0,
      (error: Error) => {
        this.#output += `${error.message}\n`;
        return 1;
      },
    );
    return { code, output: this.#output };
  }

  async #begin(
    command: Setup['command'],
    options: object,
  ): Promise<{ hooks: AstroIntegration['hooks']; plugins: Plugin[] }> {
    const { hooks } = gatehouse(options as GatehouseOptions);
    const [config, logger, plugins] = [this.#config, this.#logger, [] as Plugin[]];
    await hooks['astro:config:setup']?.(
      only<Setup>('astro:config:setup', {
        config,
        command,
        isRestart: false,
        logger,
        addMiddleware: () => undefined,
        addWatchFile: () => undefined,
        addDevToolbarApp: () => undefined,
        injectRoute: () => undefined,
        updateConfig: (more) => {
          plugins.push(...((more.vite?.plugins ?? []) as Plugin[]));
          return config;
        },
      }),
    );
    await hooks['astro:routes:resolved']?.({ routes: routesOf(this.folder), logger });
    const adapted: Partial<BaseIntegrationHooks> | undefined = config.adapter?.hooks;
    const done = only<Done>('astro:config:done', { config, logger, setAdapter: () => undefined });
    await adapted?.['astro:config:done']?.(done);
    await hooks['astro:config:done']?.(
      only<Done>('astro:config:done', {
        config,
        logger,
        injectTypes: ({ filename }) => new URL(`.astro/integrations/astro-gatehouse/${filename}`, config.root),
      }),
    );
    return { hooks, plugins };
  }

  /** Shows the scanning plugin the module of each route, as it is when Astro has compiled it, and then lets it judge. */
  async #scan(plugins: readonly Plugin[]): Promise<void> {
    const scan = plugins.find(({ name }) => name === 'astro-gatehouse:scan');
    const { buildStart, transform } = scan ?? {};
    if (typeof buildStart !== 'function' || typeof transform !== 'object')
      throw new Error('There is no plugin to scan.');
    const context = (name: string) => ({
      environment: { name, config: { root: this.folder } },
      parse: (code: string) => parse(code, { ecmaVersion: 'latest', sourceType: 'module' }),
      getModuleInfo: () => ({ meta: {} }),
      emitFile: () => 'site-facts',
    });
    const bundled = <T>(name: string) => only<object>('a bundler', context(name)) as T;
    const inputs = {} as Parameters<typeof buildStart>[0];
    for (const environment of ['prerender', 'ssr'] as const) {
      await buildStart.call(bundled(environment), inputs);
      for (const { entrypoint } of routesOf(this.folder)) {
        const file = join(this.folder, entrypoint);
        const code = moduleOf(file);
        if (isFor(code, transform)) await transform.handler.call(bundled(environment), code, file);
      }
    }
    await buildStart.call(bundled('client'), inputs);
  }

  get #logger(): Logger {
    const say = (message: string) => {
      this.#output += `[astro-gatehouse] ${message}\n`;
    };
    return only<Logger>('the logger', { info: say, warn: say, error: say });
  }
}

/** Only what is imitated is there: to read anything else is an error, rather than to find nothing. */
function only<T extends object>(what: string, parts: Partial<T>): T {
  return new Proxy(parts, {
    get(target, name, receiver) {
      if (typeof name === 'symbol' || name in target) return Reflect.get(target, name, receiver);
      throw new Error(`${what} has no ${name} here: imitate it in spec/support/hooked-project.ts.`);
    },
  }) as T;
}

/** The routes of the files below src/pages, as Astro reads their names. */
function routesOf(folder: string): IntegrationResolvedRoute[] {
  const pages = join(folder, 'src/pages');
  if (!existsSync(pages)) return [];
  const files = readdirSync(pages, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(astro|ts)$/.test(name));
  return files.sort().map((name) => {
    const pattern = `/${name.replace(/\.\w+$/, '').replace(/(^|\/)index$/, '')}`;
    const pieces = pattern.split('/').filter(Boolean);
    const segments = pieces.map((piece) => [
      {
        content: piece.replace(/^\[(?:\.{3})?(.*)\]$/, '$1'),
        dynamic: piece.startsWith('['),
        spread: piece.startsWith('[...'),
      },
    ]);
    const params = segments.flat().flatMap(({ content, dynamic }) => (dynamic ? [content] : []));
    return only<IntegrationResolvedRoute>('a route', {
      type: name.endsWith('.astro') ? 'page' : 'endpoint',
      origin: 'project',
      pattern,
      segments,
      params,
      ...(params.length > 0 ? {} : { pathname: pattern }),
      entrypoint: `src/pages/${name}`,
      isPrerendered: /^export const prerender = true/m.test(readFileSync(join(pages, name), 'utf8')),
      fallbackRoutes: [],
    });
  });
}

/** Whether the bundler calls a hook for a module. */
function isFor(code: string, { filter }: { filter?: { code?: unknown } }): boolean {
  return filter?.code instanceof RegExp ? filter.code.test(code) : true;
}

/** Astro's compiler lifts what a page's frontmatter exports out of it as it stands there. */
function moduleOf(file: string): string {
  const text = readFileSync(file, 'utf8');
  return file.endsWith('.astro') ? (/^---\n(.*?)\n---/s.exec(text)?.[1] ?? '') : text;
}
