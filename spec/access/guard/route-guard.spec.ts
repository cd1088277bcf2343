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
import { admin, guest, member } from '../../support/visitors.js';

const HERE = 'http://site.example';
const ADMIN_ONLY: PageRuleOptions = { pattern: '/admin/**', role: 'admin' };

/** What a visitor is answered, in short: a status and where it leads; "page" when they are let in. */
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

/** What is answered when code of a page's own refuses a visitor. */
async function answerTo(error: AccessDeniedError, request: GuardedRequest, visitor: Visitor): Promise<string> {
  const { response } = await guardWith([]).judgeDenied(error, request, visitor);
  return outcome(response);
}

describe('The guard', () => {
  it('lets everybody into what no rule names', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/about'), guest())).toBe('page');
    expect(await inspect([], navigation('/about'), guest())).toBe('page');
  });

  it('lets those in who may', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/admin/users'), admin())).toBe('page');
  });

  it('decides by the first rule that matches', async () => {
    const rules = [{ pattern: '/admin/open', allow: () => true }, ADMIN_ONLY];
    expect(await inspect(rules, navigation('/admin/open'), guest())).toBe('page');
    expect(await inspect([...rules].reverse(), navigation('/admin/open'), guest())).toMatch(/^302/);
  });
});

describe('A form', () => {
  it('was sent to a page that is shown to whoever may see it by now, whatever its action asks for', async () => {
    const rules = [ADMIN_ONLY, { action: 'x', role: 'admin' }];
    const form = (path: string) => navigation(path, { method: 'POST', action: { name: 'x', calledFrom: 'form' } });
    expect(await guardWith(rules).admits(form('/admin'), guest())).toBe(false);
    expect(await guardWith(rules).admits(form('/admin'), admin())).toBe(true);
    expect(await guardWith(rules).admits(form('/about'), guest())).toBe(true);
    expect(await guardWith(rules, { enforce: false }).admits(form('/admin'), guest())).toBe(true);
    expect(await guardWith(rules).admits({ ...form('/a'), pathname: '/a%' }, guest())).toBe(false);
  });

  const sent = { method: 'POST', formPage: '/admin?tab=2' };

  it('that is refused leads back to its page once its visitor has signed in', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/admin?tab=2&_action=x', sent), guest())).toBe(
      '303 /login?returnTo=%2Fadmin%3Ftab%3D2',
    );
    expect(await inspect([ADMIN_ONLY], call('/admin', sent), guest())).toBe('401');
  });

  it.each([
    [true, 'page'],
    [false, '302 /'],
  ])('that was let in on a page for guests is shown there to whom it signed in: %s', async (showsForm, expected) => {
    const join = navigation('/join', { showsForm });
    const login = navigation('/login', { showsForm });
    expect(await inspect([], join, member(), { pages: { '/join': 'guest' } })).toBe(expected);
    expect(await inspect([], login, member(), { globalProtect: true })).toBe(expected);
    expect(await inspect([{ pattern: '/join', role: 'admin' }], join, member())).toBe('302 /login');
  });
});

describe('A guest', () => {
  it('who opens a page is sent to sign in, and back', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/admin/users?page=2'), guest())).toBe(
      '302 /login?returnTo=%2Fadmin%2Fusers%3Fpage%3D2',
    );
  });

  it('is sent where the rule says, in place of the login page', async () => {
    const rule = { ...ADMIN_ONLY, redirectTo: '/welcome?from=admin#top' };
    expect(await inspect([rule], navigation('/admin'), guest(), { loginPath: '/signin' })).toBe(
      '302 /welcome?from=admin&returnTo=%2Fadmin#top',
    );
    expect(await inspect([ADMIN_ONLY], navigation('/admin'), guest(), { loginPath: '/signin' })).toBe(
      '302 /signin?returnTo=%2Fadmin',
    );
  });

  it('is never sent to the page for those who are signed in and may not', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/admin'), guest(), { forbiddenPath: '/no' })).toMatch(
      /^302 \/login/,
    );
  });

  it('who asks as a program gets 401 as a problem document', async () => {
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
  ])('who sends a %s is answered %s: only what can be opened again is returned to', async (method, expected) => {
    expect(await inspect([ADMIN_ONLY], navigation('/admin', { method }), guest())).toBe(expected);
  });

  it('is sent to another site as it is written, wherever this one stands', async () => {
    const rule = { ...ADMIN_ONLY, redirectTo: 'https://sso.example/start' };
    expect(await inspect([rule], navigation('/app/admin'), guest(), { site: { base: '/app' } })).toBe(
      '302 https://sso.example/start?returnTo=%2Fapp%2Fadmin',
    );
  });

  it('is sent to a login page in any script', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/admin'), guest(), { loginPath: '/ログイン' })).toMatch(
      /^302 \/%E3%83%AD/,
    );
  });

  it('is not returned to an address that would lead off the site', async () => {
    const elsewhere = navigation('/admin', { pathname: `${'/'.repeat(2)}evil.example`, routePattern: '/admin' });
    expect(await inspect([ADMIN_ONLY], elsewhere, guest())).toBe('302 /login');
  });
});

