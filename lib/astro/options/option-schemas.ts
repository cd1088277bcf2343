import * as z from 'zod/mini';
import { HIERARCHY_TWICE, LONGEST_IMPERSONATION } from '../../access/access-options.js';
import { credentialHeaderProblem } from '../../access/csrf/credential-headers.js';
import { trustedOriginProblem } from '../../access/csrf/trusted-origins.js';
import { Policy } from '../../access/policies/policy.js';
import { CONTEXT } from '../../container/scope/context-options.js';
import { exclusion, requirement, rule } from './rule-schemas.js';
import {
  flag,
  fn,
  forbidden,
  loginPath,
  path,
  pattern,
  plainObject,
  prompt,
  record,
  seconds,
  text,
  texts,
} from './schema-parts.js';
import { sessionData, sessionInConfig, sessionInSetup } from './session-schemas.js';
import { type Choosing, storeProblem } from './store-choice.js';
import { storeInConfig, storeInSetup } from './store-schemas.js';

/**
 * The cure for services that are registered late. Waiting at the top of the setup module is none, because a build loads
 * that module as well, and cannot connect to anything.
 */
export const WAIT_INSIDE =
  'register immediately, and let a service wait in its methods for what it needs: ' +
  'shared(Mailer, () => new Mailer(connect()))';
const LOOK_UP = 'move asynchronous queries to access.reload';

const patterns = z.array(pattern);

const EXCLUDE = "must be an array of patterns: ['/health', { pattern: '/api/webhooks/**', methods: ['POST'] }]";
const CSRF = "must be true, false, or an object with exceptions: { except: ['/webhooks/**'] }";
const ORIGINS = "must be an array of origins: ['https://app.example.com', 'capacitor://localhost']";
const TOKEN = "must be true, or an array of patterns: ['/account/**']";
const FORMS = "must be true, false, or an object with the fields that are never kept: { leaveOut: ['iban'] }";
const IMPERSONATE = "must be a requirement, { role: 'support' }, or a function: (session, target) => …";
const IMPERSONATE_FOR = `must be at most ${LONGEST_IMPERSONATION}: nobody impersonates for longer than a working day`;
const HIERARCHY = "must be an object with the roles that each role includes: { admin: ['editor'] }";
const ASKED_NOTHING = 'has no effect without access.reload: add access.reload, or remove it';

const requireToken = z.optional(z.union([z.boolean(), patterns], TOKEN));
const trustedOrigin = z.string().check(({ value, issues }) => {
  const message = trustedOriginProblem(value);
  if (message) issues.push({ code: 'custom', input: value, message });
});
const trustedOrigins = z.optional(z.array(trustedOrigin, ORIGINS));
/** A scheme and whatever stands behind it, in one line of printable ASCII. @see RFC 9110 11.6.1 */
const CHALLENGES = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?: [\x20-\x7e]*[\x21-\x7e])?$/;
const CHALLENGE = 'must be the value of a WWW-Authenticate header, in one line: \'Bearer realm="invoices"\'';
const credentialHeader = z.string().check(
  z.refine((given) => credentialHeaderProblem(given) === undefined, {
    error: ({ input }) => credentialHeaderProblem(String(input)),
  }),
);
const credentialHeaders = z.optional(z.union([z.literal(false), z.array(credentialHeader)]));
const csrf = z.union(
  [z.boolean(), record('csrf', { except: z.optional(patterns), trustedOrigins, requireToken, credentialHeaders })],
  CSRF,
);
const forms = z.union([z.boolean(), record('forms', { leaveOut: z.optional(texts) })], FORMS);
// z.record would accept a key named __proto__, and add 5 KiB to the server's code.
const hierarchy = z.optional(plainObject(HIERARCHY).check(z.refine((given) => Object.values(given).every(areRoles))));
const access = record('access', {
  getRole: z.optional(prompt(LOOK_UP)),
  getPermissions: z.optional(prompt(LOOK_UP)),
  hierarchy,
  roles: hierarchy,
  check: z.optional(fn),
  impersonate: z.optional(z.union([fn, requirement], IMPERSONATE)),
  impersonateFor: z.optional(seconds.check(z.refine((given) => given <= LONGEST_IMPERSONATION, IMPERSONATE_FOR))),
  reload: z.optional(fn),
  rolesFor: z.optional(fn),
  revalidate: z.optional(z.number('must be a number of seconds, or 0').check(z.refine((given) => given >= 0))),
}).check(
  z.refine((given) => given.hierarchy === undefined || given.roles === undefined, {
    error: HIERARCHY_TWICE,
    path: ['hierarchy'],
  }),
  z.refine((given) => given.revalidate === undefined || given.reload !== undefined, {
    error: ASKED_NOTHING,
    path: ['revalidate'],
  }),
);

