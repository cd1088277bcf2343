import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  everythingBut,
  GuardedSite,
  isGuarded,
  type Mode,
  pagesIn,
  protect,
  publicAlone,
  type Rules,
  type Site,
} from '../support/guarded-site.js';
import {
  ALWAYS,
  BASE,
  CMS,
  FORMAT_FILE,
  I18N_DOMAINS,
  I18N_FALLBACK,
  I18N_PREFIX,
  NEVER,
  PLAIN,
} from '../support/guarded-sites.js';
import type { RawRequest } from '../support/raw-request.js';
import { confusingHosts, ordinarySpellings, type Spelled, spellings } from '../support/spellings.js';

/**
 * Spellings for each server, others with every run; asked for together in batches, because what takes time is the way to the
 * server. `npm run fuzz` asks for many more.
 */
const SPELLINGS = process.env.FUZZ ? 2_400 : 160;
const BATCH = 40;

interface Searched extends Spelled {
  readonly site: Site;
  readonly rules: readonly Rules[];
  readonly hosts?: readonly string[];
}

const MANY = {
  secrets: [
    ...['/admin', '/admin/users', '/admin/users/42', '/admin/files/a/b', '/api/admin/delete', '/docs/secret'],
    ...['/members/vip', '/Secret', '/über/4', '/café', '/管理', '/annual report/2026', '/dashboard'],
  ],
  open: ['/', '/login', '/public/info', '/public/a/b', '/blog/one', '/api/health', '/.well-known/thing'],
  rules: [
    protect(
      ...['/admin/**', '/api/admin/**', '/docs/secret', '/members/vip', '/Secret', '/über/**', '/café', '/管理'],
      ...['/annual report/*', '/dashboard'],
    ),
    everythingBut('/', '/public/**', '/blog/*', '/.well-known/**', '/api/health'),
  ],
};

const SEARCHED: readonly Searched[] = [
  {
    site: PLAIN,
    ...MANY,
    rules: [...MANY.rules, publicAlone('/', '/public/**', '/blog/*', '/.well-known/**', '/api/health')],
  },
  { site: BASE, ...MANY, prefixes: ['/app'] },
  { site: FORMAT_FILE, ...MANY },
  { site: ALWAYS, ...MANY, needsSlash: true },
  { site: NEVER, ...MANY },
  {
    site: CMS,
    secrets: ['/admin', '/admin/x', '/members', '/members/a/b'],
    open: ['/', '/login', '/about', '/about/us'],
    rules: [protect('/admin/**', '/members/**'), everythingBut('/', '/about/**')],
  },
  {
    site: I18N_FALLBACK,
    secrets: ['/admin', '/dashboard', '/admin/users/42', '/admin/files/a'],
    open: ['/', '/login', '/public/info', '/about', '/fr/about'],
    rules: [protect('/admin/**', '/dashboard'), everythingBut('/', '/public/**', '/about', '/fr/about')],
    prefixes: ['/fr', '/en'],
  },
  {
    site: I18N_PREFIX,
    secrets: ['/fr/account', '/en/account'],
    open: ['/', '/fr/about', '/en/about', '/en', '/fr'],
    rules: [protect('/*/account'), everythingBut('/', '/*/about', '/en', '/fr')],
    prefixes: ['/fr', '/en'],
  },
  {
    site: I18N_DOMAINS,
    secrets: ['/fr/admin', '/admin', '/account', '/fr/account'],
    open: ['/', '/login', '/about', '/fr/about'],
    rules: [protect('/fr/admin/**', '/*/account'), everythingBut('/', '/about', '/fr/about')],
    prefixes: ['/fr', '/en'],
    hosts: ['example.test', 'fr.example.test'],
  },
];

/** Starting `astro dev` takes long, so each site runs with only one of the sets of rules. */
const SERVED = SEARCHED.flatMap((searched, at) => [
  ...searched.rules.map((rules): [Mode, Rules, Searched] => ['production', rules, searched]),
  ...searched.rules.slice(at % 2, (at % 2) + 1).map((rules): [Mode, Rules, Searched] => ['dev', rules, searched]),
]);

