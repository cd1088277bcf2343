import * as z from 'zod/mini';
import { HIERARCHY_TWICE } from '../access/access-options.js';
import { PathPattern } from '../access/paths/path-pattern.js';
import { InvalidOptionsError } from '../errors.js';
import {
  flag,
  fn,
  isPlainObject,
  listOf,
  oneOf,
  prompt,
  raised,
  record,
  seconds,
  secondsOrNone,
  text,
  value,
} from './schema-parts.js';
import { sessionData, sessionInConfig, sessionInSetup } from './session-schemas.js';
import { type Choosing, storeProblem } from './store-choice.js';
import { storeInConfig, storeInSetup } from './store-schemas.js';

/** A path of the site: `//host` and `/\host` would be other sites, and a blank or a line feed would end a header. */
const SITE_PATH = /^\/(?![/\\])[^\\\s\p{Cc}]*$/u;
const WEB_ADDRESS = /^https?:\/\/[^\\\s\p{Cc}]+$/iu;
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

const withToken = z.unknown().check(({ value: given, issues }) => {
  if (typeof given === 'boolean') return;
  if (Array.isArray(given)) return void issues.push(...raised(z.array(pattern), given));
  issues.push({
    code: 'custom',
    input: given,
    message: "must be true, or a list of patterns: ['/account/**']",
    path: [],
  });
});
const csrfRecord = record('csrf', { except: z.optional(listOf(pattern)), requireToken: z.optional(withToken) });
const csrf = z.unknown().check(({ value: given, issues }) => {
  if (typeof given === 'boolean') return;
  if (isPlainObject(given)) return void issues.push(...raised(csrfRecord, given));
  const message = "must be true, false, or say what is excepted: { except: ['/webhooks/**'] }";
  issues.push({ code: 'custom', input: given, message, path: [] });
});

const formsRecord = record('forms', { leaveOut: z.optional(listOf(text)) });
const forms = z.unknown().check(({ value: given, issues }) => {
  if (typeof given === 'boolean') return;
  if (isPlainObject(given)) return void issues.push(...raised(formsRecord, given));
  const message = "must be true, false, or say what is never kept: { leaveOut: ['iban'] }";
  issues.push({ code: 'custom', input: given, message, path: [] });
});

const actionName = value((given) =>
  typeof given === 'string' && /^[^/\s]+$/.test(given)
    ? undefined
    : "must be an action's name, for instance 'admin.remove', or 'admin.*' for all of them",
);
const islandName = value((given) =>
  typeof given === 'string' && /^[\w$*@~./{},-]+$/.test(given)
    ? undefined
    : "must be the name of a component: 'AdminPanel'; or its file: 'src/components/AdminPanel.astro'",
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
  guestsSignIn: z.optional(flag),
  redirectTo: z.optional(address),
  enforce: z.optional(flag),
};

/** It would be accepted and ignored. */
const asksGuestsInVain =
  'is for pages that hide: add status: 404, or take it out, because guests are asked to sign in anyway';
const checkGuests = ({ value: given, issues }: z.core.ParsePayload<unknown>) => {
  if (!isPlainObject(given) || given.guestsSignIn === undefined || given.status === 404) return;
  issues.push({ code: 'custom', input: given, message: asksGuestsInVain, path: ['guestsSignIn'] });
};

const pageRule = record('a rule', {
  pattern: z.optional(pattern),
  action: z.optional(actionName),
  island: z.optional(islandName),
  ...demands,
}).check(checkGuests, ({ value: given, issues }) => {
  if (!isPlainObject(given)) return;
  const subjects = [given.pattern, given.action, given.island].filter((subject) => subject !== undefined);
  if (subjects.length === 1) return;
  const message = 'must have one of these: a pattern, for pages and endpoints, an action or an island';
  issues.push({ code: 'custom', input: given, message, path: [] });
});
const rule = z.unknown().check(({ value: given, issues }) => {
  if (typeof given !== 'string') return void issues.push(...raised(pageRule, given));
  issues.push({ code: 'custom', input: given, message: `must be a rule: write { pattern: '${given}' }`, path: [] });
});

/** Not at the top of the setup module, which a build loads as well, where nothing can be connected to. */
export const WAIT_INSIDE =
  'register at once, and let a service wait in its methods for what it needs: shared(Mailer, () => new Mailer(connect()))';
