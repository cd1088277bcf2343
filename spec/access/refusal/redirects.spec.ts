import { describe, expect, it } from '@jest/globals';
import { AccessChecker } from '../../../lib/access/access-checker.js';
import { AccessDecision } from '../../../lib/access/access-decision.js';
import { AccessConfig } from '../../../lib/access/access-options.js';
import { AccessRule } from '../../../lib/access/access-rule.js';
import { AccessRules } from '../../../lib/access/access-rules.js';
import { DemandChecker } from '../../../lib/access/guard/demand-checker.js';
import { Demands } from '../../../lib/access/guard/demands.js';
import { GuardConfig, type GuardOptions } from '../../../lib/access/guard/guard-config.js';
import { type Guard, PageGuards } from '../../../lib/access/guard/page-guard.js';
import { LoginPage } from '../../../lib/access/refusal/login-page.js';
import { hides, Redirects, withParameter } from '../../../lib/access/refusal/redirects.js';
import { navigation } from '../../support/guarded-request.js';
import { RememberingLog } from '../../support/guards.js';
import { guest, member } from '../../support/visitors.js';

function redirectsWith(options: GuardOptions, pages: Record<string, Guard> = {}): Redirects {
  const config = new GuardConfig(options);
  const demands = new Demands(new AccessRules(config), new PageGuards(async (route) => pages[route]), config);
  const log = new RememberingLog();
  const checker = new DemandChecker(new AccessChecker(new AccessConfig(), log), log);
  return new Redirects(demands, checker, new LoginPage(demands, config), config);
}

const ADMIN = { pattern: '/admin/**', role: 'admin' };

describe('A redirect', () => {
  it('is no loop if it leads to the login page, which is open', async () => {
    expect(await redirectsWith({ protect: [ADMIN] }).leadBack('/login', navigation('/admin'), guest())).toBe(false);
  });

  it.each<[string, GuardOptions, string, boolean]>([
    ['to the page itself', { protect: [ADMIN] }, '/admin', true],
    ['to another site', { protect: [ADMIN] }, 'https://sso.example/', false],
    [
      'to a page that refuses as well, and redirects back',
      { protect: [{ ...ADMIN, redirectTo: '/admin/no' }] },
      '/admin/no',
      true,
    ],
    ['to a page with a rule of its own', { protect: [ADMIN, { pattern: '/no' }], forbiddenPath: '/no' }, '/no', false],
  ])('is recognised as a loop or as leading on: %s', async (_, options, target, expected) => {
    expect(await redirectsWith(options).leadBack(target, navigation('/admin'), member())).toBe(expected);
  });

  it('counts as a loop after a long chain', async () => {
    const protect = Array.from({ length: 9 }, (_, at) => ({
      pattern: `/${at}`,
      role: 'admin',
      redirectTo: `/${at + 1}` as const,
    }));
    expect(await redirectsWith({ protect }).leadBack('/1', navigation('/0'), member())).toBe(true);
    expect(await redirectsWith({ protect: protect.slice(0, 3) }).leadBack('/1', navigation('/0'), member())).toBe(
      false,
    );
  });
});

describe('The way back', () => {
  it('is added to the login URL if the page can be opened again', () => {
    const redirects = redirectsWith({});
    expect(redirects.withReturnPath('/login?a=1#top', navigation('/x?y=1'))).toBe(
      '/login?a=1&returnTo=%2Fx%3Fy%3D1#top',
    );
    expect(redirects.withReturnPath('/login', navigation('/x', { method: 'POST' }))).toBe('/login');
    expect(redirects.withReturnPath('/login', navigation('/x', { method: 'POST', formPage: '/form' }))).toBe(
      '/login?returnTo=%2Fform',
    );
  });

  it('leads from a form that was sent elsewhere to the page with the form, as the browser names it', () => {
    const redirects = redirectsWith({ loginPath: '/login' });
    const sentFrom = (referer: string) =>
      redirects.withReturnPath(
        '/login',
        navigation('/api/password', { method: 'POST', headers: new Headers({ referer }), isEndpoint: true }),
      );
    const { origin } = navigation('/').url;
    expect(sentFrom(`${origin}/account/password?tab=2`)).toBe('/login?returnTo=%2Faccount%2Fpassword%3Ftab%3D2');
    expect(sentFrom('https://elsewhere.example/account')).toBe('/login');
    expect(sentFrom(`${origin}/login?returnTo=%2Fa`)).toBe('/login');
    expect(sentFrom(`${origin}/_actions/x`)).toBe('/login');
    expect(sentFrom('nothing')).toBe('/login');
  });

  it('is added to an existing query as one more parameter', () => {
    expect(withParameter('/a', 'b', '&')).toBe('/a?b=%26');
  });
});

describe('A refusal that hides the page', () => {
  const hidden = new AccessRule({ pattern: '/a', status: 404 });
  const led = new AccessRule({ pattern: '/a', status: 404, guestsSignIn: true });
  const refused = (rule: AccessRule) => new AccessDecision(false, 'NOT_SIGNED_IN', '', [], rule);

  it('comes from a rule with status: 404, except for guests whom it asks to sign in', () => {
    expect([hides(refused(hidden), guest()), hides(refused(hidden), member())]).toEqual([true, true]);
    expect([hides(refused(led), guest()), hides(refused(led), member())]).toEqual([false, true]);
    expect(hides(refused(new AccessRule({ pattern: '/a' })), guest())).toBe(false);
    expect(hides(new AccessDecision(true, 'GRANTED', '', [], hidden), guest())).toBe(false);
  });
});
