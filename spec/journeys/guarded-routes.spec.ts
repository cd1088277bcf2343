import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  everythingBut,
  GuardedSite,
  isGuarded,
  pagesIn,
  protect,
  type Rules,
  type Site,
} from '../support/guarded-site.js';
import {
  ADMIN_CATCH_ALL,
  ALWAYS,
  BASE,
  BASE_ALWAYS,
  CMS,
  FORMAT_FILE,
  I18N_DOMAINS,
  I18N_FALLBACK,
  I18N_PREFIX,
  NEVER,
  PLAIN,
} from '../support/guarded-sites.js';
import type { RawAnswer, RawRequest } from '../support/raw-request.js';
import { BACKSLASH, confusingHosts, confusions, control, encoded, TURNS } from '../support/spellings.js';

/** Several paths, separated by blanks, or one request of another kind. */
type Request = string | RawRequest;
/** The served page, as its route with parameters filled in, and the requests that lead to it. */
type Requests = Readonly<Record<string, readonly Request[]>>;

interface Expected {
  readonly site: Site;
  readonly rules: Rules;
  readonly guarded: Requests;
  readonly open: Requests;
  /** Requests that lead to no guarded page: a guest may be denied or not, but sees none. */
  readonly harmless: readonly Request[];
}

const as = (method: string, target: string, more: Partial<RawRequest> = {}): RawRequest => ({
  method,
  target,
  ...more,
});
const to = (Host: string, target: string, headers: Record<string, string> = {}): RawRequest => ({
  target,
  headers: { Host, ...headers },
});
const each = (requests: readonly Request[]): Request[] =>
  requests.flatMap<Request>((request) => (typeof request === 'string' ? request.split(' ') : [request]));

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const NUL = control(0);

