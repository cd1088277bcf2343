import { Document } from './documents.js';

/**
 * The files of an application that a document shows, by their path: blocks that begin with `// src/…`. An application
 * of a spec can thus be made of what readers copy.
 */
export function documentedFiles(document: string, paths: readonly string[]): Record<string, string> {
  const { blocks } = new Document(document);
  return Object.fromEntries(
    paths.map((path) => {
      const block = blocks.find(({ code }) => code.replace(/^---\n/, '').startsWith(`// ${path}\n`));
      if (!block) throw new Error(`${document} shows no ${path}`);
      return [path, block.code];
    }),
  );
}
