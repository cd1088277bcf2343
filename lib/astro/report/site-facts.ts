import { site } from 'virtual:astro-gatehouse/site';
import { AccessConfig } from '../../access/access-options.js';
import { AccessRule } from '../../access/access-rule.js';
import { GuardConfig } from '../../access/guard/guard-config.js';
import type { DescribedRule } from '../../access/report/site-description.js';
import { describeRule } from '../../access/report/site-description.js';
import { defaultServices } from '../../container/default-services.js';
import { registerPolicies } from '../../container/policies/register-policies.js';
import type { Class } from '../../container/registration.js';
import type { Services } from '../../container/services.js';
import {
  InvalidOptionsError,
  InvalidOverrideError,
  MissingServiceError,
  ServiceConstructionError,
} from '../../errors/index.js';
import { Secrets } from '../../session/cookies/secrets.js';
import { SessionConfig } from '../../session/session-config.js';
import { accountProblemsOf } from '../options/account-problems.js';
import {
  type CommonOptions,
  checkSetupOptions,
  mergeOptions,
  registerServices,
  type SetupOptions,
} from '../options/options.js';
import { storeAsData } from '../options/store-choice.js';

/** The facts about a loaded setup module. */
export interface SetupFacts {
  readonly rules: readonly Omit<DescribedRule, 'place'>[];
  /** The merged options of the config and the setup module. */
  readonly options: Pick<
    CommonOptions,
    'globalProtect' | 'exclude' | 'loginPath' | 'forbiddenPath' | 'enforce' | 'csrf' | 'session' | 'store'
  >;
  /** Names of replaced classes. */
  readonly replaced: readonly string[];
  /** True when the configured store is replaced. */
  readonly hasOwnStore: boolean;
  /** True when `access.check` decides every rule. */
  readonly hasCheck: boolean;
  /** Options and services with which a server does not start, although each may be valid: one sentence for each. */
  readonly refused: readonly string[];
  /** The reason why the services could not be registered. */
  readonly servicesProblem?: string | undefined;
}

/** The reason why something could not be loaded. */
export interface Problem {
  readonly message: string;
  /** The problems of the options, if they are the reason. */
  readonly options?: readonly string[] | undefined;
  /** True when the options of both files together are the reason. */
  readonly isMerged?: boolean | undefined;
}

/** The facts that only the site's own code knows. Plain data, because a separate thread sends it. */
export interface SiteFacts {
  readonly setup: SetupFacts | Problem;
  readonly actions: readonly string[] | Problem;
}

/** Classes whose replacement changes the meaning of a rule. */
const DECISIVE = [
  'AccessRules',
  'AccessRule',
  'AccessChecker',
  'RouteGuard',
  'PageGuards',
  'GuardConfig',
  'AccessConfig',
];

/** Loads the project's code during a build, without starting anything. */
export async function readSite(): Promise<SiteFacts> {
  const [setup, actions] = await Promise.all([readSetup().catch(toProblem), readActions().catch(toProblem)]);
  return { setup, actions };
}

async function readSetup(): Promise<SetupFacts | Problem> {
  const { default: given } = await import('virtual:astro-gatehouse/setup');
  const setup = checkSetupOptions(given, site.options.setup);
  try {
    return factsOf(setup);
  } catch (error) {
    return { ...toProblem(error), isMerged: true };
  }
}

function factsOf(setup: SetupOptions): SetupFacts {
  const options = mergeOptions(site.options, setup);
  const { globalProtect, exclude, loginPath, forbiddenPath, enforce, csrf, session } = options;
  const found = replacedBy(setup, options);
  const mayHaveOwnStore = found.hasOwnStore || found.servicesProblem !== undefined;
  return {
    rules: (setup.protect ?? []).map((rule) => describeRule(new AccessRule(rule))),
    options: { globalProtect, exclude, loginPath, forbiddenPath, enforce, csrf, session, store: storeAsData(options) },
    hasCheck: options.access?.check !== undefined,
    ...found,
    refused: [...accountProblemsOf(options, mayHaveOwnStore), ...found.refused],
  };
}

function replacedBy(
  setup: SetupOptions,
  options: CommonOptions,
): Pick<SetupFacts, 'replaced' | 'hasOwnStore' | 'servicesProblem' | 'refused'> {
  const replaced = new Set<string>();
  const services = defaultServices({
    session: SessionConfig.from(options.session, { isProduction: true }),
    secrets: Secrets.from(crypto.randomUUID(), { source: 'the build', isProduction: false }),
    guard: new GuardConfig(options, site),
    access: new AccessConfig(options.access),
  });
  const override: Services['override'] = services.override.bind(services);
  services.override = (token, implementation) => {
    replaced.add((token as Class).name);
    return override(token, implementation);
  };
  let isRegistered = false;
  const register = (all: Services) => {
    const answer = setup.services?.(all);
    isRegistered = true;
    return answer;
  };
  try {
    registerServices({ ...setup, services: register }, services);
    registerPolicies(services, setup.policies);
    // Checks how they fit together, and creates none.
    services.boot('later');
  } catch (error) {
    const { message } = toProblem(error);
    const isCertain = isRegistered || OF_CONTAINER.some((Refusal) => error instanceof Refusal);
    return { ...replacedParts(replaced), servicesProblem: message, refused: isCertain ? refusedBy(error) : [] };
  }
  return { ...replacedParts(replaced), refused: [] };
}

/**
 * Errors of registering that a server has as well. Any other one, while the project's own code registers, may be due to
 * what only a server has, such as an address.
 */
const OF_CONTAINER = [InvalidOverrideError, MissingServiceError, ServiceConstructionError];

function refusedBy(error: unknown): readonly string[] {
  if (error instanceof InvalidOptionsError) return error.problems;
  return [`services: ${toProblem(error).message.replace(/^\[astro-gatehouse\] /, '')}`];
}

function replacedParts(names: ReadonlySet<string>): Pick<SetupFacts, 'replaced' | 'hasOwnStore'> {
  return { replaced: DECISIVE.filter((name) => names.has(name)), hasOwnStore: names.has('SessionStore') };
}

async function readActions(): Promise<string[]> {
  const { server } = await import('virtual:astro:actions/entrypoint');
  return actionNames(server, '');
}

/** Returns the names of actions. Actions are functions; the objects that contain them are groups. */
function actionNames(actions: unknown, family: string): string[] {
  if (typeof actions !== 'object' || actions === null) return [];
  return Object.entries(actions).flatMap(([key, action]) =>
    typeof action === 'function' ? [family + key] : actionNames(action, `${family}${key}.`),
  );
}

function toProblem(error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  return { message, options: error instanceof InvalidOptionsError ? error.problems : undefined };
}
