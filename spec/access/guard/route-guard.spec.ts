import { describe, expect, it } from '@jest/globals';
import { AccessChecker } from '../../../lib/access/access-checker.js';
import { AccessDecision } from '../../../lib/access/access-decision.js';
import { AccessConfig } from '../../../lib/access/access-options.js';
import { AccessRule, type AccessRuleOptions, type PageRuleOptions } from '../../../lib/access/access-rule.js';
import { AccessRules } from '../../../lib/access/access-rules.js';
import { GuardConfig } from '../../../lib/access/guard/guard-config.js';
import type { GuardedRequest } from '../../../lib/access/guard/guarded-request.js';
import type { Guard } from '../../../lib/access/guard/page-guard.js';
import { PageGuards } from '../../../lib/access/guard/page-guard.js';
import { RouteGuard } from '../../../lib/access/guard/route-guard.js';
import { Visitor } from '../../../lib/access/visitor.js';
import { AccessDeniedError } from '../../../lib/errors/index.js';
import { MadeClasses } from '../../../lib/session/made-classes.js';
import { SecurityEvents } from '../../../lib/session/security-events.js';
import { call, navigation } from '../../support/guarded-request.js';
import { type GuardParts, guardWith, RememberingLog } from '../../support/guards.js';
import { RememberingEvents } from '../../support/remembering-events.js';
import { admin, guest, member } from '../../support/visitors.js';

const HERE = 'http://site.example';
const ADMIN_ONLY: PageRuleOptions = { pattern: '/admin/**', role: 'admin' };

/** Summarises a response by its status and location; "page" stands for an admitted visitor. */
function outcome(response: Response | undefined): string {
  if (!response) return 'page';
  const location = response.headers.get('location');
  return location === null ? String(response.status) : `${response.status} ${location}`;
}

async function inspect(
  protect: readonly AccessRuleOptions[],
  request: ReturnType<typeof navigation>,
  visitor: Visitor,
  parts: GuardParts = {},
): Promise<string> {
  return outcome(await guardWith(protect, parts).inspect(request, visitor));
}

/** Summarises the response to a refusal that is thrown by the code of a page. */
async function answerTo(error: AccessDeniedError, request: GuardedRequest, visitor: Visitor): Promise<string> {
  const { response } = await guardWith([]).judgeDenied(error, request, visitor);
  return outcome(response);
}

describe('The route guard', () => {
  it('admits everyone to a page that no rule names', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/about'), guest())).toBe('page');
    expect(await inspect([], navigation('/about'), guest())).toBe('page');
  });

  it('admits a visitor who meets the rule', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/admin/users'), admin())).toBe('page');
  });

  it('decides by the first rule that matches', async () => {
    const rules = [{ pattern: '/admin/open', allow: () => true }, ADMIN_ONLY];
    expect(await inspect(rules, navigation('/admin/open'), guest())).toBe('page');
    expect(await inspect([...rules].reverse(), navigation('/admin/open'), guest())).toMatch(/^302/);
  });
});

describe('An OPTIONS request', () => {
  const open: AccessRuleOptions = { pattern: '/api/**', methods: ['OPTIONS'], public: true };
  const asks = { method: 'OPTIONS' };

  it('is judged as every method unless a function of its own answers it, and reported as what it is', async () => {
    const events = new RememberingEvents();
    const rules = [open, { pattern: '/api/**', methods: ['POST'], role: 'admin' }];
    expect(await inspect(rules, call('/api/a', asks), guest(), { events })).toBe('401');
    expect(await inspect(rules, call('/api/a', asks), member(), { events })).toBe('403');
    expect(events.take()).toEqual([
      expect.objectContaining({ method: 'OPTIONS', rule: 'POST /api/** (role admin)' }),
      expect.objectContaining({ method: 'OPTIONS', rule: 'POST /api/** (role admin)' }),
    ]);
    expect(await inspect(rules, call('/api/a', asks), admin(), { events })).toBe('page');
    expect(await inspect(rules, call('/api/a', { ...asks, hasOptionsHandler: true }), guest())).toBe('page');
  });

  it('is judged so by functions, which are asked about each method', async () => {
    const byMethod: AccessRuleOptions = {
      pattern: '/api/**',
      allow: (session, { method }) => method === 'OPTIONS' || session !== null,
    };
    expect(await inspect([byMethod], call('/api/a', asks), guest())).toBe('401');
    expect(await inspect([byMethod], call('/api/a', asks), member())).toBe('page');
    expect(await inspect([byMethod], call('/api/a', { ...asks, hasOptionsHandler: true }), guest())).toBe('page');
  });

  it('of a hidden page is answered as if there were none', async () => {
    const rules = [open, { pattern: '/api/**', role: 'admin', status: 404 as const }];
    expect(await inspect(rules, call('/api/a', asks), member())).toBe('404');
    expect(await inspect(rules, call('/api/a', asks), admin())).toBe('page');
  });
});

describe('The page of a submitted form', () => {
  it("is shown to visitors who may see it, whatever the rule for the form's action", async () => {
    const rules = [ADMIN_ONLY, { action: 'x', role: 'admin' }];
    const form = (path: string) => navigation(path, { method: 'POST', action: { name: 'x', calledFrom: 'form' } });
    expect(await guardWith(rules).admits(form('/admin'), guest())).toBe(false);
    expect(await guardWith(rules).admits(form('/admin'), admin())).toBe(true);
    expect(await guardWith(rules).admits(form('/about'), guest())).toBe(true);
    expect(await guardWith(rules, { enforce: false }).admits(form('/admin'), guest())).toBe(true);
    expect(await guardWith(rules).admits({ ...form('/a'), pathname: '/a%' }, guest())).toBe(false);
  });

  const sent = { method: 'POST', formPage: '/admin?tab=2' };

  it('is where a refused guest returns after signing in', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/admin?tab=2&_action=x', sent), guest())).toBe(
      '303 /login?returnTo=%2Fadmin%3Ftab%3D2',
    );
    expect(await inspect([ADMIN_ONLY], call('/admin', sent), guest())).toBe('401');
  });

  it.each([
    [true, 'page'],
    [false, '302 /'],
  ])(
    'is shown to a user, though it is for guests, only with the result of the form (showsForm: %s)',
    async (showsForm, expected) => {
      const join = navigation('/join', { showsForm });
      const login = navigation('/login', { showsForm });
      expect(await inspect([], join, member(), { pages: { '/join': 'guest' } })).toBe(expected);
      expect(await inspect([], login, member(), { globalProtect: true })).toBe(expected);
      expect(await inspect([{ pattern: '/join', role: 'admin' }], join, member())).toBe('302 /login');
    },
  );
});

