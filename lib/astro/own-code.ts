import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig } from 'astro';

type Places = Pick<AstroConfig, 'root' | 'srcDir' | 'fetchFile'>;

const ENDINGS = ['ts', 'js', 'mts', 'mjs'];

/** The project's own middleware, from its root. */
export function middlewareFile(places: Places): string | undefined {
  return firstOf(['middleware', 'middleware/index'], places);
}

/** The project's own pipeline, from its root. */
export function pipelineFile(places: Places): string | undefined {
  return places.fetchFile === null ? undefined : firstOf([places.fetchFile], places);
}

function firstOf(names: readonly string[], { root, srcDir }: Places): string | undefined {
  const file = names
    .flatMap((name) => ENDINGS.map((end) => new URL(`${name}.${end}`, srcDir)))
    .find((candidate) => existsSync(candidate));
  return file && relative(fileURLToPath(root), fileURLToPath(file)).replaceAll('\\', '/');
}
