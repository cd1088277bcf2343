import * as z from 'zod/mini';
import { count, isPlainObject, oneOf, raised, record, seconds, text, value } from './schema-parts.js';

type Shape = Record<string, z.core.$ZodType>;

const NAMES = ['cookie', 'memory', 'sqlite', 'redis', 'unstorage', 'astro'];

const redisAddress = (given: unknown) =>
  typeof given === 'string' && URL.canParse(given) ? undefined : 'must be an address: redis://localhost:6379';
/** What is in `astro.config` is a part of the build, where passwords must not be. */
const builtAddress = (given: unknown) => {
  const problem = redisAddress(given);
  if (problem !== undefined || new URL(String(given)).password === '') return problem;
  return 'holds a password, which would become a part of the build: set REDIS_URL instead, or write store in src/gatehouse.ts';
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
    options: z.optional(
      value((given) => (isPlainObject(given) ? undefined : 'must be a plain object: what the driver is told')),
    ),
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