describe('A guest', () => {
  it('is redirected to the login page with a way back when opening a protected page', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/admin/users?page=2'), guest())).toBe(
      '302 /login?returnTo=%2Fadmin%2Fusers%3Fpage%3D2',
    );
  });

  it("is redirected to the rule's redirectTo in place of the login page", async () => {
    const rule = { ...ADMIN_ONLY, redirectTo: '/welcome?from=admin#top' };
    expect(await inspect([rule], navigation('/admin'), guest(), { loginPath: '/signin' })).toBe(
      '302 /welcome?from=admin&returnTo=%2Fadmin#top',
    );
    expect(await inspect([ADMIN_ONLY], navigation('/admin'), guest(), { loginPath: '/signin' })).toBe(
      '302 /signin?returnTo=%2Fadmin',
    );
  });

  it('is never redirected to forbiddenPath, which is for signed-in users', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/admin'), guest(), { forbiddenPath: '/no' })).toMatch(
      /^302 \/login/,
    );
  });

  it('gets 401 with a problem document when calling from a program', async () => {
    const response = await guardWith([ADMIN_ONLY]).inspect(call('/admin'), guest());
    expect(response?.status).toBe(401);
    expect(response?.headers.get('content-type')).toBe('application/problem+json');
    expect(await response?.json()).toEqual({
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      detail: 'not signed in',
      code: 'NOT_SIGNED_IN',
    });
  });

  it.each([
    ['GET', '302 /login?returnTo=%2Fadmin'],
    ['HEAD', '302 /login?returnTo=%2Fadmin'],
    ['POST', '303 /login'],
    ['PUT', '303 /login'],
  ])('gets a way back only for GET and HEAD requests: %s leads to %s', async (method, expected) => {
    expect(await inspect([ADMIN_ONLY], navigation('/admin', { method }), guest())).toBe(expected);
  });

  it('is redirected to another site without the base of this one', async () => {
    const rule = { ...ADMIN_ONLY, redirectTo: 'https://sso.example/start' };
    expect(await inspect([rule], navigation('/app/admin'), guest(), { site: { base: '/app' } })).toBe(
      '302 https://sso.example/start?returnTo=%2Fapp%2Fadmin',
    );
  });

  it('is redirected to a login path in any script, percent-encoded', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/admin'), guest(), { loginPath: '/ログイン' })).toMatch(
      /^302 \/%E3%83%AD/,
    );
  });

  it('gets no way back to an address that would lead off the site', async () => {
    const elsewhere = navigation('/admin', { pathname: `${'/'.repeat(2)}evil.example`, routePattern: '/admin' });
    expect(await inspect([ADMIN_ONLY], elsewhere, guest())).toBe('302 /login');
  });
});

describe('A signed-in user whom a rule refuses', () => {
  it.each<[string, GuardParts, Partial<PageRuleOptions>, string]>([
    ['the login page when nothing else is configured', {}, {}, '302 /login'],
    ['forbiddenPath', { forbiddenPath: '/no' }, {}, '302 /no'],
    [
      'redirectTo of the rule rather than forbiddenPath',
      { forbiddenPath: '/no' },
      { redirectTo: '/upgrade' },
      '302 /upgrade',
    ],
    ['a path below the base', { forbiddenPath: '/no', site: { base: '/app' } }, {}, '302 /app/no'],
    ['a path with the trailing slash of the site', { site: { trailingSlash: 'always' } }, {}, '302 /login/'],
  ])('is redirected to %s', async (_, parts, rule, expected) => {
    const address = `${parts.site?.base ?? ''}/admin`;
    const request = navigation(address, { routePattern: '/admin' });
    expect(await inspect([{ ...ADMIN_ONLY, ...rule }], request, member(), parts)).toBe(expected);
  });

  it('gets 403 with a problem document when calling from a program', async () => {
    const response = await guardWith([ADMIN_ONLY]).inspect(call('/admin'), member());
    expect(response?.status).toBe(403);
    expect(await response?.json()).toMatchObject({ title: 'Forbidden', status: 403, code: 'MISSING_ROLE' });
  });

  it('is redirected with 303 after sending a form', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/admin', { method: 'POST' }), member())).toBe('303 /login');
  });
});

describe('A refusal', () => {
  it.each([navigation('/admin'), call('/admin'), navigation('/admin', { method: 'POST' })])(
    'is never cached (%#)',
    async (request) => {
      for (const visitor of [guest(), member()]) {
        const response = await guardWith([ADMIN_ONLY]).inspect(request, visitor);
        expect(response?.headers.get('cache-control')).toBe('private, no-store');
        expect(response?.headers.get('vary')).toMatch(/^Cookie, /);
      }
    },
  );

  it('gets the same response when thrown by the code of a page as by a rule', async () => {
    const unauthorized = new AccessDeniedError(401, true, 'not signed in');
    const forbidden = new AccessDeniedError(403, true, 'not yours');
    const program = new AccessDeniedError(403, false, 'x');
    expect(await answerTo(unauthorized, navigation('/mine'), guest())).toBe('302 /login?returnTo=%2Fmine');
    expect(await answerTo(forbidden, navigation('/mine'), member())).toBe('302 /login');
    expect(await answerTo(forbidden, call('/mine'), member())).toBe('403');
    expect(await answerTo(program, navigation('/mine'), member())).toBe('403');
    expect(await answerTo(unauthorized, navigation('/login'), guest())).toBe('401');
  });

  it('holds when thrown by the code of a page at an unreadable path', async () => {
    const unreadable = navigation('/a', { pathname: '/%ff', routePattern: '/[x]', params: { x: 'a' } });
    const denied = new AccessDeniedError(401, true, 'not signed in');
    expect(await answerTo(denied, unreadable, guest())).toMatch(/^302 \/login/);
  });

  it('gives a guest the response of a subclass that overrides challenge()', async () => {
    class Teapot extends RouteGuard {
      protected override async challenge() {
        return new Response(null, { status: 418 });
      }
    }
    const config = new GuardConfig({ protect: [ADMIN_ONLY] });
    const checker = new AccessChecker(new AccessConfig());
    const guard = new Teapot(
      new AccessRules(config),
      new PageGuards(),
      checker,
      config,
      new RememberingLog(),
      new SecurityEvents(),
    );
    expect(outcome(await guard.inspect(navigation('/admin'), guest()))).toBe('418');
    expect(outcome(await guard.inspect(navigation('/admin'), member()))).toBe('302 /login');
  });
});

