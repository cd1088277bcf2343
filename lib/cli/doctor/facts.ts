import type { AllowedDomain } from '../../access/csrf/site-origins.js';
import type { ReadReport } from '../../astro/build-channel.js';
import type { FoundVariable } from './env-files.js';

/** Settled settings of astro.config, as far as they matter here. */
export interface ConfigFacts {
  readonly site: string | undefined;
  /** The adapter's name. */
  readonly adapter: string | undefined;
  readonly allowedDomains: readonly AllowedDomain[];
  readonly checkOrigin: boolean;
  /** Whether Astro's own sessions have a driver. */
  readonly hasSessionDriver: boolean;
}

/** Why a build came to no report. */
export interface BuildFailure {
  /** The error's code, or else its name. */
  readonly kind: string;
  readonly message: string;
}

/** What the store said that the options name. */
export type StoreAnswer =
  | { readonly state: 'unasked' | 'well' }
  /** It answers, and may drop sessions; or nobody can tell whether it does. */
  | { readonly state: 'evicts'; readonly reason: string }
  | { readonly state: 'unclear' }
  | { readonly state: 'away'; readonly reason: string; readonly cure?: string | undefined };

/** All that is known of a project before anything is said of it. */
export interface Facts {
  readonly nodeVersion: string;
  /** `undefined` where it is not installed. */
  readonly astroVersion: string | undefined;
  /** What the package asks for. */
  readonly ranges: { readonly node: string; readonly astro: string };
  readonly secret: FoundVariable | undefined;
  /** Files that hold a secret and are not ignored by git. */
  readonly secretsInGit: readonly string[];
  readonly config: ConfigFacts | undefined;
  readonly build: ReadReport | BuildFailure | undefined;
  readonly store: StoreAnswer;
}

/** @returns What the build told; `undefined` when it came to no report. */
export function reportOf({ build }: Pick<Facts, 'build'>): ReadReport | undefined {
  return build && 'entries' in build ? build : undefined;
}
