import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

/** Those of a production build; a later one counts before those in front of it. */
const FILES = ['.env', '.env.local', '.env.production', '.env.production.local'];

/** Where a variable was found. */
export interface FoundVariable {
  /** `the environment`, or the file's name. */
  readonly source: string;
  readonly value: string;
}

/** The files beside a project that hold variables for where it runs. */
export class EnvFiles {
  readonly #files: readonly { name: string; variables: NodeJS.Dict<string> }[];

  constructor(
    root: string,
    private readonly environment: NodeJS.Dict<string>,
  ) {
    const there = FILES.filter((name) => existsSync(join(root, name)));
    this.#files = there.map((name) => ({ name, variables: parseEnv(readFileSync(join(root, name), 'utf8')) }));
  }

  /** What is set where the command runs counts first. */
  find(variable: string): FoundVariable | undefined {
    const places = [
      ...this.#files.map(({ name, variables }) => ({ source: name, value: variables[variable] })),
      { source: 'the environment', value: this.environment[variable] },
    ];
    return places.findLast((place): place is FoundVariable => place.value !== undefined && place.value !== '');
  }

  /** Names of the files that say something of a variable. */
  filesWith(variable: string): string[] {
    return this.#files.filter(({ variables }) => variables[variable]).map(({ name }) => name);
  }
}