describe('A redirect loop', () => {
  const everything: AccessRuleOptions = { pattern: '/**', role: 'admin' };

  it.each<[string, AccessRuleOptions[], GuardParts, Visitor, string]>([
    ['to the page itself', [{ ...ADMIN_ONLY, redirectTo: '/admin' }], {}, member(), '403'],
    ['to the page itself, with a query', [{ ...ADMIN_ONLY, redirectTo: '/admin/?why=role' }], {}, member(), '403'],
    ['to the page itself, percent-encoded', [{ ...ADMIN_ONLY, redirectTo: '/%61dmin' }], {}, member(), '403'],
    ['to the page itself, by an absolute URL', [{ ...ADMIN_ONLY, redirectTo: `${HERE}/admin?a` }], {}, member(), '403'],
    [
      'to the page itself, by an absolute URL, as a guest',
      [{ ...ADMIN_ONLY, redirectTo: `${HERE}/admin` }],
      {},
      guest(),
      '401',
    ],
    [
      'between two rules, one of which names an absolute URL with the base',
      [
        { ...ADMIN_ONLY, redirectTo: '/b' },
        { pattern: '/b', role: 'x', redirectTo: `${HERE}/shop/admin` },
      ],
      { site: { base: '/shop' } },
      member(),
      '403',
    ],
    [
      'to another site, at the same path',
      [{ ...ADMIN_ONLY, redirectTo: 'https://other.example/admin' }],
      {},
      member(),
      '302 https://other.example/admin',
    ],
    ['to the page itself, as a guest', [{ ...ADMIN_ONLY, redirectTo: '/admin' }], {}, guest(), '401'],
    [
      'between two rules',
      [
        { ...ADMIN_ONLY, redirectTo: '/b' },
        { pattern: '/b', role: 'x', redirectTo: '/admin' },
      ],
      {},
      member(),
      '403',
    ],
    ['from forbiddenPath to itself', [everything], { forbiddenPath: '/no' }, member(), '403'],
    ['through the login page and the home page', [everything], { globalProtect: true }, member(), '403'],
    [
      'through the login page to a home page that refuses',
      [ADMIN_ONLY],
      { globalProtect: true, homePath: '/admin' },
      member(),
      '403',
    ],
    [
      'to a login path that is percent-encoded',
      [],
      { globalProtect: true, loginPath: '/f%C3%BCr' },
      guest(),
      '302 /f%C3%BCr?returnTo=%2Fadmin',
    ],
  ])('is distinguished from a redirect that leads on: %s', async (_, rules, parts, visitor, expected) => {
    expect(await inspect(rules, navigation('/admin'), visitor, parts)).toBe(expected);
  });

  it('does not arise at a login path that is percent-encoded', async () => {
    const parts = { globalProtect: true, loginPath: '/f%C3%BCr' };
    expect(await inspect([], navigation('/für'), guest(), parts)).toBe('page');
  });

  it('is assumed after a chain of more than five redirects', async () => {
    const chain = (length: number): AccessRuleOptions[] =>
      Array.from({ length }, (_, at) => ({ pattern: `/p${at}`, role: 'x', redirectTo: `/p${at + 1}` }));
    expect(await inspect(chain(5), navigation('/p0'), member())).toBe('302 /p1');
    expect(await inspect(chain(6), navigation('/p0'), member())).toBe('403');
  });

  it('is not assumed where the home page is the login page', async () => {
    const parts = { globalProtect: true, homePath: '/login' };
    expect(await inspect([ADMIN_ONLY], navigation('/admin'), member(), parts)).toBe('302 /login');
    expect(await inspect([ADMIN_ONLY], navigation('/login'), member(), parts)).toBe('page');
  });

  it('never catches a visitor who follows every redirect, whatever the rules', async () => {
    const pages = ['/', '/login', '/admin', '/b', '/no'];
    for (const globalProtect of [true, false]) {
      for (const visitor of [guest(), member(), admin()]) {
        for (const redirectTo of pages) {
          for (const forbiddenPath of pages) {
            const rules = [
              { ...ADMIN_ONLY, redirectTo },
              { pattern: '/b', role: 'x', redirectTo: '/admin' },
            ];
            const guard = guardWith(rules, { globalProtect, forbiddenPath, homePath: '/b' });
            for (const start of pages) {
              let path = start;
              let hops = 0;
              for (; hops < 10; hops++) {
                const response = await guard.inspect(navigation(path), visitor);
                const location = response?.headers.get('location');
                if (location === undefined || location === null) break;
                path = location;
              }
              expect(hops).toBeLessThan(6);
            }
          }
        }
      }
    }
  });
});

describe('globalProtect', () => {
  const parts: GuardParts = { globalProtect: true, exclude: ['/public/**'] };

  it('opens only the excluded pages and the login page to guests', async () => {
    expect(await inspect([], navigation('/anything'), guest(), parts)).toBe('302 /login?returnTo=%2Fanything');
    expect(await inspect([], navigation('/public/a'), guest(), parts)).toBe('page');
    expect(await inspect([], navigation('/login'), guest(), parts)).toBe('page');
    expect(await inspect([], navigation('/login', { method: 'POST' }), guest(), parts)).toBe('page');
    expect(await inspect([], navigation('/anything'), member(), parts)).toBe('page');
  });

  it('leaves a rule in force on an excluded path', async () => {
    expect(
      await inspect([{ pattern: '/public/staff', role: 'admin' }], navigation('/public/staff'), guest(), parts),
    ).toMatch(/^302/);
  });

  it('protects a page outside the exclusions even at an excluded address', async () => {
    const rewritten = navigation('/public/a', { routePattern: '/secret' });
    expect(await inspect([], rewritten, guest(), parts)).toMatch(/^302/);
  });

  it.each([
    ['GET', member(), '302 /'],
    ['HEAD', member(), 'page'],
    ['POST', member(), 'page'],
    ['GET', guest(), 'page'],
  ])(
    'sends visitors of the login page home only on a GET by a signed-in user: %s (%#)',
    async (method, visitor, expected) => {
      expect(await inspect([], navigation('/login', { method }), visitor, parts)).toBe(expected);
    },
  );

  it('sends a signed-in user home below the base, with the trailing slash of the site', async () => {
    const site = { base: '/app', trailingSlash: 'always' };
    const request = navigation('/app/login/', { routePattern: '/login' });
    expect(await inspect([], request, member(), { ...parts, homePath: '/home', site })).toBe('302 /app/home/');
  });
});

describe('The login page', () => {
  it('is open whatever the rules', async () => {
    const everything = [{ pattern: '/**', role: 'admin' }];
    expect(await inspect(everything, navigation('/login'), guest())).toBe('page');
    expect(await inspect(everything, navigation('/login/?x=1'), member())).toBe('page');
    expect(await inspect(everything, navigation('/login/reset'), guest())).toMatch(/^302/);
  });

  it('is shown to a signed-in user unless everything is protected', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/login'), member())).toBe('page');
  });

  it('is shown at an open address that is rewritten to it', async () => {
    const rewritten = navigation('/public', { routePattern: '/login' });
    expect(await inspect([], rewritten, guest(), { globalProtect: true, exclude: ['/public'] })).toBe('page');
  });

  it('opens no other page, neither by its address nor by its route', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/login', { routePattern: '/admin' }), guest())).toBe('401');
    expect(await inspect([ADMIN_ONLY], navigation('/admin', { routePattern: '/login' }), guest())).toBe('401');
  });
});

