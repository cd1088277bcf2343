import { describe, expect, it } from '@jest/globals';
import type { AccessRuleOptions } from '../../../lib/access/access-rule.js';
import { AccessRules } from '../../../lib/access/access-rules.js';
import { Demands } from '../../../lib/access/guard/demands.js';
import { GuardConfig, type GuardOptions } from '../../../lib/access/guard/guard-config.js';
import { type Guard, PageGuard, PageGuards } from '../../../lib/access/guard/page-guard.js';
import { GuardedPaths } from '../../../lib/access/paths/guarded-paths.js';
import { navigation } from '../../support/guarded-request.js';

function demands(protect: AccessRuleOptions[], options: GuardOptions = {}, guard?: Guard): Demands {
  const config = new GuardConfig({ ...options, protect }, { locales: ['fr'] });
  const load = guard && (async () => guard);
  return new Demands(new AccessRules(config), new PageGuards(load), config);
}

/** Lists the demands on an address that leads to a route, in words, each with its paths. */
function asked(from: Demands, address: string, routePattern = address, guard?: Guard, more = {}): string[] {
  const request = navigation(address, { routePattern, ...more });
  const paths = GuardedPaths.of(request, '', new GuardConfig({}, { locales: ['fr'] }).errorPages) as GuardedPaths;
  const own = guard && new PageGuard(guard);
  return [...from.on(paths, request.method, routePattern, own)].map(([demand, at]) => `${demand} ${at.join(' ')}`);
}

describe('The demands on a request', () => {
  it('are none without rules, guards and globalProtect', () => {
    expect(demands([]).areNone).toBe(true);
    expect(demands([{ pattern: '/a' }]).areNone).toBe(false);
    expect(demands([], { globalProtect: true }).areNone).toBe(false);
    expect(demands([], {}, 'user').areNone).toBe(false);
  });

  it('come from the rules for the page and for the other paths of the request', () => {
    const rules = demands([{ pattern: '/a', role: 'x' }, { pattern: '/fr/**' }]);
    expect(asked(rules, '/fr/a', '/a')).toEqual(['/a (role x) /a', '/fr/** (signed in) /fr/a']);
  });

  it('come from the guard of the page in place of a rule', () => {
    expect(asked(demands([{ pattern: '/a', role: 'x' }]), '/a', '/a', { role: 'y' })).toEqual(['role y /a']);
    expect(asked(demands([{ pattern: '/a' }]), '/a', '/a', 'public')).toEqual([]);
  });

  it('are none for error pages requested by their paths, including those of locales', async () => {
    const rules = demands([{ pattern: '/**' }], { globalProtect: true }, 'user');
    for (const page of ['/404', '/500', '/fr/404', '/fr/500']) {
      expect(asked(rules, page)).toEqual([]);
      expect(await rules.guardOf(page)).toBeUndefined();
    }
    expect(asked(rules, '/de/404')).toHaveLength(1);
    expect(await rules.guardOf('/de/404')).toBeDefined();
    expect(asked(rules, '/fr/nothing', '/fr/404')).toEqual(['/** (signed in) /fr/nothing']);
  });

  it('are only the rules for the action when the login page is requested', () => {
    const rules = demands([{ pattern: '/**', role: 'x' }, { action: 'other' }], { globalProtect: true });
    const sent = (name: string) => ({ method: 'POST', action: { name, calledFrom: 'form' } });
    expect(asked(rules, '/login', '/login', 'guest', sent('signIn'))).toEqual(['/** (role x) /_actions/signIn']);
    expect(asked(demands([]), '/login', '/login', 'guest', sent('signIn'))).toEqual([]);
  });

  it('include the guard of another page that is served at the login path', () => {
    const other = { params: { user: 'login' }, hasRoute: () => true };
    expect(asked(demands([]), '/login.html', '/[user]', { role: 'x' }, other)).toEqual(['role x /login']);
  });

  it('include the rules behind one that hides, as for a missing page', () => {
    const rules = demands([{ pattern: '/a/**', role: 'x', status: 404 }, { pattern: '/a/b' }], { globalProtect: true });
    const behind = (path: string) => {
      return [...rules.behindHidden([path], GuardedPaths.ofPage(path), 'GET')].map(([demand]) => `${demand}`);
    };
    expect(behind('/a/b')).toEqual(['/a/b (signed in)']);
    expect(behind('/a/c')).toEqual(['/** (signed in)']);
  });

  it('are only reported where a rule or a guard says so', () => {
    const rules = demands([{ pattern: '/a', enforce: false }]);
    const own = new PageGuard({ role: 'x', enforce: false });
    expect([...rules.reportOnly(GuardedPaths.ofPage('/a'), 'GET', own)].map(String)).toEqual([
      'role x, report only',
      '/a (signed in), report only',
    ]);
    expect(rules.reportOnly(GuardedPaths.ofPage('/b'), 'GET', undefined).size).toBe(0);
  });

  it('may include signing in again, on the login page or on a page that a rule names', () => {
    const rules = demands([
      { pattern: '/a', authenticatedWithin: 60, redirectTo: '/again/?from=a' },
      { pattern: '/b' },
    ]);
    expect(['/login', '/login/', '/again', '/b'].map((path) => rules.signsInAgain(path))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});
