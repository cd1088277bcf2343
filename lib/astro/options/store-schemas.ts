import * as z from 'zod/mini';
import { nearestName } from '../../base/nearest-name.js';
import { tableProblem } from '../../session/stores/sql/table-name.js';
import { count, filled, keysOf, plainObject, record, seconds, text } from './schema-parts.js';
import {
  builtPostgresAddress,
  builtRedisAddress,
  builtRedisNode,
  driverOptions,
  postgresAddress,
  redisAddress,
  redisNode,
} from './store-secrets.js';

const NAMES = ['cookie', 'memory', 'sqlite', 'postgres', 'redis', 'unstorage', 'astro'];
const STORAGE_IS_CODE =
  "a storage is code, which belongs in src/gatehouse.ts; here name a driver: { use: 'unstorage', driver: 'fs' }";
const DRIVER_BY_NAME =
  'a driver is imported by its name in astro.config only; here write storage: createStorage({ driver: … })';
const DRIVER_OPTIONS =
  'options are for the driver, so pass them to it: storage: createStorage({ driver: fsDriver({ … }) })';

export const memory = { maxSessions: z.optional(count) };
export const sqlite = { file: z.optional(text) };
/** @param address The address of one server. @param node That of a node of a cluster, or of a Sentinel. */
function redisOptions(address: typeof redisAddress, node: typeof redisNode) {
  const nodes = z.array(node, "must be an array of addresses: ['host:7000']").check(filled('must name at least one'));
  return {
    url: z.optional(address),
    cluster: z.optional(nodes),
    sentinel: z.optional(record('sentinel', { name: text, nodes })),
    replicas: z.optional(count),
    keyPrefix: z.optional(text),
    timeout: z.optional(seconds),
  };
}

/** Checks that a store names at most one place where Redis is. */
const onePlace = z.refine<Record<string, unknown>>((given) => placesOf(given).length < 2, {
  error: ({ input }) => `${placesOf(input).join(' and ')} each name where Redis is: keep one of them`,
});

function placesOf(given: unknown): string[] {
  return ['url', 'cluster', 'sentinel'].filter((name) => (given as Record<string, unknown>)[name] !== undefined);
}

const redis = redisOptions(redisAddress, redisNode);
export const builtRedis = redisOptions(builtRedisAddress, builtRedisNode);
const table = text.check(
  z.refine((given) => tableProblem(given, 'postgres') === undefined, {
    error: ({ input }) => tableProblem(String(input), 'postgres'),
  }),
);
const postgres = { url: z.optional(postgresAddress), table: z.optional(table), timeout: z.optional(seconds) };
const builtPostgres = { ...postgres, url: z.optional(builtPostgresAddress) };
const unstorage = {
  use: z.enum(['unstorage']),
  keyPrefix: z.optional(text),
  consistency: z.optional(z.enum(['eventual', 'last-write-wins'])),
};

/**
 * Creates the schema of an object that names a store, with its options. Those with an address and unstorage differ
 * between the two files.
 */
function storeSchema(
  addressed: { postgres: typeof postgres; redis: typeof redis },
  unstorageStore: ReturnType<typeof keysOf>,
) {
  const named = (use: string, options: z.core.$ZodLooseShape) =>
    keysOf(`the ${use} store`, { use: z.enum([use]), ...options });
  const problem = ({ input }: { input?: unknown }) =>
    `must name the store to use: { use: '${nearestName(String(input), NAMES) ?? 'sqlite'}' }`;
  return z.pipe(
    plainObject(problem),
    z.discriminatedUnion('use', [
      named('cookie', {}),
      named('memory', memory),
      named('sqlite', sqlite),
      named('postgres', addressed.postgres),
      named('redis', addressed.redis).check(onePlace),
      unstorageStore,
      named('astro', {}),
    ]),
  );
}

const driver = z.string("must name a driver of the package unstorage: driver: 'fs'").check(filled());
const options = z.optional(plainObject('must be a plain object: the options of the driver').check(driverOptions));
/** The store that is chosen in `astro.config`. */
export const storeInConfig = storeSchema(
  { postgres: builtPostgres, redis: builtRedis },
  keysOf('the unstorage store', { ...unstorage, driver, options }, { storage: STORAGE_IS_CODE }),
);

const storage = z.custom(
  (given: Partial<Record<string, unknown>> | null | undefined) =>
    ['getItem', 'setItem', 'removeItem'].every((method) => typeof given?.[method] === 'function'),
  'must be a storage with getItem, setItem and removeItem: createStorage({ driver }) of the package unstorage',
);
/** The store that is chosen in the setup module, which the server reads when it starts. */
export const storeInSetup = storeSchema(
  { postgres, redis },
  keysOf('the unstorage store', { ...unstorage, storage }, { driver: DRIVER_BY_NAME, options: DRIVER_OPTIONS }),
);
