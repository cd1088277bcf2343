import { describe, expect, it } from '@jest/globals';
import { PathPattern } from '../../../lib/access/paths/path-pattern.js';
import { meantPattern, repeatsBase } from '../../../lib/access/report/mistaken-pattern.js';

const segmentsOf = (...patterns: string[]) => patterns.map((pattern) => new PathPattern(pattern).segments);
const SITE = segmentsOf('/', '/admin', '/admin/users', '/Team/About', '/users/[id]', '/user-*', '/docs/[...slug]');

describe('A pattern that matches nothing', () => {
  it.each([
    ['/src/pages/admin.astro', '/admin'],
    ['/pages/admin/**', '/admin/**'],
    ['/admin/users.astro', '/admin/users'],
    ['/admin/users.html', '/admin/users'],
    ['/src/pages/admin/index.astro', '/admin'],
    ['/(app)/admin/**', '/admin/**'],
    ['/admin/(team)/users', '/admin/users'],
    ['/admin$', '/admin'],
    ['/admin/users.*', '/admin/users/**'],
    ['/admin/users/x*', undefined],
    ['/admin/*anything', '/admin/*'],
    ['/Admin', '/admin'],
    ['/ADMIN/users', '/admin/users'],
    ['/team/about', '/Team/About'],
    ['/app/admin', '/admin'],
    ['/app/src/pages/admin.astro', '/admin'],
    ['/adminn/**', undefined],
    ['/proxied/**', undefined],
  ])('is compared with other notations: %s means %s', (pattern, meant) => {
    expect(meantPattern(pattern, SITE, '/app')).toBe(meant);
  });
});

describe('A pattern that starts with the base', () => {
  it.each([
    ['/app', '/app', true],
    ['/app/admin', '/app', true],
    ['/apple', '/app', false],
    ['/app/admin', '', false],
    ['/admin/users', '/admin', false],
  ])('is recognised: %s repeats the base %j: %s', (pattern, base, repeats) => {
    expect(repeatsBase(pattern, SITE, base)).toBe(repeats);
  });
});
