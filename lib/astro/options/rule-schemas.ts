import * as z from 'zod/mini';
import { address, flag, fn, isPlainObject, pattern, raised, record, seconds, value } from './schema-parts.js';

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
/** An entry of `protect`. */
export const rule = z.unknown().check(({ value: given, issues }) => {
  if (typeof given !== 'string') return void issues.push(...raised(pageRule, given));
  issues.push({ code: 'custom', input: given, message: `must be a rule: write { pattern: '${given}' }`, path: [] });
});

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