describe('Somebody who is signed in and may not', () => {
  it.each<[string, GuardParts, Partial<PageRuleOptions>, string]>([
    ['the login page, when nothing else is named', {}, {}, '302 /login'],
    ['forbiddenPath', { forbiddenPath: '/no' }, {}, '302 /no'],
    ['redirectTo of the rule first', { forbiddenPath: '/no' }, { redirectTo: '/upgrade' }, '302 /upgrade'],
    ['a path below the base', { forbiddenPath: '/no', site: { base: '/app' } }, {}, '302 /app/no'],
    ['a path with the slash the site wants', { site: { trailingSlash: 'always' } }, {}, '302 /login/'],
  ])('is sent to %s', async (_, parts, rule, expected) => {
    const address = `${parts.site?.base ?? ''}/admin`;
    const request = navigation(address, { routePattern: '/admin' });
    expect(await inspect([{ ...ADMIN_ONLY, ...rule }], request, member(), parts)).toBe(expected);
  });

  it('gets 403 as a problem document as a program', async () => {
    const response = await guardWith([ADMIN_ONLY]).inspect(call('/admin'), member());
    expect(response?.status).toBe(403);
    expect(await response?.json()).toMatchObject({ title: 'Forbidden', status: 403, code: 'MISSING_ROLE' });
  });

  it('and sends a form is sent on with 303', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/admin', { method: 'POST' }), member())).toBe('303 /login');
  });
});

