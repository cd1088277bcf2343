import { isPostgresInstalled, Postgres } from './postgres.mjs';
import { isRedisInstalled, Redis } from './redis.mjs';

/** The stores that need a server, which a run starts for itself. */
const DATABASES = {
  redis: { variable: 'REDIS_URL', isInstalled: isRedisInstalled, start: () => Redis.start(), program: 'redis-server' },
  postgres: {
    variable: 'DATABASE_URL',
    isInstalled: isPostgresInstalled,
    start: () => Postgres.start(),
    program: 'postgres',
  },
};

export const needsDatabase = ({ store }) => store in DATABASES;

/** Checks whether a variant can be measured, and says why not. */
export function isMeasurable({ store }) {
  const database = DATABASES[store];
  if (!database || database.isInstalled()) return true;
  console.error(`${store} is left out: ${database.program} is not installed.`);
  return false;
}

/** Starts the database of a variant. @returns What the application finds in its environment. */
export async function environmentOf({ store }) {
  const database = DATABASES[store];
  return database ? { [database.variable]: (await database.start()).url } : {};
}

export function stopDatabases() {
  Redis.stopAll();
  Postgres.stopAll();
}
