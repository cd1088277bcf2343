import type { AstroAdapter, AstroConfig, BaseIntegrationHooks, IntegrationResolvedRoute } from 'astro';
import { isActionPattern } from '../../access/paths/special-paths.js';
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
  /** Reasons why drivers of unstorage cannot keep sessions there, by name. */
  readonly drivers: Readonly<Record<string, string>>;
  /** The stores to use there. */
  readonly instead: string;
  /** True when `astro dev` runs the site as that host does. */
  readonly isInDevelopment?: boolean;
}

/** Drivers of unstorage that keep nothing on any server: they drop everything, or store in a browser. */
const NOWHERE = driversOf('it stores nothing on a server', [
  'null',
  'indexedb',
  'localstorage',
  'session-storage',
  'capacitor-preferences',
]);

const LOST = 'nothing that its driver stores lasts there';
const IN_PROCESS = driversOf(LOST, ['memory', 'lru-cache', 'fs', 'fs-lite']);

const NO_CONNECTIONS = 'a connection there cannot be used by any request but the one that opened it';
const WORKERS: Host = {
  name: 'Cloudflare Workers',
  isInDevelopment: true,
  alone: { memory: 'every isolate has its own memory, which ends with it' },
  without: {
    sqlite: 'there are no files, and node:sqlite is missing',
    postgres: NO_CONNECTIONS,
    redis: NO_CONNECTIONS,
  },
  drivers: { ...IN_PROCESS, ...driversOf(NO_CONNECTIONS, ['redis', 'mongodb']) },
  instead:
    "store: { use: 'cookie' }, store: { use: 'astro' } (Cloudflare KV, which the adapter configures), or " +
    'D1 in src/gatehouse.ts: services.override(SessionStore, (get) => new SqlSessionStore(d1Database(env.DB), ' +
    "'gatehouse_sessions', get(Clock)))",
};

const SHORT_LIVED = 'every function has its own memory, which ends with it';
const FUNCTIONS: Pick<Host, 'without' | 'drivers'> = {
  without: { memory: SHORT_LIVED, sqlite: 'files there are read-only, or end with the function' },
  drivers: IN_PROCESS,
};

const ANYWHERE =
  "store: { use: 'cookie' }, store: { use: 'sqlite' }, store: { use: 'postgres' }, or store: { use: 'redis' }";

/** The name of the adapter for Workers, which differ from servers in more than their stores. */
export const CLOUDFLARE = '@astrojs/cloudflare';

/** Hosts by the name of the adapter that builds for them. */
const HOSTS: Readonly<Record<string, Host>> = {
  [CLOUDFLARE]: WORKERS,
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
  #hasWarned = false;

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
   * @param hasIslands True when prerendered pages contain server islands, which are rendered on demand.
   */
  problems(
    config: AstroConfig,
    routes: readonly IntegrationResolvedRoute[],
    store: ChosenStore | undefined,
    hasIslands = false,
  ): HostProblem[] {
    if (!config.adapter) return [];
    const { name } = config.adapter;
    // Such middleware runs before prerendered pages, too.
    const edge = this.#hasEdgeMiddleware ? [{ error: new EdgeMiddlewareError(name), isFatal: true }] : [];
    const usesStore = store !== undefined && (hasIslands || routes.some(isOnDemand));
    return [...edge, ...(usesStore ? storeProblems(config, store, HOSTS[name]) : [])];
  }

  /**
   * Warns once of a store that cannot keep sessions in `astro dev` either, because the adapter runs the site there as its
   * host does. Otherwise the first request would fail with an error of that runtime.
   */
  warnWhileDeveloping(
    config: AstroConfig,
    routes: readonly IntegrationResolvedRoute[],
    store: ChosenStore,
    warn: (text: string) => void,
  ): void {
    if (this.#hasWarned || !HOSTS[config.adapter?.name ?? '']?.isInDevelopment) return;
    const found = this.problems(config, routes, store).filter(
      ({ error, isFatal }) => isFatal && error instanceof UnhostedStoreError,
    );
    this.#hasWarned = found.length > 0;
    for (const { error } of found) warn(error.message);
  }

  get #hasEdgeMiddleware(): boolean {
    return this.#features?.middlewareMode === 'edge' || this.#features?.edgeMiddleware === true;
  }
}

/** Checks whether Astro's own sessions have a driver, so that they are stored. */
export function hasSessionDriver({ session }: Pick<AstroConfig, 'session'>): boolean {
  return typeof session === 'object' && session.driver !== undefined;
}

/** Checks whether the server answers a route, and may use a session: internal routes do so only if they run actions. */
function isOnDemand({ isPrerendered, origin, pattern, type }: IntegrationResolvedRoute): boolean {
  if (isPrerendered || type === 'redirect') return false;
  return origin !== 'internal' || isActionPattern(pattern);
}

function storeProblems(config: AstroConfig, store: ChosenStore, host: Host | undefined): HostProblem[] {
  const driver = driverOf(config, store);
  if (store.use === 'astro' && driver === undefined) return [{ error: new AstroSessionMissingError(), isFatal: true }];
  const ofDriver = driver === undefined ? undefined : (NOWHERE[driver] ?? host?.drivers[driver]);
  const fatal = ofDriver ?? host?.without[store.use];
  const reason = fatal ?? host?.alone?.[store.use];
  if (reason === undefined) return [];
  const name = driver === undefined ? store.use : `${store.use} with the driver ${driver}`;
  const error = new UnhostedStoreError(name, host?.name ?? 'a server', reason, host?.instead ?? ANYWHERE);
  return [{ error, isFatal: fatal !== undefined }];
}

/** Returns the name of the driver that a store uses, as unstorage names it; the module of any other driver. */
function driverOf(config: AstroConfig, store: ChosenStore): string | undefined {
  if ('driver' in store) return driverName(store.driver);
  if (store.use !== 'astro' || typeof config.session !== 'object') return undefined;
  const { driver } = config.session;
  // Astro still accepts the name of a driver in place of the driver.
  const entrypoint = typeof driver === 'object' ? driver.entrypoint : driver;
  return entrypoint === undefined ? undefined : driverName(String(entrypoint));
}

/** Returns one name for a driver that has several: `fsLite`, `fs-lite`, `unstorage/drivers/fs-lite`. */
function driverName(given: string): string {
  const [, name = given] = /unstorage\/drivers\/([\w-]+)(?:\.mjs)?$/.exec(given) ?? [];
  return /^[a-z]+(?:[A-Z][a-z]+)+$/.test(name) ? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) : name;
}

function driversOf(reason: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, reason]));
}
