import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { everythingBut, GuardedSite, type Mode, pagesIn, protect, type Rules } from '../support/guarded-site.js';
import { PLAIN } from '../support/guarded-sites.js';
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

async function developed(rules: Rules): Promise<GuardedSite> {
  if (development) await development.change(rules, '/dashboard');
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
    served = mode === 'dev' ? await developed(rules) : await GuardedSite.serve(PLAIN, rules);
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
