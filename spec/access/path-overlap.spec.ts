import { describe, expect, it } from '@jest/globals';
import { overlaps } from '../../lib/access/path-overlap.js';
import { PathPattern } from '../../lib/access/path-pattern.js';

describe('Whether a rule and a route have a path in common', () => {
  it.each([
    ['/admin', '/admin', true],
    ['/admin', '/about', false],
    ['/admin/**', '/admin', true],
    ['/admin/**', '/admin/users', true],
    ['/admin/**', '/administrator', false],
    ['/admin/*', '/admin', false],
    ['/admin/*', '/admin/users/4', true],
    ['/admin/users', '/admin/[page]', true],
    ['/admin/users', '/blog/[page]', false],
    ['/admin/users', '/[...slug]', true],
    ['/admin/users/4', '/admin/[...rest]/4', true],
    ['/admin/*/edit', '/admin/[...rest]', true],
    ['/files/*.pdf', '/files/report.pdf', true],
    ['/files/*.pdf', '/files/report.txt', false],
    ['/files/*.pdf', '/files/[name]', true],
    ['/files/*.pdf', '/files/report-*', true],
    ['/files/admin-*', '/files/report-*', false],
    ['/files/*-old', '/files/*-new', false],
    ['/files/a?c', '/files/?b*', true],
    ['/files/{a,b}*', '/files/c*', false],
    ['/files/[ab]*', '/files/c*', true],
    ['/**', '/', true],
    ['/', '/[...slug]', true],
    ['/a/**/z', '/a/[...rest]', true],
    ['/a/**/z', '/b/[...rest]', false],
  ])('%s and %s: %s', (rule, route, expected) => {
    expect(overlaps(new PathPattern(rule).segments, new PathPattern(route).segments)).toBe(expected);
  });
});
