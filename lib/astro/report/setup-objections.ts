import { type GatehouseError, InvalidOptionsError, SetupNotLoadedError } from '../../errors/index.js';
import type { SiteFacts } from './site-facts.js';

/** A problem that a build found. */
export interface Objected {
  readonly error: GatehouseError;
  /** True when it stops the build; otherwise it is a warning. */
  readonly stops: boolean;
}

/**
 * Returns the problems of the setup module.
 *
 * @param setupName Its file, relative to the project's root.
 * @param isNeeded True when the build itself needs it, for pages that it renders.
 */
export function setupObjections(
  { setup }: Pick<SiteFacts, 'setup'>,
  setupName: string | undefined,
  { strict, isNeeded }: { readonly strict: boolean; readonly isNeeded: boolean },
): Objected[] {
  if ('message' in setup) {
    const { message, options } = setup;
    const name = setupName ?? 'The setup module';
    const error = options ? new InvalidOptionsError(options) : new SetupNotLoadedError(name, message);
    // Without pages that need it the server may still load it, because it may have what a build does not.
    return [{ error, stops: strict || isNeeded }];
  }
  const { refused } = setup;
  return refused.length > 0 ? [{ error: new InvalidOptionsError(refused), stops: strict }] : [];
}
