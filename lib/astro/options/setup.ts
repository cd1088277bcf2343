import type { SetupOptions } from './options.js';

/**
 * Types the default export of the setup module (`src/gatehouse.ts`): the options that are code, and any others.
 *
 * @param options They are validated when the site starts.
 * @returns The same object.
 * @example
 * export default defineGatehouse({
 *   protect: [{ pattern: '/beta/**', allow: (session) => features.isOn('beta', session?.userId) }],
 *   services: (services) => services.override(AccessChecker, TeamChecker),
 * });
 */
export function defineGatehouse(options: SetupOptions): SetupOptions {
  return options;
}
