import type * as z from 'zod/mini';
import type { AccessOptions, Identify } from '../../access/access-options.js';
import type { AccessRuleOptions, Requirement } from '../../access/access-rule.js';
import type { CsrfOptions } from '../../access/csrf/csrf-config.js';
import type { FormOptions } from '../../access/forms/form-config.js';
import type { GuardOptions } from '../../access/guard/guard-config.js';
import type { Guard } from '../../access/guard/page-guard.js';
import type { PolicyOptions } from '../../access/policies/policies.js';
import type { QuietOptions } from '../../access/quiet-requests.js';
import { forget, isPromise } from '../../base/promised.js';
import type { ContextOptions } from '../../container/scope/context-options.js';
import type { Services } from '../../container/services.js';
import { InvalidOptionsError } from '../../errors/index.js';
import type { SessionCookieOptions } from '../../session/cookies/cookie-options.js';
import type { SessionOptions } from '../../session/session-config.js';
import type { SessionDataOptions } from '../../session/session-schema.js';
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

/**
 * The options that both `astro.config` and `src/gatehouse.ts` accept. Set each of them in only one of the two files.
 */
export interface CommonOptions extends Omit<GuardOptions, 'protect'>, ContextOptions {
  /** The rules. The first one that matches a page decides. */
  protect?: readonly AccessRuleOptions[] | undefined;
  /**
   * Set to refuse requests from other sites that could change something. An object names exceptions. Default `true`.
   */
  csrf?: boolean | CsrfOptions | undefined;
  /**
   * Set to answer forms that call actions with a redirect, so that a reload does not send the form again. The action's
   * result and the input are kept for the next page. Default `false`.
   */
  forms?: boolean | FormOptions | undefined;
  /** How roles and permissions are read, and your own check of rules. */
  access?: AccessOptions | undefined;
  /** The store of sessions. Default: the cookie. */
  store?: ChosenStore | undefined;
  /** The lifetime and the cookie of sessions. Its `store` and `options` are the former way to choose a store. */
  session?: (SessionOptions & QuietOptions & StoreChoice) | undefined;
}

/** The options of the integration. */
export interface GatehouseOptions extends CommonOptions {
  /**
   * The store of sessions. Default: the cookie. Options become part of the build: set addresses that contain a password
   * in the setup module, or in the environment.
   */
  store?: StoreOptions | UnstorageByDriver | undefined;
  /**
   * The path of the module that default-exports `defineGatehouse({…})`. Default: `src/gatehouse.{ts,js,mjs}`, if it
   * exists.
   */
  setup?: string | undefined;
  /**
   * The result of a build in which rules cover prerendered pages or public files, which no rule can protect: it fails,
   * or logs a warning. Default `error`.
   */
  prerendered?: 'error' | 'warn' | undefined;
  /**
   * Set to make a build fail where it would log a warning, for example for a rule that matches nothing. Default
   * `false`.
   */
  strict?: boolean | undefined;
}

/** The options of the setup module. */
export interface SetupOptions extends CommonOptions {
  /** The store of sessions. It is read when the server starts. Default: the cookie. */
  store?: StoreOptions | UnstorageByStorage | undefined;
  /** Registers your own services, and your classes in place of the built-in ones. */
  services?: ((services: Services) => unknown) | undefined;
  /** The policies on records, by a name for the records: `{ invoice: InvoicePolicy }`. */
  policies?: PolicyOptions | undefined;
  /**
   * Names the visitor of a request in place of the session, for example by an API key. Called once for each request,
   * before any middleware. `null` is a guest, whatever session the browser sent; `undefined` leaves it to the session.
   *
   * @example identify: ({ headers }) => keys.visitorOf(headers.get('authorization'))
   */
  identify?: Identify | undefined;
  /** The schema of the sessions' values at run time, and the handling of values that do not match it. */
  sessionData?: SessionDataOptions | undefined;
}

/** The options of `createCookieSessionStorage`. */
export interface CookieSessionStorageOptions
  extends Pick<SessionOptions, 'idleTimeout' | 'absoluteTimeout' | 'endsWithBrowser'> {
  cookie?:
    | (Omit<SessionCookieOptions, 'chunks'> & {
        /**
         * One secret or several: the first seals the cookie, and each of them opens it. Required in production; without
         * it `createCookieSessionStorage` throws a `MissingSecretError` there.
         */
        secret?: string | readonly string[] | undefined;
      })
    | undefined;
}

/** Validates the options of the integration. @throws {InvalidOptionsError} Names every unknown or invalid option. */
export function checkIntegrationOptions(options: unknown): GatehouseOptions {
  return check<GatehouseOptions>(integrationOptions, options, 'gatehouse({…}) in astro.config');
}

