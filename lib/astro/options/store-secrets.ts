import * as z from 'zod/mini';
import { postgresAddressProblem } from '../../session/stores/postgres/postgres-address.js';

/** What the client of Redis accepts. `user:secret@host` is a URL, too, of the scheme "user": it must not pass. */
const REDIS_ADDRESS = /^rediss?:\/\/(?:[^/?#]*@)?[^/?#@]*(?:\/\d*)?(?:\?[^#]*)?$/i;
const ADDRESS_PROBLEM =
  "must be an address: redis://localhost:6379, or rediss://… for TLS, followed by nothing but a database's number";
/** Parts of the query of an address of PostgreSQL that are no secrets. */
const HARMLESS = new Set(['sslmode', 'host', 'application_name', 'channel_binding']);
const IN_BUILD = 'which would become part of the build: ';
const SECRET_NAME =
  /(?:password|passphrase|passwd|secret\w*|token|(?:api|access|account|private|service|master|shared|encryption)_?key|sas_?(?:key|url)|connection_?string|authorization|credentials?)$/i;
const SECRET_IN_ADDRESS = /^[a-z][a-z\d+.-]*:(?:\/\/)?[^/?#@:]*:[^/?#@]+@/i;

/** @returns The reason why a string is no address of Redis; `undefined` when it is one. */
export function redisAddressProblem(given: string): string | undefined {
  return REDIS_ADDRESS.test(given) && URL.canParse(given) ? undefined : ADDRESS_PROBLEM;
}

/** @returns The reason why a string is no address of a node, which may be only `host:port`. */
function redisNodeProblem(given: string): string | undefined {
  const isAddress = /^[^:/?#@\s]+(?::\d+)?$/.test(given) || redisAddressProblem(given) === undefined;
  return isAddress ? undefined : 'must be an address: host:7000, or rediss://host:7000 for TLS';
}

/** An address of Redis. */
export const redisAddress = addressOf(redisAddressProblem);
/** The address of a node of a cluster, or of a Sentinel. */
export const redisNode = addressOf(redisNodeProblem);
/** An address of PostgreSQL. */
export const postgresAddress = addressOf(postgresAddressProblem);
/** Addresses in `astro.config`. They become part of the build, so they must not contain a password. */
export const builtRedisAddress = redisAddress.check(inBuild('REDIS_URL', new Set()));
export const builtRedisNode = redisNode.check(inBuild('REDIS_PASSWORD', new Set()));
export const builtPostgresAddress = postgresAddress.check(inBuild('DATABASE_URL', HARMLESS));

function addressOf(problemOf: (given: string) => string | undefined) {
  const error = problemOf('') ?? '';
  return z.string(error).check(z.refine((given) => problemOf(given) === undefined, { error, abort: true }));
}

/** @param harmless The parts of a query that are no secrets. */
function inBuild(variable: string, harmless: ReadonlySet<string>) {
  return z.refine<string>((given) => partOf(given, harmless) === undefined, {
    error: ({ input }) =>
      `contains a ${partOf(String(input), harmless)}, ${IN_BUILD}set ${variable} instead, or set store in ` +
      'src/gatehouse.ts',
  });
}

function partOf(address: string, harmless: ReadonlySet<string>): 'password' | 'query' | undefined {
  const { password, searchParams } = new URL(address.includes('://') ? address : `redis://${address}`);
  if (password !== '') return 'password';
  return [...searchParams.keys()].every((name) => harmless.has(name)) ? undefined : 'query';
}

/** The options of a driver in `astro.config`. They become part of the build, so they must not contain secrets. */
export const driverOptions = z.refine<object>((given) => placeOfSecret(given) === undefined, {
  error: ({ input }) =>
    `${placeOfSecret(input)} contains a secret, ${IN_BUILD}write store in src/gatehouse.ts, where ` +
    'storage: createStorage({ driver: … }) can read the environment of the server',
});

/** @returns The place of a value that must stay secret, by its name or as part of an address: `auth.token`. */
function placeOfSecret(given: unknown, place = '', name = ''): string | undefined {
  if (typeof given === 'string') {
    return given !== '' && (SECRET_NAME.test(name) || SECRET_IN_ADDRESS.test(given)) ? place : undefined;
  }
  if (typeof given !== 'object' || given === null) return undefined;
  const isList = Array.isArray(given);
  for (const [key, each] of Object.entries(given)) {
    const step = isList ? `[${key}]` : place === '' ? key : `.${key}`;
    const found = placeOfSecret(each, place + step, isList ? name : key);
    if (found !== undefined) return found;
  }
  return undefined;
}
