import type { AstroAdapter, AstroConfig, BaseIntegrationHooks, IntegrationResolvedRoute } from 'astro';
import {
  AstroSessionMissingError,
  EdgeMiddlewareError,
  type GatehouseError,
  UnhostedStoreError,
} from '../../errors/index.js';
import type { ChosenStore } from '../options/store-choice.js';

/** A host, and the stores that cannot keep sessions there, each with the reason. */
interface Host {
  readonly name: string;
  readonly without: Partial<Record<ChosenStore['use'], string>>;
  /** The stores that keep them there only while a single process runs. */
  readonly alone?: Partial<Record<ChosenStore['use'], string>>;
  /** Drivers of unstorage that cannot keep sessions there. */
  readonly drivers: RegExp;
  /** The stores to use there. */
  readonly instead: string;
}

const NO_CONNECTIONS = 'a connection there cannot be used by any request but the one that opened it';
const WORKERS: Host = {
  name: 'Cloudflare Workers',
  alone: { memory: 'every isolate has its own memory, which ends with it' },
  without: {
    sqlite: 'there are no files, and node:sqlite is missing',
    postgres: NO_CONNECTIONS,
    redis: NO_CONNECTIONS,
  },
  drivers: /^(?:fs|fs-lite|memory|lru-cache)$/,
  instead:
    "store: { use: 'cookie' }, store: { use: 'astro' } (Cloudflare KV, which the adapter configures), or " +
    'D1 in src/gatehouse.ts: services.override(SessionStore, (get) => new SqlSessionStore(d1Database(env.DB), ' +
    "'gatehouse_sessions', get(Clock)))",
};

const SHORT_LIVED = 'every function has its own memory, which ends with it';
const FUNCTIONS: Pick<Host, 'without' | 'drivers'> = {
  without: { memory: SHORT_LIVED, sqlite: 'files there are read-only, or end with the function' },
  drivers: /^(?:fs|fs-lite|memory|lru-cache)$/,
};

/** Hosts by the name of the adapter that builds for them. */
const HOSTS: Readonly<Record<string, Host>> = {
  '@astrojs/cloudflare': WORKERS,
  '@astrojs/vercel': {
    ...FUNCTIONS,
    name: 'Vercel',
    instead: "store: { use: 'cookie' }, store: { use: 'postgres' }, or store: { use: 'redis' }",
  },
  '@astrojs/netlify': {
    ...FUNCTIONS,
    name: 'Netlify',
    instead:
      "store: { use: 'cookie' }, store: { use: 'astro' } (Netlify Blobs, which the adapter configures), " +
      "store: { use: 'postgres' }, or store: { use: 'redis' }",
  },
};

/** A problem of a site on its host. */
export interface HostProblem {
  readonly error: GatehouseError;
  /** True when the site cannot work there. */
  readonly isFatal: boolean;
}

/** Finds what a site asks of its host that the host cannot do. The host is known by the adapter. */
export class HostLimits {
  #features: AstroAdapter['adapterFeatures'];

  /** @param adapter The adapter's integration, before Astro calls its hooks: its features are only known from them. */
  constructor(adapter: AstroConfig['adapter']) {
    const hooks: Partial<BaseIntegrationHooks> | undefined = adapter?.hooks;
    const settle = hooks?.['astro:config:done'];
    if (!hooks || !settle) return;
    hooks['astro:config:done'] = (given) =>
      settle({
        ...given,
        setAdapter: (settled) => {
          this.#features = settled.adapterFeatures;
          given.setAdapter(settled);
        },
      });
  }

  /**
   * Returns the problems of a site on its host.
   *
   * @param store The store in use; `undefined` when it is the application's own.
   */
  problems(
    config: AstroConfig,
    routes: readonly IntegrationResolvedRoute[],
    store: ChosenStore | undefined,
  ): HostProblem[] {
    if (!config.adapter || !routes.some(isOnDemand)) return [];
    const { name } = config.adapter;
    const edge = this.#hasEdgeMiddleware ? [{ error: new EdgeMiddlewareError(name), isFatal: true }] : [];
    return [...edge, ...(store ? storeProblems(config, store, HOSTS[name]) : [])];
  }

  get #hasEdgeMiddleware(): boolean {
    return this.#features?.middlewareMode === 'edge' || this.#features?.edgeMiddleware === true;
  }
}

/** Checks whether Astro's own sessions have a driver, so that they are stored. */
export function hasSessionDriver({ session }: Pick<AstroConfig, 'session'>): boolean {
  return typeof session === 'object' && session.driver !== undefined;
}

function isOnDemand({ isPrerendered, origin, type }: IntegrationResolvedRoute): boolean {
  return !isPrerendered && origin !== 'internal' && type !== 'redirect';
}

function storeProblems(config: AstroConfig, store: ChosenStore, host: Host | undefined): HostProblem[] {
  if (store.use === 'astro' && !hasSessionDriver(config))
    return [{ error: new AstroSessionMissingError(), isFatal: true }];
  if (!host) return [];
  const fatal = reasonAgainst(host, store);
  const reason = fatal ?? host.alone?.[store.use];
  if (reason === undefined) return [];
  const error = new UnhostedStoreError(nameOf(store), host.name, reason, host.instead);
  return [{ error, isFatal: fatal !== undefined }];
}

function reasonAgainst(host: Host, store: ChosenStore): string | undefined {
  if (!('driver' in store)) return host.without[store.use];
  return host.drivers.test(store.driver) ? 'nothing that its driver stores lasts there' : undefined;
}

function nameOf(store: ChosenStore): string {
  return 'driver' in store ? `${store.use} with the driver ${store.driver}` : store.use;
}