/**
 * Validates the default export of the setup module.
 *
 * @param file The path of the setup module, from the project's root.
 * @throws {InvalidOptionsError} Names every unknown or invalid option.
 */
export function checkSetupOptions(options: unknown, file = 'src/gatehouse.ts'): SetupOptions {
  if (options === undefined) {
    throw new InvalidOptionsError([`${file} has no default export: write export default defineGatehouse({ … })`]);
  }
  return check<SetupOptions>(setupOptions, options, 'defineGatehouse({…})');
}

/**
 * Registers the services of the setup module in the container.
 *
 * @throws {InvalidOptionsError} When `services` returns a promise, a function or a generator, which would register
 *   services later or never.
 */
export function registerServices(setup: SetupOptions, services: Services): void {
  const answer: unknown = setup.services?.(services);
  const what = isPromise(answer) ? 'a promise' : notBegun(answer);
  if (what === undefined) return;
  if (isPromise(answer)) forget(answer);
  const rule = 'everything must be registered when it returns';
  const problem = `services of defineGatehouse({…}) returned ${what}, but ${rule}: ${WAIT_INSIDE}`;
  throw new InvalidOptionsError([problem]);
}

/** Describes a result that may contain registrations that never run; `undefined` for any other result. */
function notBegun(answer: unknown): string | undefined {
  if (typeof answer === 'function') return 'a function, which nobody calls';
  const isGenerator = /^(?:Async)?Generator$/.test(Object.prototype.toString.call(answer).slice('[object '.length, -1));
  return isGenerator ? 'a generator, which nobody runs' : undefined;
}

/**
 * Validates the argument of `authorize()` and `can()`.
 *
 * @param helper The name of the called function.
 * @throws {InvalidOptionsError} For an invalid requirement, which could require less than intended.
 */
export function checkRequirement(given: unknown, helper = 'authorize'): Requirement {
  return check<Requirement>(requirement, given, `${helper}(…), for instance ${helper}({ role: 'admin' })`);
}

/**
 * Validates the options of `createCookieSessionStorage`.
 *
 * @throws {InvalidOptionsError} Names every unknown or invalid option.
 */
export function checkStorageOptions(options: unknown): CookieSessionStorageOptions {
  return check<CookieSessionStorageOptions>(storageOptions, options, 'createCookieSessionStorage(…, { … })');
}

/**
 * Validates the `guard` that a page's file exports.
 *
 * @param file The page's file, from the project's root.
 * @throws {InvalidOptionsError} For an invalid guard, which could protect less than intended, or nothing.
 */
export function checkGuard(given: unknown, file: string): Guard {
  const place = `guard of ${file}`;
  try {
    return check<Guard>(Array.isArray(given) ? guards : guard, given, place);
  } catch (error) {
    if (!(error instanceof InvalidOptionsError)) throw error;
    // A project has many guards, so each problem must name the file.
    throw new InvalidOptionsError(error.problems.map((each) => (each.startsWith(place) ? each : `${place}: ${each}`)));
  }
}

/**
 * Merges the options of the setup module with those of astro.config. `protect` and `exclude` are concatenated, those of
 * astro.config first.
 *
 * @throws {InvalidOptionsError} When any other option is set in both files, or an option is set without one that it
 *   needs.
 */
export function mergeOptions(config: GatehouseOptions, setup: SetupOptions): CommonOptions {
  const { services: _, sessionData: ___, policies: ____, identify: _____, ...fromSetup } = setup;
  const { setup: file = 'the setup module', ...fromConfig } = config;
  const twice = Object.keys(fromSetup).filter((key) => key in fromConfig && key !== 'protect' && key !== 'exclude');
  if (twice.length > 0) {
    throw new InvalidOptionsError(
      twice.map((key) => `${key} is set in astro.config and in ${file}: keep it in one of them`),
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
    ? 'runWithContext or setContextStore is set without getContextStore, so it could not be read: add getContextStore'
    : 'getContextStore is set without runWithContext or setContextStore, so it would be empty: add one of them';
}

/** An explicit `globalProtect: false` is accepted: it switches the list off without deleting it. */
function excludeProblem({ exclude = [], globalProtect }: CommonOptions): string | undefined {
  if (exclude.length === 0 || globalProtect !== undefined) return undefined;
  return 'exclude is set without globalProtect, so it has no effect: add globalProtect: true, or remove it';
}

function check<Options>(schema: z.core.$ZodType, options: unknown, where: string): Options {
  const problems = problemsIn(schema, options);
  if (problems.length > 0) throw new InvalidOptionsError(problems.map((problem) => sentenceOf(problem, where)));
  // The validated object itself, because the type of zod's copy is looser than the interface.
  return options as Options;
}
