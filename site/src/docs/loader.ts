import { globSync, readFileSync } from 'node:fs';
import { posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Loader, LoaderContext } from 'astro/loaders';
import { withDiagrams } from './diagrams';
import { PAGES, pageOf, Repository } from './repository';

const TITLE = /^# +(.+)\n+/m;
/** Titles other than the first heading: the README's is the name of the package, as the whole site's is. */
const OTHER_TITLES: Record<string, string> = { 'README.md': 'Get started' };

/** Loads the Markdown of the repository as it stands there: with a first heading for a title, and links between files. */
export function repositoryPages(): Loader {
  return {
    name: 'repository-pages',
    async load(context) {
      const root = new URL('../', context.config.root);
      const repository = new Repository(root);
      const filesNow = () => globSync(PAGES, { cwd: fileURLToPath(root) }).map((file) => file.replaceAll('\\', '/'));

      // What a page becomes depends on more than its file, so nothing is kept of an earlier time.
      context.store.clear();
      for (const file of filesNow()) await loadPage(file, repository, context);

      context.watcher?.add(filesNow().map((file) => fileURLToPath(new URL(file, root))));
      context.watcher?.on('change', async (path) => {
        const file = relative(fileURLToPath(root), path).replaceAll('\\', posix.sep);
        if (filesNow().includes(file)) await loadPage(file, repository, context);
      });
    },
  };
}

/** @param file From the repository's root. */
async function loadPage(file: string, repository: Repository, context: LoaderContext): Promise<void> {
  const fileURL = new URL(`../${file}`, context.config.root);
  const text = readFileSync(fileURL, 'utf8').replaceAll('\r\n', '\n');
  const title = OTHER_TITLES[file] ?? TITLE.exec(text)?.[1]?.replaceAll('`', '');
  if (title === undefined) throw new Error(`${file} has no heading that could be its title.`);

  const id = pageOf(file);
  const body = withDiagrams(text.replace(TITLE, ''));
  const rendered = await context.renderMarkdown(body, { fileURL });
  const html = withOneAnchorEach(repository.withLinks(rendered.html, file));
  const filePath = `../${file}`;
  context.store.set({
    id,
    data: await context.parseData({ id, data: { title }, filePath }),
    body,
    filePath,
    digest: context.generateDigest(html),
    rendered: { ...rendered, html },
    assetImports: rendered.metadata?.imagePaths ?? [],
  });
}

/** Drops the marks that repeat the anchor of a heading. */
function withOneAnchorEach(html: string): string {
  return html.replace(/(?:<p>)?<a id="([^"]+)"><\/a>(?:<\/p>)?/g, (mark, id: string) =>
    html.includes(` id="${id}"`, html.indexOf(mark) + mark.length) ? '' : mark,
  );
}
