import * as z from 'zod/mini';
import { count, flag, fn, isPlainObject, oneOf, raised, record, seconds, text, value } from './schema-parts.js';
import { optionProblems } from './store-schemas.js';

const cookiePath = value((given) =>
  typeof given === 'string' && given.startsWith('/') ? undefined : 'must begin with "/"',
);
const cookie = {
  name: z.optional(text),
  path: z.optional(cookiePath),
  domain: z.optional(text),
  sameSite: z.optional(oneOf('lax', 'strict', 'none')),
  secure: z.optional(flag),
};
const commonSession = {
  cookie: z.optional(record('a cookie', { ...cookie, chunks: z.optional(flag) })),
  idleTimeout: z.optional(seconds),
  absoluteTimeout: z.optional(seconds),
  renewAfter: z.optional(seconds),
  rememberMe: z.optional(
    record('rememberMe', { idleTimeout: z.optional(seconds), absoluteTimeout: z.optional(seconds) }),
  ),
  signedInPages: z.optional(oneOf('no-store', 'no-cache')),
  storeTimeout: z.optional(seconds),
  maxSessionsPerUser: z.optional(count),
  maxSize: z.optional(count),
};

/** What is said of the session in `astro.config`: there a store can be imported because of its name. */
export const sessionInConfig = record('session', {
  store: z.optional(oneOf('cookie', 'memory', 'astro', 'sqlite', 'redis')),
  options: z.optional(z.unknown()),
  ...commonSession,
}).check(({ value: given, issues }) => {
  if (!isPlainObject(given) || given.options === undefined) return;
  const { store = 'cookie', options } = given;
  const found = optionProblems(String(store), options);
  for (const { message = '', path = [] } of found) {
    issues.push({ code: 'custom', input: given, message, path: ['options', ...path] });
  }
});

const storeInSetup = value((given) =>
  given === 'sqlite' || given === 'redis'
    ? `can be '${given}' in astro.config only; here write store: { use: '${given}' }, beside session`
    : ['cookie', 'memory', 'astro'].includes(String(given))
      ? undefined
      : "must be one of 'cookie', 'memory', 'astro'",
);

/** What is said of it in the setup module. */
export const sessionInSetup = record('session', { store: z.optional(storeInSetup), ...commonSession });

const secret = value((given) => {
  const secrets: readonly unknown[] = Array.isArray(given) ? given : [given];
  return secrets.length > 0 && secrets.every((each) => typeof each === 'string')
    ? undefined
    : 'must be a text, or a list of texts of which the first seals';
});

/** What is said of sessions that are opened and committed by hand. */
export const storageOptions = record('createCookieSessionStorage', {
  cookie: z.optional(record('its cookie', { ...cookie, secret: z.optional(secret) })),
  idleTimeout: z.optional(seconds),
  absoluteTimeout: z.optional(seconds),
});

function isStandardSchema(given: unknown): boolean {
  // ArkType's are functions.
  if ((typeof given !== 'object' && typeof given !== 'function') || given === null) return false;
  const { '~standard': standard } = given as { '~standard'?: { validate?: unknown } };
  return typeof standard?.validate === 'function';
}

const schema = value((given) =>
  isStandardSchema(given)
    ? undefined
    : 'must be a schema of Zod, Valibot, ArkType or another library that follows https://standardschema.dev',
);
const sessionDataRecord = record('sessionData', { schema, migrate: z.optional(fn) });

/** What the values of sessions must be. */
export const sessionData = z.unknown().check(({ value: given, issues }) => {
  if (!isStandardSchema(given)) return void issues.push(...raised(sessionDataRecord, given));
  issues.push({ code: 'custom', input: given, message: 'must say which is the schema: { schema }', path: [] });
});
