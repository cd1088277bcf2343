import type { SetupOptions } from './options.js';

/**
 * What the setup module (`src/gatehouse.ts`) default-exports: everything that is code.
 *
 * @example
 * export default defineGatehouse({
 *   protect: [{ pattern: '/beta/**', allow: (session) => features.isOn('beta', session?.userId) }],
 *   services: (services) => services.override(AccessChecker, TeamChecker),
 * });
 */
export function defineGatehouse(options: SetupOptions): SetupOptions {
  return options;
}
