import { describe, expect, it } from '@jest/globals';
import { AccessChecker } from '../../lib/access/access-checker.js';
import { AccessDecision } from '../../lib/access/access-decision.js';
import { AccessConfig, type AccessOptions } from '../../lib/access/access-options.js';
import { AccessRule, type Requirement } from '../../lib/access/access-rule.js';
import { Visitor } from '../../lib/access/visitor.js';
import { MadeClasses } from '../../lib/session/made-classes.js';
import { RememberingLog } from '../support/guards.js';
import { admin, guest, member } from '../support/visitors.js';

async function check(requirement: Requirement, visitor: Visitor, access: AccessOptions = {}): Promise<AccessDecision> {
  const checker = new AccessChecker(new AccessConfig(access), new RememberingLog());
  return checker.check(new AccessRule({ pattern: '/page', ...requirement }), visitor);
}

const editor = () => member(['editor'], ['posts:read', 'posts:write']);
const yes = () => true;
const no = () => false;

/** A visitor class that returns promises by mistake where its results are used synchronously. */
class Promising extends Visitor {
  override hasRole(): boolean {
    return Promise.resolve(false) as unknown as boolean;
  }
  override hasPermission(): boolean {
    return Promise.resolve(false) as unknown as boolean;
  }
}

describe('The access checker', () => {
  it('refuses a visitor whose class returns promises', async () => {
    const visitor = new Promising({ userId: 'ada' });
    expect((await check({ role: 'admin' }, visitor)).code).toBe('MISSING_ROLE');
    expect((await check({ permission: 'x' }, visitor)).code).toBe('MISSING_PERMISSION');
    expect(visitor.hasAllPermissions('x')).toBe(false);
    expect(visitor.hasAnyPermission('x')).toBe(false);
  });

  it.each<[string, Requirement, Visitor, AccessDecision['code']]>([
    ['no requirement, guest', {}, guest(), 'NOT_SIGNED_IN'],
    ['no requirement, member', {}, member(), 'GRANTED'],
    ['role, guest', { role: 'editor' }, guest(), 'NOT_SIGNED_IN'],
    ['role, without it', { role: 'editor' }, member(), 'MISSING_ROLE'],
    ['role, with it', { role: 'editor' }, editor(), 'GRANTED'],
    ['role with other capitals', { role: 'Editor' }, editor(), 'MISSING_ROLE'],
    ['roles, with none', { roles: ['editor', 'owner'] }, member(), 'MISSING_ROLE'],
    ['roles, with one', { roles: ['owner', 'editor'] }, editor(), 'GRANTED'],
    ['an empty list of roles', { roles: [] }, admin(), 'MISSING_ROLE'],
    ['role and roles, with one of two', { role: 'admin', roles: ['editor'] }, editor(), 'MISSING_ROLE'],
    ['role and roles, with both', { role: 'admin', roles: ['editor'] }, member(['admin', 'editor']), 'GRANTED'],
    ['permission, guest', { permission: 'posts:read' }, guest(), 'NOT_SIGNED_IN'],
    ['permission, without it', { permission: 'posts:read' }, member(), 'MISSING_PERMISSION'],
    ['permission, with it', { permission: 'posts:read' }, editor(), 'GRANTED'],
    ['permissions, with some', { permissions: ['posts:read', 'x'] }, editor(), 'MISSING_PERMISSION'],
    ['permissions, with all', { permissions: ['posts:read', 'posts:write'] }, editor(), 'GRANTED'],
    ['anyPermission, guest', { anyPermission: ['posts:read'] }, guest(), 'NOT_SIGNED_IN'],
    ['anyPermission, with none', { anyPermission: ['x', 'y'] }, editor(), 'MISSING_PERMISSION'],
    ['anyPermission, with one', { anyPermission: ['x', 'posts:read'] }, editor(), 'GRANTED'],
    ['anyPermission, by a wildcard', { anyPermission: ['x', 'users:read'] }, member([], ['users:*']), 'GRANTED'],
    ['an empty anyPermission', { anyPermission: [] }, admin(), 'MISSING_PERMISSION'],
    [
      'permissions and anyPermission, with one of two',
      { permissions: ['x'], anyPermission: ['posts:read'] },
      editor(),
      'MISSING_PERMISSION',
    ],
    [
      'anyPermission and permissions, with one of two',
      { permissions: ['posts:read'], anyPermission: ['x'] },
      editor(),
      'MISSING_PERMISSION',
    ],
    ['anyPermission without the role', { role: 'admin', anyPermission: ['posts:read'] }, editor(), 'MISSING_ROLE'],
    ['allow beside anyPermission, guest', { anyPermission: ['posts:read'], allow: yes }, guest(), 'NOT_SIGNED_IN'],
    ['allow beside anyPermission', { anyPermission: ['posts:read'], allow: no }, editor(), 'NOT_ALLOWED'],
    ['permission and permissions', { permission: 'x', permissions: ['posts:read'] }, editor(), 'MISSING_PERMISSION'],
    ['role without permission', { role: 'editor', permission: 'x' }, editor(), 'MISSING_PERMISSION'],
    ['permission without role', { role: 'admin', permission: 'posts:read' }, editor(), 'MISSING_ROLE'],
    ['a role is no permission', { permission: 'editor' }, editor(), 'MISSING_PERMISSION'],
    ['a permission is no role', { role: 'posts:read' }, editor(), 'MISSING_ROLE'],
    ['allow alone returns true for a guest', { allow: yes }, guest(), 'GRANTED'],
    ['allow alone returns false for a guest', { allow: no }, guest(), 'NOT_ALLOWED'],
    ['allow alone returns false for a member', { allow: no }, member(), 'NOT_ALLOWED'],
    ['allow beside a role, guest', { role: 'editor', allow: yes }, guest(), 'NOT_SIGNED_IN'],
    ['allow beside a role that is missing', { role: 'admin', allow: yes }, editor(), 'MISSING_ROLE'],
    ['allow beside a role returns false', { role: 'editor', allow: no }, editor(), 'NOT_ALLOWED'],
    ['allow beside a permission that is missing', { permission: 'x', allow: yes }, editor(), 'MISSING_PERMISSION'],
    ['everything holds', { role: 'editor', permission: 'posts:read', allow: yes }, editor(), 'GRANTED'],
  ])('decides the case "%s"', async (_, requirement, visitor, code) => {
    const decision = await check(requirement, visitor);
    expect(decision).toMatchObject({ code, isGranted: code === 'GRANTED' });
    expect(decision.reason).not.toBe('');
  });

  it.each([1, 'true', {}, [], 'false', null, undefined, Promise.resolve('yes')])(
    'refuses when allow returns %p, since only true grants access',
    async (answer) => {
      expect((await check({ allow: () => answer as never }, member())).isGranted).toBe(false);
    },
  );

  it('admits everybody by a public rule, without access.check', async () => {
    const checker = new AccessChecker(new AccessConfig({ check: () => false }), new RememberingLog());
    const decision = await checker.check(new AccessRule({ pattern: '/a', public: true }), guest());
    expect(decision).toMatchObject({ isGranted: true, code: 'GRANTED' });
  });

  it('names every permission of which one would do', async () => {
    expect(await check({ anyPermission: ['x', 'y'] }, editor())).toMatchObject({
      code: 'MISSING_PERMISSION',
      missing: ['x', 'y'],
      reason: 'needs permission x or y',
    });
  });

  it('awaits an asynchronous allow', async () => {
    expect((await check({ allow: async () => true }, guest())).isGranted).toBe(true);
    expect((await check({ allow: async () => false }, member())).isGranted).toBe(false);
  });

  it('passes the session data to allow, and null for a guest', async () => {
    const seen: unknown[] = [];
    const allow: Requirement['allow'] = (session) => seen.push(session) > 0;
    await check({ allow }, guest());
    await check({ allow }, member());
    expect(seen).toEqual([null, { userId: 'ada', email: 'ada@example.com' }]);
  });

  it('does not call allow when another requirement has failed', async () => {
    let asked = 0;
    await check({ role: 'admin', allow: () => ++asked > 0 }, member());
    expect(asked).toBe(0);
  });

  it('lets access.check alone grant or refuse', async () => {
    expect((await check({ role: 'admin' }, guest(), { check: () => true })).isGranted).toBe(true);
    expect((await check({}, admin(), { check: () => false })).isGranted).toBe(false);
    expect((await check({ allow: yes }, admin(), { check: async () => false })).isGranted).toBe(false);
  });

  it('passes the rule and the session data to access.check', async () => {
    const asked: unknown[] = [];
    await check({ role: 'admin' }, guest(), { check: (rule, session) => asked.push(rule.role, session) > 0 });
    expect(asked).toEqual(['admin', null]);
  });

  it('refuses unless access.check returns true', async () => {
    expect((await check({}, admin(), { check: () => 'yes' as never })).isGranted).toBe(false);
  });

  it('passes errors on to its caller', async () => {
    const allow = () => {
      throw new Error('down');
    };
    await expect(check({ allow }, member())).rejects.toThrow('down');
  });

  it('names what is missing, but no data of the session', async () => {
    const roles = await check({ roles: ['owner', 'admin'] }, member());
    const permissions = await check({ permissions: ['posts:read', 'x', 'y'] }, editor());
    expect(roles).toMatchObject({ missing: ['owner', 'admin'], reason: 'needs role owner or admin' });
    expect(permissions).toMatchObject({ missing: ['x', 'y'], reason: 'needs permission x and y' });
    expect(roles.reason + permissions.reason).not.toContain('ada');
  });

  it('instantiates the registered subclass of AccessDecision', async () => {
    class LoudDecision extends AccessDecision {}
    const made = new MadeClasses(new Map([[AccessDecision, LoudDecision]]));
    const checker = made.during(() => new AccessChecker(new AccessConfig()));
    expect(await checker.check(new AccessRule({ pattern: '/' }), member())).toBeInstanceOf(LoudDecision);
    expect(await checker.check(new AccessRule({ pattern: '/' }), guest())).toBeInstanceOf(LoudDecision);
  });

  it('can be extended by a subclass that decides a case first', async () => {
    class TeamChecker extends AccessChecker {
      override async check(rule: AccessRule, visitor: Visitor) {
        return visitor.hasRole('staff') ? this.grant('staff may see all') : super.check(rule, visitor);
      }
    }
    const checker = new TeamChecker(new AccessConfig());
    const rule = new AccessRule({ pattern: '/', role: 'admin' });
    expect(await checker.check(rule, member(['staff']))).toMatchObject({
      isGranted: true,
      reason: 'staff may see all',
    });
    expect((await checker.check(rule, member())).isGranted).toBe(false);
  });
});

