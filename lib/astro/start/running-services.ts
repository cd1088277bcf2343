import { registryOf, type Services } from '../../container/services.js';
import { continueSessions, MemorySessionStore } from '../../session/stores/memory-session-store.js';
import { continueRevocations, MemoryRevocationList, RevocationList } from '../../session/stores/revocation-list.js';
import { SessionStore } from '../../session/stores/session-store.js';
import type { SiteSessions } from '../outside/site-sessions.js';

/** Milliseconds for which, in development, requests in progress may still use the previous services. */
const GRACE = 1_000;
/** Maximum time that services have to end when the process receives a signal, in milliseconds. */
const LIMIT = 5_000;
/** Signals, with the exit code of a process that one of them ends. */
const SIGNALS = { SIGTERM: 143, SIGINT: 130 } as const;
/** The beginning of the keys of built servers, of which one process may run several. */
const BUILT = 'built ';
const KEY = Symbol.for('astro-gatehouse.running-services');

interface Running {
  /** Disposes of the shared services. A function, because the services may belong to an earlier copy of this package. */
  readonly dispose: () => Promise<void>;
  /** The contents of stores in memory, for the stores that replace them. */
  readonly kept: Map<string, unknown>;
  /** Opens sessions outside pages. It may belong to another copy of this package, too. */
  site?: RunningSite | undefined;
}

/** What code outside the bundle of a site may ask it. */
export type RunningSite = Pick<SiteSessions, 'name' | 'open' | 'registry' | 'isInMemory'>;

/** The site to which this copy of the package belongs. */
let own: Running | undefined;

/**
 * Returns the running services by the place that they were started for. The process keeps them, because modules are
 * reloaded in development.
 */
function allRunning(): Map<string, Running> {
  const shared = globalThis as { [KEY]?: Map<string, Running> };
  shared[KEY] ??= new Map();
  return shared[KEY];
}

/**
 * Returns the running sites of this process: the one to which this copy of the package belongs, or else all of them.
 */
export function runningSites(): readonly RunningSite[] {
  const meant = own ? [own] : [...allRunning().values()];
  return meant.flatMap(({ site }) => site ?? []);
}

/**
 * Registers the services of a started server, so that they end with it. In development, the previous services end
 * shortly after, and the contents of their stores in memory are passed on.
 *
 * @param place Services with the same place are replaced; `undefined` for a built server.
 * @param site Opens sessions outside pages; `undefined` while a build renders pages.
 */
export function noteRunning(services: Services, place: string | undefined, site: RunningSite | undefined): void {
  const running = allRunning();
  const dispose = () => registryOf(services).dispose();
  if (place === undefined) {
    const { mayEnd } = registryOf(services);
    own = { dispose, kept: new Map(), site };
    if (mayEnd || site) running.set(`${BUILT}${running.size}`, own);
    if (!mayEnd) return;
  } else {
    const before = running.get(place);
    const kept = before?.kept ?? new Map();
    const keepers = [services.get(SessionStore), services.get(RevocationList)];
    for (const keeper of keepers) {
      if (keeper instanceof MemorySessionStore) continueSessions(keeper, kept);
      if (keeper instanceof MemoryRevocationList) continueRevocations(keeper, kept);
    }
    own = { dispose, kept, site };
    running.set(place, own);
    if (before) setTimeout(() => void before.dispose(), GRACE);
  }
  endWithProcess();
}

/**
 * Disposes of all shared services. Call it in a server of your own that is stopped, after its last request. Other
 * servers do so themselves at SIGTERM and SIGINT. It never throws: errors of services are logged.
 *
 * @example process.once('beforeExit', () => disposeServices());
 */
export async function disposeServices(): Promise<void> {
  await disposeOf('');
}

/** Disposes of the services whose place begins with a string. Their sites run no longer. */
export async function disposeOf(place: string): Promise<void> {
  const found = [...allRunning()].filter(([key]) => key.startsWith(place));
  for (const [, running] of found) running.site = undefined;
  await Promise.all(found.map(([, { dispose }]) => dispose()));
}

function endWithProcess(): void {
  const { process } = globalThis as { process?: NodeJS.Process & { [KEY]?: true } };
  if (process?.[KEY] || typeof process?.once !== 'function') return;
  process[KEY] = true;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void endAt(signal));
}

/**
 * Ends the services at a signal. Other listeners for the signal stop the server themselves, possibly after further
 * requests.
 */
async function endAt(signal: keyof typeof SIGNALS): Promise<void> {
  const isDevelopment = ![...allRunning().keys()].some((key) => key.startsWith(BUILT));
  if (process.listenerCount(signal) > 0) return void (isDevelopment && disposeServices());
  const late = new Promise((wake) => setTimeout(wake, LIMIT));
  await Promise.race([disposeServices(), late]);
  // The signal is not sent again, because the first process of a container would ignore it.
  process.exit(SIGNALS[signal]);
}
