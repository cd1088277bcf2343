import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { AllowedDomain } from '../../access/csrf/site-origins.js';
import { CLOUDFLARE } from '../../astro/hosts/host-limits.js';
import type { ReadReport } from '../../astro/report/build-channel.js';

/** The resolved settings of astro.config that the checks need. */
export interface ConfigFacts {
  readonly site: string | undefined;
  /** The adapter's name. */
  readonly adapter: string | undefined;
  readonly allowedDomains: readonly AllowedDomain[];
  readonly checkOrigin: boolean;
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

/** The file that workerd reads on the developer's machine, in place of all others. */
const WORKER_FILE = '.dev.vars';
/** The files that a production build reads; later ones take precedence. */
const FILES = ['.env', '.env.local', '.env.production', '.env.production.local'];

/** A variable, and the place where it was found. */
interface FoundVariable {
  /** `the environment`, or the file's name. */
  readonly source: string;
  readonly value: string;
}

/** The environment files of a project. */
export class EnvFiles {
  readonly #files: readonly { name: string; variables: NodeJS.Dict<string> }[];

  /** @param adapter The name of the adapter: a Worker reads a file of its own. */
  constructor(
    root: string,
    private readonly environment: NodeJS.Dict<string>,
    adapter?: string,
  ) {
    const isWorker = adapter === CLOUDFLARE && existsSync(join(root, WORKER_FILE));
    const there = isWorker ? [WORKER_FILE] : FILES.filter((name) => existsSync(join(root, name)));
    this.#files = there.map((name) => ({ name, variables: parseEnv(readFileSync(join(root, name), 'utf8')) }));
  }

  /** Returns a variable. The environment of the command takes precedence over the files. */
  find(variable: string): FoundVariable | undefined {
    const places = [
      ...this.#files.map(({ name, variables }) => ({ source: name, value: variables[variable] })),
      { source: 'the environment', value: this.environment[variable] },
    ];
    return places.findLast((place): place is FoundVariable => place.value !== undefined && place.value !== '');
  }

  /** Returns the names of the files that set a variable. */
  filesWith(variable: string): string[] {
    return this.#files.filter(({ variables }) => variables[variable]).map(({ name }) => name);
  }
}
