import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AstroConfig, AstroIntegrationLogger, IntegrationResolvedRoute } from 'astro';

const ADAPTER = '@astrojs/vercel';
/** Where the adapter says which requests go where. @see https://vercel.com/docs/build-output-api/configuration#routes */
const OUTPUT = '.vercel/output/config.json';
/** Names of the function that answers for everybody once one visitor was answered. */
const ISR = /^\/?_isr(?:\?|$)/;

/** Hooks of an adapter, which are called here as Astro calls them. */
type Hooks = Record<string, ((given: Record<string, unknown>) => unknown) | undefined>;

/**
 * Reads which routes the Vercel adapter has answered from `isr`: by a cache ahead of every middleware. What it was told
 * stays with it, so that what it has written is read.
 *
 * @param root The folder below which it has written.
 * @returns Patterns as Astro writes them.
 */
export function isrPatterns(
  { adapter, root: project }: Pick<AstroConfig, 'adapter' | 'root'>,
  routes: readonly IntegrationResolvedRoute[],
  root: URL = project,
): ReadonlySet<string> {
  const file = new URL(OUTPUT, root);
  if (adapter?.name !== ADAPTER || !existsSync(file)) return new Set();
  const written: { routes?: readonly { src?: string; dest?: string }[] } = JSON.parse(readFileSync(file, 'utf8'));
  const sources = (written.routes ?? [])
    .filter(({ dest = '' }) => ISR.test(dest))
    .map(({ src = '' }) => comparable(src));
  const isCached = ({ patternRegex }: IntegrationResolvedRoute) => sources.includes(comparable(patternRegex.source));
  return new Set(routes.filter(isCached).map(({ pattern }) => pattern));
}

/** The adapter captures the whole path, and may escape slashes or not. */
function comparable(source: string): string {
  const plain = source.replaceAll('\\/', '/');
  return plain.replace(/^\^\((.*)\)\$$/, '^$1$');
}

/**
 * Has the Vercel adapter write aside what it would write for a build, so that a report knows its routes before anything
 * is built, and what was built before stays as it is.
 */
export class VercelRehearsal {
  readonly #hooks: Hooks;

  private constructor(adapter: NonNullable<AstroConfig['adapter']>) {
    this.#hooks = adapter.hooks as unknown as Hooks;
    const settle = this.#hooks['astro:config:done'];
    this.#hooks['astro:config:done'] = (given) => {
      const config = given.config as AstroConfig;
      const server = new URL('rehearsed/', config.outDir);
      return settle?.({ ...given, config: { ...config, root: config.outDir, build: { ...config.build, server } } });
    };
  }

  /** @param config As it is before any adapter has settled it. @returns `undefined` for other adapters. */
  static of({ adapter }: AstroConfig): VercelRehearsal | undefined {
    return adapter?.name === ADAPTER ? new VercelRehearsal(adapter) : undefined;
  }

  /** @throws Whatever the adapter throws. */
  async patterns(
    config: AstroConfig,
    routes: readonly IntegrationResolvedRoute[],
    logger: AstroIntegrationLogger,
  ): Promise<ReadonlySet<string>> {
    const server = new URL('rehearsed/', config.outDir);
    mkdirSync(server, { recursive: true });
    writeFileSync(new URL(config.build.serverEntry, server), 'export default {};\n');
    await this.#hooks['astro:build:ssr']?.({ logger, middlewareEntryPoint: undefined });
    await this.#hooks['astro:build:done']?.({ logger, pages: [], dir: config.outDir, assets: new Map() });
    return isrPatterns(config, routes, config.outDir);
  }
}
