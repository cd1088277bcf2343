import * as z from 'zod/mini';
import { PathPattern } from '../access/path-pattern.js';
import { InvalidOptionsError } from '../errors.js';
import { nearestName } from './spelling.js';

/** What is said of a value: what it must be, or nothing when it is. */
type Demand = (value: unknown) => string | undefined;

const REQUIREMENTS = ['role', 'roles', 'permission', 'permissions', 'authenticatedWithin', 'allow'];
/** A path of the site: `//host` and `/\host` would be other sites, and a blank or a line feed would end a header. */
const SITE_PATH = /^\/(?![/\\])[^\\\s\p{Cc}]*$/u;
const WEB_ADDRESS = /^https?:\/\/[^\\\s\p{Cc}]+$/iu;

/** What is said of keys that people expect and that are not there. */
const CURES: Record<string, string> = {
  'a cookie.httpOnly': 'the cookie of a session is always HttpOnly; leave it out',
  'gatehouse({…}) in astro.config.services': 'services are code: write them in src/gatehouse.ts',
};

const text = value((given) => {
  if (typeof given !== 'string') return 'must be a text';
  return given === '' ? 'must not be empty' : undefined;
});
const fn = value((given) => (typeof given === 'function' ? undefined : 'must be a function'));
const flag = value((given) => (typeof given === 'boolean' ? undefined : 'must be true or false'));
const seconds = value((given) => {
  if (typeof given !== 'number') return 'must be a number of seconds, for instance 7 * 24 * 3600';
  return given > 0 ? undefined : 'must be more than 0 seconds';
});
const cookiePath = value((given) =>
  typeof given === 'string' && given.startsWith('/') ? undefined : 'must begin with "/"',
);
const path = value(pathProblem);
const address = value((given) => {
  if (typeof given === 'string' && WEB_ADDRESS.test(given) && URL.canParse(given)) return undefined;
  const problem = pathProblem(given);
  return problem && `${problem}, or be a whole address that begins with https:// or http://`;
});
const pattern = value((given) => {
  if (typeof given !== 'string') return 'must be a text';
  try {
    new PathPattern(given);
    return undefined;
  } catch (error) {
    return error instanceof InvalidOptionsError ? error.problems.join('; ') : String(error);
  }
});

const actionName = value((given) =>
  typeof given === 'string' && /^[^/\s]+$/.test(given)
    ? undefined
    : "must be an action's name, for instance 'admin.remove', or 'admin.*' for all of them",
);
const islandName = value((given) =>
  typeof given === 'string' && /^[\w$*]+$/.test(given) ? undefined : "must be the name of a component: 'AdminPanel'",
);
const methods = value((given) =>
  Array.isArray(given) && given.length > 0 && given.every((method) => /^[A-Z]+$/.test(String(method)))
    ? undefined
    : "must be a list of methods in capitals, for instance ['POST', 'DELETE']",
);
const hiddenStatus = value((given) =>
  given === 404 ? undefined : 'can be 404 only, which hides that there is such a page; leave it out otherwise',
);
const hierarchy = value((given) => {
  const isHierarchy =
    typeof given === 'object' &&
    given !== null &&
    !Array.isArray(given) &&
    Object.values(given).every((roles) => Array.isArray(roles) && roles.every((role) => typeof role === 'string'));
  return isHierarchy ? undefined : "must say for a role which others it brings: { admin: ['editor'] }";
});

const needs = {
  role: z.optional(one('roles')),
  roles: z.optional(several('role')),
  permission: z.optional(one('permissions')),
  permissions: z.optional(several('permission')),
  authenticatedWithin: z.optional(seconds),
  allow: z.optional(fn),
};

const demands = {
  ...needs,
  methods: z.optional(methods),
  status: z.optional(hiddenStatus),
  redirectTo: z.optional(address),
  enforce: z.optional(flag),
};

const rule = record('a rule', {
  pattern: z.optional(pattern),
  action: z.optional(actionName),
  island: z.optional(islandName),
  ...demands,
}).check(({ value: given, issues }) => {
  if (!isPlainObject(given)) return;
  const subjects = [given.pattern, given.action, given.island].filter((subject) => subject !== undefined);
  if (subjects.length === 1) return;
  const message = 'must have one of these: a pattern, for pages and endpoints, an action or an island';
  issues.push({ code: 'custom', input: given, message, path: [] });
});

