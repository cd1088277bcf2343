import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ChosenStore, chosenStore } from '../../astro/options/store-choice.js';
import type { ReadReport } from '../../astro/report/build-channel.js';
import { Clock } from '../../base/clock.js';
import { nameOfAddress } from '../../session/stores/postgres/postgres-address.js';
import { PostgresSessionStore } from '../../session/stores/postgres/postgres-session-store.js';
import { nameOfPlace } from '../../session/stores/redis/redis-options.js';
import { RedisSessionStore } from '../../session/stores/redis/redis-session-store.js';
import type { SessionStore } from '../../session/stores/session-store.js';
import { DEFAULT_FILE } from '../../session/stores/sqlite/sqlite-file.js';
import { SqliteSessionStore } from '../../session/stores/sqlite/sqlite-session-store.js';
import { UsageError } from '../command-line.js';
import type { EnvFiles } from '../doctor/facts.js';

/** Seconds that a server has for each answer, because a command may ask for more than a page. */
const TIME_LIMIT = 10;

/** The reasons why the sessions of some stores cannot be listed by a command. */
export const UNREACHABLE: Partial<Record<ChosenStore['use'], string>> = {
  cookie: "The sessions are in the visitors' cookies, and nowhere else",
  memory: 'The sessions are in the memory of the server, which no other process can read',
  astro: "The sessions are in Astro's own session storage, which cannot list them",
  unstorage: 'The sessions are in a storage that cannot list them',
};
/** A store, and where it is, without user and password. */
export interface OpenedStore {
  readonly store: SessionStore;
  readonly place: string;
}

const CURE = "for this command use store: { use: 'sqlite' }, 'postgres' or 'redis'.";

/**
 * Opens the store that a project names in its options, and names the place where it is.
 *
 * @param folder The project, to which the path of a SQLite file is relative.
 * @param variables The environment, and the project's files with variables.
 * @throws {UsageError} When only the server can read the sessions.
 */
export function openedStore(
  { settings }: Pick<ReadReport, 'settings'>,
  folder: string,
  variables: Pick<EnvFiles, 'find'>,
): OpenedStore {
  const store = chosenStore(settings);
  const clock = new Clock();
  switch (store.use) {
    case 'sqlite': {
      const file = resolve(folder, store.file ?? DEFAULT_FILE);
      if (!existsSync(file)) throw new Error(`There is no ${file}: no server has stored a session yet.`);
      return { store: new SqliteSessionStore({ file }, clock), place: `SQLite, ${file}` };
    }
    case 'postgres': {
      const url = store.url ?? variables.find('DATABASE_URL')?.value;
      return {
        store: new PostgresSessionStore({ ...store, url, timeout: TIME_LIMIT }, clock),
        place: `PostgreSQL at ${nameOfAddress(url)}`,
      };
    }
    case 'redis': {
      const isOne = store.cluster === undefined && store.sentinel === undefined;
      const url = store.url ?? (isOne ? variables.find('REDIS_URL')?.value : undefined);
      return {
        store: new RedisSessionStore({ ...store, url, timeout: TIME_LIMIT }, clock),
        place: `Redis at ${nameOfPlace({ ...store, url })}`,
      };
    }
    default:
      throw new UsageError(`${UNREACHABLE[store.use]}: ${CURE}`);
  }
}