describe('The protection of a page', () => {
  const routed = { routePattern: '/admin/[...rest]', params: { rest: 'users' } };

  it.each([
    ['an unprotected address does not open a protected page', navigation('/open', routed), 'refused'],
    [
      'an unprotected page does not open a protected address',
      navigation('/admin/x', { routePattern: '/open' }),
      'refused',
    ],
    ['neither the address nor the page is protected', navigation('/open', { routePattern: '/also-open' }), 'page'],
    ['the 404 page is judged by the address', navigation('/admin/x', { routePattern: '/404' }), 'refused'],
    ['the 500 page is judged by the address', navigation('/admin/x', { routePattern: '/500' }), 'refused'],
    ['the error page at an open address is open', navigation('/open', { routePattern: '/404' }), 'page'],
  ])('considers both the address and the page served: %s', async (_, request, expected) => {
    const answer = await inspect([ADMIN_ONLY], request, guest());
    expect(answer === 'page' ? 'page' : 'refused').toBe(expected);
  });

  it('applies both rules where the address and the page match different ones', async () => {
    const rules = [
      { pattern: '/a', role: 'a' },
      { pattern: '/b', role: 'b' },
    ];
    const request = navigation('/a', { routePattern: '/b' });
    expect(await inspect(rules, request, member(['a']))).toMatch(/^302/);
    expect(await inspect(rules, request, member(['b']))).toMatch(/^302/);
    expect(await inspect(rules, request, member(['a', 'b']))).toBe('page');
  });

  it('applies a rule once if it matches both the address and the page', async () => {
    let asked = 0;
    const rule = { pattern: '/a/**', allow: () => ++asked > 0 };
    await inspect([rule], navigation('/a/x', { routePattern: '/a/y' }), guest());
    expect(asked).toBe(1);
  });

  it('holds with the base, without it and with a doubled slash', async () => {
    const site = { base: '/app' };
    for (const address of ['/app/admin', '/admin', '//app/admin']) {
      const request = navigation('/', { pathname: address, routePattern: '/admin' });
      expect(await inspect([ADMIN_ONLY], request, guest(), { site })).toMatch(/^302 \/app\/login/);
    }
  });

  it.each([1, 2, 5])('holds when the address is percent-encoded %i times', async (levels) => {
    const hex = (character: string) => `%${character.charCodeAt(0).toString(16)}`;
    const once = Array.from('admin', hex).join('');
    const name = Array.from({ length: levels - 1 }).reduce<string>((text) => text.replaceAll('%', '%25'), once);
    const request = navigation('/', { pathname: `/${name}`, routePattern: '/[page]', params: { page: name } });
    expect(await inspect([ADMIN_ONLY], request, guest())).toMatch(/^302/);
  });
});

describe('An unreadable path', () => {
  it('is answered with 400 and a problem document', async () => {
    const request = navigation('/', { pathname: '/%ff', routePattern: '/[x]', params: { x: 'a' } });
    const response = await guardWith([ADMIN_ONLY]).inspect(request, admin());
    expect(response?.status).toBe(400);
    expect(response?.headers.get('content-type')).toBe('application/problem+json');
    expect(response?.headers.get('cache-control')).toBe('private, no-store');
    expect(await response?.json()).toEqual({ type: 'about:blank', title: 'Bad Request', status: 400 });
  });

  it('is also one that would take too long to match against the rules', async () => {
    const rules = Array.from({ length: 200 }, (_, at) => ({ pattern: `/**/a${at}/**/z`, role: 'admin' }));
    const address = `/${Array.from({ length: 200 }, (_, at) => `a${at}`).join('/')}`;
    const guard = guardWith(rules);
    expect((await guard.inspect(navigation(address), admin()))?.status).toBe(400);
    expect(await guard.admits(navigation(address), admin())).toBe(false);
    expect(await guard.inspect(navigation('/a1/b/z'), admin())).toBeUndefined();
    const trying = guardWith(rules.map((rule) => ({ ...rule, enforce: false })));
    expect((await trying.inspect(navigation(address), guest()))?.status).toBe(400);
  });

  it('is let through by a guard without rules', async () => {
    expect(await inspect([], navigation('/', { pathname: '/%ff' }), guest())).toBe('page');
  });
});

describe('A check that throws', () => {
  const down = new Error('down');
  const broken = () => {
    throw down;
  };

  it.each<[string, AccessRuleOptions, GuardParts]>([
    ['allow', { pattern: '/admin', allow: broken }, {}],
    ['an asynchronous allow', { pattern: '/admin', allow: () => Promise.reject(down) }, {}],
    ['access.check', { pattern: '/admin' }, { access: { check: broken } }],
  ])('refuses the visitor and is logged: %s', async (_, rule, parts) => {
    const log = new RememberingLog();
    const response = await guardWith([rule], { ...parts, log }).inspect(call('/admin'), admin());
    expect(response?.status).toBe(403);
    expect(await response?.json()).toMatchObject({ code: 'CHECK_FAILED' });
    expect(log.failures).toEqual([{ line: expect.stringContaining('/admin'), error: down }]);
  });

  it('refuses the visitor in a custom checker as well', async () => {
    class Broken extends AccessChecker {
      override async check(): Promise<AccessDecision> {
        throw down;
      }
    }
    const log = new RememberingLog();
    const checker = new Broken(new AccessConfig());
    expect(await inspect([{ pattern: '/admin' }], call('/admin'), admin(), { checker, log })).toBe('403');
    expect(log.failures[0]?.error).toBe(down);
  });
});

