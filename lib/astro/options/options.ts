import type * as z from 'zod/mini';
import type { AccessOptions } from '../../access/access-options.js';
import type { AccessRuleOptions, Requirement } from '../../access/access-rule.js';
import type { CsrfOptions } from '../../access/csrf/csrf-config.js';
import type { FormOptions } from '../../access/forms/form-config.js';
import type { GuardOptions } from '../../access/guard/guard-config.js';
import type { Guard } from '../../access/guard/page-guard.js';
import { forget, isPromise } from '../../base/promised.js';
import type { Services } from '../../container/services.js';
import { InvalidOptionsError } from '../../errors/index.js';
import type { SessionCookieOptions, SessionOptions } from '../../session/session-config.js';
import type { SessionDataOptions } from '../../session/session-schema.js';
import type { ContextOptions } from '../request/current-request.js';
import { problemsIn, sentenceOf } from './option-problems.js';
import { integrationOptions, setupOptions, WAIT_INSIDE } from './option-schemas.js';
import { guard, guards, requirement } from './rule-schemas.js';
import { storageOptions } from './session-schemas.js';
import {
  type ChosenStore,
  type StoreChoice,
  type StoreOptions,
  storeProblem,
  type UnstorageByDriver,
  type UnstorageByStorage,
} from './store-choice.js';

/** What can be said in `astro.config` and in `src/gatehouse.ts` alike; each option in one of the two. */
export interface CommonOptions extends Omit<GuardOptions, 'protect'>, ContextOptions {
  /** Rules; the first one that matches a page decides. */
  protect?: readonly AccessRuleOptions[] | undefined;
  /** What requests of other sites may do: `false` anything, `true` nothing. Default `true`. */
  csrf?: boolean | CsrfOptions | undefined;
  /**
   * Whether forms that call actions are answered with a redirect, by which neither what came of them nor what was typed
   * in is lost: no page is sent again on reload. Default `false`.
   */
  forms?: boolean | FormOptions | undefined;
  /** How roles and permissions are read, and a check of your own. */
  access?: AccessOptions | undefined;
  /** Where sessions are kept. Default: in the cookie. */
  store?: ChosenStore | undefined;
  /** How long sessions last, and their cookie. `store` and `options` in it are the former way to say where they are kept. */
  session?: (SessionOptions & StoreChoice) | undefined;
}

/** The options of the integration. */
export interface GatehouseOptions extends CommonOptions {
  /** Where sessions are kept. Default: in the cookie. What holds a password is for the setup module, or the environment. */
  store?: StoreOptions | UnstorageByDriver | undefined;
  /** The module that default-exports `defineGatehouse({…})`. Default: `src/gatehouse.{ts,js,mjs}`, when there is one. */
  setup?: string | undefined;
  /** What happens to a build in which rules cover prerendered pages or public files. Default `error`. */
  prerendered?: 'error' | 'warn' | undefined;
  /** Whether a build stops for what it only warns of otherwise, as a rule that nothing matches. Default `false`. */
  strict?: boolean | undefined;
}

/** The options of the setup module. */
export interface SetupOptions extends CommonOptions {
  /** Where sessions are kept. Default: in the cookie. It is read when the server starts. */
  store?: StoreOptions | UnstorageByStorage | undefined;
  /** Registers services of your own, and your classes in the place of ours. */
  services?: ((services: Services) => unknown) | undefined;
  /** What the values of sessions must be while the server runs, and what becomes of those that are something else. */
  sessionData?: SessionDataOptions | undefined;
}

/** The options of `createCookieSessionStorage`. */
export interface CookieSessionStorageOptions extends Pick<SessionOptions, 'idleTimeout' | 'absoluteTimeout'> {
  cookie?:
    | (Omit<SessionCookieOptions, 'chunks'> & {
        /** Seals the cookie. Several: the first seals, all open. Without one no session opens in production. */
        secret?: string | readonly string[] | undefined;
      })
    | undefined;
}

/** @throws {InvalidOptionsError} Naming every option that is not right. */
export function checkIntegrationOptions(options: unknown): GatehouseOptions {
  return check<GatehouseOptions>(integrationOptions, options, 'gatehouse({…}) in astro.config');
}

/**
 * @param file The setup module as the project knows it.
 * @throws {InvalidOptionsError} Naming every option that is not right.
 */
export function checkSetupOptions(options: unknown, file = 'src/gatehouse.ts'): SetupOptions {
  if (options === undefined) {
    throw new InvalidOptionsError([`${file} has no default export: write export default defineGatehouse({ … })`]);
  }
  return check<SetupOptions>(setupOptions, options, 'defineGatehouse({…})');
}