describe.each(
  SERVED.map(([mode, rules, searched]) => ({
    ...searched,
    name: `The site "${searched.site.name}" in ${mode}, ${rules.globalProtect ? 'all protected' : 'with rules'},`,
    mode,
    rules,
  })),
)('$name', ({ site, secrets, open, rules, prefixes, needsSlash, hosts, mode }) => {
  let served: GuardedSite;

  beforeAll(async () => {
    served = await GuardedSite.serve(site, rules, mode);
  });
  afterAll(() => served.stop());

  const host = fc.oneof(
    { weight: 30, arbitrary: hosts ? fc.constantFrom(...hosts) : fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...secrets.flatMap((secret) => confusingHosts(encodeURI(secret)))) },
  );
  const requests = fc
    .tuple(spellings({ secrets, open, prefixes, needsSlash }), host, fc.constantFrom('GET', 'GET', 'GET', 'POST'))
    .map(([target, Host, method]): RawRequest => ({ method, target, headers: Host === undefined ? {} : { Host } }));

  it('shows a guarded page to guests under no spelling', async () => {
    const seen = { guarded: 0, open: 0 };
    const problemWith = async (request: RawRequest) => {
      const guest = await served.asGuest(request);
      // A denied guest sees nothing; the request of the signed-in visitor only proves that a page exists.
      if (seen.guarded > 0 && served.isRefusal(guest)) return undefined;
      const visitor = await served.asVisitor(request);
      const guarded = [guest, visitor].map(({ text }) => pagesIn(text).filter((page) => isGuarded(page, rules)));
      if (guarded.flat().length > 0) seen.guarded++;
      else if (pagesIn(guest.text).length > 0) seen.open++;
      // When the request of the signed-in visitor fails too, the guard is not the cause.
      if (guest.status >= 500 && visitor.status < 500) return `broken: ${guest.status}`;
      return guarded.flat().length === 0 || served.isRefusal(guest) ? undefined : `shown: ${guarded.flat()}`;
    };
    // A few hundred random spellings may all miss, so the pages' own paths are included.
    for (const page of [...secrets, ...open]) {
      const target = served.path(encodeURI(page));
      expect(await problemWith({ target, headers: hosts ? { Host: hosts[0] ?? '' } : {} })).toBeUndefined();
    }
    await search(requests, problemWith);
    expect(Math.min(seen.guarded, seen.open)).toBeGreaterThan(0);
  });

  it('shows a public page to everybody under every ordinary spelling', async () => {
    const { trailingSlash } = site.options ?? {};
    const ordinary = open.map((page) =>
      ordinarySpellings(page, { base: site.options?.base, trailingSlash, doubledSlashes: mode === 'production' }).map(
        (target) => ({ target, page }),
      ),
    );
    await search(fc.oneof(...ordinary), async ({ target, page }) => {
      const guest = await served.asGuest(hosts ? { target, headers: { Host: 'example.test' } } : target);
      return pagesIn(guest.text).join() === page ? undefined : `answered: ${guest.status}`;
    });
  });
});

/** @param problemWith Returns the problem with a generated request, if any. */
async function search<T>(
  arbitrary: fc.Arbitrary<T>,
  problemWith: (made: T) => Promise<string | undefined>,
): Promise<void> {
  const batches = fc.array(arbitrary, { minLength: BATCH, maxLength: BATCH });
  await fc.assert(
    fc.asyncProperty(batches, async (batch) => {
      const looked = batch.map(async (made) => ({ made, problem: await problemWith(made) }));
      expect((await Promise.all(looked)).filter(({ problem }) => problem !== undefined)).toEqual([]);
    }),
    { numRuns: Math.ceil(SPELLINGS / BATCH) },
  );
}
