import * as z from 'zod/mini';
import { count, isPlainObject, oneOf, raised, record, seconds, text, value } from './schema-parts.js';

type Shape = Record<string, z.core.$ZodType>;

const NAMES = ['cookie', 'memory', 'sqlite', 'redis', 'unstorage', 'astro'];

/** What its client accepts, and nothing in front of that: `user:secret@host` is an address too, of the scheme "user". */
const REDIS_ADDRESS = /^rediss?:\/\/(?:[^/?#]*@)?[^/?#@]*(?:\/\d*)?(?:\?[^#]*)?$/i;
const SECRET_NAME =
  /(?:password|passphrase|passwd|secret\w*|token|(?:api|access|account|private|service|master|shared|encryption)_?key|sas_?(?:key|url)|connection_?string|authorization|credentials?)$/i;
const SECRET_IN_ADDRESS = /^[a-z][a-z\d+.-]*:(?:\/\/)?[^/?#@:]*:[^/?#@]+@/i;

/** @returns Why something is no address of Redis; nothing when it is one. */
export const redisAddress = (given: unknown) =>
  typeof given === 'string' && REDIS_ADDRESS.test(given) && URL.canParse(given)
    ? undefined
    : "must be an address: redis://localhost:6379, or rediss://… for TLS, and no more than a database's number behind it";
/** What is in `astro.config` is a part of the build, where passwords must not be. */
const builtAddress = (given: unknown) => {
  const problem = redisAddress(given);
  if (problem !== undefined) return problem;
  const { password, search } = new URL(String(given));
  if (password === '' && search === '') return undefined;
  return `holds a ${password === '' ? 'query' : 'password'}, which would become a part of the build: set REDIS_URL instead, or write store in src/gatehouse.ts`;
};
/** @returns Where options of a driver hold what nobody else is to know: `auth.token`. */
function placeOfSecret(given: unknown, place = '', name = ''): string | undefined {
  if (typeof given === 'string') {
    return given !== '' && (SECRET_NAME.test(name) || SECRET_IN_ADDRESS.test(given)) ? place : undefined;
  }
  if (Array.isArray(given)) {
    return given.map((each, at) => placeOfSecret(each, `${place}[${at}]`, name)).find((found) => found !== undefined);
  }
  if (!isPlainObject(given)) return undefined;
  const found = Object.entries(given).map(([key, each]) => placeOfSecret(each, place ? `${place}.${key}` : key, key));
  return found.find((each) => each !== undefined);
}
const driverOptions = (given: unknown) => {
  if (!isPlainObject(given)) return 'must be a plain object: what the driver is told';
  const place = placeOfSecret(given);
  return (
    place &&
    `${place} holds a secret, which would become a part of the build: write store in src/gatehouse.ts, where ` +
      'storage: createStorage({ driver: … }) can read the environment of the server'
  );
};

const redis = { keyPrefix: z.optional(text), timeout: z.optional(seconds) };
const unstorage = { keyPrefix: z.optional(text), consistency: z.optional(oneOf('eventual', 'last-write-wins')) };

/** What each store can be told wherever it is chosen. */
const COMMON: Record<string, Shape> = {
  cookie: {},
  astro: {},
  memory: { maxSessions: z.optional(count) },
  sqlite: { file: z.optional(text) },
};

/** What it can be told in `astro.config`. */
const IN_CONFIG: Record<string, Shape> = {
  ...COMMON,
  redis: { url: z.optional(value(builtAddress)), ...redis },
  unstorage: {
    driver: value((given) =>
      typeof given === 'string' && given !== ''
        ? undefined
        : "must name a driver of the package unstorage: driver: 'fs'",
    ),
    options: z.optional(value(driverOptions)),
    ...unstorage,
  },
};

/** What it can be told in the setup module, which the server reads when it starts. */
const IN_SETUP: Record<string, Shape> = {
  ...COMMON,
  redis: { url: z.optional(value(redisAddress)), ...redis },
  unstorage: {
    storage: value((given) =>
      isStorage(given)
        ? undefined
        : 'must be a storage with getItem, setItem and removeItem: createStorage({ driver }) of the package unstorage',
    ),
    ...unstorage,
  },
};

function isStorage(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  return ['getItem', 'setItem', 'removeItem'].every((method) => typeof Reflect.get(given, method) === 'function');
}

/** @param place Where it is chosen, in words. */
function storeIn(shapes: Record<string, Shape>, place: string) {
  return z.unknown().check(({ value: given, issues }) => {
    const complain = (message: string, path: string[]) => issues.push({ code: 'custom', input: given, message, path });
    if (!isPlainObject(given)) {
      const name = NAMES.includes(String(given)) ? String(given) : 'sqlite';
      return void complain(`must say which store to use: { use: '${name}' }`, []);
    }
    const name = NAMES.find((candidate) => candidate === given.use);
    if (name === undefined) return void issues.push(...raised(z.object({ use: oneOf(...NAMES) }), given));
    // It alone is told other things in the two places.
    const what = `the ${name} store${name === 'unstorage' ? place : ''}`;
    issues.push(...raised(record(what, { use: z.unknown(), ...shapes[name] }), given));
  });
}

/** The store that is chosen in `astro.config`. */
export const storeInConfig = storeIn(IN_CONFIG, ' of astro.config');
/** The store that is chosen in the setup module. */
export const storeInSetup = storeIn(IN_SETUP, '');

/** Says what is wrong with `session.options`, the former way to tell a store of `astro.config` something. */
export function optionProblems(store: string, options: unknown): Pick<z.core.$ZodRawIssue, 'message' | 'path'>[] {
  const shape = IN_CONFIG[store];
  if (!shape || Object.keys(shape).length === 0) return [{ message: `the ${store} store has no options`, path: [] }];
  return raised(record(`the ${store} store`, shape), options);
}