const EXPECTED: readonly Expected[] = [
  {
    site: PLAIN,
    rules: protect(
      ...['/admin/**', '/api/admin/**', '/staff/*', '/dashboard', '/docs/secret', '/members/vip'],
      ...['/管理', '/über/**', '/café', '/Secret', '/blog/*/edit'],
    ),
    guarded: {
      '/admin': [
        '/admin /admin/ /admin?x=1 /admin/#/public //admin ///admin //admin/ /%61%64%6d%69%6e /%61dmin/ /%2561dmin',
        '/%61dmin /admin?x-astro-path=/public/info&x_astro_path=/public/info /rewriter?to=/admin',
        as('HEAD', '/admin'),
        as('PUT', '/admin'),
        as('POST', '/admin', { headers: FORM, body: 'a=1' }),
        { target: '/admin', headers: { 'X-Forwarded-Proto': 'x:admin?' } },
        { target: '/admin', headers: { 'x-astro-noop': 'true', 'X-Astro-Reroute': 'no', 'x-astro-path': '/login' } },
        to(`x${BACKSLASH}admin?`, '/info'),
      ],
      '/admin/users': ['/admin/users/'],
      '/admin/island': ['/admin/island'],
      '/admin/users/42': [
        '/admin/%75sers/42 /%2561dmin/users/42 /admin/%2575sers/42 /admin/users//42 /admin//users/42',
        '/rewriter?to=/admin/users/42',
      ],
      [`/admin/users/${NUL}`]: [`/admin/users/${encoded(NUL)}`],
      '/admin/users/42;x=1': ['/admin/users/42;x=1'],
      '/admin/users/ADMIN': ['/admin/users/ADMIN'],
      '/admin/files/.env': ['/admin/files/.env'],
      '/admin/users/42.css': ['/admin/users/42.css'],
      '/api/admin/delete': [as('DELETE', '/api/admin/delete')],
      '/staff/7': ['/staff/7'],
      '/dashboard': ['/dashboard /dashboard/'],
      '/docs/secret': ['/docs/%73ecret.html /docs/secret.html.html'],
      '/members/vip': ['/members//vip'],
      '/管理': ['/%E7%AE%A1%E7%90%86 /%25E7%25AE%25A1%25E7%2590%2586 //%E7%AE%A1%E7%90%86/'],
      '/über/42': ['/%C3%BCber/42'],
      '/café': ['/caf%C3%A9'],
      '/Secret': ['/Secret/'],
      '/blog/hello/edit': ['/blog/hello/edit'],
    },
    open: {
      '/': ['/'],
      '/login': ['/login /login?returnTo=%2Fadmin /login?_action=deleteUser'],
      '/public/info': ['/public/info /public/info?next=/admin //public/info /public/info/', as('HEAD', '/public/info')],
      '/public/a/b': ['/public/a/b'],
      '/public/a b': ['/public/a%20b'],
      '/public/a+b': ['/public/a+b'],
      '/public/a;b': ['/public/a;b'],
      '/public/file.tar.gz': ['/public/file.tar.gz'],
      '/public/@user': ['/public/@user'],
      '/public/[id]': ['/public/%5Bid%5D'],
      '/public/admin': ['/public/admin'],
      '/public/x/admin/y': ['/public/x/admin/y'],
      '/public/ADMIN': ['/public/ADMIN'],
      '/public/😀': ['/public/%F0%9F%98%80'],
      '/.well-known/thing': ['/.well-known/thing'],
      '/blog/hello-world': ['/blog/hello-world'],
      '/robots.txt': ['/robots.txt'],
      '/docs/other': ['/docs/other /docs/other.html'],
      '/docs/secret.htm': ['/docs/secret.htm'],
    },
    harmless: [
      '/ADMIN /aDmin/users/42 /ADMIN/users/42 /admin/USERS/42 /SECRET /dashboard.html /dashboard/index.html /old-admin /nope /admin/%zz',
      '/%u0061dmin /caf%E9 /cafe%CC%81 /café http://127.0.0.1/admin admin ?/admin @x.test/admin :80/admin',
      as('QUERY', '/api/admin/delete'),
      ...confusingHosts('/public/info').map((host) => to(host, '/admin')),
      to('example.test', 'http://x.test/admin'),
    ],
  },
  {
    site: PLAIN,
    rules: everythingBut('/', '/login', '/public/**', '/blog/*', '/.well-known/**', '/api/health'),
    guarded: {
      '/info': ['/info'],
      '/docs/other': ['/docs/other.html'],
      '/members': ['/members/'],
      '/café': ['/caf%C3%A9'],
    },
    open: {
      '/': ['/'],
      '/login': ['/login /login/'],
      '/public/info': ['/public/info /%70ublic/info //public/info'],
      '/blog/hello': ['/blog/hello'],
      '/.well-known/thing': ['/.well-known/thing'],
      '/api/health': ['/api/health'],
    },
    harmless: ['/publicx /blogger /PUBLIC/info'],
  },
  {
    site: BASE,
    rules: protect('/admin/**'),
    guarded: {
      '/admin': ['/app/admin /admin //admin /app//app/admin /app/%61pp/admin /app//admin /%61pp/admin /app/app/admin'],
      '/admin/users/42': ['/app/admin/users/42 /admin/users/42'],
    },
    open: { '/': ['/app /app/'], '/login': ['/app/login /login'], '/staff/7': ['/app/staff/7'] },
    harmless: ['/application/admin /APP/admin'],
  },
  {
    site: BASE_ALWAYS,
    rules: protect('/admin/**'),
    guarded: { '/admin': ['/app/admin/ /admin/ /app/app/admin/'] },
    open: { '/login': ['/app/login/'], '/public/info': ['/app/public/info/'] },
    harmless: ['/app/admin /admin'],
  },
  {
    site: CMS,
    rules: protect('/admin/**', '/members/**'),
    guarded: {
      '/admin': ['/admin /admin.html /admin/index.html'],
      '/admin/users': ['/admin//users'],
      '/admin/reports': ['/admin//reports'],
      '/admin/anything': ['/admin/anything'],
      '/admin/static': ['/admin/static.html'],
      '/members': ['/members /members/index.html'],
      '/members/a': ['/members/a'],
    },
    open: { '/': ['/'], '/about': ['/about'], '/administrator': ['/administrator'], '/a/b/c': ['/a/b/c'] },
    harmless: ['/ADMIN /admin/%zz'],
  },
  {
    site: ADMIN_CATCH_ALL,
    rules: protect('/admin/**'),
    guarded: {
      '/admin': ['/admin /admin/index.html'],
      '/admin/login': ['/admin//login'],
      '/admin/x': ['/admin/x.html'],
    },
    open: { '/': ['/'], '/login': ['/login'] },
    harmless: ['/administrator /admin.html'],
  },
  {
    site: FORMAT_FILE,
    rules: protect('/admin/**', '/dashboard', '/管理', '/api/admin/**'),
    guarded: {
      '/admin': ['/admin.html /admin/index.html /%61dmin.html'],
      '/admin/users': ['/admin/users.html'],
      '/admin/users/42': ['/admin/users/42.html'],
      '/dashboard': ['/dashboard /dashboard.html /dashboard/index.html'],
      '/管理': ['/%E7%AE%A1%E7%90%86.html'],
      '/api/admin/delete': ['/api/admin/delete.html'],
    },
    open: { '/': ['/.html /index.html'], '/public/info': ['/public/info.html'] },
    harmless: ['/admin.html/ /admin.html.html'],
  },
  {
    site: I18N_DOMAINS,
    rules: protect('/fr/admin/**', '/*/account'),
    guarded: {
      '/fr/admin': [
        ...[to('example.test', '/fr/admin'), to('fr.example.test', '/%61dmin'), to('fr.example.test', '/admin')],
        to('evil.example', '/admin', { 'X-Forwarded-Host': 'fr.example.test', 'X-Forwarded-Proto': 'http' }),
      ],
      '/fr/account': [to('example.test', '/fr/account'), to('fr.example.test', '/account')],
    },
    open: {
      '/fr/about': [to('fr.example.test', '/about')],
      '/login': [to('example.test', '/login')],
      '/about': [to('example.test', '/about')],
    },
    harmless: [to('fr.example.test', '/nope'), to('de.example.test', '/fr')],
  },
  {
    site: I18N_FALLBACK,
    rules: protect('/dashboard', '/admin/**'),
    guarded: {
      '/dashboard': ['/dashboard /fr/dashboard'],
      '/admin/users/42': ['/fr/admin/users/42'],
      '/admin/files/a': ['/fr/admin/files/a'],
    },
    open: { '/login': ['/fr/login'], '/public/info': ['/fr/public/info'], '/fr/about': ['/fr/about'] },
    harmless: ['/de/dashboard /FR/dashboard'],
  },
  {
    site: I18N_PREFIX,
    rules: protect('/*/account'),
    guarded: { '/fr/account': ['/fr/account'], '/en/account': ['/en/account'] },
    open: { '/fr/about': ['/fr/about'], '/en': ['/en /en/'] },
    harmless: ['/account /FR/account'],
  },
  {
    site: ALWAYS,
    rules: protect('/admin/**', '/docs/secret'),
    guarded: { '/admin': ['/admin/'], '/docs/secret': ['/docs/secret/'] },
    open: { '/docs/secret.html': ['/docs/secret.html/'], '/public/info': ['/public/info/'], '/login': ['/login/'] },
    harmless: ['/admin// /admin /docs/secret'],
  },
  {
    site: ALWAYS,
    rules: everythingBut('/docs/open'),
    guarded: { '/docs/open.html': ['/docs/open.html/'], '/docs/other': ['/docs/other/'] },
    open: { '/docs/open': ['/docs/open/'], '/login': ['/login/'] },
    harmless: ['/docs/open.html'],
  },
  {
    site: FORMAT_FILE,
    rules: everythingBut('/dashboard', '/public/**'),
    guarded: {
      '/admin': ['/admin /admin.html /admin/index.html'],
      '/docs/dashboard': ['/docs/dashboard.html /docs/dashboard'],
    },
    open: { '/dashboard': ['/dashboard'], '/public/info': ['/public/info /public/info.html'] },
    harmless: ['/dashboard.html.html /dashboard.html/'],
  },
  {
    site: CMS,
    rules: everythingBut('/about'),
    guarded: {
      '/about/us': ['/about/us /about/us.html'],
      '/about.htm': ['/about.htm'],
      '/admin': ['/admin.html'],
      '/': ['/'],
    },
    open: { '/about': ['/about /about/'], '/login': ['/login'] },
    harmless: ['/about%zz'],
  },
  {
    site: NEVER,
    rules: protect('/admin/**'),
    guarded: { '/admin': ['/admin /%2561dmin'] },
    open: { '/public/info': ['/public/info'], '/login': ['/login'], '/staff/7': ['/staff/7'] },
    harmless: ['/admin// /admin/'],
  },
];

