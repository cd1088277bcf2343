import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  everythingBut,
  GuardedSite,
  type Mode,
  pagesIn,
  protect,
  publicAlone,
  type Rules,
  type Site,
} from '../support/guarded-site.js';
import { ADMIN_CATCH_ALL, BASE, CMS, FORMAT_FILE, PLAIN } from '../support/guarded-sites.js';
import { encoded } from '../support/spellings.js';

const NAMES = ['/管理', '/café', '/über/4', '/annual report/2026'];
const PATTERNS = ['/管理', '/café', '/über/**', '/annual report/*'];
/** As the address bar shows a pattern, as the browser sends it, and in decomposed letters. */
const WRITTEN = [(pattern: string) => pattern, encodeURI, (pattern: string) => pattern.normalize('NFD')];

/** Returns the patterns, each written in the form that follows that of its neighbour. */
const patterns = (first: number) =>
  PATTERNS.map((pattern, at) => WRITTEN[(first + at) % WRITTEN.length]?.(pattern) ?? pattern);

/** Starting `astro dev` takes long, so each pattern is written in only one form there. */
const SERVED: [Mode, Rules][] = [
  ...WRITTEN.flatMap((_, first): [Mode, Rules][] => [
    ['production', protect(...patterns(first))],
    ['production', everythingBut(...patterns(first))],
  ]),
  ['dev', protect(...patterns(0))],
  ['dev', everythingBut(...patterns(1))],
];

/** Returns the path as the browser sends it, with upper- or lower-case encoding, and encoded twice. */
const requestsFor = (page: string) => {
  const sent = encodeURI(page);
  const small = sent.replace(/%../g, (byte) => byte.toLowerCase());
  return [sent, small, `${sent}/`, `${sent}?x=1`, sent.replaceAll('%', encoded('%'))];
};

/** The one development server. */
let development: GuardedSite | undefined;
afterAll(() => development?.stop());

/** @param refused A path that only these rules keep from guests. */
async function developed(rules: Rules, refused: string): Promise<GuardedSite> {
  if (development) await development.change(rules, refused);
  else development = await GuardedSite.serve(PLAIN, rules, 'dev');
  return development;
}

describe.each(
  SERVED.map(([mode, rules]) => ({
    mode,
    rules,
    named: rules.exclude ?? rules.protect?.map(({ pattern }) => pattern),
  })),
)('Pages with non-ASCII names in $mode, configured as $named,', ({ mode, rules }) => {
  let served: GuardedSite;

  beforeAll(async () => {
    served = mode === 'dev' ? await developed(rules, '/dashboard') : await GuardedSite.serve(PLAIN, rules);
  });
  afterAll(async () => {
    if (served !== development) await served.stop();
  });

  it.each(NAMES)(rules.exclude ? 'are public: %s' : 'are not shown to guests: %s', async (page) => {
    for (const target of requestsFor(page)) {
      const [guest, visitor] = [await served.asGuest(target), await served.asVisitor(target)];
      expect({ target, shown: pagesIn(visitor.text) }).toEqual({ target, shown: [page] });
      expect({ target, shown: pagesIn(guest.text) }).toEqual({ target, shown: rules.exclude ? [page] : [] });
      expect({ target, refused: served.isRefusal(guest) }).toEqual({ target, refused: !rules.exclude });
    }
  });
});

interface Excluded {
  readonly site: Site;
  readonly mode: Mode;
  readonly exclude: readonly string[];
  /** Public rules in place of `exclude`. */
  readonly byRules?: boolean;
  /** Each address, and the page that Astro serves there. */
  readonly addresses: Readonly<Record<string, string>>;
}

const EXCLUDED: readonly Excluded[] = [
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

describe.each(EXCLUDED)(
  'On a site that protects everything but $exclude, in $mode,',
  ({ site, mode, exclude, byRules, addresses }) => {
    let served: GuardedSite;

    beforeAll(async () => {
      const rules = (byRules ? publicAlone : everythingBut)(...exclude);
      served = mode === 'dev' ? await developed(rules, '/caf%C3%A9') : await GuardedSite.serve(site, rules);
    });
    afterAll(async () => {
      if (served !== development) await served.stop();
    });

    it.each(Object.entries(addresses))('%s shows the page %s to a guest', async (address, page) => {
      const [guest, visitor] = [await served.asGuest(address), await served.asVisitor(address)];
      if (page !== '/login') expect(pagesIn(visitor.text)).toEqual([page]);
      expect(pagesIn(guest.text)).toEqual([page]);
    });
  },
);
