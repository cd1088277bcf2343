import { existsSync } from 'node:fs';
import type { AstroConfig } from 'astro';

/** The file in which the project composes Astro's request pipeline itself; `undefined` where Astro does. */
export function pipelineFile({ fetchFile, srcDir }: Pick<AstroConfig, 'fetchFile' | 'srcDir'>): URL | undefined {
  if (fetchFile === null) return undefined;
  const names = ['ts', 'js', 'mjs', 'mts'].map((end) => `${fetchFile}.${end}`);
  return names.map((name) => new URL(name, srcDir)).find((file) => existsSync(file));
}
