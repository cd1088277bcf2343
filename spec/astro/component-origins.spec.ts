import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseAst } from 'vite';
import { type Bundler, originsOf } from '../../lib/astro/component-origins.js';

const FILES = {
  'index.ts': `
    import Vault, { other as second } from './Vault.astro';
    import type { Props } from './types';
    export { default as Board } from './AdminPanel.astro';
    export { Vault as Chest, second as 'Quoted' };
    export const Renamed = Vault, Made = wrapped(Vault);
    export default Vault;
    export * from './more.ts';
    export * from './nowhere.ts';
    export type Named = Props;`,
  'more.ts': `import Safe from './Safe.astro'; export { Safe }; export { Board as Again } from './index.ts'; export * from './index.ts';`,
  'AdminPanel.astro': '',
  'Vault.astro': '',
  'Safe.astro': '',
};

describe('A component that files hand on', () => {
  let folder: string;
  const bundler: Bundler = {
    resolve: async (source, importer) => {
      const name = basename(source);
      return name in FILES ? { id: join(dirname(importer), name) } : null;
    },
    parse: (code, options) => parseAst(code, options),
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'origins-'));
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const origins = async (name: string, from = './index.ts') => {
    const found = await originsOf(bundler, from, join(folder, 'page.astro'), name);
    return found.map((one) => `${basename(one.path)}#${one.name}`).join(' ');
  };

  it.each([
    ['Board', 'index.ts#Board AdminPanel.astro#default'],
    ['Chest', 'index.ts#Chest Vault.astro#default'],
    ['Quoted', 'index.ts#Quoted Vault.astro#other'],
    ['Renamed', 'index.ts#Renamed Vault.astro#default'],
    ['default', 'index.ts#default Vault.astro#default'],
    ['Safe', 'index.ts#Safe more.ts#Safe Safe.astro#default'],
    ['Again', 'index.ts#Again more.ts#Again index.ts#Board AdminPanel.astro#default'],
  ])('is followed to its own file: %s', async (name, expected) => {
    expect(await origins(name)).toBe(expected);
  });

  it('is taken for that of the last file that is known to have it', async () => {
    expect(await origins('Made')).toBe('index.ts#Made');
    expect(await origins('default', './Vault.astro')).toBe('Vault.astro#default');
  });

  it('is none where no file has it, however files hand on each other', async () => {
    expect(await origins('Nobody')).toBe('');
    expect(await origins('default', './nowhere.ts')).toBe('');
  });
});
