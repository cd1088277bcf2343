import type { Services } from '../container/services.js';
import { RevocationList } from '../session/revocation-list.js';
import { MemoryRevocationList } from '../session/stores/memory-revocation-list.js';
import { MemorySessionStore } from '../session/stores/memory-session-store.js';
import { SessionStore } from '../session/stores/session-store.js';

/** Milliseconds that requests under way have, in development, before the services they began with end. */
const GRACE = 1_000;
/** Milliseconds that services have to end when the process is told to. */
const LIMIT = 5_000;
/** With the code that a process has whom one ends. */
const SIGNALS = { SIGTERM: 143, SIGINT: 130 } as const;
/** What a built server is noted as. */
const BUILT = 'built';
const KEY = Symbol.for('astro-gatehouse.running-services');

interface Running {
  readonly services: Services;
  /** What stores in memory hold, for those that take their place. */
  readonly kept: Map<string, unknown>;
}

/** By what they were started for. Kept with the process: modules are loaded anew while a project is being written. */
function allRunning(): Map<string, Running> {
  const shared = globalThis as { [KEY]?: Map<string, Running> };
  shared[KEY] ??= new Map();
  return shared[KEY];
}

/**
 * Notes the services of a server that has started, for them to end with it. While a project is being written those of
 * before end shortly after, and what they have kept in memory is kept on.
 *
 * @param place What others started before are replaced by; `undefined` for a built server.
 */
export function noteRunning(services: Services, place: string | undefined): void {
  const running = allRunning();
  if (place === undefined) {
    if (services.mayEnd) running.set(BUILT, { services, kept: new Map() });
    else return;
  } else {
    const before = running.get(place);
    const kept = before?.kept ?? new Map();
    const keepers = [services.get(SessionStore), services.get(RevocationList)];
    for (const keeper of keepers) {
      if (keeper instanceof MemorySessionStore || keeper instanceof MemoryRevocationList) keeper.goOnFrom(kept);
    }
    running.set(place, { services, kept });
    if (before) setTimeout(() => void before.services.dispose(), GRACE);
  }
  endWithProcess();
}

/**
 * Ends all services that are shared by requests: for a server of your own that is told to stop, when it has answered its
 * last request. A server that nobody else stops ends them itself at SIGTERM and SIGINT. Nothing is thrown: what a service
 * throws is in the log.
 *
 * @example process.once('beforeExit', () => disposeServices());
 */
export async function disposeServices(): Promise<void> {
  await disposeOf('');
}

/** Ends the services that were started for places with such a beginning. */
export async function disposeOf(place: string): Promise<void> {
  const found = [...allRunning()].filter(([key]) => key.startsWith(place));
  await Promise.all(found.map(([, { services }]) => services.dispose()));
}

function endWithProcess(): void {
  const { process } = globalThis as { process?: NodeJS.Process & { [KEY]?: true } };
  if (process?.[KEY] || typeof process?.once !== 'function') return;
  process[KEY] = true;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void endAt(signal));
}

/** Who listens for the signal stops the server itself, which may have requests to answer yet. */
async function endAt(signal: keyof typeof SIGNALS): Promise<void> {
  const isDevelopment = !allRunning().has(BUILT);
  if (process.listenerCount(signal) > 0) return void (isDevelopment && disposeServices());
  const late = new Promise((wake) => setTimeout(wake, LIMIT));
  await Promise.race([disposeServices(), late]);
  // Not sent on: the first process of a container would not hear it.
  process.exit(SIGNALS[signal]);
}