/**
 * Registers what the setup module has for the container.
 *
 * @throws {InvalidOptionsError} When it gives what would register only later, or never: a promise, a function, a generator.
 */
export function registerServices(setup: SetupOptions, services: Services): void {
  const answer: unknown = setup.services?.(services);
  const what = isPromise(answer) ? 'a promise' : notBegun(answer);
  if (what === undefined) return;
  if (isPromise(answer)) forget(answer);
  const problem = `services of defineGatehouse({…}) gave ${what}, and everything must be registered when it returns: ${WAIT_INSIDE}`;
  throw new InvalidOptionsError([problem]);
}

/** What nobody calls, though something may be registered in it. */
function notBegun(answer: unknown): string | undefined {
  if (typeof answer === 'function') return 'a function, which nobody calls';
  const isGenerator = /^(?:Async)?Generator$/.test(Object.prototype.toString.call(answer).slice('[object '.length, -1));
  return isGenerator ? 'a generator, which nobody runs' : undefined;
}

/**
 * @param helper The function that was given it.
 * @throws {InvalidOptionsError} For what is no requirement, and so would ask for less than was meant.
 */
export function checkRequirement(given: unknown, helper = 'authorize'): Requirement {
  return check<Requirement>(requirement, given, `${helper}(…), for instance ${helper}({ role: 'admin' })`);
}

/** @throws {InvalidOptionsError} Naming every option of `createCookieSessionStorage` that is not right. */
export function checkStorageOptions(options: unknown): CookieSessionStorageOptions {
  return check<CookieSessionStorageOptions>(storageOptions, options, 'createCookieSessionStorage(…, { … })');
}

/**
 * @param file The page's file, from the project's root.
 * @throws {InvalidOptionsError} For what is no guard, and so would protect less than was meant, or nothing.
 */
export function checkGuard(given: unknown, file: string): Guard {
  const place = `guard of ${file}`;
  try {
    return check<Guard>(Array.isArray(given) ? guards : guard, given, place);
  } catch (error) {
    if (!(error instanceof InvalidOptionsError)) throw error;
    // There are many guards; what is wrong with a key does not tell of which.
    throw new InvalidOptionsError(error.problems.map((each) => (each.startsWith(place) ? each : `${place}: ${each}`)));
  }
}

/**
 * Puts the options of the setup module beside those of the config.
 *
 * @throws {InvalidOptionsError} When one option stands in both (`protect` and `exclude` follow one another), or one is
 *   given without another that it needs.
 */
export function mergeOptions(config: GatehouseOptions, setup: SetupOptions): CommonOptions {
  const { services: _, sessionData: ___, ...fromSetup } = setup;
  const { setup: __, ...fromConfig } = config;
  const twice = Object.keys(fromSetup).filter((key) => key in fromConfig && key !== 'protect' && key !== 'exclude');
  if (twice.length > 0) {
    throw new InvalidOptionsError(
      twice.map((key) => `${key} is given in astro.config and in the setup module: keep it in one of them`),
    );
  }
  const merged = {
    ...fromConfig,
    ...fromSetup,
    protect: [...(fromConfig.protect ?? []), ...(fromSetup.protect ?? [])],
    exclude: [...(fromConfig.exclude ?? []), ...(fromSetup.exclude ?? [])],
  };
  const ofStore = storeProblem(merged);
  const problems = [contextProblem(merged), excludeProblem(merged), ofStore && `store ${ofStore}`].filter(
    (problem) => problem !== undefined,
  );
  if (problems.length > 0) throw new InvalidOptionsError(problems);
  return merged;
}

function contextProblem({ runWithContext, setContextStore, getContextStore }: ContextOptions): string | undefined {
  const writes = runWithContext !== undefined || setContextStore !== undefined;
  if (writes === (getContextStore !== undefined)) return undefined;
  return writes
    ? 'runWithContext or setContextStore is given without getContextStore, so the context could not be found again'
    : 'getContextStore is given without runWithContext or setContextStore, so nothing would be in the context';
}

/** `globalProtect: false` says in so many words that the list is to wait. */
function excludeProblem({ exclude = [], globalProtect }: CommonOptions): string | undefined {
  if (exclude.length === 0 || globalProtect !== undefined) return undefined;
  return 'exclude is given without globalProtect, so there is nothing it could leave alone: add globalProtect: true, or remove it';
}

function check<Options>(schema: z.core.$ZodType, options: unknown, where: string): Options {
  const problems = problemsIn(schema, options);
  if (problems.length > 0) throw new InvalidOptionsError(problems.map((problem) => sentenceOf(problem, where)));
  // The object itself, because zod's copy would be typed more loosely than the interface it was checked against.
  return options as Options;
}
