import * as z from 'zod/mini';
import type { AccessOptions } from '../access/access-options.js';
import type { AccessRuleOptions } from '../access/access-rule.js';
import type { GuardOptions } from '../access/guard-config.js';
import { PathPattern } from '../access/path-pattern.js';
import type { Services } from '../container/services.js';
import { InvalidOptionsError } from '../errors.js';
import type { SessionOptions } from '../session/session-config.js';
import type { ContextOptions } from './current-scope.js';

/** Stores that can be named in the options; any other is registered in the setup module. */
export type StoreName = 'cookie' | 'memory' | 'astro';

/** What can be said in `astro.config` and in `src/gatehouse.ts` alike; each option in one of the two. */
export interface CommonOptions extends Omit<GuardOptions, 'protect'>, ContextOptions {
  /** Rules; the first one that matches a page decides. */
  protect?: readonly AccessRuleOptions[] | undefined;
  /** How roles and permissions are read, and a check of your own. */
  access?: AccessOptions | undefined;
  /** How long sessions last, their cookie, and where they are kept. */
  session?: (SessionOptions & { store?: StoreName | undefined }) | undefined;
}

/** The options of the integration. */
export interface GatehouseOptions extends CommonOptions {
  /** The module that default-exports `defineGatehouse({…})`. Default: `src/gatehouse.{ts,js,mjs}`, when there is one. */
  setup?: string | undefined;
}

/** The options of the setup module. */
export interface SetupOptions extends CommonOptions {
  /** Registers services of your own, and your classes in the place of ours. */
  services?: ((services: Services) => unknown) | undefined;
}

const path = z.string().check(z.startsWith('/', 'must begin with "/"'));
const fn = z.custom((value) => typeof value === 'function', 'must be a function');
const seconds = z.number().check(z.positive('must be more than 0 seconds'));
const name = z.string().check(z.minLength(1, 'must not be empty'));
const names = z
  .array(name)
  .check(z.minLength(1, 'must name at least one; leave it out to ask for any signed-in visitor'));
const pattern = z.string().check((context) => {
  try {
    new PathPattern(context.value);
  } catch (error) {
    const message = error instanceof InvalidOptionsError ? error.problems.join('; ') : String(error);
    context.issues.push({ code: 'custom', input: context.value, message });
  }
});

const rule = z.strictObject({
  pattern,
  role: z.optional(name),
  roles: z.optional(names),
  permission: z.optional(name),
  permissions: z.optional(names),
  allow: z.optional(fn),
  redirectTo: z.optional(name),
});

const common = {
  loginPath: z.optional(path),
  homePath: z.optional(path),
  forbiddenPath: z.optional(path),
  protect: z.optional(z.array(rule)),
  globalProtect: z.optional(z.boolean()),
  exclude: z.optional(z.array(pattern)),
  access: z.optional(
    z.strictObject({ getRole: z.optional(fn), getPermissions: z.optional(fn), check: z.optional(fn) }),
  ),
  session: z.optional(
    z.strictObject({
      store: z.optional(z.enum(['cookie', 'memory', 'astro'])),
      cookie: z.optional(
        z.strictObject({
          name: z.optional(name),
          path: z.optional(path),
          domain: z.optional(name),
          sameSite: z.optional(z.enum(['lax', 'strict', 'none'])),
          secure: z.optional(z.boolean()),
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
  debug: z.optional(z.boolean()),
};

const integrationOptions = z.strictObject({ ...common, setup: z.optional(name) });
const setupOptions = z.strictObject({ ...common, services: z.optional(fn) });

/** @throws {InvalidOptionsError} Naming every option that is not right. */
export function checkIntegrationOptions(options: unknown): GatehouseOptions {
  return check<GatehouseOptions>(integrationOptions, options, 'gatehouse({…}) in astro.config');
}

/** @throws {InvalidOptionsError} Naming every option that is not right. */
export function checkSetupOptions(options: unknown): SetupOptions {
  return check<SetupOptions>(setupOptions, options, 'defineGatehouse({…})');
}

/**
 * Puts the options of the setup module beside those of the config.
 *
 * @throws {InvalidOptionsError} When one option stands in both; `protect` and `exclude` follow one another.
 */
export function mergeOptions(config: GatehouseOptions, setup: SetupOptions): CommonOptions {
  const { services: _, ...fromSetup } = setup;
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
  const problem = contextProblem(merged);
  if (problem) throw new InvalidOptionsError([problem]);
  return merged;
}

function contextProblem({ runWithContext, setContextStore, getContextStore }: ContextOptions): string | undefined {
  const writes = runWithContext !== undefined || setContextStore !== undefined;
  if (writes === (getContextStore !== undefined)) return undefined;
  return writes
    ? 'runWithContext or setContextStore is given without getContextStore, so the context could not be found again'
    : 'getContextStore is given without runWithContext or setContextStore, so nothing would be in the context';
}

function check<Options>(schema: z.core.$ZodType, options: unknown, where: string): Options {
  const result = z.safeParse(schema, options);
  if (!result.success) throw new InvalidOptionsError(result.error.issues.map((issue) => explain(issue, where)));
  // The object itself, because zod's copy would be typed more loosely than the interface it was checked against.
  return options as Options;
}

function explain(issue: z.core.$ZodIssue, where: string): string {
  const option = issue.path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
  if (issue.code === 'unrecognized_keys') {
    const prefix = option === '' ? '' : `${option}.`;
    return `${issue.keys.map((key) => `${prefix}${key}`).join(', ')}: no such option of ${where}; look for a misspelling`;
  }
  return `${option || where}: ${demandOf(issue)}`;
}

/** zod's small build brings no sentences of its own. */
function demandOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `must be ${NAMES[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value')
    return `must be one of ${issue.values.map((value) => `'${String(value)}'`).join(', ')}`;
  return issue.message;
}

const NAMES: Record<string, string> = {
  boolean: 'true or false',
  string: 'a text',
  number: 'a number',
  array: 'a list',
  object: 'an object',
};
