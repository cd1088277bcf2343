import { afterEach, describe, expect, it } from '@jest/globals';
import { buildChannel } from '../../lib/astro/build-channel.js';
import { FoundIslands } from '../../lib/astro/found-islands.js';

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

  it('have the name of their component, those of every import, and their file', async () => {
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

  it('are known by the name that Astro gave them while the project is being written', async () => {
    const list = 'export const serverIslandNameMap = new Map([\n["/site/src/a/Stats.astro", "Stats1"]\n]);';
    const importers = { a: { Stats: '/site/src/a/Stats.astro' } };
    await found(importers, 'dev', list);
    expect(buildChannel().islandNames?.get('Stats1')).toEqual([['Stats', 'src/a/Stats.astro']]);
    buildChannel().islandNames = undefined;
    await found(importers, 'build', list);
    expect(buildChannel().islandNames).toBeUndefined();
  });
});
