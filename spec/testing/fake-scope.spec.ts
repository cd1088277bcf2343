import { describe, expect, it } from '@jest/globals';
import { AccessChecker } from '../../lib/access/access-checker.js';
import { AccessRule } from '../../lib/access/access-rule.js';
import type { Visitor } from '../../lib/access/visitor.js';
import { InvalidOverrideError, InvalidVisitorError } from '../../lib/errors.js';
import { Clock } from '../../lib/session/clock.js';
import { FlashBag } from '../../lib/session/flash-bag.js';
import { FrozenClock, fakeScope } from '../../lib/testing/index.js';

class TeamChecker extends AccessChecker {
  override async check(rule: AccessRule, visitor: Visitor) {
    return visitor.hasRole('staff') ? this.grant('staff may see all') : super.check(rule, visitor);
  }
}

const ADMINS = new AccessRule({ pattern: '/admin/**', role: 'admin' });

describe('A request that nobody sent', () => {
  it('is that of a guest, unless somebody is named', () => {
    expect(fakeScope().visitor.isGuest).toBe(true);
    const scope = fakeScope({ user: { userId: 'ada', role: 'admin' }, values: { theme: 'dark' } });
    expect(scope.visitor).toMatchObject({ id: 'ada', roles: ['admin'] });
    expect(scope.session.all()).toEqual({ userId: 'ada', role: 'admin', theme: 'dark' });
  });

  it('has everything around a class of one’s own', async () => {
    const outcome = async (role: string) => {
      const scope = fakeScope({
        user: { userId: 'ada', role },
        services: (services) => services.override(AccessChecker, TeamChecker),
      });
      return (await scope.get(AccessChecker).check(ADMINS, scope.visitor)).isGranted;
    };
    expect(await Promise.all(['staff', 'admin', 'reader'].map(outcome))).toEqual([true, true, false]);
    expect(fakeScope().get(FlashBag).isEmpty).toBe(true);
  });

  it('reads roles as the application does', () => {
    const access = { getRole: (session: { userId: string }) => (session.userId === 'ada' ? 'admin' : undefined) };
    expect(fakeScope({ user: { userId: 'ada' }, access }).visitor.hasRole('admin')).toBe(true);
  });

  it('stands still in time', () => {
    const clock = new FrozenClock(1_000);
    const scope = fakeScope({ clock });
    clock.advance(1);
    expect(scope.get(Clock).now()).toBe(2_000);
  });

  it('says what would stop the application', () => {
    expect(() => fakeScope({ user: { userId: '' } })).toThrow(InvalidVisitorError);
    expect(() => fakeScope({ services: (all) => all.override(AccessChecker, FlashBag as never) })).toThrow(
      InvalidOverrideError,
    );
  });
});