describe('A logged decision', () => {
  async function linesOf(request: ReturnType<typeof navigation>, visitor: Visitor, parts: GuardParts = {}) {
    const log = new RememberingLog();
    await guardWith([ADMIN_ONLY], { debug: true, log, ...parts }).inspect(request, visitor);
    return log.decisions;
  }

  it('states the request, the rule, the result and the reason', async () => {
    expect(await linesOf(navigation('/admin/a'), admin())).toEqual([
      'GET /admin/a (route /admin/a): /admin/** (role admin) granted: every requirement holds',
    ]);
    expect(await linesOf(call('/admin/a', { method: 'POST' }), member())).toEqual([
      'POST /admin/a (route /admin/a): /admin/** (role admin) refused: needs role admin',
    ]);
  });

  it('shows the path as it is in the URL', async () => {
    expect((await linesOf(navigation('/admin/caf%C3%A9'), admin()))[0]).toContain('GET /admin/caf%C3%A9 (');
  });

  it('is one line, whatever the path, the route and the reason contain', async () => {
    const breaks = [10, 13, 0x85, 0x2028, 0x2029].map((code) => String.fromCharCode(code)).join('');
    class Chatty extends AccessChecker {
      override async check() {
        return this.grant(`because${breaks}it may`);
      }
    }
    const checker = new Chatty(new AccessConfig());
    const request = navigation('/', { pathname: `/admin/a${breaks}b`, routePattern: `/admin/a${breaks}c` });
    const [line] = await linesOf(request, admin(), { checker });
    expect(line).toMatch(/^GET \/admin\/a%0A.*because%0A.*it may$/);
    expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
  });

  it('contains no data of the session', async () => {
    const visitor = new Visitor({ userId: 'ada-7', email: 'ada@example.com', token: 's3cr3t' }, ['spy'], ['peek']);
    const lines = [
      ...(await linesOf(navigation('/admin'), visitor)),
      ...(await linesOf(navigation('/admin'), visitor, { access: { check: () => true } })),
    ];
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toMatch(/ada|s3cr3t|spy|peek/);
  });

  it('is omitted without debug, and where nothing was decided', async () => {
    expect(await linesOf(navigation('/admin'), admin(), { debug: false })).toEqual([]);
    expect(await linesOf(navigation('/open'), admin())).toEqual([]);
  });
});

describe('A registered subclass of AccessRule', () => {
  it('is instantiated by the guard as well', async () => {
    class TeamRule extends AccessRule {}
    class TeamDecision extends AccessDecision {}
    const made = new MadeClasses(
      new Map<typeof AccessRule | typeof AccessDecision, never>([
        [AccessRule, TeamRule as never],
        [AccessDecision, TeamDecision as never],
      ]),
    );
    const asked: AccessRule[] = [];
    const access = { check: (rule: AccessRule) => asked.push(rule) > 0 };
    await guardWith([], { globalProtect: true, made, access }).inspect(navigation('/x'), guest());
    expect(asked[0]).toBeInstanceOf(TeamRule);
  });
});

describe('A custom checker', () => {
  it.each([
    ['an object that looks like a decision', { isGranted: true }],
    [
      'a decision with a string in place of true',
      Object.assign(new AccessDecision(true, 'GRANTED', ''), { isGranted: 'no' }),
    ],
    ['true', true],
    ['undefined', undefined],
  ])('admits nobody by returning %s', async (_, answer) => {
    class Sloppy extends AccessChecker {
      override async check() {
        return answer as AccessDecision;
      }
    }
    const checker = new Sloppy(new AccessConfig());
    expect(await inspect([ADMIN_ONLY], call('/admin'), admin(), { checker })).toBe('403');
  });
});

describe('A response that a rule decides on', () => {
  it('is personal, whether it is the page or a refusal, unlike other responses', async () => {
    const told: string[] = [];
    const ask = async (path: string, visitor: Visitor) => {
      const { isPersonal } = await guardWith([ADMIN_ONLY]).judge(navigation(path), () => visitor);
      if (isPersonal) told.push(path);
    };
    await ask('/about', guest());
    await ask('/admin/page', admin());
    await ask('/admin/refused', guest());
    expect(told).toEqual(['/admin/page', '/admin/refused']);
  });
});

describe('A guard exported by a page', () => {
  const rules: AccessRuleOptions[] = [{ pattern: '/**', role: 'admin' }];

  it.each<[Guard, Visitor, string]>([
    ['public', guest(), 'page'],
    ['public', member(), 'page'],
    ['user', guest(), '302 /login?returnTo=%2Fteam'],
    ['user', member(), 'page'],
    ['guest', guest(), 'page'],
    ['guest', member(), '302 /home'],
    [{ role: 'user' }, member(), 'page'],
    [{ role: 'editor', redirectTo: '/why' }, member(), '302 /why'],
    [{ role: 'editor', status: 404 }, member(), '404'],
    [[{ role: 'editor' }, { role: 'user' }], member(), 'page'],
    [[{ role: 'editor' }, { role: 'author' }], member(), '302 /no'],
    [['guest', { role: 'editor' }], guest(), 'page'],
    [['guest', { role: 'editor' }], member(), '302 /no'],
    [{ role: 'editor', methods: ['POST'] }, admin(), 'page'],
    [{ role: 'editor', methods: ['POST'] }, member(), '302 /no'],
  ])('decides in place of the rules when it is %j (%#)', async (guard, visitor, expected) => {
    const parts: GuardParts = {
      pages: { '/team': guard, '/home': 'user', '/no': 'public', '/why': 'public' },
      homePath: '/home',
      forbiddenPath: '/no',
    };
    expect(await inspect(rules, navigation('/team'), visitor, parts)).toBe(expected);
  });

  it('decides in place of globalProtect at every address of the page', async () => {
    const parts: GuardParts = { pages: { '/about': 'public' }, globalProtect: true };
    for (const address of ['/about', '/about/', '/about.html', '/fr/about']) {
      expect(await inspect([], navigation(address, { routePattern: '/about' }), guest(), parts)).toBe('page');
    }
  });

  it('does not open another address that a rule names, nor an action', async () => {
    const parts: GuardParts = { pages: { '/about': 'public' }, globalProtect: true };
    const elsewhere = navigation('/fr/about', { routePattern: '/about' });
    expect(await inspect([{ pattern: '/fr/**', role: 'fr' }], elsewhere, guest(), parts)).toMatch(/^302/);
    const action = navigation('/about', { method: 'POST', action: { name: 'send', calledFrom: 'form' } });
    expect(await inspect([], action, guest(), parts)).toBe('303 /login');
  });

  it('answers signed-in programs with 403 where the page is for guests', async () => {
    expect(await inspect([], call('/join'), member(), { pages: { '/join': 'guest' } })).toBe('403');
  });

  it('redirects signed-in users home from the login page and refuses nobody else there', async () => {
    const pages: Record<string, Guard> = { '/login': 'guest' };
    expect(await inspect([], navigation('/login'), member(), { pages })).toBe('302 /');
    expect(await inspect([], navigation('/login'), guest(), { pages })).toBe('page');
    expect(await inspect([], navigation('/login'), guest(), { pages: { '/login': { role: 'x' } } })).toBe('page');
  });

  it('causes no redirect loop through the login page or the home page', async () => {
    const parts: GuardParts = { pages: { '/login': 'guest' } };
    expect(await inspect(rules, navigation('/'), member(), parts)).toBe('403');
    expect(await inspect([], navigation('/'), member(), { pages: { '/': 'guest' } })).toBe('403');
    expect(await inspect([], navigation('/a'), member(), { pages: { '/a': 'guest', '/': 'guest' } })).toBe('403');
  });

  it('is ignored on error pages, which are open to everyone', async () => {
    const missing = navigation('/nothing', { routePattern: '/404' });
    expect(await inspect([], missing, guest(), { pages: { '/404': 'user' } })).toBe('page');
  });

  it('admits nobody when it cannot be loaded', async () => {
    const guard = guardWith([], { pages: { '/a': { role: 'x' } } });
    class Broken extends PageGuards {
      override of(): never {
        throw new Error('broken');
      }
    }
    const config = new GuardConfig({ protect: [ADMIN_ONLY] });
    const checker = new AccessChecker(new AccessConfig());
    const broken = new RouteGuard(
      new AccessRules(config),
      new Broken(),
      checker,
      config,
      new RememberingLog(),
      new SecurityEvents(),
    );
    await expect(broken.inspect(navigation('/a'), admin())).rejects.toThrow('broken');
    expect(outcome(await guard.inspect(navigation('/a'), member()))).toMatch(/^302/);
  });
});

