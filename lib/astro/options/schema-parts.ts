import * as z from 'zod/mini';
import { PathPattern } from '../../access/paths/path-pattern.js';
import { nearestName } from '../../base/nearest-name.js';
import { answersLater } from '../../base/promised.js';
import { InvalidOptionsError } from '../../errors/index.js';

/** A path of the site: `//host` and `/\host` would be other sites, and a blank or a line feed would end a header. */
const SITE_PATH = /^\/(?![/\\])[^\\\s\p{Cc}]*$/u;
const WEB_ADDRESS = /^https?:\/\/[^\\\s\p{Cc}]+$/iu;

/** What is said of a value: what it must be, or nothing when it is. */
type Demand = (value: unknown) => string | undefined;

const REQUIREMENTS = ['role', 'roles', 'permission', 'permissions', 'authenticatedWithin', 'allow'];
/** What is said of keys that people expect and that are not there. */
const CURES: Record<string, string> = {
  'a cookie.httpOnly': 'the cookie of a session is always HttpOnly; leave it out',
  'its cookie.httpOnly': 'the cookie of a session is always HttpOnly; leave it out',
  'its cookie.maxAge': 'a cookie lives as long as its session: give idleTimeout beside cookie, in seconds',
  'its cookie.expires': 'a cookie lives as long as its session: give idleTimeout beside cookie, in seconds',
  'its cookie.chunks': 'what is committed is one header, and so one cookie; leave it out',
  'the unstorage store of astro.config.storage':
    "a storage is code, which is for src/gatehouse.ts; here name a driver: { use: 'unstorage', driver: 'fs' }",
  'the unstorage store.driver':
    'a driver is imported by its name in astro.config only; here write storage: createStorage({ driver: … })',
  'the unstorage store.options':
    'options are for the driver, to which you give them here: storage: createStorage({ driver: fsDriver({ … }) })',
  'gatehouse({…}) in astro.config.sessionData': 'a schema is code: move it to defineGatehouse({…}) in src/gatehouse.ts',
  'gatehouse({…}) in astro.config.services': 'services are code: write them in src/gatehouse.ts',
};
export const text = value((given) => {
  if (typeof given !== 'string') return 'must be a text';
  return given === '' ? 'must not be empty' : undefined;
});
export const fn = value((given) => (typeof given === 'function' ? undefined : 'must be a function'));
/** A function whose answer is read at once. @param cure Where to wait instead. */
export function prompt(cure: string) {
  return value((given) => {
    if (typeof given !== 'function') return 'must be a function';
    return answersLater(given) ? `cannot be async, because its answer is read at once: ${cure}` : undefined;
  });
}
export const count = value((given) =>
  Number.isSafeInteger(given) && Number(given) > 0 ? undefined : 'must be a whole number above 0',
);
export const flag = value((given) => (typeof given === 'boolean' ? undefined : 'must be true or false'));
export const seconds = value((given) => {
  if (typeof given !== 'number') return 'must be a number of seconds, for instance 7 * 24 * 3600';
  return given > 0 ? undefined : 'must be more than 0 seconds';
});

export function value(demand: Demand) {
  return z.unknown().check((context) => {
    const message = demand(context.value);
    if (message) context.issues.push({ code: 'custom', input: context.value, message });
  });
}
export const secondsOrNone = value((given) =>
  typeof given === 'number' && given >= 0 ? undefined : 'must be a number of seconds, or 0',
);

export function oneOf(...names: string[]) {
  return value((given) =>
    names.some((name) => name === given) ? undefined : `must be one of ${names.map((name) => `'${name}'`).join(', ')}`,
  );
}

export function listOf(item: z.core.$ZodType) {
  return z.array(item, 'must be a list');
}

/**
 * A plain object that has these keys and no others. What stands on a prototype would be lost on the way into the built
 * site, and a rule with it would ask for less than was written.
 *
 * @param what Whose keys they are, in words.
 */
export function record(what: string, shape: Record<string, z.core.$ZodType>) {
  const names = Object.keys(shape);
  const keys = z.object(shape);
  return z.unknown().check(({ value: given, issues }) => {
    const complain = (message: string, path: PropertyKey[]) =>
      issues.push({ code: 'custom', input: given, message, path });
    if (!isPlainObject(given)) return void complain('must be a plain object: { … }', []);
    for (const key of Object.getOwnPropertyNames(given)) {
      if (!names.includes(key)) complain(strangerSentence(key, what, names), [key]);
      else if (given[key] === undefined && REQUIREMENTS.includes(key)) {
        complain('is undefined: give it a value, or leave it out to ask for any signed-in visitor', [key]);
      } else if (!Object.prototype.propertyIsEnumerable.call(given, key)) {
        complain('is hidden: write it as an ordinary key', [key]);
      }
    }
    issues.push(...raised(keys, given));
  });
}

/** What another schema finds wrong, to be handed on. */
export function raised(schema: z.core.$ZodType, given: unknown): z.core.$ZodRawIssue[] {
  const found = z.safeParse(schema, given).error?.issues ?? [];
  return found.map(({ message, path }) => ({ code: 'custom', input: given, message, path: [...path] }));
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function strangerSentence(key: string, what: string, names: readonly string[]): string {
  const cure = CURES[`${what}.${key}`];
  if (cure) return cure;
  const kind = ['a rule', 'a requirement', 'a guard'].includes(what) ? 'key' : 'option';
  const nearest = nearestName(key, names);
  const question = nearest ? `; did you mean ${nearest}? ` : '. ';
  return `no such ${kind} of ${what}${question}There are ${names.join(', ')}`;
}

/** A page of the site. */
export const path = value(pathProblem);
/** A page of the site, or the whole address of another one. */
export const address = value((given) => {
  if (typeof given === 'string' && WEB_ADDRESS.test(given) && URL.canParse(given)) return undefined;
  const problem = pathProblem(given);
  return problem && `${problem}, or be a whole address that begins with https:// or http://`;
});
/** A pattern of paths. */
export const pattern = value((given) => {
  if (typeof given !== 'string') return 'must be a text';
  try {
    new PathPattern(given);
    return undefined;
  } catch (error) {
    return error instanceof InvalidOptionsError ? error.problems.join('; ') : String(error);
  }
});

function pathProblem(given: unknown): string | undefined {
  if (typeof given !== 'string') return 'must be a text';
  if (SITE_PATH.test(given)) return undefined;
  const cure = /^[\w-]+(?:\/[\w-]+)*$/.test(given) ? `: write "/${given}"` : '';
  return `must begin with one "/" and hold no backslash, blank or control character${cure}`;
}
