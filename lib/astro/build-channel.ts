import type { ProtectionEntry } from '../access/report/protection-report.js';
import type { UnguardedFile } from '../errors.js';
import type { CommonOptions } from './options.js';

/** What a report is as data: what is printed, kept and compared. */
export interface SavedReport {
  readonly entries: readonly ProtectionEntry[];
  /** What the report cannot know, in sentences. */
  readonly notes: readonly string[];
}

/** What a build has to object to. */
export interface Objection {
  readonly code: string;
  readonly message: string;
  /** Whether a build stops for it; else it warns. */
  readonly stops: boolean;
}

/** What is in force of the options of the config and of the setup module together. */
export type SettingsInForce = Pick<CommonOptions, 'csrf' | 'enforce' | 'session' | 'store'>;

/** A report that has just been made. */
export interface ReadReport extends SavedReport {
  /** Whether nothing is missing that the site's own code would have told. */
  readonly isWhole: boolean;
  readonly objections: readonly Objection[];
  readonly settings: SettingsInForce;
  /** Whether the setup module puts a store of its own in the place of the one that is named. */
  readonly hasOwnStore: boolean;
}

/** By the name that Astro gave to a server island, those by which rules know it: a list for each export of its file. */
export type IslandNames = ReadonlyMap<string, readonly (readonly string[])[]>;

/**
 * What parts of one build tell each other that are bundled apart, and so have no module in common. Where pages are
 * made in another process, nobody listens.
 */
interface Channel {
  /** Prerendered pages that are to be protected, as they are found out. */
  unguarded?: UnguardedFile[] | undefined;
  /** While the project is being written: by the name that Astro gave to a server island, those that rules have for it. */
  islandNames?: IslandNames | undefined;
  /** Whoever has the site built only to be told of it. */
  receiver?: ((report: ReadReport) => void) | undefined;
}

const KEY = Symbol.for('astro-gatehouse.build');

export function buildChannel(): Channel {
  const shared = globalThis as { [KEY]?: Channel };
  shared[KEY] ??= {};
  return shared[KEY];
}
