import { normalized, pathOnly } from '../paths/guarded-paths.js';
import type { ErrorPages } from '../paths/special-paths.js';

/** Checks whether the site has a page at a path, which begins with the folder of a language. */
export type HasPage = (path: string) => boolean;

/**
 * Returns a check for the pages of a site.
 *
 * @param pages Paths of pages in a language; with `*` in place of the language, where a parameter stands for any.
 */
export function hasPageAmong(pages: ReadonlySet<string>): HasPage {
  return (path) => pages.has(path) || pages.has(path.replace(/^\/[^/]*/, '/*'));
}

/** Finds pages of the options in the language of an address: for `/de/account` the page `/de/login`, if there is one. */
export class LanguagePages {
  constructor(
    private readonly languages: Pick<ErrorPages, 'languageOf'>,
    private readonly hasPage: HasPage,
  ) {}

  /**
   * Returns a page in the language of an address; the page itself if the address or the page has no translation.
   *
   * @param page As in an option: it may have a query.
   * @param address A path without the site's base.
   */
  fitted(page: string, address: string): string {
    const language = this.languages.languageOf(address);
    if (language === undefined || !page.startsWith('/') || this.languages.languageOf(pathOnly(page))) return page;
    if (!this.hasPage(normalized(`/${language}${pathOnly(page)}`))) return page;
    return `/${language}${page.replace(/^\/(?=$|[?#])/, '')}`;
  }

  /** Returns the path that a page has without its language; `undefined` if it is no page of a language. */
  withoutLanguage(path: string): string | undefined {
    const language = this.languages.languageOf(path);
    if (language === undefined || !this.hasPage(path)) return undefined;
    return normalized(path.slice(path.indexOf(language) + language.length));
  }
}
