import * as z from 'zod/mini';
import { HIERARCHY_TWICE } from '../../access/access-options.js';
import { rule } from './rule-schemas.js';
import {
  flag,
  fn,
  isPlainObject,
  listOf,
  oneOf,
  path,
  pattern,
  prompt,
  raised,
  record,
  secondsOrNone,
  text,
  value,
} from './schema-parts.js';
import { sessionData, sessionInConfig, sessionInSetup } from './session-schemas.js';
import { type Choosing, storeProblem } from './store-choice.js';
import { storeInConfig, storeInSetup } from './store-schemas.js';

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

const hierarchy = value((given) => {
  const isHierarchy =
    typeof given === 'object' &&
    given !== null &&
    !Array.isArray(given) &&
    Object.values(given).every((roles) => Array.isArray(roles) && roles.every((role) => typeof role === 'string'));
  return isHierarchy ? undefined : "must say for a role which others it brings: { admin: ['editor'] }";
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
