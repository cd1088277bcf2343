import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig } from 'astro';
import { InvalidOptionsError } from '../../errors/index.js';
import type { GatehouseOptions } from './options.js';

const PLACES = ['src/gatehouse.ts', 'src/gatehouse.js', 'src/gatehouse.mjs'];

/** The setup module of a project, as a file. */
export class SetupFile {
  /** The path from the project's root, with slashes. */
  readonly name: string;

  private constructor(
    readonly url: URL,
    root: URL,
  ) {
    this.name = relative(fileURLToPath(root), fileURLToPath(url)).replaceAll('\\', '/');
  }

  /**
   * Finds the setup module: the file that the options name, or else `src/gatehouse.{ts,js,mjs}`.
   *
   * @returns `undefined` when there is none.
   * @throws {InvalidOptionsError} When the file that the options name does not exist.
   */
  static find({ setup }: GatehouseOptions, { root }: AstroConfig): SetupFile | undefined {
    const candidates = (setup === undefined ? PLACES : [setup]).map((path) => new URL(path, root));
    const url = candidates.find((candidate) => existsSync(candidate));
    if (url) return new SetupFile(url, root);
    if (setup === undefined) return undefined;
    throw new InvalidOptionsError([`setup: there is no file ${setup}; the path starts at the project's root`]);
  }

  /**
   * The source of a module with the same default export; `undefined` if there is none, which the validation reports.
   */
  get source(): string {
    const path = JSON.stringify(fileURLToPath(this.url));
    // Imports the whole module, because a missing default export would be the bundler's own error.
    return `import * as setup from ${path};\nexport default 'default' in setup ? setup['default'] : undefined;`;
  }
}
