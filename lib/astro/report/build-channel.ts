import type { ProtectionEntry } from '../../access/report/protection-report.js';
import type { UnguardedFile } from '../../errors/index.js';
import type { CommonOptions } from '../options/options.js';

/** A report as plain data, which is printed, saved and compared. */
export interface SavedReport {
  readonly entries: readonly ProtectionEntry[];
  /** Things that the report does not cover, in sentences. */
  readonly notes: readonly string[];
}

/** A problem that a build found. */
export interface Objection {
  readonly code: string;
  readonly message: string;
  /** True when it stops the build; otherwise it is a warning. */
  readonly stops: boolean;
}

/** The merged options of the config and the setup module. */
export type SettingsInForce = Pick<CommonOptions, 'csrf' | 'enforce' | 'session' | 'store'>;

/** A report of the current build. */
export interface ReadReport extends SavedReport {
  /** True when all of the site's code could be loaded, so that nothing is missing. */
  readonly isWhole: boolean;
  readonly objections: readonly Objection[];
  readonly settings: SettingsInForce;
  /** True when the setup module replaces the configured store. */
  readonly hasOwnStore: boolean;
}

/**
 * Names by which rules know a server island, by the name that Astro gave to it: one list for each export of its file.
 */
export type IslandNames = ReadonlyMap<string, readonly (readonly string[])[]>;

/**
 * Values that parts of one build share, although they are bundled separately and have no module in common. They do not
 * reach pages that are rendered in another process.
 */
interface Channel {
  /** Prerendered pages that should be protected, collected as they are found. */
  unguarded?: UnguardedFile[] | undefined;
  /** In development: the names by which rules know a server island, by the name that Astro gave to it. */
  islandNames?: IslandNames | undefined;
  /** Receives the report of a build that is run only for its report. */
  receiver?: ((report: ReadReport) => void) | undefined;
  /** Ends the thread that loads the site's code for the report. A build that fails does not wait for it. */
  endReading?: (() => Promise<unknown>) | undefined;
}

const KEY = Symbol.for('astro-gatehouse.build');

export function buildChannel(): Channel {
  const shared = globalThis as { [KEY]?: Channel };
  shared[KEY] ??= {};
  return shared[KEY];
}
