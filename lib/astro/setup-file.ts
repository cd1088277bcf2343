import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig } from 'astro';
import { InvalidOptionsError } from '../errors.js';
import type { GatehouseOptions } from './options.js';

const PLACES = ['src/gatehouse.ts', 'src/gatehouse.js', 'src/gatehouse.mjs'];

/** The setup module of a project, as a file. */
export class SetupFile {
  /** From the project's root, with slashes. */
  readonly name: string;

  private constructor(
    readonly url: URL,
    root: URL,
  ) {
    this.name = relative(fileURLToPath(root), fileURLToPath(url)).replaceAll('\\', '/');
  }

  /**
   * @returns The file that the options name, or the one that is where it is looked for; `undefined` when there is none.
   * @throws {InvalidOptionsError} When the file that the options name is not there.
   */
  static find({ setup }: GatehouseOptions, { root }: AstroConfig): SetupFile | undefined {
    const candidates = (setup === undefined ? PLACES : [setup]).map((path) => new URL(path, root));
    const url = candidates.find((candidate) => existsSync(candidate));
    if (url) return new SetupFile(url, root);
    if (setup === undefined) return undefined;
    throw new InvalidOptionsError([`setup: there is no file ${setup}; the path starts at the project's root`]);
  }

  /** A module that hands on what the file default-exports. Where nothing is, the check of the options says so. */
  get source(): string {
    const path = JSON.stringify(fileURLToPath(this.url));
    // Asked of the whole module, because a missing name in an import is an error in the bundler's words.
    return `import * as setup from ${path};\nexport default 'default' in setup ? setup['default'] : undefined;`;
  }
}
