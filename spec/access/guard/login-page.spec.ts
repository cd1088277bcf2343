import { describe, expect, it } from '@jest/globals';
import { AccessRules } from '../../../lib/access/access-rules.js';
import { Demands } from '../../../lib/access/guard/demands.js';
import { GuardConfig, type GuardOptions } from '../../../lib/access/guard/guard-config.js';
import { LoginPage } from '../../../lib/access/guard/login-page.js';
import { PageGuard, PageGuards } from '../../../lib/access/guard/page-guard.js';
import { navigation } from '../../support/guarded-request.js';
import { guest, member } from '../../support/visitors.js';

function loginPageWith(options: GuardOptions = {}): LoginPage {
  const config = new GuardConfig(options);
  const demands = new Demands(new AccessRules(config), new PageGuards(async () => undefined), config);
  return new LoginPage(demands, config);
}

const FOR_GUESTS = new PageGuard('guest');

describe('A login page', () => {
  it('sends signed-in visitors home where it is for guests alone', () => {
    expect(loginPageWith().goesHome(member(), FOR_GUESTS)).toBe(true);
    expect(loginPageWith().goesHome(guest(), FOR_GUESTS)).toBe(false);
    expect(loginPageWith().goesHome(member(), undefined)).toBe(false);
    expect(loginPageWith({ globalProtect: true }).goesHome(member(), undefined)).toBe(true);
    expect(loginPageWith({ globalProtect: true, homePath: '/login' }).goesHome(member(), undefined)).toBe(false);
  });

  it.each([
    ['a guest', navigation('/login'), guest(), false],
    ['a signed-in visitor', navigation('/login'), member(), true],
    ['a visitor who is to sign in again', navigation('/login?reauthenticate=1'), member(), false],
    ['a form', navigation('/login', { method: 'POST' }), member(), false],
    ['a visitor who is to see what came of a form', navigation('/login', { showsForm: true }), member(), false],
  ] as const)('judges %s', async (_, request, visitor, isSentHome) => {
    const { response, views } = await loginPageWith({ globalProtect: true }).judge(request, () => visitor, undefined);
    expect(response?.headers.get('location')).toBe(isSentHome ? '/' : undefined);
    expect(views).toEqual([{ path: '/login', demand: 'loginPath' }]);
  });

  it('does not ask who comes where it is open to everybody', async () => {
    const whoAsks = () => {
      throw new Error('asked');
    };
    expect((await loginPageWith().judge(navigation('/login'), whoAsks, undefined)).response).toBeUndefined();
  });
});
