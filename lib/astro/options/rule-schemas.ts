import * as z from 'zod/mini';
import { publicProblem, type RuleOptions } from '../../access/access-rule.js';
import {
  address,
  filled,
  flag,
  fn,
  forbidden,
  keysOf,
  PLAIN_OBJECT,
  pattern,
  patternProblem,
  plainObject,
  record,
  seconds,
  text,
} from './schema-parts.js';

const UNDEFINED = 'is undefined: set it, or leave it out to require any signed-in visitor';
const NONE_NAMED = 'must name at least one; leave it out to require any signed-in visitor';
const METHODS = "must be an array of methods in capitals, for instance ['POST', 'DELETE']";
const EXCLUSION = "must be a pattern, or one with methods: { pattern: '/api/webhooks/**', methods: ['POST'] }";
const STATUS = 'must be 404, which hides that the page exists; otherwise leave it out';
const PUBLIC = 'must be true, which admits everybody; otherwise leave it out';
const REMEMBERED = 'must be false, which asks who is only remembered to sign in again; otherwise leave it out';
const GUESTS =
  'is for pages that hide: add status: 404, or remove it, because other pages send guests to sign in anyway';

const HIDDEN = 'has no effect with status: 404, which signed-in visitors get instead: remove one of them';

const one = (plural: string) => z.string(`must be a non-empty string; for an array write ${plural}`).check(filled());
const several = (singular: string) =>
  z.array(text, `must be an array of strings; for a single one write ${singular}`).check(filled(NONE_NAMED));
const defined = z.custom((given) => given !== undefined, UNDEFINED);
/** A key that may be absent, but not `undefined`, because a rule without it would require less than intended. */
const stated = <Schema extends z.core.$ZodType>(schema: Schema) => z.exactOptional(z.pipe(defined, schema));

const methods = z.array(z.string(METHODS).check(z.regex(/^[A-Z]+$/)), METHODS).check(filled());
const needs = {
  role: stated(one('roles')),
  roles: stated(several('role')),
  permission: stated(one('permissions')),
  permissions: stated(several('permission')),
  anyPermission: stated(several('permission')),
  authenticatedWithin: stated(seconds),
  remembered: stated(z.custom((given) => given === false, REMEMBERED)),
  allow: stated(fn),
};
const demands = {
  ...needs,
  methods: z.optional(methods),
  public: z.optional(z.custom((given) => given === true, PUBLIC)),
  status: z.optional(z.custom((given) => given === 404, STATUS)),
  guestsSignIn: flag,
  redirectTo: z.optional(address),
  forbiddenPath: z.optional(forbidden),
  enforce: flag,
};
/** Rejects `guestsSignIn` where it would have no effect. */
const asksGuests = z.refine<{ guestsSignIn?: unknown; status?: unknown }>(
  ({ guestsSignIn, status }) => guestsSignIn === undefined || status === 404,
  { error: GUESTS, path: ['guestsSignIn'] },
);

/** Rejects `forbiddenPath` where it would have no effect. */
const showsRefusal = z.refine<{ forbiddenPath?: unknown; status?: unknown }>(
  ({ forbiddenPath, status }) => forbiddenPath === undefined || status !== 404,
  { error: HIDDEN, path: ['forbiddenPath'] },
);

/** Rejects a public rule with keys that would have no effect. */
const isPublicAlone = z.refine<object>((given) => publicProblem(given as RuleOptions) === undefined, {
  error: ({ input }) => publicProblem(input as RuleOptions),
  path: ['public'],
});

const actionName = z
  .string("must be an action's name, for instance 'admin.remove', or 'admin.*' for all of them")
  .check(z.regex(/^[^/\s]+$/));
const islandName = z
  .string("must be the name of a component: 'AdminPanel'; or its file: 'src/components/AdminPanel.astro'")
  .check(z.regex(/^[\w$*@~./{},-]+$/));
const subjects = { pattern: z.optional(pattern), action: z.optional(actionName), island: z.optional(islandName) };
/** An entry of `protect`. */
export const rule = z
  .pipe(
    plainObject(({ input }) =>
      typeof input === 'string' ? `must be a rule: write { pattern: '${input}' }` : PLAIN_OBJECT,
    ),
    keysOf('a rule', { ...subjects, ...demands }),
  )
  .check(
    asksGuests,
    showsRefusal,
    isPublicAlone,
    z.refine(
      ({ pattern, action, island }) =>
        [pattern, action, island].filter((subject) => subject !== undefined).length === 1,
      'must have one of these: a pattern, for pages and endpoints, an action or an island',
    ),
  );

/** An entry of `exclude`. */
export const exclusion = z.union([pattern, record('an entry of exclude', { pattern, methods })], {
  error: ({ input }) => (typeof input === 'string' ? patternProblem(input) : EXCLUSION),
});

/** The `guard` that a page's file may export. */
export const guard = z.union(
  [z.enum(['public', 'user', 'guest']), record('a guard', demands).check(asksGuests, showsRefusal, isPublicAlone)],
  {
    error: ({ input }) =>
      input === undefined
        ? 'is undefined: export a guard that names who may see the page, or no guard'
        : "must be 'public', 'user', 'guest' or a requirement such as { role: 'admin' }",
  },
);
/** Several guards for one page. */
export const guards = z.array(guard).check(
  filled('is an empty array, which admits nobody: name at least one'),
  z.refine(
    (entries) => !entries.some((entry) => typeof entry === 'object' && entry.enforce === false),
    'cannot have enforce: false in an array: a guard refuses as a whole, or only reports as a whole',
  ),
);
/** The argument of `authorize()`. */
export const requirement = record('a requirement', needs);
