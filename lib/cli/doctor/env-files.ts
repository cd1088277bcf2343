import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

/** The files that a production build reads; later ones take precedence. */
const FILES = ['.env', '.env.local', '.env.production', '.env.production.local'];

/** A variable, and the place where it was found. */
export interface FoundVariable {
  /** `the environment`, or the file's name. */
  readonly source: string;
  readonly value: string;
}

/** The environment files of a project. */
export class EnvFiles {
  readonly #files: readonly { name: string; variables: NodeJS.Dict<string> }[];

  constructor(
    root: string,
    private readonly environment: NodeJS.Dict<string>,
  ) {
    const there = FILES.filter((name) => existsSync(join(root, name)));
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
