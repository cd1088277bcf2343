import { ActionError, defineAction as define } from 'astro/actions/runtime/entrypoints/server.js';
import { PageChecks } from '../../container/scope/page-checks.js';
import { AccessDeniedError } from '../../errors/index.js';
import { findRequest, type WithLocals } from '../helpers/helper-call.js';
import { ignoredChecks } from './ignored-checks.js';

/** An action as Astro calls it: bound to the context of the request. */
interface Action {
  (this: unknown, input?: unknown): Promise<unknown>;
  orThrow?: (this: unknown, input?: unknown) => Promise<unknown>;
}
type Handler = (input: unknown, context: WithLocals) => unknown;
type Family = Record<string, unknown>;

/** The unguarded action behind each guarded one. */
const unasked = new WeakMap<Action, Action>();
/** The names under which the site lists each unguarded action. */
const namesOf = new WeakMap<Action, Set<string>>();

/**
 * Replaces `defineAction` of `astro:actions`. The action that it defines calls the guard, however code runs it, and
 * returns an error to the client when `authorize()` refuses the visitor.
 */
export function defineAction(definition: { handler: Handler }): Action {
  const handler: Handler = async (input, context) => {
    try {
      const checks = new PageChecks();
      const result = await checks.during(() => definition.handler(input, context));
      await ignoredChecks(checks, 'an action');
      return result;
    } catch (error) {
      if (!(error instanceof AccessDeniedError)) throw error;
      const request = findRequest(context);
      if (request) request.draft.isUsed = true;
      throw refusedWith(error.status, error.ability === undefined ? undefined : error.reason);
    }
  };
  const action = define({ ...definition, handler } as Parameters<typeof define>[0]) as Action;
  return guarded(action, async () => {
    // The module that lists the site's actions defines the names, and may not have been loaded yet.
    await import('virtual:astro:actions/entrypoint');
    return namesOf.get(action) ?? [];
  });
}

/** @returns The actions of the site, as it lists them. Each calls the guard with the name under which it is listed. */
export function guardedActions(server: unknown): unknown {
  return isFamily(server) ? guardedFamily(server, '', new Map()) : server;
}

/** @param above The groups that contain this one, with their copies. */
function guardedFamily(family: Family, prefix: string, above: ReadonlyMap<Family, Family>): Family {
  const copy: Family = {};
  const around = new Map([...above, [family, copy]]);
  for (const [key, member] of Object.entries(family)) {
    const name = prefix + key;
    const value = isAction(member)
      ? guardedBy(name, member)
      : isFamily(member)
        ? (around.get(member) ?? guardedFamily(member, `${name}.`, around))
        : member;
    Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

function guardedBy(name: string, member: Action): Action {
  const action = unasked.get(member) ?? member;
  namesOf.set(action, (namesOf.get(action) ?? new Set()).add(name));
  return guarded(action, async () => [name]);
}

function guarded(action: Action, names: () => Promise<Iterable<string>>): Action {
  const asking: Action = Object.assign(async function (this: unknown, input?: unknown) {
    const error = await refusal(this, names);
    return error ? { data: undefined, error } : action.call(this, input);
  }, action);
  const { orThrow } = action;
  if (orThrow) {
    asking.orThrow = async function (input) {
      const error = await refusal(this, names);
      if (error) throw error;
      return orThrow.call(this, input);
    };
  }
  unasked.set(asking, action);
  return asking;
}

/** @param caller The value that an action is bound to. If it is not a context, Astro reports the error itself. */
async function refusal(caller: unknown, names: () => Promise<Iterable<string>>): Promise<ActionError | undefined> {
  if (!isContext(caller)) return undefined;
  // Imported late, because its dependencies start the site, while actions are also loaded just for their names.
  const { inspectAction } = await import('./inspect-action.js');
  for (const name of await names()) {
    const answer = await inspectAction(caller, name);
    if (answer) return refusedWith(answer.status < 400 ? 403 : answer.status);
  }
  return undefined;
}

/**
 * Returns the error that Astro's client receives for a refusal.
 *
 * @param message The message of a policy. Default: the status in words.
 */
function refusedWith(status: number, message?: string): ActionError {
  const known = ActionError.statusToCode(status);
  // Astro has no code for some statuses that a policy may choose, and would answer as if the server had failed.
  const code = known === 'INTERNAL_SERVER_ERROR' ? 'FORBIDDEN' : known;
  const words = code.toLowerCase().split('_');
  const usual = words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join(' ');
  return new ActionError({ code, message: message ?? usual });
}

function isAction(value: unknown): value is Action {
  return typeof value === 'function';
}

function isFamily(value: unknown): value is Family {
  return typeof value === 'object' && value !== null;
}

function isContext(value: unknown): value is Parameters<typeof import('./inspect-action.js').inspectAction>[0] {
  return typeof value === 'object' && value !== null && 'locals' in value && 'request' in value;
}