/** Checks whether a value is an array of strings. `Array.from` makes holes visible, which `every` would skip. */
function areRoles(given: unknown): boolean {
  return Array.isArray(given) && Array.from<unknown>(given).every((role) => typeof role === 'string');
}

const POLICIES = 'must be an object with a class for each kind of record: { invoice: InvoicePolicy }';
const policies = plainObject(POLICIES).check(({ value, issues }) => {
  for (const [name, given] of Object.entries(value as Record<string, unknown>)) {
    const isPolicy = typeof given === 'function' && given.prototype instanceof Policy;
    if (isPolicy && POLICY_NAME.test(name)) continue;
    const message = isPolicy
      ? 'must be a word, because abilities begin with it: invoice gives "invoice:edit"'
      : 'must be a class that extends Policy: class InvoicePolicy extends Policy<Invoice> { … }';
    issues.push({ code: 'custom', input: given, message, path: [name] });
  }
});
const POLICY_NAME = /^[\p{L}_][\p{L}\d_-]*$/u;

const common = {
  loginPath: z.optional(loginPath),
  homePath: z.optional(path),
  forbiddenPath: z.optional(forbidden),
  protect: z.optional(z.array(rule)),
  globalProtect: flag,
  exclude: z.optional(z.array(exclusion, EXCLUDE)),
  wwwAuthenticate: z.optional(z.string(CHALLENGE).check(z.refine((given) => CHALLENGES.test(given), CHALLENGE))),
  csrf: z.optional(csrf),
  forms: z.optional(forms),
  access: z.optional(access),
  runWithContext: z.optional(fn),
  getContextStore: z.optional(prompt(CONTEXT)),
  setContextStore: z.optional(prompt(CONTEXT)),
  enforce: flag,
  debug: flag,
};

function checkStore({ value, issues }: z.core.ParsePayload<object>): void {
  const message = storeProblem(value as Choosing);
  if (message) issues.push({ code: 'custom', input: value, message, path: ['store'] });
}

/** The options of `gatehouse({…})`. */
export const integrationOptions = record(
  'gatehouse({…}) in astro.config',
  {
    ...common,
    store: z.optional(storeInConfig),
    session: z.optional(sessionInConfig),
    setup: z.optional(text),
    prerendered: z.optional(z.enum(['error', 'warn'])),
    strict: flag,
  },
  {
    identify: 'it is code: move it to defineGatehouse({…}) in src/gatehouse.ts',
    sessionData: 'a schema is code: move it to defineGatehouse({…}) in src/gatehouse.ts',
    services: 'services are code: write them in src/gatehouse.ts',
    policies: 'policies are code: write them in src/gatehouse.ts',
  },
).check(checkStore);
/** The options of `defineGatehouse({…})`. */
export const setupOptions = record('defineGatehouse({…})', {
  ...common,
  store: z.optional(storeInSetup),
  session: z.optional(sessionInSetup),
  identify: z.optional(fn),
  sessionData: z.optional(sessionData),
  policies: z.optional(policies),
  services: z.optional(prompt(WAIT_INSIDE)),
}).check(checkStore);
