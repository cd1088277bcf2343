import { describe, expect, it } from '@jest/globals';
import { AccessRule } from '../../lib/access/access-rule.js';
import {
  actionPath,
  canonicalActionName,
  isInternalPath,
  islandPath,
  islandPattern,
} from '../../lib/access/internal-path.js';
import { RuleList } from '../../lib/access/rule-list.js';

describe('The name of an action', () => {
  it.each([
    ['like', 'like'],
    ['admin.remove', 'admin.remove'],
    ['admin.remove/', 'admin.remove'],
    [encodeURIComponent('größe.ändern').replaceAll('.', '.'), 'größe.ändern'],
  ])('%s is %s', (written, name) => {
    expect(canonicalActionName(written)).toBe(name);
  });

  it('is read as Astro reads it: part by part, decoded once', () => {
    const letter = `%${'a'.charCodeAt(0).toString(16)}`;
    expect(canonicalActionName(`${letter}dmin.remove`)).toBe('admin.remove');
    expect(canonicalActionName(encodeURIComponent(letter))).toBe(letter);
  });

  it('is none when it cannot be read', () => {
    expect(() => canonicalActionName('%')).toThrow(URIError);
  });

  it('has a path of its own in rules', () => {
    expect(actionPath('admin.remove')).toBe('/_actions/admin.remove');
  });

  it('is one segment to rules, whatever it holds', () => {
    const ruleOf = (action: string, name: string) =>
      new RuleList([new AccessRule({ action })]).first(actionPath(name), 'POST')?.pattern;
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
  ])('%s, with the base "%s": %s', (path, base, expected) => {
    expect(isInternalPath(path, base)).toBe(expected);
  });
});
