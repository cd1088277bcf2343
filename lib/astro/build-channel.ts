import type { ProtectionEntry } from '../access/report/protection-report.js';
import type { UnguardedFile } from '../errors.js';

/** What a report is as data: what is printed, kept and compared. */
export interface SavedReport {
  readonly entries: readonly ProtectionEntry[];
  /** What the report cannot know, in sentences. */
  readonly notes: readonly string[];
}

/** A report that has just been made. */
export interface ReadReport extends SavedReport {
  /** Whether nothing is missing that the site's own code would have told. */
  readonly isWhole: boolean;
}

/**
 * What parts of one build tell each other that are bundled apart, and so have no module in common. Where pages are
 * made in another process, nobody listens.
 */
interface Channel {
  /** Prerendered pages that are to be protected, as they are found out. */
  unguarded?: UnguardedFile[] | undefined;
  /** Whoever has the site built only to be told of it. */
  receiver?: ((report: ReadReport) => void) | undefined;
}

const KEY = Symbol.for('astro-gatehouse.build');

export function buildChannel(): Channel {
  const shared = globalThis as { [KEY]?: Channel };
  shared[KEY] ??= {};
  return shared[KEY];
}