const common = {
  loginPath: z.optional(path),
  homePath: z.optional(path),
  forbiddenPath: z.optional(path),
  protect: z.optional(listOf(rule)),
  globalProtect: z.optional(flag),
  exclude: z.optional(listOf(pattern)),
  access: z.optional(
    record('access', {
      getRole: z.optional(fn),
      getPermissions: z.optional(fn),
      roles: z.optional(hierarchy),
      check: z.optional(fn),
    }),
  ),
  session: z.optional(
    record('session', {
      store: z.optional(oneOf('cookie', 'memory', 'astro')),
      cookie: z.optional(
        record('a cookie', {
          name: z.optional(text),
          path: z.optional(cookiePath),
          domain: z.optional(text),
          sameSite: z.optional(oneOf('lax', 'strict', 'none')),
          secure: z.optional(flag),
        }),
      ),
      idleTimeout: z.optional(seconds),
      absoluteTimeout: z.optional(seconds),
      renewAfter: z.optional(seconds),
    }),
  ),
  runWithContext: z.optional(fn),
  getContextStore: z.optional(fn),
  setContextStore: z.optional(fn),
  enforce: z.optional(flag),
  debug: z.optional(flag),
};

/** What may be given to `gatehouse({…})`. */
export const integrationOptions = record('gatehouse({…}) in astro.config', {
  ...common,
  setup: z.optional(text),
  prerendered: z.optional(oneOf('error', 'warn')),
  strict: z.optional(flag),
});
/** What may be given to `defineGatehouse({…})`. */
export const setupOptions = record('defineGatehouse({…})', { ...common, services: z.optional(fn) });
const guardWord = value((given) =>
  typeof given === 'string' && !['public', 'user', 'guest'].includes(given)
    ? `cannot be '${given}': it is 'public', 'user', 'guest' or a requirement such as { role: 'admin' }`
    : undefined,
);
const guardRule = record('a guard', demands);
const guardEntry = z.unknown().check(({ value: given, issues }) => {
  issues.push(...raised(typeof given === 'string' ? guardWord : guardRule, given));
});
/** What a page's file may export as `guard`. */
export const guard = z.unknown().check(({ value: given, issues }) => {
  const isList = Array.isArray(given) && given.length > 0;
  issues.push(...raised(isList ? z.array(guardEntry) : guardEntry, given));
  const reports = isList && given.some((entry) => isPlainObject(entry) && entry.enforce === false);
  if (!reports) return;
  const message = 'cannot have enforce: false in a list: a guard refuses as a whole, or only reports as a whole';
  issues.push({ code: 'custom', input: given, message, path: [] });
});
/** What may be given to `authorize()`. */
export const requirement = record('a requirement', needs);

function value(demand: Demand) {
  return z.unknown().check((context) => {
    const message = demand(context.value);
    if (message) context.issues.push({ code: 'custom', input: context.value, message });
  });
}

function pathProblem(given: unknown): string | undefined {
  if (typeof given !== 'string') return 'must be a text';
  if (SITE_PATH.test(given)) return undefined;
  const cure = /^[\w-]+(?:\/[\w-]+)*$/.test(given) ? `: write "/${given}"` : '';
  return `must begin with one "/" and hold no backslash, blank or control character${cure}`;
}

/** @param plural The key that takes a list. */
function one(plural: string) {
  return value((given) => {
    if (Array.isArray(given)) return `must be a text; for a list write ${plural}`;
    if (typeof given !== 'string') return 'must be a text';
    return given === '' ? 'must not be empty' : undefined;
  });
}

/** @param singular The key that takes a text. */
function several(singular: string) {
  return value((given) => {
    if (typeof given === 'string') return `must be a list; for a single one write ${singular}`;
    if (!Array.isArray(given)) return 'must be a list';
    if (given.length === 0) return 'must name at least one; leave it out to ask for any signed-in visitor';
    // Not `every`, which passes over the holes of a list.
    return Array.from(given).some((item) => typeof item !== 'string' || item === '')
      ? 'must hold texts, none of them empty'
      : undefined;
  });
}

function oneOf(...names: string[]) {
  return value((given) =>
    names.some((name) => name === given) ? undefined : `must be one of ${names.map((name) => `'${name}'`).join(', ')}`,
  );
}

function listOf(item: z.core.$ZodType) {
  return z.array(item, 'must be a list');
}

/**
 * A plain object that has these keys and no others. What stands on a prototype would be lost on the way into the built
 * site, and a rule with it would ask for less than was written.
 *
 * @param what Whose keys they are, in words.
 */
function record(what: string, shape: Record<string, z.core.$ZodType>) {
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
function raised(schema: z.core.$ZodType, given: unknown): z.core.$ZodRawIssue[] {
  const found = z.safeParse(schema, given).error?.issues ?? [];
  return found.map(({ message, path }) => ({ code: 'custom', input: given, message, path: [...path] }));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function strangerSentence(key: string, what: string, names: readonly string[]): string {
  const cure = CURES[`${what}.${key}`];
  if (cure) return cure;
  const kind = ['a rule', 'a requirement', 'a guard'].includes(what) ? 'key' : 'option';
  const nearest = nearestName(key, names);
  const question = nearest ? `did you mean ${nearest}? ` : '';
  return `no such ${kind} of ${what}; ${question}There are ${names.join(', ')}`;
}
