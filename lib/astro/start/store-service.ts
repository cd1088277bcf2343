import { Clock } from '../../base/clock.js';
import type { Settings } from '../../container/default-services.js';
import { InvalidOptionsError, MissingClientError } from '../../errors/index.js';
import { SessionConfig } from '../../session/session-config.js';
import { CookieSessionStore } from '../../session/stores/cookie-session-store.js';
import { MemorySessionStore } from '../../session/stores/memory-session-store.js';
import { postgresAddressProblem } from '../../session/stores/postgres/postgres-address.js';
import type { SessionStore } from '../../session/stores/session-store.js';
import type { ChosenStore } from '../options/store-choice.js';
import { redisAddressProblem } from '../options/store-secrets.js';
import { AstroSessionStore } from './astro-session-store.js';

type Named<Name extends ChosenStore['use']> = Extract<ChosenStore, { use: Name }>;

/** Functions that create the stores that only some sites contain, from their options, by the name of the store. */
export interface StoreMakers {
  readonly sqlite: (options: Named<'sqlite'>, clock: Clock) => SessionStore;
  readonly postgres: (options: Named<'postgres'>, clock: Clock) => SessionStore;
  readonly redis: (options: Named<'redis'>, clock: Clock) => SessionStore;
  readonly unstorage: (options: Named<'unstorage'>, clock: Clock) => SessionStore;
}

/**
 * Returns the class or the factory of the store that the options choose, for the container.
 *
 * @param makers The functions that the build has included in the site.
 * @throws {MissingClientError} When the store needs a package that was not installed when the site was built.
 */
export function storeService(store: ChosenStore, makers: Partial<StoreMakers>): Settings['store'] {
  switch (store.use) {
    case 'cookie':
      return CookieSessionStore;
    case 'astro':
      return AstroSessionStore;
    case 'memory':
      return (get) => new MemorySessionStore(get(SessionConfig), get(Clock)).limitTo(store.maxSessions);
    case 'sqlite':
      return made(makers.sqlite, store);
    case 'postgres':
      return made(makers.postgres && withAddress(makers.postgres, 'DATABASE_URL', postgresAddressProblem), store, 'pg');
    case 'redis':
      if (store.cluster || store.sentinel) return made(makers.redis, store);
      return made(makers.redis && withAddress(makers.redis, 'REDIS_URL', redisAddressProblem), store);
    case 'unstorage':
      return made(makers.unstorage, store);
  }
}

/** @throws {InvalidOptionsError} As soon as a server starts that could keep no session. */
function withAddress<Store extends { url?: string | undefined }>(
  make: (options: Store, clock: Clock) => SessionStore,
  variable: string,
  problemOf: (address: string) => string | undefined,
): (options: Store, clock: Clock) => SessionStore {
  return (options, clock) => {
    // An empty variable counts as none, for the client too.
    const address = options.url ?? (process.env[variable] || undefined);
    const problem = address === undefined ? undefined : problemOf(address);
    if (problem !== undefined) throw new InvalidOptionsError([`${variable} ${problem}`]);
    return make(options, clock);
  };
}

function made<Store extends ChosenStore>(
  make: ((options: Store, clock: Clock) => SessionStore) | undefined,
  store: Store,
  client: string = store.use,
): Settings['store'] {
  if (make) return (get) => make(store, get(Clock));
  const cure = `Install it and build the site again: npm install ${client}`;
  throw new MissingClientError(`The store ${store.use}`, `the package ${client}`, cure);
}
