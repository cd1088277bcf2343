import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as z from 'zod/mini';
import { MOST_ACCOUNTS } from '../../session/cookies/account-cookies.js';
import { count, filled, flag, fn, keysOf, pattern, plainObject, record, seconds, text } from './schema-parts.js';
import { builtRedis, memory, sqlite } from './store-schemas.js';

const HTTP_ONLY = 'the cookie of a session is always HttpOnly; leave it out';
const LIFETIME = 'a cookie lives as long as its session: set idleTimeout next to cookie, in seconds';
const QUIET = "must be an array of patterns: ['/api/notifications/**']";
const ACCOUNTS = `must be a whole number from 2 to ${MOST_ACCOUNTS}; leave it out for one account`;
const ONE_COOKIE = 'a commit returns one header, and so one cookie; leave it out';

const cookie = {
  name: z.optional(text),
  path: z.optional(z.string('must begin with "/"').check(z.regex(/^\//))),
  domain: z.optional(text),
  sameSite: z.optional(z.enum(['lax', 'strict', 'none'])),
  secure: flag,
  partitioned: flag,
};
const timeouts = { idleTimeout: z.optional(seconds), absoluteTimeout: z.optional(seconds) };
const common = {
  cookie: z.optional(record('a cookie', { ...cookie, chunks: flag }, { httpOnly: HTTP_ONLY })),
  ...timeouts,
  renewAfter: z.optional(seconds),
  rememberMe: z.optional(record('rememberMe', timeouts)),
  endsWithBrowser: flag,
  quiet: z.optional(z.array(pattern, QUIET)),
  signedInPages: z.optional(z.enum(['no-store', 'no-cache'])),
  storeTimeout: z.optional(seconds),
  maxSessionsPerUser: z.optional(count),
  maxAccounts: z.optional(z.int(ACCOUNTS).check(z.minimum(2, ACCOUNTS), z.maximum(MOST_ACCOUNTS, ACCOUNTS))),
  maxSize: z.optional(count),
};

/** Creates the schema of the session's options with one store, chosen in the former way. */
function beside<Store extends z.core.$ZodType, Options extends z.core.$ZodType>(store: Store, options: Options) {
  return keysOf('session', { store, options: z.optional(options), ...common });
}

/** The options of the session in `astro.config`, where every store can be imported by its name. */
export const sessionInConfig = z.pipe(
  plainObject(),
  z.discriminatedUnion('store', [
    beside(z.optional(z.enum(['cookie'])), z.never('the cookie store has no options')),
    beside(z.enum(['memory']), record('the memory store', memory)),
    beside(z.enum(['astro']), z.never('the astro store has no options')),
    beside(z.enum(['sqlite']), record('the sqlite store', sqlite)),
    beside(z.enum(['redis']), record('the redis store', builtRedis)),
  ]),
);

const storeInSetup = z.enum(['cookie', 'memory', 'astro'], {
  error: ({ input }) =>
    input === 'sqlite' || input === 'redis'
      ? `can be '${input}' in astro.config only; here write store: { use: '${input}' }, beside session`
      : undefined,
});
/** The options of the session in the setup module. */
export const sessionInSetup = record('session', { store: z.optional(storeInSetup), ...common });

const SECRET = 'must be a string, or an array of strings of which the first seals';
const secret = z.union([z.string(), z.array(z.string()).check(filled(SECRET))], SECRET);
const cures = { httpOnly: HTTP_ONLY, maxAge: LIFETIME, expires: LIFETIME, chunks: ONE_COOKIE };
const itsCookie = record('its cookie', { ...cookie, secret: z.optional(secret) }, cures);
/** The options of `createCookieSessionStorage`. */
export const storageOptions = record('createCookieSessionStorage', {
  cookie: z.optional(itsCookie),
  ...timeouts,
  endsWithBrowser: flag,
});

/** Checks whether a value is a Standard Schema. It may be a function, as schemas of ArkType are. */
function isStandardSchema(given: unknown): boolean {
  const candidate = given as Partial<StandardSchemaV1> | null | undefined;
  return typeof candidate?.['~standard']?.validate === 'function';
}

const schema = z.custom(
  isStandardSchema,
  'must be a schema of Zod, Valibot, ArkType or another library that follows https://standardschema.dev',
);
/** The options for the values of sessions. */
export const sessionData = z.pipe(
  z.custom((given) => !isStandardSchema(given), 'must be an object with the schema: { schema }'),
  record('sessionData', { schema, migrate: z.optional(fn) }),
);
