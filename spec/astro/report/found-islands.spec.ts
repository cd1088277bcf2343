import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parseAst } from 'vite';
import { buildChannel } from '../../../lib/astro/report/build-channel.js';
import { type Bundler, FoundIslands, fileFromRoot, originsOf } from '../../../lib/astro/report/found-islands.js';

type Handler = (this: unknown, code: string, id: string) => Promise<void>;

/** @param importers Pages, with the components that each renders later: name of the import → file. */
async function found(
  importers: Record<string, Record<string, string>>,
  mode = 'build',
  list = '',
): Promise<FoundIslands> {
  const islands = new FoundIslands(() => new URL('file:///site/'));
  const { transform } = islands.plugin() as unknown as { transform: { handler: Handler } };
  const infos = new Map<string, unknown>();
  for (const [id, components] of Object.entries(importers)) {
    const serverComponents = Object.entries(components).map(([localName, file]) => {
      const [path = file, exportName = 'default'] = file.split('#');
      return { localName, exportName, resolvedPath: path };
    });
    infos.set(id, { meta: { astro: { serverComponents } } });
  }
  const context = {
    environment: { name: 'ssr', mode },
    getModuleInfo: (id: string) => infos.get(id) ?? null,
    resolve: async () => null,
  };
  for (const id of infos.keys()) await transform.handler.call(context, '', id);
  await transform.handler.call(context, list, '\0virtual:astro:server-island-manifest');
  return islands;
}

describe('The server islands of a project', () => {
  afterEach(() => {
    buildChannel().islandNames = undefined;
  });

  it('have the name of their component, the names of every import, and their file', async () => {
    const { all } = await found({
      a: { Panel: '/site/src/AdminPanel.astro', Box: '/site/src/Box/index.astro' },
      b: { Boss: '/site/src/AdminPanel.astro' },
    });
    expect(all.map(({ names }) => names)).toEqual([
      ['AdminPanel', 'Boss', 'Panel', 'src/AdminPanel.astro'],
      ['Box', 'src/Box/index.astro'],
    ]);
  });

  it('are several where one file exports several', async () => {
    const { source } = await found({ a: { One: '/site/src/all.ts#One', Second: '/site/src/all.ts#Two' } });
    expect(JSON.parse(source)).toEqual([
      [
        '/site/src/all.ts',
        [
          ['One', 'src/all.ts'],
          ['Two', 'Second', 'src/all.ts'],
        ],
      ],
    ]);
  });

  it('are known by their internal name in Astro during development', async () => {
    const list = 'export const serverIslandNameMap = new Map([\n["/site/src/a/Stats.astro", "Stats1"]\n]);';
    const importers = { a: { Stats: '/site/src/a/Stats.astro' } };
    await found(importers, 'dev', list);
    expect(buildChannel().islandNames?.get('Stats1')).toEqual([['Stats', 'src/a/Stats.astro']]);
    buildChannel().islandNames = undefined;
    await found(importers, 'build', list);
    expect(buildChannel().islandNames).toBeUndefined();
  });
});

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

describe('A re-exported component', () => {
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
  ])('is traced to its own file: %s', async (name, expected) => {
    expect(await origins(name)).toBe(expected);
  });

  it('is attributed to the last file that is known to export it', async () => {
    expect(await origins('Made')).toBe('index.ts#Made');
    expect(await origins('default', './Vault.astro')).toBe('Vault.astro#default');
  });

  it('has no origin where no file exports it, even with circular re-exports', async () => {
    expect(await origins('Nobody')).toBe('');
    expect(await origins('default', './nowhere.ts')).toBe('');
  });
});

describe('A file in the report', () => {
  it.each([
    ['/site/src/pages/a.astro', 'src/pages/a.astro'],
    ['src/pages/a.astro', 'src/pages/a.astro'],
    ['/site/node_modules/pkg/a.astro', 'pkg/a.astro'],
    ['/node_modules/pkg/a.astro', 'pkg/a.astro'],
  ])('is named relative to the project: %s becomes %s', (path, expected) => {
    expect(fileFromRoot(path, new URL('file:///site/'))).toBe(expected);
  });
});