describe('A refusal', () => {
  it.each([navigation('/admin'), call('/admin'), navigation('/admin', { method: 'POST' })])(
    'is kept by no cache (%#)',
    async (request) => {
      for (const visitor of [guest(), member()]) {
        const response = await guardWith([ADMIN_ONLY]).inspect(request, visitor);
        expect(response?.headers.get('cache-control')).toBe('private, no-store');
        expect(response?.headers.get('vary')).toBe('Cookie');
      }
    },
  );

  it('by code of a page is answered as one by a rule', async () => {
    const unauthorized = new AccessDeniedError(401, true, 'not signed in');
    const forbidden = new AccessDeniedError(403, true, 'not yours');
    const program = new AccessDeniedError(403, false, 'x');
    expect(await answerTo(unauthorized, navigation('/mine'), guest())).toBe('302 /login?returnTo=%2Fmine');
    expect(await answerTo(forbidden, navigation('/mine'), member())).toBe('302 /login');
    expect(await answerTo(forbidden, call('/mine'), member())).toBe('403');
    expect(await answerTo(program, navigation('/mine'), member())).toBe('403');
    expect(await answerTo(unauthorized, navigation('/login'), guest())).toBe('401');
  });

  it('by code of a page whose path cannot be read is still one', async () => {
    const unreadable = navigation('/a', { pathname: '/%ff', routePattern: '/[x]', params: { x: 'a' } });
    const denied = new AccessDeniedError(401, true, 'not signed in');
    expect(await answerTo(denied, unreadable, guest())).toMatch(/^302 \/login/);
  });

  it('can be answered otherwise by a subclass', async () => {
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

describe('A circle of redirects', () => {
  const everything: AccessRuleOptions = { pattern: '/**', role: 'admin' };

  it.each<[string, AccessRuleOptions[], GuardParts, Visitor, string]>([
    ['to the page itself', [{ ...ADMIN_ONLY, redirectTo: '/admin' }], {}, member(), '403'],
    ['to the page itself, with a query', [{ ...ADMIN_ONLY, redirectTo: '/admin/?why=role' }], {}, member(), '403'],
    ['to the page itself, written encoded', [{ ...ADMIN_ONLY, redirectTo: '/%61dmin' }], {}, member(), '403'],
    [
      'to the page itself, by its whole address',
      [{ ...ADMIN_ONLY, redirectTo: `${HERE}/admin?a` }],
      {},
      member(),
      '403',
    ],
    [
      'to the page itself, by its whole address, as a guest',
      [{ ...ADMIN_ONLY, redirectTo: `${HERE}/admin` }],
      {},
      guest(),
      '401',
    ],
    [
      'between two rules, one of which names a whole address with the base',
      [
        { ...ADMIN_ONLY, redirectTo: '/b' },
        { pattern: '/b', role: 'x', redirectTo: `${HERE}/shop/admin` },
      ],
      { site: { base: '/shop' } },
      member(),
      '403',
    ],
    [
      'to a page of another site that has the same path',
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
    ['from the forbidden page to itself', [everything], { forbiddenPath: '/no' }, member(), '403'],
    ['over login and home', [everything], { globalProtect: true }, member(), '403'],
    [
      'over login to a home that is refused',
      [ADMIN_ONLY],
      { globalProtect: true, homePath: '/admin' },
      member(),
      '403',
    ],
    [
      'of an encoded and a plain login page',
      [],
      { globalProtect: true, loginPath: '/f%C3%BCr' },
      guest(),
      '302 /f%C3%BCr?returnTo=%2Fadmin',
    ],
  ])('%s is never begun', async (_, rules, parts, visitor, expected) => {
    expect(await inspect(rules, navigation('/admin'), visitor, parts)).toBe(expected);
  });

  it('does not begin at a login page that is written encoded', async () => {
    const parts = { globalProtect: true, loginPath: '/f%C3%BCr' };
    expect(await inspect([], navigation('/für'), guest(), parts)).toBe('page');
  });

  it('is suspected behind a chain longer than five', async () => {
    const chain = (length: number): AccessRuleOptions[] =>
      Array.from({ length }, (_, at) => ({ pattern: `/p${at}`, role: 'x', redirectTo: `/p${at + 1}` }));
    expect(await inspect(chain(5), navigation('/p0'), member())).toBe('302 /p1');
    expect(await inspect(chain(6), navigation('/p0'), member())).toBe('403');
  });

  it('is not seen where the home page is the login page', async () => {
    const parts = { globalProtect: true, homePath: '/login' };
    expect(await inspect([ADMIN_ONLY], navigation('/admin'), member(), parts)).toBe('302 /login');
    expect(await inspect([ADMIN_ONLY], navigation('/login'), member(), parts)).toBe('page');
  });

  it('is never walked: following every redirect ends, whatever the rules say', async () => {
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

describe('With everything protected', () => {
  const parts: GuardParts = { globalProtect: true, exclude: ['/public/**'] };

  it('a guest sees what is excluded and the login page, and nothing else', async () => {
    expect(await inspect([], navigation('/anything'), guest(), parts)).toBe('302 /login?returnTo=%2Fanything');
    expect(await inspect([], navigation('/public/a'), guest(), parts)).toBe('page');
    expect(await inspect([], navigation('/login'), guest(), parts)).toBe('page');
    expect(await inspect([], navigation('/login', { method: 'POST' }), guest(), parts)).toBe('page');
    expect(await inspect([], navigation('/anything'), member(), parts)).toBe('page');
  });

  it('a rule says more than an exclusion', async () => {
    expect(
      await inspect([{ pattern: '/public/staff', role: 'admin' }], navigation('/public/staff'), guest(), parts),
    ).toMatch(/^302/);
  });

  it('a page outside what is excluded is not opened by an address inside', async () => {
    const rewritten = navigation('/public/a', { routePattern: '/secret' });
    expect(await inspect([], rewritten, guest(), parts)).toMatch(/^302/);
  });

  it.each([
    ['GET', member(), '302 /'],
    ['HEAD', member(), 'page'],
    ['POST', member(), 'page'],
    ['GET', guest(), 'page'],
  ])('a %s of the login page leads home only somebody who is signed in (%#)', async (method, visitor, expected) => {
    expect(await inspect([], navigation('/login', { method }), visitor, parts)).toBe(expected);
  });

  it('home is below the base, with the slash the site wants', async () => {
    const site = { base: '/app', trailingSlash: 'always' };
    const request = navigation('/app/login/', { routePattern: '/login' });
    expect(await inspect([], request, member(), { ...parts, homePath: '/home', site })).toBe('302 /app/home/');
  });
});

describe('The login page', () => {
  it('is open whatever the rules say', async () => {
    const everything = [{ pattern: '/**', role: 'admin' }];
    expect(await inspect(everything, navigation('/login'), guest())).toBe('page');
    expect(await inspect(everything, navigation('/login/?x=1'), member())).toBe('page');
    expect(await inspect(everything, navigation('/login/reset'), guest())).toMatch(/^302/);
  });

  it('stays where it is for somebody who is signed in, unless everything is protected', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/login'), member())).toBe('page');
  });

  it('is open to an open address that is rewritten to it', async () => {
    const rewritten = navigation('/public', { routePattern: '/login' });
    expect(await inspect([], rewritten, guest(), { globalProtect: true, exclude: ['/public'] })).toBe('page');
  });

  it('opens no other page: neither by its address nor by being served there', async () => {
    expect(await inspect([ADMIN_ONLY], navigation('/login', { routePattern: '/admin' }), guest())).toBe('401');
    expect(await inspect([ADMIN_ONLY], navigation('/admin', { routePattern: '/login' }), guest())).toBe('401');
  });
});

describe('What is protected is the page that would be served:', () => {
  const routed = { routePattern: '/admin/[...rest]', params: { rest: 'users' } };

  it.each([
    ['an address elsewhere does not open a protected page', navigation('/open', routed), 'refused'],
    [
      'a page elsewhere does not open a protected address',
      navigation('/admin/x', { routePattern: '/open' }),
      'refused',
    ],
    ['neither is protected', navigation('/open', { routePattern: '/also-open' }), 'page'],
    [
      'the error page for what is not there uses the address',
      navigation('/admin/x', { routePattern: '/404' }),
      'refused',
    ],
    ['the error page for what failed uses the address', navigation('/admin/x', { routePattern: '/500' }), 'refused'],
    ['the error page of an open address is open', navigation('/open', { routePattern: '/404' }), 'page'],
  ])('%s', async (_, request, expected) => {
    const answer = await inspect([ADMIN_ONLY], request, guest());
    expect(answer === 'page' ? 'page' : 'refused').toBe(expected);
  });

  it('where two rules apply, both must let the visitor in', async () => {
    const rules = [
      { pattern: '/a', role: 'a' },
      { pattern: '/b', role: 'b' },
    ];
    const request = navigation('/a', { routePattern: '/b' });
    expect(await inspect(rules, request, member(['a']))).toMatch(/^302/);
    expect(await inspect(rules, request, member(['b']))).toMatch(/^302/);
    expect(await inspect(rules, request, member(['a', 'b']))).toBe('page');
  });

  it('a rule that two paths share is asked once', async () => {
    let asked = 0;
    const rule = { pattern: '/a/**', allow: () => ++asked > 0 };
    await inspect([rule], navigation('/a/x', { routePattern: '/a/y' }), guest());
    expect(asked).toBe(1);
  });

  it('the base does not change it, nor does leaving it out', async () => {
    const site = { base: '/app' };
    for (const address of ['/app/admin', '/admin', '//app/admin']) {
      const request = navigation('/', { pathname: address, routePattern: '/admin' });
      expect(await inspect([ADMIN_ONLY], request, guest(), { site })).toMatch(/^302 \/app\/login/);
    }
  });

  it.each([1, 2, 5])('encoding its address %i times does not change it', async (levels) => {
    const hex = (character: string) => `%${character.charCodeAt(0).toString(16)}`;
    const once = Array.from('admin', hex).join('');
    const name = Array.from({ length: levels - 1 }).reduce<string>((text) => text.replaceAll('%', '%25'), once);
    const request = navigation('/', { pathname: `/${name}`, routePattern: '/[page]', params: { page: name } });
    expect(await inspect([ADMIN_ONLY], request, guest())).toMatch(/^302/);
  });
});

describe('A path that cannot be read', () => {
  it('is a bad request', async () => {
    const request = navigation('/', { pathname: '/%ff', routePattern: '/[x]', params: { x: 'a' } });
    const response = await guardWith([ADMIN_ONLY]).inspect(request, admin());
    expect(response?.status).toBe(400);
    expect(response?.headers.get('content-type')).toBe('application/problem+json');
    expect(response?.headers.get('cache-control')).toBe('private, no-store');
    expect(await response?.json()).toEqual({ type: 'about:blank', title: 'Bad Request', status: 400 });
  });

  it('is one for which it would take too long to find its rule', async () => {
    const rules = Array.from({ length: 200 }, (_, at) => ({ pattern: `/**/a${at}/**/z`, role: 'admin' }));
    const address = `/${Array.from({ length: 200 }, (_, at) => `a${at}`).join('/')}`;
    const guard = guardWith(rules);
    expect((await guard.inspect(navigation(address), admin()))?.status).toBe(400);
    expect(await guard.admits(navigation(address), admin())).toBe(false);
    expect(await guard.inspect(navigation('/a1/b/z'), admin())).toBeUndefined();
    const trying = guardWith(rules.map((rule) => ({ ...rule, enforce: false })));
    expect((await trying.inspect(navigation(address), guest()))?.status).toBe(400);
  });

  it('is nothing to a guard that has nothing to guard', async () => {
    expect(await inspect([], navigation('/', { pathname: '/%ff' }), guest())).toBe('page');
  });
});

describe('A function that throws', () => {
  const down = new Error('down');
  const broken = () => {
    throw down;
  };

  it.each<[string, AccessRuleOptions, GuardParts]>([
    ['allow', { pattern: '/admin', allow: broken }, {}],
    ['an allow that takes its time', { pattern: '/admin', allow: () => Promise.reject(down) }, {}],
    ['access.check', { pattern: '/admin' }, { access: { check: broken } }],
  ])('refuses, and that is reported: %s', async (_, rule, parts) => {
    const log = new RememberingLog();
    const response = await guardWith([rule], { ...parts, log }).inspect(call('/admin'), admin());
    expect(response?.status).toBe(403);
    expect(await response?.json()).toMatchObject({ code: 'CHECK_FAILED' });
    expect(log.failures).toEqual([{ line: expect.stringContaining('/admin'), error: down }]);
  });

  it('refuses in a checker of one’s own, too', async () => {
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

describe('The line for a decision', () => {
  async function linesOf(request: ReturnType<typeof navigation>, visitor: Visitor, parts: GuardParts = {}) {
    const log = new RememberingLog();
    await guardWith([ADMIN_ONLY], { debug: true, log, ...parts }).inspect(request, visitor);
    return log.decisions;
  }

  it('says who may, what was asked and why', async () => {
    expect(await linesOf(navigation('/admin/a'), admin())).toEqual([
      'GET /admin/a (route /admin/a): /admin/** (role admin) granted: every requirement holds',
    ]);
    expect(await linesOf(call('/admin/a', { method: 'POST' }), member())).toEqual([
      'POST /admin/a (route /admin/a): /admin/** (role admin) refused: needs role admin',
    ]);
  });

  it('shows the path as it stands in the address', async () => {
    expect((await linesOf(navigation('/admin/caf%C3%A9'), admin()))[0]).toContain('GET /admin/caf%C3%A9 (');
  });

  it('is one line, whatever the path, the route and the reason hold', async () => {
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

  it('holds nothing of the session', async () => {
    const visitor = new Visitor({ userId: 'ada-7', email: 'ada@example.com', token: 's3cr3t' }, ['spy'], ['peek']);
    const lines = [
      ...(await linesOf(navigation('/admin'), visitor)),
      ...(await linesOf(navigation('/admin'), visitor, { access: { check: () => true } })),
    ];
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toMatch(/ada|s3cr3t|spy|peek/);
  });

  it('is left out unless it is asked for, and where nothing was decided', async () => {
    expect(await linesOf(navigation('/admin'), admin(), { debug: false })).toEqual([]);
    expect(await linesOf(navigation('/open'), admin())).toEqual([]);
  });
});

describe('Classes that stand for ours', () => {
  it('are made by the guard as well', async () => {
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

describe("A checker of somebody's own", () => {
  it.each([
    ['something that is only like a decision', { isGranted: true }],
    ['a word in the place of yes', Object.assign(new AccessDecision(true, 'GRANTED', ''), { isGranted: 'no' })],
    ['yes', true],
    ['nothing', undefined],
  ])('lets nobody in by answering with %s', async (_, answer) => {
    class Sloppy extends AccessChecker {
      override async check() {
        return answer as AccessDecision;
      }
    }
    const checker = new Sloppy(new AccessConfig());
    expect(await inspect([ADMIN_ONLY], call('/admin'), admin(), { checker })).toBe('403');
  });
});

describe('An answer that a rule has a say in', () => {
  it('is told of, whether it is the page or a refusal, and no other is', async () => {
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

describe('A guard beside a page', () => {
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
  ])('of %j decides instead of the rules', async (guard, visitor, expected) => {
    const parts: GuardParts = {
      pages: { '/team': guard, '/home': 'user', '/no': 'public', '/why': 'public' },
      homePath: '/home',
      forbiddenPath: '/no',
    };
    expect(await inspect(rules, navigation('/team'), visitor, parts)).toBe(expected);
  });

  it('decides in place of globalProtect, for whatever address leads to the page', async () => {
    const parts: GuardParts = { pages: { '/about': 'public' }, globalProtect: true };
    for (const address of ['/about', '/about/', '/about.html', '/fr/about']) {
      expect(await inspect([], navigation(address, { routePattern: '/about' }), guest(), parts)).toBe('page');
    }
  });

  it('does not speak for another address that a rule names, nor for an action', async () => {
    const parts: GuardParts = { pages: { '/about': 'public' }, globalProtect: true };
    const elsewhere = navigation('/fr/about', { routePattern: '/about' });
    expect(await inspect([{ pattern: '/fr/**', role: 'fr' }], elsewhere, guest(), parts)).toMatch(/^302/);
    const action = navigation('/about', { method: 'POST', action: { name: 'send', calledFrom: 'form' } });
    expect(await inspect([], action, guest(), parts)).toBe('303 /login');
  });

  it('sends programs that are signed in away from what is for guests', async () => {
    expect(await inspect([], call('/join'), member(), { pages: { '/join': 'guest' } })).toBe('403');
  });

  it('on the login page sends those home who are signed in, and keeps nobody else out', async () => {
    const pages: Record<string, Guard> = { '/login': 'guest' };
    expect(await inspect([], navigation('/login'), member(), { pages })).toBe('302 /');
    expect(await inspect([], navigation('/login'), guest(), { pages })).toBe('page');
    expect(await inspect([], navigation('/login'), guest(), { pages: { '/login': { role: 'x' } } })).toBe('page');
  });

  it('on the login page leads nobody around in a circle', async () => {
    const parts: GuardParts = { pages: { '/login': 'guest' } };
    expect(await inspect(rules, navigation('/'), member(), parts)).toBe('403');
    expect(await inspect([], navigation('/'), member(), { pages: { '/': 'guest' } })).toBe('403');
    expect(await inspect([], navigation('/a'), member(), { pages: { '/a': 'guest', '/': 'guest' } })).toBe('403');
  });

  it('says nothing of error pages, which are for everybody', async () => {
    const missing = navigation('/nothing', { routePattern: '/404' });
    expect(await inspect([], missing, guest(), { pages: { '/404': 'user' } })).toBe('page');
  });

  it('that cannot be read lets nobody in', async () => {
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

describe('A rule that hides', () => {
  it('hides what code of the application answers where no route is', async () => {
    const rule: AccessRuleOptions = { pattern: '/a', role: 'admin', status: 404 };
    const nowhere = navigation('/a', { routePattern: '/404' });
    expect(await inspect([rule], nowhere, guest())).toBe('page');
    expect(await inspect([rule], { ...nowhere, isOwnAnswer: true }, guest())).toBe('404');
    expect(await inspect([rule], { ...nowhere, isOwnAnswer: true }, member(['admin']))).toBe('page');
  });

  const hide: AccessRuleOptions = { action: 'remove', role: 'admin', status: 404 };
  const form = { method: 'POST', routePattern: '/404', action: { name: 'remove', calledFrom: 'form' } } as const;

  it('keeps an action from running on the page that says "not found", which is shown all the same', async () => {
    expect(await inspect([hide], navigation('/nothing', form), guest())).toBe('404');
    expect(await inspect([hide], navigation('/nothing', { ...form, wasRefused: true }), guest())).toBe('page');
  });

  it('answers a call of the client as Astro answers one of an action that does not exist', async () => {
    const rpc = call('/_actions/remove', { ...form, action: { name: 'remove', calledFrom: 'rpc' } });
    const response = await guardWith([hide]).inspect(rpc, guest());
    expect([response?.status, await response?.json(), [...(response?.headers ?? [])]]).toEqual([
      404,
      { type: 'AstroActionError', code: 'NOT_FOUND', status: 404, message: '' },
      [['content-type', 'application/json']],
    ]);
  });

  /** Where 404 pages are made on demand, somebody is asked before one is shown. */
  const asMissing: GuardedRequest['asMissing'] = (path) => navigation(path, { routePattern: '/404' });
  const secret: AccessRuleOptions = { pattern: '/a/**', role: 'admin', status: 404 };

  it.each<[string, readonly AccessRuleOptions[], Visitor, GuardParts, string]>([
    ['nothing else is asked', [secret], guest(), {}, '404'],
    ['everything is protected', [secret], guest(), { globalProtect: true }, '302 /login?returnTo=%2Fa%2Fb'],
    ['everything is protected', [secret], member(), { globalProtect: true }, '404'],
    ['it is left out', [secret], guest(), { globalProtect: true, exclude: ['/a/**'] }, '404'],
    ['another rule stands behind', [secret, { pattern: '/a/**' }], guest(), {}, '302 /login?returnTo=%2Fa%2Fb'],
    ['another rule stands behind', [secret, { pattern: '/a/**' }], member(), {}, '404'],
    ['another rule refuses, too', [secret, ADMIN_ONLY, { pattern: '/**', role: 'x' }], member(), {}, '302 /login'],
    ['another one hides it, too', [secret, { pattern: '/**', role: 'x', status: 404 }], guest(), {}, '404'],
    ['guests are asked', [{ ...secret, guestsSignIn: true }], guest(), {}, '302 /login?returnTo=%2Fa%2Fb'],
    ['guests are asked', [{ ...secret, guestsSignIn: true }], member(), {}, '404'],
  ])('is answered like what is not there where %s', async (_, rules, visitor, parts, expected) => {
    const there = { page: navigation('/a/b', { asMissing }), endpoint: call('/a/b', { asMissing, isEndpoint: true }) };
    expect(await inspect(rules, there.page, visitor, parts)).toBe(expected);
    expect(await inspect(rules, there.endpoint, visitor, parts)).toBe(expected);
    const missing = await inspect(rules, navigation('/a/b', { routePattern: '/404' }), visitor, parts);
    expect(missing).toBe(expected === '404' ? 'page' : expected);
  });

  it('hides at once where a file is shown for what is not there, and nobody is asked', async () => {
    const parts: GuardParts = { globalProtect: true };
    expect(await inspect([secret], navigation('/a/b', { asMissing: () => undefined }), guest(), parts)).toBe('404');
  });

  it('has what is not there answered in the same way, but not its error page', async () => {
    const nowhere = (parts: Partial<GuardedRequest>) =>
      inspect([], navigation('/nothing', { routePattern: '/404', leadsNowhere: () => true, ...parts }), guest(), {
        pages: {},
      });
    expect(await nowhere({ pagesMayHide: true })).toBe('404');
    expect(await nowhere({ pagesMayHide: true, leadsNowhere: () => false })).toBe('page');
    expect(await nowhere({ pagesMayHide: false })).toBe('page');
  });

  it('hides in an outage, when nobody knows who asks', async () => {
    const unknown = { asMissing, isVisitorUnknown: true };
    expect(await inspect([secret], navigation('/a/b', unknown), guest())).toBe('404');
    expect(await inspect([{ pattern: '/a/**' }], navigation('/a/b', unknown), guest())).toBe('503');
  });

  it('makes personal what is not there, of which the page is made that is shown for what is hidden', async () => {
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

  it('tells the page that says "not found" nothing of its decision', async () => {
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
  ])('by a form that calls an action is done on a page for guests to which it leads: %s', async (path, expected) => {
    expect(await inspect(old, navigation(path, sent), member(), { pages })).toBe(expected);
  });

  it('begins on such a page, which sends others home who are signed in', async () => {
    for (const path of ['/login', '/staff']) {
      expect(await inspect(old, navigation(`${path}?reauthenticate=1`), member(), { pages })).toBe('page');
      expect(await inspect(old, navigation(path), member(), { pages })).toBe('302 /');
    }
    const asked = await inspect(old, navigation('/bills', { signedInFor: 100 }), member(), { pages });
    expect(asked).toBe('302 /staff?returnTo=%2Fbills&reauthenticate=1');
  });

  it('runs no action that a rule keeps from the visitor', async () => {
    const rules = [...old, { action: 'signIn', role: 'x' }];
    expect(await inspect(rules, navigation('/login', sent), member(), { pages })).toBe('403');
  });
});

describe('An address that leads to another page than its name says', () => {
  const served = (address: string, parts: Parameters<typeof navigation>[1] = {}) =>
    navigation(address, { routePattern: '/[user]', params: { user: address.slice(1).replace('.html', '') }, ...parts });
  const hasRoute = (path: string) => ['/login', '/about'].includes(path);

  it('is not the page that is open', async () => {
    const parts: GuardParts = { globalProtect: true, exclude: ['/about'] };
    expect(await inspect([], served('/about.html', { hasRoute }), guest(), parts)).toMatch(/^302/);
    expect(await inspect([], served('/login.html', { hasRoute }), guest(), parts)).toMatch(/^401/);
    expect(await inspect([], served('/about.html', { hasRoute: () => false }), guest(), parts)).toBe('page');
  });

  it('is asked about by the guard of the page that it leads to', async () => {
    const parts: GuardParts = { pages: { '/[user]': { role: 'admin' } } };
    expect(await inspect([], served('/login.html', { hasRoute }), guest(), parts)).toMatch(/^(?:302|401)/);
  });
});

describe('An address that the application rewrites to another', () => {
  const rewritten = navigation('/open', { originalPathname: '/team/board' });

  it('is where a guest comes back to', async () => {
    const opened = navigation('/hidden', { originalPathname: '/shown', openedAddress: '/shown?page=2' });
    expect(await inspect([{ pattern: '/hidden' }], opened, guest())).toBe('302 /login?returnTo=%2Fshown%3Fpage%3D2');
  });

  it('is still asked about by the rules that name it', async () => {
    expect(await inspect([{ pattern: '/team/**' }], rewritten, guest())).toMatch(/^302/);
    expect(await inspect([{ pattern: '/team/**' }], rewritten, member())).toBe('page');
  });

  it('need not be open itself where everything is protected, if what it became is', async () => {
    expect(await inspect([], rewritten, guest(), { globalProtect: true, exclude: ['/open'] })).toBe('page');
    expect(await inspect([], rewritten, guest(), { globalProtect: true })).toMatch(/^302/);
  });
});

describe('A rule that only reports', () => {
  it('lets pass, and says whom it would have refused', async () => {
    const log = new RememberingLog();
    const rule = { ...ADMIN_ONLY, enforce: false };
    expect(await inspect([rule], navigation('/admin'), member(), { log })).toBe('page');
    expect(await inspect([rule], navigation('/admin'), admin(), { log })).toBe('page');
    expect(log.reported).toEqual([
      'GET /admin (route /admin): /admin/** (role admin), report only would be refused: needs role admin',
    ]);
  });

  it('opens nothing that another rule, or globalProtect, protects', async () => {
    const rule = { pattern: '/admin/**', enforce: false, allow: () => true };
    expect(await inspect([rule, ADMIN_ONLY], navigation('/admin'), guest())).toMatch(/^302/);
    expect(await inspect([rule], navigation('/admin'), guest(), { globalProtect: true })).toMatch(/^302/);
  });

  it('says nothing of what a thrown check would have been but a refusal', async () => {
    const log = new RememberingLog();
    const allow = () => {
      throw new Error('no');
    };
    expect(await inspect([{ pattern: '/a', allow, enforce: false }], navigation('/a'), guest(), { log })).toBe('page');
    expect([log.reported.length, log.failures.length]).toEqual([1, 1]);
  });

  it('may stand beside a page, and opens nothing that the rules protect', async () => {
    const log = new RememberingLog();
    const parts: GuardParts = { log, pages: { '/team': { role: 'x', enforce: false } } };
    expect(await inspect([], navigation('/team'), member(), parts)).toBe('page');
    expect(await inspect([{ pattern: '/team', role: 'y' }], navigation('/team'), member(), parts)).toMatch(/^302/);
    const line = 'GET /team (route /team): guard of the page (role x, report only) would be refused: needs role x';
    expect(log.reported).toEqual([line, line]);
  });

  it('is every rule and every guard of a page with enforce: false for all', async () => {
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

describe('A rule for those who have signed in lately', () => {
  const rule: AccessRuleOptions = { pattern: '/billing', role: 'user', authenticatedWithin: 300 };
  const asked = (signedInFor: number | undefined) => navigation('/billing', { signedInFor });

  it('lets them in', async () => {
    expect(await inspect([rule], asked(300), member())).toBe('page');
  });

  it.each([301, undefined])('has others sign in again, though the login page is for guests: %s', async (seconds) => {
    const parts: GuardParts = { globalProtect: true };
    const login = '/login?returnTo=%2Fbilling&reauthenticate=1';
    expect(await inspect([rule], asked(seconds), member(), parts)).toBe(`302 ${login}`);
    expect(await inspect([rule], navigation(login, { routePattern: '/login' }), member(), parts)).toBe('page');
    expect(await inspect([rule], navigation('/login'), member(), parts)).toBe('302 /');
  });

  const again = navigation('/again?reauthenticate=1', { routePattern: '/again' });
  it.each<[string, AccessRuleOptions[], Readonly<Record<string, Guard>>]>([
    ['a rule', [{ ...rule, redirectTo: '/again' }], { '/again': 'guest' }],
    ['a rule, and is for some members', [{ ...rule, redirectTo: '/again' }], { '/again': ['guest', { role: 'x' }] }],
    ['a page', [], { '/again': 'guest', '/billing': { authenticatedWithin: 300, redirectTo: '/again' } }],
  ])('has them do so on a page for guests that is named by %s', async (_, rules, pages) => {
    const login = '/again?returnTo=%2Fbilling&reauthenticate=1';
    const lately = navigation('/billing', { signedInFor: 301, routePattern: '/billing' });
    expect(await inspect(rules, lately, member(), { pages })).toBe(`302 ${login}`);
    expect(await inspect(rules, again, member(), { pages })).toBe('page');
    expect(await inspect(rules, { ...again, method: 'POST', search: '' }, member(), { pages })).toBe('page');
    expect(await inspect(rules, { ...again, search: '' }, member(), { pages })).not.toBe('page');
    expect(await inspect([], again, member(), { pages: { '/again': 'guest' } })).toBe('302 /');
  });

  it('asks nobody to sign in again who may not then either', async () => {
    expect(await inspect([rule], asked(301), member(['other']), { forbiddenPath: '/no' })).toBe('302 /no');
  });

  it('tells programs with 401', async () => {
    const response = await guardWith([rule]).inspect(call('/billing', { signedInFor: 301 }), member());
    expect([response?.status, await response?.json()]).toEqual([
      401,
      expect.objectContaining({ code: 'SIGN_IN_AGAIN', detail: 'needs a sign-in within 300 seconds' }),
    ]);
  });
});

describe('What a rule asks about', () => {
  it('is the request too', async () => {
    const rule: AccessRuleOptions = {
      pattern: '/users/*',
      allow: (session, { params, routePattern, method, url }) =>
        session?.userId === params.id && `${method} ${routePattern} ${url.search}` === 'GET /users/[id] ?tab=1',
    };
    const request = (id: string) => navigation(`/users/${id}?tab=1`, { routePattern: '/users/[id]', params: { id } });
    expect(await inspect([rule], request('ada'), member())).toBe('page');
    expect(await inspect([rule], request('grace'), member())).toMatch(/^302/);
  });

  it("reaches a check of one's own through the rule", async () => {
    const access = { check: (rule: AccessRule) => rule.request.params.id === 'ada' };
    const rule: AccessRuleOptions = { pattern: '/users/*', role: 'nobody' };
    const request = navigation('/users/ada', { routePattern: '/users/[id]', params: { id: 'ada' } });
    expect(await inspect([rule], request, member(), { access })).toBe('page');
  });

  it('is told with the decision: which rule, why, and what was missing', async () => {
    const { decision } = await guardWith([ADMIN_ONLY]).judge(navigation('/admin'), () => member());
    expect(decision).toMatchObject({ isGranted: false, code: 'MISSING_ROLE', missing: ['admin'] });
    expect(decision?.rule?.pattern).toBe('/admin/**');
  });
});

describe("What a guard of somebody's own answers to whom it refuses", () => {
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
    ['at once', teapot],
    ['later', async () => teapot()],
    // biome-ignore lint/suspicious/noThenProperty: what this is about.
    ['in its own way', () => ({ then: (heed: (answer: Response) => void) => heed(teapot()) })],
  ])('may come %s', async (_, answer) => {
    expect(outcome(await guardOf(answer).inspect(navigation('/admin'), guest()))).toBe('418');
  });

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['nothing later', async () => undefined],
    ['null', () => null],
    ['what only looks like an answer', () => ({ status: 418 })],
    // biome-ignore lint/suspicious/noThenProperty: what this is about.
    ['nothing in its own way', () => ({ then: (heed: (answer?: Response) => void) => heed() })],
  ])('is never the page, even when it is %s', async (_, answer) => {
    const asked = async () => guardOf(answer).inspect(navigation('/admin'), guest());
    await expect(asked()).rejects.toThrow('returned no Response');
    const denied = new AccessDeniedError(401, true, 'not signed in');
    await expect(async () => guardOf(answer).judgeDenied(denied, navigation('/x'), guest())).rejects.toThrow(
      'returned no Response',
    );
  });
});