describe('A return value other than true', () => {
  const log = () => new RememberingLog();
  const checkerWith = (access: AccessOptions, lines: RememberingLog) =>
    new AccessChecker(new AccessConfig(access), lines);

  it('is logged once for each rule if it is truthy, by its type and without its value', async () => {
    const lines = log();
    const checker = checkerWith({}, lines);
    const rule = new AccessRule({ pattern: '/premium', allow: () => 'the secret plan' as never });
    const other = new AccessRule({ pattern: '/other', allow: async () => 1 as never });
    for (const asked of [rule, rule, other]) expect((await checker.check(asked, member())).code).toBe('NOT_ALLOWED');
    expect(lines.failures.map(({ line }) => line)).toEqual([
      expect.stringMatching(/allow\(\) of \/premium .* type string, .* only true/),
      expect.stringMatching(/allow\(\) of \/other .* type number/),
    ]);
    expect(JSON.stringify(lines.failures)).not.toContain('secret plan');
  });

  it('is logged for access.check as well', async () => {
    const lines = log();
    const checker = checkerWith({ check: () => ({}) as never }, lines);
    const rule = new AccessRule({ pattern: '/page' });
    for (let time = 0; time < 2; time++) expect((await checker.check(rule, admin())).isGranted).toBe(false);
    expect(lines.failures.map(({ line }) => line)).toEqual([expect.stringContaining('access.check gave something')]);
  });

  it.each([false, null, undefined, 0, ''])('is a refusal without a log entry when it is %p', async (answer) => {
    const lines = log();
    const rule = new AccessRule({ pattern: '/page', allow: () => answer as never });
    expect((await checkerWith({}, lines).check(rule, member())).isGranted).toBe(false);
    expect(lines.failures).toEqual([]);
  });
});
