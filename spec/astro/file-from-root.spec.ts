import { describe, expect, it } from '@jest/globals';
import { fileFromRoot } from '../../lib/astro/file-from-root.js';

describe('A file as the project names it', () => {
  it.each([
    ['/site/src/pages/a.astro', 'src/pages/a.astro'],
    ['src/pages/a.astro', 'src/pages/a.astro'],
    ['/site/node_modules/pkg/a.astro', 'pkg/a.astro'],
    ['/node_modules/pkg/a.astro', 'pkg/a.astro'],
  ])('%s is %s', (path, expected) => {
    expect(fileFromRoot(path, new URL('file:///site/'))).toBe(expected);
  });
});
