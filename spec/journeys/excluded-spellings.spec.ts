import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { everythingBut, GuardedSite, type Mode, pagesIn, publicAlone, type Site } from '../support/guarded-site.js';
import { ADMIN_CATCH_ALL, BASE, CMS, FORMAT_FILE, PLAIN } from '../support/guarded-sites.js';

interface Excluded {
  readonly site: Site;
  readonly mode: Mode;
  readonly exclude: readonly string[];
  /** Public rules in place of `exclude`. */
  readonly byRules?: boolean;
  /** Each address, and the page that Astro serves there. */
  readonly addresses: Readonly<Record<string, string>>;
}

const CASES: readonly Excluded[] = [
  {
    site: FORMAT_FILE,
    mode: 'production',
    exclude: ['/', '/dashboard', '/docs/open'],
    addresses: {
      '/.html': '/',
      '/index.html': '/',
      '/dashboard.html': '/dashboard',
      '/dashboard/index.html': '/dashboard',
      '/docs/open.html': '/docs/open',
      '/login.html': '/login',
    },
  },
  {
    site: PLAIN,
    mode: 'production',
    exclude: ['/docs/open', '/members'],
    addresses: {
      '/docs/open.html': '/docs/open',
      '/members/index.html': '/members',
    },
  },
  {
    site: PLAIN,
    mode: 'production',
    exclude: ['/docs/open', '/members'],
    byRules: true,
    addresses: {
      '/docs/open.html': '/docs/open',
      '/members/index.html': '/members',
    },
  },
  {
    site: PLAIN,
    mode: 'dev',
    exclude: ['/dashboard', '/docs/open'],
    addresses: { '/dashboard.html': '/dashboard', '/docs/open.html': '/docs/open', '/login.html': '/login' },
  },
  {
    site: CMS,
    mode: 'production',
    exclude: ['/about'],
    addresses: { '/about.html': '/about', '/about/index.html': '/about' },
  },
  {
    site: ADMIN_CATCH_ALL,
    mode: 'production',
    exclude: ['/admin/help'],
    addresses: { '/admin/help.html': '/admin/help', '/admin/help/index.html': '/admin/help' },
  },
  {
    site: BASE,
    mode: 'production',
    exclude: ['/dashboard', '/docs/open'],
    addresses: {
      '/app/docs/open.html': '/docs/open',
      '/docs/open.html': '/docs/open',
    },
  },
  {
    site: BASE,
    mode: 'production',
    exclude: ['/dashboard', '/public/**'],
    addresses: { '//app/dashboard': '/dashboard', '///app/public/info': '/public/info' },
  },
];

describe.each(CASES)(
  'On a site that protects everything but $exclude, in $mode,',
  ({ site, mode, exclude, byRules, addresses }) => {
    let served: GuardedSite;

    beforeAll(async () => {
      served = await GuardedSite.serve(site, (byRules ? publicAlone : everythingBut)(...exclude), mode);
    });
    afterAll(() => served.stop());

    it.each(Object.entries(addresses))('%s shows the page %s to a guest', async (address, page) => {
      const [guest, visitor] = [await served.asGuest(address), await served.asVisitor(address)];
      if (page !== '/login') expect(pagesIn(visitor.text)).toEqual([page]);
      expect(pagesIn(guest.text)).toEqual([page]);
    });
  },
);
