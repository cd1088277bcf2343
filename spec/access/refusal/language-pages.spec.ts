import { describe, expect, it } from '@jest/globals';
import { ErrorPages } from '../../../lib/access/paths/special-paths.js';
import { hasPageAmong, LanguagePages } from '../../../lib/access/refusal/language-pages.js';

const LANGUAGES = new ErrorPages(['en', 'de', { path: 'pt' }]);

/** The pages of a site in languages. */
function pagesAmong(...paths: string[]): LanguagePages {
  return new LanguagePages(LANGUAGES, hasPageAmong(new Set(paths)));
}

describe('A page of the options', () => {
  it.each([
    ['in the language of the address', '/login', '/de/account', '/de/login'],
    ['with its query', '/login?from=guard', '/de/account', '/de/login?from=guard'],
    ['in a language with a folder of its own', '/login', '/pt/account/x', '/pt/login'],
    ['at the root of a language', '/', '/de/login', '/de'],
    ['at the root, with a query', '/?from=login', '/de/login', '/de?from=login'],
    ['as it is, for an address without a language', '/login', '/account', '/login'],
    ['as it is, for a part that is no language', '/login', '/fr/account', '/login'],
    ['as it is, where it names a language', '/de/login', '/pt/account', '/de/login'],
    ['as it is, where it is another site', 'https://sso.example/login', '/de/account', 'https://sso.example/login'],
    ['as it is, where it has no translation', '/no-entry', '/de/account', '/no-entry'],
  ])('is taken %s', (_, page, address, expected) => {
    expect(pagesAmong('/de', '/de/login', '/pt/login').fitted(page, address)).toBe(expected);
  });

  it('may have one file for all languages', () => {
    expect(pagesAmong('/*/login').fitted('/login', '/de/account')).toBe('/de/login');
    expect(pagesAmong('/*/login').fitted('/login', '/xx/account')).toBe('/login');
  });

  it('is recognised in a language', () => {
    const pages = pagesAmong('/de/login');
    expect(['/de/login', '/pt/login', '/login', '/de'].map((path) => pages.withoutLanguage(path))).toEqual([
      '/login',
      undefined,
      undefined,
      undefined,
    ]);
  });
});