describe('A rule with status: 404', () => {
  it('hides a response of the application where no route matches', async () => {
    const rule: AccessRuleOptions = { pattern: '/a', role: 'admin', status: 404 };
    const nowhere = navigation('/a', { routePattern: '/404' });
    expect(await inspect([rule], nowhere, guest())).toBe('page');
    expect(await inspect([rule], { ...nowhere, isOwnAnswer: true }, guest())).toBe('404');
    expect(await inspect([rule], { ...nowhere, isOwnAnswer: true }, member(['admin']))).toBe('page');
  });

  const hide: AccessRuleOptions = { action: 'remove', role: 'admin', status: 404 };
  const form = { method: 'POST', routePattern: '/404', action: { name: 'remove', calledFrom: 'form' } } as const;

  it('stops an action on the 404 page, and still shows that page', async () => {
    expect(await inspect([hide], navigation('/nothing', form), guest())).toBe('404');
    expect(await inspect([hide], navigation('/nothing', { ...form, wasRefused: true }), guest())).toBe('page');
  });

  it("answers a client's call like Astro answers a call of an unknown action", async () => {
    const rpc = call('/_actions/remove', { ...form, action: { name: 'remove', calledFrom: 'rpc' } });
    const response = await guardWith([hide]).inspect(rpc, guest());
    expect([response?.status, await response?.json(), [...(response?.headers ?? [])]]).toEqual([
      404,
      { type: 'AstroActionError', code: 'NOT_FOUND', status: 404, message: '' },
      [['content-type', 'application/json']],
    ]);
  });

  /** Stands for a 404 page rendered on demand: its own rules apply before it is shown. */
  const asMissing: GuardedRequest['asMissing'] = (path) => navigation(path, { routePattern: '/404' });
  const secret: AccessRuleOptions = { pattern: '/a/**', role: 'admin', status: 404 };

  it.each<[string, readonly AccessRuleOptions[], Visitor, GuardParts, string]>([
    ['a guest', [secret], guest(), {}, '404'],
    ['a guest, with globalProtect', [secret], guest(), { globalProtect: true }, '302 /login?returnTo=%2Fa%2Fb'],
    ['a member, with globalProtect', [secret], member(), { globalProtect: true }, '404'],
    [
      'a guest on an excluded path, with globalProtect',
      [secret],
      guest(),
      { globalProtect: true, exclude: ['/a/**'] },
      '404',
    ],
    [
      'a guest, with another rule behind it',
      [secret, { pattern: '/a/**' }],
      guest(),
      {},
      '302 /login?returnTo=%2Fa%2Fb',
    ],
    ['a member, with another rule behind it', [secret, { pattern: '/a/**' }], member(), {}, '404'],
    [
      'a member whom another rule refuses',
      [secret, ADMIN_ONLY, { pattern: '/**', role: 'x' }],
      member(),
      {},
      '302 /login',
    ],
    [
      'a guest, with another rule that hides the page',
      [secret, { pattern: '/**', role: 'x', status: 404 }],
      guest(),
      {},
      '404',
    ],
    ['a guest, with guestsSignIn', [{ ...secret, guestsSignIn: true }], guest(), {}, '302 /login?returnTo=%2Fa%2Fb'],
    ['a member, with guestsSignIn', [{ ...secret, guestsSignIn: true }], member(), {}, '404'],
  ])('gives a hidden page the same response as a missing one: %s', async (_, rules, visitor, parts, expected) => {
    const there = { page: navigation('/a/b', { asMissing }), endpoint: call('/a/b', { asMissing, isEndpoint: true }) };
    expect(await inspect(rules, there.page, visitor, parts)).toBe(expected);
    expect(await inspect(rules, there.endpoint, visitor, parts)).toBe(expected);
    const missing = await inspect(rules, navigation('/a/b', { routePattern: '/404' }), visitor, parts);
    expect(missing).toBe(expected === '404' ? 'page' : expected);
  });

  it('answers a guest with 404 even with globalProtect where the 404 page is a static file', async () => {
    const parts: GuardParts = { globalProtect: true };
    expect(await inspect([secret], navigation('/a/b', { asMissing: () => undefined }), guest(), parts)).toBe('404');
  });

  it('gives a missing path the same 404 response if pages may hide, except the error page itself', async () => {
    const nowhere = (parts: Partial<GuardedRequest>) =>
      inspect([], navigation('/nothing', { routePattern: '/404', leadsNowhere: () => true, ...parts }), guest(), {
        pages: {},
      });
    expect(await nowhere({ pagesMayHide: true })).toBe('404');
    expect(await nowhere({ pagesMayHide: true, leadsNowhere: () => false })).toBe('page');
    expect(await nowhere({ pagesMayHide: false })).toBe('page');
  });

  it('answers with 404 in an outage, when the visitor is unknown', async () => {
    const unknown = { asMissing, isVisitorUnknown: true };
    expect(await inspect([secret], navigation('/a/b', unknown), guest())).toBe('404');
    expect(await inspect([{ pattern: '/a/**' }], navigation('/a/b', unknown), guest())).toBe('503');
  });

  it('makes missing pages personal, since hidden pages are rendered like them', async () => {
    const personal: string[] = [];
    const guard = guardWith([{ pattern: '/a', role: 'admin', status: 404 }]);
    const ask = async (path: string, routePattern: string, visitor: Visitor) => {
      const { isPersonal } = await guard.judge(navigation(path, { routePattern }), () => visitor);
      if (isPersonal) personal.push(path);
    };
    await ask('/a', '/a', guest());
    await ask('/nothing', '/404', guest());
    await ask('/about', '/about', guest());
    expect(personal).toEqual(['/nothing']);
    await ask('/a', '/a', admin());
    expect(personal).toEqual(['/nothing', '/a']);
  });

  it('does not pass its decision to the 404 page', async () => {
    const decided = async (request: GuardedRequest) =>
      (await guardWith([secret]).judge(request, () => member())).decision?.code;
    expect(await decided(navigation('/a/b', { routePattern: '/404' }))).toBeUndefined();
    expect(await decided(navigation('/a/b'))).toBe('MISSING_ROLE');
  });
});