const nameOf = ({ site, rules }: Expected) =>
  `The site "${site.name}" ${rules.globalProtect ? 'with everything protected' : 'with rules'}`;

describe.each(EXPECTED.map((expected) => ({ name: nameOf(expected), ...expected })))(
  '$name',
  ({ site, rules, guarded, open, harmless }) => {
    let served: GuardedSite;

    beforeAll(async () => {
      served = await GuardedSite.serve(site, rules);
    });
    afterAll(() => served.stop());

    /** Tells whether the response is the page itself or the headers of it. */
    function isServed(page: string, request: Request, { status, text }: RawAnswer): boolean {
      const isHead = typeof request !== 'string' && request.method === 'HEAD';
      return isHead ? status === 200 : pagesIn(text).join() === page;
    }

    it.each(Object.entries(guarded))('denies guests access to %s', async (page, requests) => {
      expect(isGuarded(page, rules)).toBe(true);
      for (const request of each(requests)) {
        const [guest, visitor] = [await served.asGuest(request), await served.asVisitor(request)];
        expect({ request, refused: served.isRefusal(guest) }).toEqual({ request, refused: true });
        expect({ request, served: isServed(page, request, visitor) }).toEqual({ request, served: true });
      }
    });

    it.each(Object.entries(open))('serves %s to everybody', async (page, requests) => {
      expect(isGuarded(page, rules)).toBe(false);
      for (const request of each(requests)) {
        const guest = await served.asGuest(request);
        expect({ request, served: isServed(page, request, guest) }).toEqual({ request, served: true });
      }
    });

    it('shows nothing for paths that only look like guarded ones', async () => {
      for (const request of each(harmless)) {
        const { status, text } = await served.asGuest(request);
        const shown = pagesIn(text).filter((page) => isGuarded(page, rules));
        expect({ request, shown, broken: status >= 500 }).toEqual({ request, shown: [], broken: false });
      }
    });

    it('shows no guarded page under a path that looks like another', async () => {
      const decoys = Object.keys(open);
      const secrets = Object.keys(guarded);
      let reached = 0;
      for (const [at, secret] of secrets.entries()) {
        // With many pages, each gets only some kinds of spellings. `npm run fuzz` combines all of them.
        const turn = secrets.length < TURNS || process.env.FUZZ ? undefined : at;
        const targets = confusions(served.path(secret), served.path(decoys[at % decoys.length] ?? '/'), turn);
        const leaks = targets.map(async (target) => {
          const guest = await served.asGuest(target);
          // A denied guest sees nothing; the request of the signed-in visitor only proves that a page exists.
          if (reached > 0 && served.isRefusal(guest)) return [];
          const visitor = await served.asVisitor(target);
          const shown = [guest, visitor].flatMap(({ text }) => pagesIn(text));
          if (!shown.some((page) => isGuarded(page, rules))) return [];
          reached++;
          return served.isRefusal(guest) ? [] : [target];
        });
        expect((await Promise.all(leaks)).flat()).toEqual([]);
      }
      expect(reached).toBeGreaterThan(0);
    });

    it('shows no guarded page for a host that looks like a path', async () => {
      for (const secret of Object.keys(guarded)) {
        for (const host of confusingHosts(served.path(secret))) {
          const guest = await served.asGuest(to(host, '/info'));
          if (served.isRefusal(guest)) continue;
          const visitor = await served.asVisitor(to(host, '/info'));
          expect(pagesIn(guest.text).filter((page) => isGuarded(page, rules))).toEqual([]);
          expect(pagesIn(visitor.text).filter((page) => isGuarded(page, rules))).toEqual([]);
        }
      }
    });
  },
);
