import { describe, expect, it } from '@jest/globals';
import { assertVisitorData, Visitor, type VisitorData } from '../../lib/access/visitor.js';
import { InvalidVisitorError } from '../../lib/errors/index.js';
import { admin, guest, member } from '../support/visitors.js';

describe('A visitor', () => {
  it('is a guest without a session', () => {
    expect(guest()).toMatchObject({ isGuest: true, id: undefined, session: null, roles: [], permissions: [] });
  });

  it('is signed in with a session', () => {
    expect(admin()).toMatchObject({ isGuest: false, id: 'grace', roles: ['admin'] });
  });

  it('has the given roles and permissions, and no others', () => {
    const visitor = new Visitor({ userId: 'ada' }, ['editor', 'editor'], ['a', 'b']);
    expect(visitor.roles).toEqual(['editor']);
    expect([visitor.hasRole('editor'), visitor.hasRole('a'), visitor.hasRole('constructor')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([visitor.hasPermission('a'), visitor.hasPermission('editor')]).toEqual([true, false]);
  });

  it('passes hasAllPermissions with every one, and hasAnyPermission with one', () => {
    const visitor = member([], ['a', 'b']);
    expect([visitor.hasAllPermissions('a', 'b'), visitor.hasAllPermissions('a', 'c')]).toEqual([true, false]);
    expect([visitor.hasAnyPermission('c', 'b'), visitor.hasAnyPermission('c'), visitor.hasAnyPermission()]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('cannot gain a role by changing its lists', () => {
    const visitor = member();
    (visitor.roles as string[]).push('admin');
    (visitor.permissions as string[]).push('everything');
    expect([visitor.hasRole('admin'), visitor.hasPermission('everything')]).toEqual([false, false]);
  });
});

describe('A permission with a wildcard', () => {
  it.each([
    ['posts:*', 'posts:write', true],
    ['posts:*', 'posts:drafts:write', true],
    ['posts:*', 'posts', false],
    ['posts:*', 'postscripts:write', false],
    ['*', 'posts:write', true],
    ['posts*', 'posts:write', false],
    ['*:write', 'posts:write', false],
    ['posts:write', 'posts:*', false],
  ])('covers the permissions below it: %s grants %s: %s', (held, asked, expected) => {
    expect(new Visitor({ userId: 'ada' }, [], [held]).hasPermission(asked)).toBe(expected);
  });
});

const check = (data: unknown) => () => assertVisitorData(data as VisitorData);

describe('The data of a visitor', () => {
  it.each([
    [{ userId: 'ada' }],
    [{ userId: 'ada', email: undefined, role: null, roles: null, permissions: undefined }],
    [{ userId: 'ada', email: 'a@b.example', role: 'admin', roles: ['a', 'b'], permissions: [], theme: 1 }],
    [{ userId: 'u'.repeat(255), email: 'e'.repeat(320), role: 'r'.repeat(100) }],
    [{ userId: 'ada', roles: Array(100).fill('r'.repeat(100)), permissions: Array(500).fill('p'.repeat(200)) }],
  ])('may be %j', (data) => {
    expect(check(data)).not.toThrow();
  });

  it.each<[string, unknown]>([
    ['userId', {}],
    ['userId', { userId: '' }],
    ['userId', { userId: 1 }],
    ['email', { userId: 'ada', email: 1 }],
    ['role', { userId: 'ada', role: ['admin'] }],
    ['roles', { userId: 'ada', roles: 'admin' }],
    ['permissions', { userId: 'ada', permissions: [1] }],
    ['permissions', { userId: 'ada', permissions: 'admin' }],
    ['userId', { userId: '   ' }],
    ['userId', { userId: 'u'.repeat(256) }],
    ['email', { userId: 'ada', email: 'e'.repeat(321) }],
    ['role', { userId: 'ada', role: 'r'.repeat(101) }],
    ['roles', { userId: 'ada', roles: Array(101).fill('r') }],
    ['roles', { userId: 'ada', roles: ['r'.repeat(101)] }],
    ['permissions', { userId: 'ada', permissions: Array(1000).fill('p') }],
    ['permissions', { userId: 'ada', permissions: ['p'.repeat(201)] }],
  ])('is rejected when its %s is wrong or too large (%#)', (key, data) => {
    expect(check(data)).toThrow(InvalidVisitorError);
    expect(check(data)).toThrow(`"${key}"`);
  });
});