describe('Signing in again', () => {
  const action = { name: 'signIn', calledFrom: 'form' } as const;
  const sent = { method: 'POST', action };
  const old: AccessRuleOptions[] = [{ pattern: '/bills', authenticatedWithin: 60, redirectTo: '/staff' }];
  const pages: Record<string, Guard> = { '/login': 'guest', '/staff': 'guest', '/join': 'guest' };

  it.each([
    ['/login', 'page'],
    ['/staff', 'page'],
    ['/join', '303 /'],
  ])('works with a form that calls an action on guest pages that rules lead to: %s (%s)', async (path, expected) => {
    expect(await inspect(old, navigation(path, sent), member(), { pages })).toBe(expected);
  });

  it('starts on such a guest page, which otherwise redirects signed-in users home', async () => {
    for (const path of ['/login', '/staff']) {
      expect(await inspect(old, navigation(`${path}?reauthenticate=1`), member(), { pages })).toBe('page');
      expect(await inspect(old, navigation(path), member(), { pages })).toBe('302 /');
    }
    const asked = await inspect(old, navigation('/bills', { signedInFor: 100 }), member(), { pages });
    expect(asked).toBe('302 /staff?returnTo=%2Fbills&reauthenticate=1');
  });

  it('does not run an action that a rule denies to the visitor', async () => {
    const rules = [...old, { action: 'signIn', role: 'x' }];
    expect(await inspect(rules, navigation('/login', sent), member(), { pages })).toBe('403');
  });
});

describe('An address that serves another page than its path suggests', () => {
  const served = (address: string, parts: Parameters<typeof navigation>[1] = {}) =>
    navigation(address, { routePattern: '/[user]', params: { user: address.slice(1).replace('.html', '') }, ...parts });
  const hasRoute = (path: string) => ['/login', '/about'].includes(path);

  it('is not open because the page of that path is open', async () => {
    const parts: GuardParts = { globalProtect: true, exclude: ['/about'] };
    expect(await inspect([], served('/about.html', { hasRoute }), guest(), parts)).toMatch(/^302/);
    expect(await inspect([], served('/login.html', { hasRoute }), guest(), parts)).toMatch(/^401/);
    expect(await inspect([], served('/about.html', { hasRoute: () => false }), guest(), parts)).toBe('page');
  });

  it('is protected by the guard of the page that it serves', async () => {
    const parts: GuardParts = { pages: { '/[user]': { role: 'admin' } } };
    expect(await inspect([], served('/login.html', { hasRoute }), guest(), parts)).toMatch(/^(?:302|401)/);
  });
});

describe('An address that the application rewrites', () => {
  const rewritten = navigation('/open', { originalPathname: '/team/board' });

  it('is where a guest returns after signing in', async () => {
    const opened = navigation('/hidden', { originalPathname: '/shown', openedAddress: '/shown?page=2' });
    expect(await inspect([{ pattern: '/hidden' }], opened, guest())).toBe('302 /login?returnTo=%2Fshown%3Fpage%3D2');
  });

  it('is still protected by the rules that match it', async () => {
    expect(await inspect([{ pattern: '/team/**' }], rewritten, guest())).toMatch(/^302/);
    expect(await inspect([{ pattern: '/team/**' }], rewritten, member())).toBe('page');
  });

  it('is open with globalProtect if the address it is rewritten to is excluded', async () => {
    expect(await inspect([], rewritten, guest(), { globalProtect: true, exclude: ['/open'] })).toBe('page');
    expect(await inspect([], rewritten, guest(), { globalProtect: true })).toMatch(/^302/);
  });
});

describe('A rule with enforce: false', () => {
  it('admits everyone, and logs whom it would have refused', async () => {
    const log = new RememberingLog();
    const rule = { ...ADMIN_ONLY, enforce: false };
    expect(await inspect([rule], navigation('/admin'), member(), { log })).toBe('page');
    expect(await inspect([rule], navigation('/admin'), admin(), { log })).toBe('page');
    expect(log.reported).toEqual([
      'GET /admin (route /admin): /admin/** (role admin), report only would be refused: needs role admin',
    ]);
  });

  it('opens nothing that another rule or globalProtect protects', async () => {
    const rule = { pattern: '/admin/**', enforce: false, allow: () => true };
    expect(await inspect([rule, ADMIN_ONLY], navigation('/admin'), guest())).toMatch(/^302/);
    expect(await inspect([rule], navigation('/admin'), guest(), { globalProtect: true })).toMatch(/^302/);
  });

  it('logs a check that throws both as a failure and as a refusal', async () => {
    const log = new RememberingLog();
    const allow = () => {
      throw new Error('no');
    };
    expect(await inspect([{ pattern: '/a', allow, enforce: false }], navigation('/a'), guest(), { log })).toBe('page');
    expect([log.reported.length, log.failures.length]).toEqual([1, 1]);
  });

  it('can be exported by a page, and opens nothing that other rules protect', async () => {
    const log = new RememberingLog();
    const parts: GuardParts = { log, pages: { '/team': { role: 'x', enforce: false } } };
    expect(await inspect([], navigation('/team'), member(), parts)).toBe('page');
    expect(await inspect([{ pattern: '/team', role: 'y' }], navigation('/team'), member(), parts)).toMatch(/^302/);
    const line = 'GET /team (route /team): guard of /team (role x, report only) would be refused: needs role x';
    expect(log.reported).toEqual([line, line]);
  });

  it('is what every rule and page guard becomes when enforce: false is set for all', async () => {
    const log = new RememberingLog();
    const parts: GuardParts = { log, enforce: false, globalProtect: true, pages: { '/team': 'user' } };
    for (const path of ['/admin', '/team', '/elsewhere']) {
      expect(await inspect([ADMIN_ONLY], navigation(path), guest(), parts)).toBe('page');
    }
    expect(log.reported.map((line) => line.replace(/^GET (\S+) .*: /, '$1 '))).toEqual([
      '/admin not signed in',
      '/team not signed in',
      '/elsewhere not signed in',
    ]);
  });
});

