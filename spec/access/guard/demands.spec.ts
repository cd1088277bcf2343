import { describe, expect, it } from '@jest/globals';
import type { AccessRuleOptions } from '../../../lib/access/access-rule.js';
import { AccessRules } from '../../../lib/access/access-rules.js';
import { Demands } from '../../../lib/access/guard/demands.js';
import { GuardConfig, type GuardOptions } from '../../../lib/access/guard/guard-config.js';
import type { GuardedRequest } from '../../../lib/access/guard/guarded-request.js';
import { type Guard, PageGuard, PageGuards } from '../../../lib/access/guard/page-guard.js';
import { GuardedPaths } from '../../../lib/access/paths/guarded-paths.js';
import { call, navigation } from '../../support/guarded-request.js';

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

  describe('under public rules', () => {
    const OPEN: AccessRuleOptions = { pattern: '/open/**', public: true };
    const everything = { globalProtect: true };
    const member = '/** (signed in)';

    it('are none for the paths that these name, and for other spellings of them', () => {
      const rules = demands([OPEN, { pattern: '/about', public: true }], everything);
      expect(asked(rules, '/open/a')).toEqual([]);
      expect(asked(rules, '/about.html', '/about')).toEqual([]);
      expect(asked(rules, '/about/index.html', '/about')).toEqual([]);
      expect(asked(rules, '/other')).toEqual([`${member} /other`]);
    });

    it('remain for each further path that a request may lead to', () => {
      const rules = demands([OPEN, { pattern: '/a/**', role: 'x' }], everything);
      expect(asked(rules, '/open/a', '/secret')).toEqual([`${member} /secret`]);
      expect(asked(rules, '/secret', '/open/a')).toEqual([`${member} /secret`]);
      expect(asked(rules, '/open/a', '/a/b')).toEqual(['/a/** (role x) /a/b']);
      expect(asked(rules, '/a/b', '/open/a')).toEqual(['/a/** (role x) /a/b']);
      expect(asked(rules, '/secret', '/secret', undefined, { originalPathname: '/open/a' })).toEqual([
        `${member} /secret`,
      ]);
      expect(asked(rules, '/a/b.html', '/open/a')).toEqual(['/a/** (role x) /a/b.html']);
    });

    it('come from the first rule that matches', () => {
      const [first, last] = [{ pattern: '/**', role: 'x' }, OPEN];
      expect(asked(demands([first, last]), '/open/a')).toEqual(['/** (role x) /open/a']);
      expect(asked(demands([last, first]), '/open/a')).toEqual([]);
      expect(asked(demands([{ pattern: '/about', public: true }, first]), '/about.html', '/about')).toEqual([
        '/** (role x) /about.html',
      ]);
    });

    it('are those of the methods that these do not name', () => {
      const reading: AccessRuleOptions = { pattern: '/posts', methods: ['GET'], public: true };
      const rules = demands([reading], everything);
      const by = (method: string) => asked(rules, '/posts', '/posts', undefined, { method });
      expect(['GET', 'HEAD'].map(by)).toEqual([[], []]);
      expect(['POST', 'DELETE', 'OPTIONS'].map(by)).toEqual(Array(3).fill([`${member} /posts`]));
    });

    it('remain for the action of a form on a public page, and for the page of a public action', () => {
      const sent = { method: 'POST', action: { name: 'send', calledFrom: 'form' } };
      const action: AccessRuleOptions = { action: 'send', public: true };
      expect(asked(demands([OPEN], everything), '/open/a', '/open/a', undefined, sent)).toEqual([
        `${member} /_actions/send`,
      ]);
      expect(asked(demands([action], everything), '/other', '/other', undefined, sent)).toEqual([`${member} /other`]);
      expect(asked(demands([action, OPEN], everything), '/open/a', '/open/a', undefined, sent)).toEqual([]);
    });

    it('remain for every island of a file', () => {
      const island = { routePattern: '/_server-islands/[name]', params: { name: 'A' } };
      const of = (...islandNames: string[][]) =>
        asked(
          demands([{ island: 'Open', public: true }], everything),
          '/_server-islands/A',
          island.routePattern,
          undefined,
          {
            ...island,
            islandNames,
          },
        );
      expect(of(['Open', 'src/Open.astro'])).toEqual([]);
      expect(of(['Open'], ['Other'])).toEqual([`${member} /_server-islands/A#1`]);
    });

    it('are none for a page whose own guard is public for the method', () => {
      const guard: Guard = [{ public: true, methods: ['GET'] }, { role: 'y' }];
      const rules = demands([], everything, guard);
      expect(asked(rules, '/a', '/a', guard)).toEqual([]);
      expect(asked(rules, '/a', '/a', guard, { method: 'POST' })).toEqual(['GET everybody, or role y /a']);
    });

    it('are those of the hiding rule that comes first, but none behind it', () => {
      const rules = demands([{ pattern: '/open/**', status: 404, role: 'x' }, OPEN], everything);
      const paths = GuardedPaths.of(navigation('/open/a'), '') as GuardedPaths;
      expect(asked(rules, '/open/a')).toEqual(['/open/** (role x) /open/a']);
      expect([...rules.behindHidden(['/open/a'], paths, 'GET')]).toEqual([]);
    });
  });

  describe('of an OPTIONS request', () => {
    const PREFLIGHTS: AccessRuleOptions = { pattern: '/api/**', methods: ['OPTIONS'], public: true };
    const of = (from: Demands, more: Partial<GuardedRequest> = {}, guard?: Guard) => {
      const request = call('/api/a', { method: 'OPTIONS', ...more });
      const paths = GuardedPaths.of(request, '') as GuardedPaths;
      const lists = from.of(request, paths, guard && new PageGuard(guard));
      return lists.flatMap(({ asked, request: { method } }) =>
        [...asked.keys()].map((demand) => `${method}: ${demand}`),
      );
    };

    it('are those of every method where no function for OPTIONS answers it', () => {
      const rules = demands([PREFLIGHTS, { pattern: '/api/**', methods: ['POST', 'PURGE'], role: 'x' }]);
      const words = 'POST, PURGE /api/** (role x)';
      expect(of(rules)).toEqual([`POST: ${words}`, `PURGE: ${words}`]);
      expect(of(rules, { hasOptionsHandler: true })).toEqual([]);
      expect(of(rules, { method: 'GET' })).toEqual([]);
    });

    it('are those of its own rules where a function for OPTIONS answers it', () => {
      const rules = demands([{ pattern: '/api/**', role: 'x' }]);
      expect(of(rules, { hasOptionsHandler: true })).toEqual(['OPTIONS: /api/** (role x)']);
    });

    it('include globalProtect for the methods that are not excluded', () => {
      const exclude = [{ pattern: '/api/**', methods: ['OPTIONS', 'GET', 'POST', 'PUT', 'PATCH'] }];
      expect(of(demands([], { globalProtect: true, exclude }))).toEqual(['DELETE: /** (signed in)']);
    });

    it('include the guard of the page for every method', () => {
      const guard: Guard = [
        { methods: ['OPTIONS', 'GET'], public: true },
        { methods: ['PURGE'], role: 'x' },
      ];
      const words = 'OPTIONS, GET everybody, or PURGE role x';
      expect(of(demands([], {}, guard), {}, guard)).toEqual([`PURGE: ${words}`]);
      expect(of(demands([], {}, guard), { hasOptionsHandler: true }, guard)).toEqual([]);
    });
  });

  it('leave out paths that are excluded, for the methods that are', () => {
    const exclude = ['/health', { pattern: '/hooks/**', methods: ['POST'] }];
    const rules = demands([], { globalProtect: true, exclude });
    const by = (method: string, page = '/hooks/a') => asked(rules, '/hooks/a', page, undefined, { method });
    expect([by('POST'), by('GET')]).toEqual([[], ['/** (signed in) /hooks/a']]);
    expect(by('POST', '/secret')).toEqual(['/** (signed in) /secret']);
    expect(asked(rules, '/hooks/a.html', '/hooks/a', undefined, { method: 'POST' })).toEqual([]);
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
