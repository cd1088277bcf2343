import { describe, expect, it } from '@jest/globals';
import { AccessRule } from '../../../lib/access/access-rule.js';
import { MethodIndex } from '../../../lib/access/paths/method-index.js';
import {
  actionPath,
  canonicalActionName,
  ErrorPages,
  isInternalPath,
  islandPath,
  islandPattern,
} from '../../../lib/access/paths/special-paths.js';

describe('The name of an action', () => {
  it.each([
    ['like', 'like'],
    ['admin.remove', 'admin.remove'],
    ['admin.remove/', 'admin.remove'],
    [encodeURIComponent('größe.ändern').replaceAll('.', '.'), 'größe.ändern'],
  ])('is canonicalised: %s is %s', (written, name) => {
    expect(canonicalActionName(written)).toBe(name);
  });

  it('is decoded as in Astro: once for each part', () => {
    const letter = `%${'a'.charCodeAt(0).toString(16)}`;
    expect(canonicalActionName(`${letter}dmin.remove`)).toBe('admin.remove');
    expect(canonicalActionName(encodeURIComponent(letter))).toBe(letter);
  });

  it('causes a URIError when it is malformed', () => {
    expect(() => canonicalActionName('%')).toThrow(URIError);
  });

  it('has a path of its own in rules', () => {
    expect(actionPath('admin.remove')).toBe('/_actions/admin.remove');
  });

  it('is a single segment for rules, whatever it contains', () => {
    const ruleOf = (action: string, name: string) =>
      new MethodIndex([new AccessRule({ action })]).first(actionPath(name), 'POST')?.pattern;
    for (const name of ['admin.a/b', 'admin.a/', 'admin./', 'admin.a//b/c'])
      expect([name, ruleOf('admin.*', name)]).toEqual([name, '/_actions/admin.*']);
    expect(ruleOf('admin.a/b', 'admin.a/b')).toBeDefined();
    expect(ruleOf('admin.a', 'admin.a/b')).toBeUndefined();
  });
});

describe('A server island', () => {
  it('has a path of its own in rules', () => {
    expect(islandPath('AdminPanel')).toBe('/_server-islands/AdminPanel');
  });

  it.each([
    ['AdminPanel', 'AdminPanel'],
    ['Admin*', 'Admin*'],
    ['Panel.astro', '**/Panel.astro'],
    ['src/admin/Panel.astro', '**/src/admin/Panel.astro'],
    ['/src/admin/Panel.astro', '**/src/admin/Panel.astro'],
    ['../admin/Panel.astro', '**/admin/Panel.astro'],
    ['@/admin/*', '**/admin/*'],
  ])('is named in rules by its component or its file: %s', (island, expected) => {
    expect(islandPattern(island)).toBe(`/_server-islands/${expected}`);
  });
});

describe('A path that Astro itself serves', () => {
  it.each([
    ['/_actions/like', '', true],
    ['/app/_server-islands/Panel', '/app', true],
    ['/_image?href=x', '', true],
    ['/_astro/page.js', '', true],
    ['/_actions/like', '/app', false],
    ['/actions/like', '', false],
    ['/', '', false],
  ])('is recognised: %s with the base "%s": %s', (path, base, expected) => {
    expect(isInternalPath(path, base)).toBe(expected);
  });
});

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
  ])('are those of the site and of its locales: %s', (route, status) => {
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
  ])('do not include other paths with a similar name: %s', (route) => {
    expect(pages.has(route)).toBe(false);
  });

  it('are only two where a site has one locale', () => {
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
  ])('are chosen by the locale of a path: %s', (path, expected) => {
    expect(pages.notFoundIn(path)).toBe(expected);
  });
});
