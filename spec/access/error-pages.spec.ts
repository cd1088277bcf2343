import { describe, expect, it } from '@jest/globals';
import { ErrorPages } from '../../lib/access/error-pages.js';

const pages = new ErrorPages(['en', 'pt-BR', { path: 'deutsch' }]);

describe('Error pages', () => {
  it.each([
    ['/404', 404],
    ['/500', 500],
    ['/en/404', 404],
    ['/en/500', 500],
    ['/pt-br/404', 404],
    ['/pt_BR/404', 404],
    ['/deutsch/404', 404],
  ])('are those of the site and of its languages: %s', (route, status) => {
    expect(pages.statusOf(route)).toBe(status);
    expect(pages.has(route)).toBe(true);
  });

  it.each([
    '/',
    '',
    '/fr/404',
    '/de/404',
    '/Deutsch/404',
    '/en/admin/404',
    '/en/en/404',
    '/admin/404',
    '/[lang]/404',
    '/en/[...rest]',
    '/en404',
    '/x404',
    '404',
    '/en/404/more',
    '//404',
  ])('are no others, however they end: %s', (route) => {
    expect(pages.has(route)).toBe(false);
  });

  it('are two where a site has one language', () => {
    expect(new ErrorPages().has('/404')).toBe(true);
    expect(new ErrorPages().has('/en/404')).toBe(false);
  });

  it.each([
    ['/en/news', '/en/404'],
    ['/deutsch', '/deutsch/404'],
    ['/PT-br/x/y', '/PT-br/404'],
    ['/fr/news', undefined],
    ['/news/en', undefined],
    ['/', undefined],
  ])('of a language are shown below its folder: %s', (path, expected) => {
    expect(pages.notFoundIn(path)).toBe(expected);
  });
});
