import { describe, expect, it } from '@jest/globals';
import { AccessRules } from '../../../lib/access/access-rules.js';
import { Demands } from '../../../lib/access/guard/demands.js';
import { GuardConfig, type GuardOptions } from '../../../lib/access/guard/guard-config.js';
import { PageGuard, PageGuards } from '../../../lib/access/guard/page-guard.js';
import { LoginPage } from '../../../lib/access/refusal/login-page.js';
import { navigation } from '../../support/guarded-request.js';
import { guest, member } from '../../support/visitors.js';

function loginPageWith(options: GuardOptions = {}): LoginPage {
  const config = new GuardConfig(options);
  const demands = new Demands(new AccessRules(config), new PageGuards(async () => undefined), config);
  return new LoginPage(demands, config);
}

const FOR_GUESTS = new PageGuard('guest');

describe('The login page', () => {
  it('redirects signed-in users home where it is for guests only', () => {
    expect(loginPageWith().goesHome(member(), FOR_GUESTS)).toBe(true);
    expect(loginPageWith().goesHome(guest(), FOR_GUESTS)).toBe(false);
    expect(loginPageWith().goesHome(member(), undefined)).toBe(false);
    expect(loginPageWith({ globalProtect: true }).goesHome(member(), undefined)).toBe(true);
    expect(loginPageWith({ globalProtect: true, homePath: '/login' }).goesHome(member(), undefined)).toBe(false);
  });

  it.each([
    ['a guest', navigation('/login'), guest(), false],
    ['a signed-in user', navigation('/login'), member(), true],
    ['a user who is to sign in again', navigation('/login?reauthenticate=1'), member(), false],
    ['a form', navigation('/login', { method: 'POST' }), member(), false],
    ['a user who is to see the result of a form', navigation('/login', { showsForm: true }), member(), false],
  ] as const)('decides whether to redirect home: %s', async (_, request, visitor, isSentHome) => {
    const page = loginPageWith({ globalProtect: true });
    const { response, views } = await page.judge(request, () => visitor, undefined, '/login/');
    expect(response?.headers.get('location')).toBe(isSentHome ? '/' : undefined);
    expect(views).toEqual([{ path: '/login', demand: 'loginPath' }]);
  });

  it('does not resolve the visitor where it is open to everyone', async () => {
    const whoAsks = () => {
      throw new Error('asked');
    };
    const { response } = await loginPageWith().judge(navigation('/login'), whoAsks, undefined, '/login');
    expect(response).toBeUndefined();
  });
});
