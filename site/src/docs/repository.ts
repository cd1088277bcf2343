import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** Files that are pages of this site. */
export const PAGES = ['{README,SECURITY,CHANGELOG,CONTRIBUTING}.md', 'docs/**/*.md', 'samples/*/README.md'];

const IS_PAGE = /^(?:(?:README|SECURITY|CHANGELOG|CONTRIBUTING)\.md|docs\/.+\.md|samples\/[^/]+\/README\.md)$/;
/** Pages that cannot be called like their file: that address is another page's. */
const OTHER_PAGES: Record<string, string> = { 'README.md': 'start', 'docs/README.md': 'overview' };

/** @param file From the repository's root. @returns The path of its page, without slashes around it. */
export function pageOf(file: string): string {
  return (
    OTHER_PAGES[file] ??
    file
      .replace(/^docs\//, '')
      .replace(/(?:\/README)?\.md$/, '')
      .toLowerCase()
  );
}

/** The repository whose Markdown is shown: where its files are pages, and where else they can be read. */
export class Repository {
  readonly #root: URL;
  /** Where people browse it, or nothing as long as package.json names no place. */
  readonly #address: string | undefined;

  constructor(root: URL) {
    this.#root = root;
    const { repository } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
    const { url } = typeof repository === 'string' ? { url: repository } : (repository ?? {});
    this.#address = /https:\/\/[^#]+?(?=\.git$|$)/.exec(url ?? '')?.[0];
  }

  /**
   * Writes links for this site that were written for the repository. What is in the repository alone, as specs are, becomes
   * a link to where the repository can be read, or text.
   *
   * @param html A page. @param file Its file, from the root.
   */
  withLinks(html: string, file: string): string {
    return html.replace(/<a href="([^"]*)">(.*?)<\/a>/gs, (link, href: string, text: string) => {
      if (/^(?:[a-z]+:|#|\/)/i.test(href)) return link;
      const [path = '', anchor] = href.split('#');
      const target = posix.join(posix.dirname(file), path).replace(/\/$/, '');
      const page = [target, `${target}/README.md`].find((name) => IS_PAGE.test(name) && this.#has(name));
      if (page) return `<a href="/${pageOf(page)}/${anchor === undefined ? '' : `#${anchor}`}">${text}</a>`;
      if (!this.#has(target)) throw new Error(`${file} links to ${href}, which does not exist.`);
      if (this.#address) return `<a href="${this.#address}/blob/HEAD/${target}">${text}</a>`;
      return `<span class="in-repository" title="In the repository: ${target}">${text}</span>`;
    });
  }

  #has(path: string): boolean {
    return existsSync(new URL(encodeURI(path), this.#root));
  }
}
