import { describe, expect, it } from '@jest/globals';
import { Visitor } from '../../lib/access/visitor.js';
import { admin, guest, member } from '../support/visitors.js';

describe('A visitor', () => {
  it('is a guest without a session', () => {
    expect(guest()).toMatchObject({ isGuest: true, id: undefined, session: null, roles: [], permissions: [] });
  });

  it('is somebody with one', () => {
    expect(admin()).toMatchObject({ isGuest: false, id: 'grace', roles: ['admin'] });
  });

  it('cannot be changed, since requests of one session share it; one of a class of your own can', () => {
    class TeamVisitor extends Visitor {
      team = 'red';
    }
    const [visitor, own] = [admin(), new TeamVisitor()];
    expect(() => Object.assign(visitor, { session: null })).toThrow(TypeError);
    expect(() => Object.assign(visitor, { team: 'blue' })).toThrow(TypeError);
    expect(Object.assign(own, { team: 'blue' }).team).toBe('blue');
  });

  it('has the roles and permissions that were given, and no others', () => {
    const visitor = new Visitor({ userId: 'ada' }, ['editor', 'editor'], ['a', 'b']);
    expect(visitor.roles).toEqual(['editor']);
    expect([visitor.hasRole('editor'), visitor.hasRole('a'), visitor.hasRole('constructor')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([visitor.hasPermission('a'), visitor.hasPermission('editor')]).toEqual([true, false]);
  });

  it('has all permissions only with every one, and any with one', () => {
    const visitor = member([], ['a', 'b']);
    expect([visitor.hasAllPermissions('a', 'b'), visitor.hasAllPermissions('a', 'c')]).toEqual([true, false]);
    expect([visitor.hasAnyPermission('c', 'b'), visitor.hasAnyPermission('c'), visitor.hasAnyPermission()]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('cannot be given a role through what it tells', () => {
    const visitor = member();
    (visitor.roles as string[]).push('admin');
    (visitor.permissions as string[]).push('everything');
    expect([visitor.hasRole('admin'), visitor.hasPermission('everything')]).toEqual([false, false]);
  });
});

describe('A permission with a star', () => {
  it.each([
    ['posts:*', 'posts:write', true],
    ['posts:*', 'posts:drafts:write', true],
    ['posts:*', 'posts', false],
    ['posts:*', 'postscripts:write', false],
    ['*', 'posts:write', true],
    ['posts*', 'posts:write', false],
    ['*:write', 'posts:write', false],
    ['posts:write', 'posts:*', false],
  ])('%s grants %s: %s', (held, asked, expected) => {
    expect(new Visitor({ userId: 'ada' }, [], [held]).hasPermission(asked)).toBe(expected);
  });
});