describe('A rule with authenticatedWithin', () => {
  const rule: AccessRuleOptions = { pattern: '/billing', role: 'user', authenticatedWithin: 300 };
  const asked = (signedInFor: number | undefined) => navigation('/billing', { signedInFor });

  it('admits a user who signed in recently', async () => {
    expect(await inspect([rule], asked(300), member())).toBe('page');
  });

  it.each([301, undefined])(
    'asks other users to sign in again, although the login page is for guests (signed in for: %s)',
    async (seconds) => {
      const parts: GuardParts = { globalProtect: true };
      const login = '/login?returnTo=%2Fbilling&reauthenticate=1';
      expect(await inspect([rule], asked(seconds), member(), parts)).toBe(`302 ${login}`);
      expect(await inspect([rule], navigation(login, { routePattern: '/login' }), member(), parts)).toBe('page');
      expect(await inspect([rule], navigation('/login'), member(), parts)).toBe('302 /');
    },
  );

  const again = navigation('/again?reauthenticate=1', { routePattern: '/again' });
  it.each<[string, AccessRuleOptions[], Readonly<Record<string, Guard>>]>([
    ['the rule', [{ ...rule, redirectTo: '/again' }], { '/again': 'guest' }],
    ['the rule, and admits some members', [{ ...rule, redirectTo: '/again' }], { '/again': ['guest', { role: 'x' }] }],
    ['a page guard', [], { '/again': 'guest', '/billing': { authenticatedWithin: 300, redirectTo: '/again' } }],
  ])('lets a user sign in again on a page for guests that is named by %s', async (_, rules, pages) => {
    const login = '/again?returnTo=%2Fbilling&reauthenticate=1';
    const lately = navigation('/billing', { signedInFor: 301, routePattern: '/billing' });
    expect(await inspect(rules, lately, member(), { pages })).toBe(`302 ${login}`);
    expect(await inspect(rules, again, member(), { pages })).toBe('page');
    expect(await inspect(rules, { ...again, method: 'POST', search: '' }, member(), { pages })).toBe('page');
    expect(await inspect(rules, { ...again, search: '' }, member(), { pages })).not.toBe('page');
    expect(await inspect([], again, member(), { pages: { '/again': 'guest' } })).toBe('302 /');
  });

  it('does not ask a user to sign in again whom it would refuse anyway', async () => {
    expect(await inspect([rule], asked(301), member(['other']), { forbiddenPath: '/no' })).toBe('302 /no');
  });

  it('answers programs with 401', async () => {
    const response = await guardWith([rule]).inspect(call('/billing', { signedInFor: 301 }), member());
    expect([response?.status, await response?.json()]).toEqual([
      401,
      expect.objectContaining({ code: 'SIGN_IN_AGAIN', detail: 'needs a sign-in within 300 seconds' }),
    ]);
  });
});

describe('A rule with remembered: false', () => {
  const rule: AccessRuleOptions = { pattern: '/billing', role: 'user', remembered: false };
  const asked = (isOnlyRemembered: boolean | undefined) => navigation('/billing', { isOnlyRemembered });

  it('admits a user whose session lives for other reasons', async () => {
    expect(await inspect([rule], asked(false), member())).toBe('page');
  });

  it.each([true, undefined])(
    'asks other users to sign in again, and guests as usual (only remembered: %s)',
    async (is) => {
      const login = '/login?returnTo=%2Fbilling&reauthenticate=1';
      expect(await inspect([rule], asked(is), member(), { globalProtect: true })).toBe(`302 ${login}`);
      expect(await inspect([rule], asked(is), new Visitor())).toBe('302 /login?returnTo=%2Fbilling');
    },
  );

  it('answers programs with 401, and does not ask whom it would refuse anyway', async () => {
    const response = await guardWith([rule]).inspect(call('/billing', { isOnlyRemembered: true }), member());
    expect([response?.status, await response?.json()]).toEqual([
      401,
      expect.objectContaining({ code: 'SIGN_IN_AGAIN', detail: 'needs a session that is not only remembered' }),
    ]);
    expect(await inspect([rule], asked(true), member(['other']), { forbiddenPath: '/no' })).toBe('302 /no');
  });
});

describe('A rule', () => {
  it('passes the request to allow()', async () => {
    const rule: AccessRuleOptions = {
      pattern: '/users/*',
      allow: (session, { params, routePattern, method, url }) =>
        session?.userId === params.id && `${method} ${routePattern} ${url.search}` === 'GET /users/[id] ?tab=1',
    };
    const request = (id: string) => navigation(`/users/${id}?tab=1`, { routePattern: '/users/[id]', params: { id } });
    expect(await inspect([rule], request('ada'), member())).toBe('page');
    expect(await inspect([rule], request('grace'), member())).toMatch(/^302/);
  });

  it('passes the request to a custom access.check', async () => {
    const access = { check: (rule: AccessRule) => rule.request.params.id === 'ada' };
    const rule: AccessRuleOptions = { pattern: '/users/*', role: 'nobody' };
    const request = navigation('/users/ada', { routePattern: '/users/[id]', params: { id: 'ada' } });
    expect(await inspect([rule], request, member(), { access })).toBe('page');
  });

  it('is named by its decision, with the code and what was missing', async () => {
    const { decision } = await guardWith([ADMIN_ONLY]).judge(navigation('/admin'), () => member());
    expect(decision).toMatchObject({ isGranted: false, code: 'MISSING_ROLE', missing: ['admin'] });
    expect(decision?.rule?.pattern).toBe('/admin/**');
  });
});

describe('The response of a custom guard to a refusal', () => {
  const guardOf = (answer: () => unknown) => {
    class Own extends RouteGuard {
      protected override challenge(): Promise<Response> {
        return answer() as Promise<Response>;
      }
    }
    const config = new GuardConfig({ protect: [ADMIN_ONLY] });
    const checker = new AccessChecker(new AccessConfig());
    return new Own(
      new AccessRules(config),
      new PageGuards(),
      checker,
      config,
      new RememberingLog(),
      new SecurityEvents(),
    );
  };
  const teapot = () => new Response(null, { status: 418 });

  it.each<[string, () => unknown]>([
    ['synchronously', teapot],
    ['as a promise', async () => teapot()],
    // biome-ignore lint/suspicious/noThenProperty: this case is a thenable.
    ['as a thenable', () => ({ then: (heed: (answer: Response) => void) => heed(teapot()) })],
  ])('may be returned %s', async (_, answer) => {
    expect(outcome(await guardOf(answer).inspect(navigation('/admin'), guest()))).toBe('418');
  });

  it.each<[string, () => unknown]>([
    ['undefined', () => undefined],
    ['a promise of undefined', async () => undefined],
    ['null', () => null],
    ['an object with only a status', () => ({ status: 418 })],
    // biome-ignore lint/suspicious/noThenProperty: this case is a thenable.
    ['a thenable of undefined', () => ({ then: (heed: (answer?: Response) => void) => heed() })],
  ])('must be a Response and not %s', async (_, answer) => {
    const asked = async () => guardOf(answer).inspect(navigation('/admin'), guest());
    await expect(asked()).rejects.toThrow('returned no Response');
    const denied = new AccessDeniedError(401, true, 'not signed in');
    await expect(async () => guardOf(answer).judgeDenied(denied, navigation('/x'), guest())).rejects.toThrow(
      'returned no Response',
    );
  });
});
