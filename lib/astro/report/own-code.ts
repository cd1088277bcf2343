import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig } from 'astro';

type Places = Pick<AstroConfig, 'root' | 'srcDir' | 'fetchFile'>;

const ENDINGS = ['ts', 'js', 'mts', 'mjs'];

/** Returns the project's own middleware, relative to its root. */
export function middlewareFile(places: Places): string | undefined {
  return firstOf(['middleware', 'middleware/index'], places);
}

/** Returns the project's own pipeline, relative to its root. */
export function pipelineFile(places: Places): string | undefined {
  return places.fetchFile === null ? undefined : firstOf([places.fetchFile], places);
}

function firstOf(names: readonly string[], { root, srcDir }: Places): string | undefined {
  const file = names
    .flatMap((name) => ENDINGS.map((end) => new URL(`${name}.${end}`, srcDir)))
    .find((candidate) => existsSync(candidate));
  return file && relative(fileURLToPath(root), fileURLToPath(file)).replaceAll('\\', '/');
}
