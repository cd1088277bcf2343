import { type GatehouseError, InvalidOptionsError, SetupNotLoadedError } from '../../errors/index.js';
import type { GatehouseOptions } from '../options/options.js';
import type { SiteFacts } from './site-facts.js';

/** A problem that a build found. */
export interface Objected {
  readonly error: GatehouseError;
  /** True when it stops the build; otherwise it is a warning. */
  readonly stops: boolean;
}

interface SetUp {
  /** The setup module's file, relative to the project's root. */
  readonly setupName: string | undefined;
  /** The options of astro.config. */
  readonly options: GatehouseOptions;
  /** True when the build itself needs the setup module, for pages that it renders. */
  readonly isNeeded: boolean;
}

/** Options that only astro.config has, and that contradict none of the setup module. */
const OF_CONFIG_ALONE: readonly string[] = ['setup', 'strict', 'prerendered'] satisfies (keyof GatehouseOptions)[];

/** Returns the problems of the setup module. */
export function setupObjections(setup: SiteFacts['setup'], { setupName, options, isNeeded }: SetUp): Objected[] {
  const { strict = false } = options;
  const isCompleted = Object.keys(options).some((key) => !OF_CONFIG_ALONE.includes(key));
  const refusal = (problems: readonly string[], isMerged: boolean) => {
    const file = setupName ?? 'astro.config';
    const files = isMerged && isCompleted && setupName !== undefined ? `${file} or astro.config` : file;
    return new InvalidOptionsError(problems, ` in ${files}, with which the built server will refuse to start`);
  };
  if ('message' in setup) {
    const { message, options: problems, isMerged = false } = setup;
    const error = problems
      ? refusal(problems, isMerged)
      : new SetupNotLoadedError(setupName ?? 'The setup module', message);
    // Without pages that need it the server may still load it, because it may have what a build does not.
    return [{ error, stops: strict || isNeeded }];
  }
  const { refused } = setup;
  return refused.length > 0 ? [{ error: refusal(refused, true), stops: strict }] : [];
}