const LOOK_UP = 'look up in access.reload what has to be looked up';
export const CONTEXT = 'wait inside runWithContext, or keep what is needed at hand';

const common = {
  loginPath: z.optional(path),
  homePath: z.optional(path),
  forbiddenPath: z.optional(path),
  protect: z.optional(listOf(rule)),
  globalProtect: z.optional(flag),
  exclude: z.optional(listOf(pattern)),
  csrf: z.optional(csrf),
  forms: z.optional(forms),
  access: z.optional(
    record('access', {
      getRole: z.optional(prompt(LOOK_UP)),
      getPermissions: z.optional(prompt(LOOK_UP)),
      hierarchy: z.optional(hierarchy),
      roles: z.optional(hierarchy),
      check: z.optional(fn),
      reload: z.optional(fn),
      revalidate: z.optional(secondsOrNone),
    }).check(
      ({ value: given, issues }) => {
        if (!isPlainObject(given) || given.hierarchy === undefined || given.roles === undefined) return;
        issues.push({ code: 'custom', input: given, message: HIERARCHY_TWICE, path: ['hierarchy'] });
      },
      ({ value: given, issues }) => {
        if (!isPlainObject(given) || given.revalidate === undefined || given.reload !== undefined) return;
        const message = 'says how often reload is to be asked, and there is no reload: add one, or remove it';
        issues.push({ code: 'custom', input: given, message, path: ['revalidate'] });
      },
    ),
  ),
  runWithContext: z.optional(fn),
  getContextStore: z.optional(prompt(CONTEXT)),
  setContextStore: z.optional(prompt(CONTEXT)),
  enforce: z.optional(flag),
  debug: z.optional(flag),
};

function checkStore({ value: given, issues }: z.core.ParsePayload<unknown>): void {
  if (!isPlainObject(given) || !isPlainObject(given.store)) return;
  const { store, session } = given;
  const message = storeProblem({ store, session: isPlainObject(session) ? session : undefined } as Choosing);
  if (message) issues.push({ code: 'custom', input: given, message, path: ['store'] });
}

/** What may be given to `gatehouse({…})`. */
export const integrationOptions = record('gatehouse({…}) in astro.config', {
  ...common,
  store: z.optional(storeInConfig),
  session: z.optional(sessionInConfig),
  setup: z.optional(text),
  prerendered: z.optional(oneOf('error', 'warn')),
  strict: z.optional(flag),
}).check(checkStore);
/** What may be given to `defineGatehouse({…})`. */
export const setupOptions = record('defineGatehouse({…})', {
  ...common,
  store: z.optional(storeInSetup),
  session: z.optional(sessionInSetup),
  sessionData: z.optional(sessionData),
  services: z.optional(prompt(WAIT_INSIDE)),
}).check(checkStore);
const guardWord = value((given) =>
  typeof given === 'string' && !['public', 'user', 'guest'].includes(given)
    ? `cannot be '${given}': it is 'public', 'user', 'guest' or a requirement such as { role: 'admin' }`
    : undefined,
);
const guardRule = record('a guard', demands).check(checkGuests);
const guardEntry = z.unknown().check(({ value: given, issues }) => {
  issues.push(...raised(typeof given === 'string' ? guardWord : guardRule, given));
});
/** What a page's file may export as `guard`. */
export const guard = z.unknown().check(({ value: given, issues }) => {
  if (given === undefined) {
    const message = 'is undefined: export one that says whom the page admits, or none';
    return void issues.push({ code: 'custom', input: given, message, path: [] });
  }
  if (Array.isArray(given) && given.length === 0) {
    const message = 'is an empty list, which admits nobody: name at least one';
    return void issues.push({ code: 'custom', input: given, message, path: [] });
  }
  const isList = Array.isArray(given);
  issues.push(...raised(isList ? z.array(guardEntry) : guardEntry, given));
  const reports = isList && given.some((entry) => isPlainObject(entry) && entry.enforce === false);
  if (!reports) return;
  const message = 'cannot have enforce: false in a list: a guard refuses as a whole, or only reports as a whole';
  issues.push({ code: 'custom', input: given, message, path: [] });
});
/** What may be given to `authorize()`. */
export const requirement = record('a requirement', needs);

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
