import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Document, documents, ROOT } from '../support/documents.js';

const DOCUMENTS = documents();
const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
/** Folders that only a checkout has; links into them are for those who read the repository. */
const IN_THE_REPOSITORY = ['spec', 'samples', 'site', 'bench'];

/** Whether a link leads somewhere. */
function leads({ file, anchor }: { file: string; anchor: string }): boolean {
  if (!existsSync(join(ROOT, file))) return false;
  return anchor === '' || (file.endsWith('.md') && anchorsOf(file).includes(anchor));
}

const anchors = new Map<string, readonly string[]>();

/** Read once: there are pages that hundreds of links lead to. */
function anchorsOf(file: string): readonly string[] {
  const known = anchors.get(file) ?? new Document(file).anchors;
  anchors.set(file, known);
  return known;
}

describe('Links in the documentation', () => {
  it('are looked at in every document', () => {
    expect(DOCUMENTS.length).toBeGreaterThan(15);
    expect(DOCUMENTS.flatMap(({ links }) => links).length).toBeGreaterThan(100);
  });

  it.each(DOCUMENTS)('lead somewhere in $path', ({ links }) => {
    const lost = links.filter((link) => !leads(link));
    expect(lost.map(({ place, file, anchor }) => `${place} ${file}#${anchor}`)).toEqual([]);
  });

  it('lead to what is in the package, or only in the repository', () => {
    const shipped = ['README.md', 'LICENSE', 'package.json', ...files, ...IN_THE_REPOSITORY];
    const strays = DOCUMENTS.filter(({ path }) => !path.startsWith('samples/')).flatMap(({ links }) =>
      links.filter(({ file }) => !shipped.some((path) => file === path || file.startsWith(`${path}/`))),
    );
    expect(strays.map(({ place, file }) => `${place} ${file}`)).toEqual([]);
  });

  it('reach every document, from the README on', () => {
    const reached = new Set(['README.md']);
    // A set takes in what is added while it is gone through.
    for (const path of reached) {
      if (!path.endsWith('.md') || !existsSync(join(ROOT, path))) continue;
      for (const { file } of new Document(path).links) reached.add(file);
    }
    const lonely = documents(['docs/**/*.md']).filter(({ path }) => !reached.has(path));
    expect(lonely.map(({ path }) => path)).toEqual([]);
  });
});
