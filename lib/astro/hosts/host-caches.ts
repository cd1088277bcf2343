import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AstroConfig, AstroIntegrationLogger, IntegrationResolvedRoute } from 'astro';
import { type SegmentMatcher, segmentsOf } from '../../access/paths/path-pattern.js';

const ADAPTER = '@astrojs/vercel';
/**
 * The file in which the adapter writes its routing.
 *
 * @see https://vercel.com/docs/build-output-api/configuration#routes
 */
const OUTPUT = '.vercel/output/config.json';
/** Matches the function that answers all visitors with the answer for the first one. */
const ISR = /^\/?_isr(?:\?|$)/;

/** Hooks of an adapter, which are called here as Astro calls them. */
type Hooks = Record<string, ((given: Record<string, unknown>) => unknown) | undefined>;

/**
 * Returns the routes that the Vercel adapter answers from `isr`: from a cache, before any middleware. The adapter does
 * not expose its options, so its output is read.
 *
 * @param root The folder that contains its output.
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

/** Removes differences in notation: the adapter captures the whole path, and may or may not escape slashes. */
function comparable(source: string): string {
  const plain = source.replaceAll('\\/', '/');
  return plain.replace(/^\^\((.*)\)\$$/, '^$1$');
}

/**
 * Makes the Vercel adapter write its output to another folder, so that a report knows its routes before a build, and an
 * earlier build is not overwritten.
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

  /** @param config The config before any adapter has resolved it. @returns `undefined` for other adapters. */
  static of({ adapter }: AstroConfig): VercelRehearsal | undefined {
    return adapter?.name === ADAPTER ? new VercelRehearsal(adapter) : undefined;
  }

  /** @throws Any error of the adapter. */
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

/**
 * Returns the keys of `routeRules` that enable caching, with their segments. Without a cache provider, or without a
 * time, nothing is cached.
 *
 * @see node_modules/astro/dist/core/cache/utils.js
 */
export function cachedPatterns({ cache, routeRules }: AstroConfig): Map<string, SegmentMatcher[]> {
  if (!cache?.provider) return new Map();
  const cached = Object.entries(routeRules ?? {}).filter(([, { maxAge = 0, swr = 0 }]) => maxAge > 0 || swr > 0);
  return new Map(cached.map(([pattern]) => [pattern, segmentsOf(pattern).map(toMatcher)]));
}

function toMatcher(segment: string): SegmentMatcher {
  if (segment.includes('[...')) return { kind: 'any' };
  return segment.includes('[') ? { kind: 'one' } : { kind: 'literal', text: segment };
}
