import * as z from 'zod/mini';
import { PathPattern } from '../../access/paths/path-pattern.js';
import { nearestName } from '../../base/nearest-name.js';
import { answersLater } from '../../base/promised.js';
import { InvalidOptionsError } from '../../errors/index.js';

/**
 * Matches a path of the site: `//host` and `/\host` lead to other sites, and a space or a line feed would end a header.
 */
const SITE_PATH = /^\/(?![/\\])[^\\\s\p{Cc}]*$/u;
const WEB_ADDRESS = /^https?:\/\/[^\\\s\p{Cc}]+$/iu;

const LOGIN_PAGES =
  "must be the path of a page, or an object with pages by pattern: { '/admin/**': '/admin/login', '/**': '/login' }";
export const PLAIN_OBJECT = 'must be a plain object: { … }';

type Shape = z.core.$ZodLooseShape;
type Cures = Readonly<Record<string, string>>;

export const flag = z.optional(z.boolean());
/** Replaces `z.minLength`, which would also read the length of values that were already rejected, such as functions. */
export const filled = <Given extends string | readonly unknown[]>(problem?: string) =>
  z.refine<Given>((given) => given.length > 0, problem);
export const text = z.string('must be a non-empty string').check(filled());
export const texts = z.array(text, 'must be an array of strings');
export const count = z
  .number('must be a whole number above 0')
  .check(z.refine((n) => Number.isSafeInteger(n) && n > 0));
export const seconds = z
  .number('must be a number of seconds, for instance 7 * 24 * 3600')
  .check(z.refine((given) => given > 0, 'must be more than 0 seconds'));
export const fn = z.custom((given) => typeof given === 'function', 'must be a function');

/** A function whose result is used immediately. @param cure Where to wait instead. */
export function prompt(cure: string) {
  const message = `cannot be async, because its answer is read immediately: ${cure}`;
  return fn.check(z.refine((given) => !answersLater(given), message));
}

/** The path of a page of the site. */
export const path = z.string().check(z.refine((given) => SITE_PATH.test(given), { error: pathProblem }));
/** The path of a page of the site, or the complete address of another site's page. */
export const address = z.string().check(
  z.refine((given) => SITE_PATH.test(given) || (WEB_ADDRESS.test(given) && URL.canParse(given)), {
    error: (issue) => `${pathProblem(issue)}, or be a whole address that begins with https:// or http://`,
  }),
);
/** The page for refused visitors: its path, or an object that has it rendered in place. */
export const forbidden = z.union([path, z.pipe(plainObject(), z.strictObject({ render: path }))], {
  error: ({ input }) =>
    typeof input === 'string'
      ? pathProblem({ input })
      : "must be the path of a page, or { render: '/no-entry' } to show it at the address that was opened",
});
/** A pattern of paths. */
export const pattern = z.string().check(({ value, issues }) => {
  const message = patternProblem(value);
  if (message) issues.push({ code: 'custom', input: value, message });
});

/** Returns the problem of a pattern; `undefined` for a pattern that can match. */
export function patternProblem(value: string): string | undefined {
  try {
    new PathPattern(value);
    return undefined;
  } catch (error) {
    return error instanceof InvalidOptionsError ? error.problems.join('; ') : String(error);
  }
}

/** The page where visitors sign in, or several of them by pattern. */
export const loginPath = z.union(
  [
    path,
    plainObject().check(({ value, issues }) => {
      const keys = Object.keys(value);
      if (keys.length === 0) issues.push({ code: 'custom', input: value, message: LOGIN_PAGES });
      for (const [at, [key, page]] of Object.entries<unknown>({ ...value }).entries()) {
        const message = problemOfLoginPage(key, page, keys.slice(0, at));
        if (message !== undefined) issues.push({ code: 'custom', input: value, message, path: [key] });
      }
    }),
  ],
  { error: ({ input }) => (typeof input === 'string' ? pathProblem({ input }) : LOGIN_PAGES) },
);

function problemOfLoginPage(key: string, page: unknown, before: readonly string[]): string | undefined {
  const ofPattern = patternProblem(key);
  if (ofPattern !== undefined) return ofPattern;
  if (before.includes('/**')) return 'is never used, because "/**" comes before it: write "/**" last';
  return typeof page === 'string' && SITE_PATH.test(page) ? undefined : pathProblem({ input: page });
}

function pathProblem({ input }: { input?: unknown }): string {
  const cure = /^[\w-]+(?:\/[\w-]+)*$/.test(String(input)) ? `: write "/${input}"` : '';
  return `must begin with one "/" and hold no backslash, blank or control character${cure}`;
}

/**
 * Creates the schema of an object whose keys are all own and enumerable. Keys of a prototype, and hidden ones, would be
 * lost when the options are written into the built site, and a rule without them would require less than intended.
 *
 * @param problem The message for any other value.
 */
export function plainObject(problem: string | z.core.$ZodErrorMap = PLAIN_OBJECT) {
  return z.custom<object>(isPlainObject, { error: problem }).check(({ value, issues }) => {
    for (const [key, { enumerable }] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
      if (enumerable) continue;
      issues.push({ code: 'custom', input: value, message: 'is hidden: write it as an ordinary key', path: [key] });
    }
  });
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Creates the schema of an object that has these keys and no others.
 *
 * @param owner The owner of the keys, for messages: `a rule`.
 * @param cures Messages for keys that developers may expect but that do not exist.
 */
export function keysOf<Keys extends Shape>(owner: string, shape: Keys, cures: Cures = {}) {
  const names = Object.keys(shape);
  const kind = ['a rule', 'a requirement', 'a guard'].includes(owner) ? 'key' : 'option';
  const sentence = (key: string) => {
    const cure = Object.hasOwn(cures, key) ? cures[key] : undefined;
    const nearest = nearestName(key, names);
    const question = nearest ? `; did you mean ${nearest}? ` : '. ';
    return cure ?? `no such ${kind} of ${owner}${question}There are ${names.join(', ')}`;
  };
  return z.strictObject(shape, {
    // One line for each key, because an issue has one message for all of them.
    error: (issue) => (issue.code === 'unrecognized_keys' ? issue.keys.map(sentence).join('\n') : undefined),
  });
}

/** Creates the schema of a plain object that has these keys and no others. Parameters as for {@link keysOf}. */
export function record<Keys extends Shape>(...keys: Parameters<typeof keysOf<Keys>>) {
  return z.pipe(plainObject(), keysOf(...keys));
}
