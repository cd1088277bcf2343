import type { AllowedDomain } from '../../access/csrf/site-origins.js';
import type { ReadReport } from '../../astro/build-channel.js';
import type { FoundVariable } from './env-files.js';

/** The resolved settings of astro.config that the checks need. */
export interface ConfigFacts {
  readonly site: string | undefined;
  /** The adapter's name. */
  readonly adapter: string | undefined;
  readonly allowedDomains: readonly AllowedDomain[];
  readonly checkOrigin: boolean;
  /** True when Astro's own sessions have a driver. */
  readonly hasSessionDriver: boolean;
}

/** The reason why a build gave no report. */
export interface BuildFailure {
  /** The error's code, or else its name. */
  readonly kind: string;
  readonly message: string;
}

/** The state of the configured store. */
export type StoreAnswer =
  | { readonly state: 'unasked' | 'well' }
  /** It is available, and may drop sessions (`evicts`), or it is unknown whether it does (`unclear`). */
  | { readonly state: 'evicts'; readonly reason: string }
  | { readonly state: 'unclear' }
  | { readonly state: 'away'; readonly reason: string; readonly cure?: string | undefined };

/** All facts about a project that the checks need. */
export interface Facts {
  readonly nodeVersion: string;
  /** `undefined` when it is not installed. */
  readonly astroVersion: string | undefined;
  /** The versions that the package requires. */
  readonly ranges: { readonly node: string; readonly astro: string };
  readonly secret: FoundVariable | undefined;
  /** Files that hold a secret and are not ignored by git. */
  readonly secretsInGit: readonly string[];
  readonly config: ConfigFacts | undefined;
  readonly build: ReadReport | BuildFailure | undefined;
  readonly store: StoreAnswer;
}

/** @returns The report of the build; `undefined` when there is none. */
export function reportOf({ build }: Pick<Facts, 'build'>): ReadReport | undefined {
  return build && 'entries' in build ? build : undefined;
}
