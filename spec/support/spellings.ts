import fc from 'fast-check';

export const BACKSLASH = String.fromCharCode(0x5c);
const DOT = '.';
/** Astro decodes this often; so does the guard. */
const MANY_LEVELS = [10, 11];
/** Among how many pages of a site the kinds of confusing spellings are dealt out. */
export const TURNS = 3;

export const control = (code: number): string => String.fromCharCode(code);

/** Writes every character of a text percent-encoded, and that again, as often as asked; 0 times leaves it alone. */
export function encoded(text: string, levels = 1): string {
  if (levels === 0) return text;
  const once = Array.from(new TextEncoder().encode(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  return once.replaceAll('%', `%${'25'.repeat(levels - 1)}`);
}

/** An ASCII character in two bytes, as no encoder writes it and no decoder should read it. */
const overlong = (code: number): string =>
  [0xc0 | (code >> 6), 0x80 | (code & 0x3f)].map((byte) => `%${byte.toString(16)}`).join('');

/** A path as a browser would send it. */
export const sent = (path: string): string => encodeURI(path);

/**
 * Paths of which one reader may think that they lead to one page, and another to the other.
 *
 * @param protectedPath Where they are to lead in truth.
 * @param openPath What they are to look like.
 * @param turn Leaves of the kinds of spellings those of this turn: pages in {@link TURNS} turns meet all of them.
 */
export function confusions(protectedPath: string, openPath: string, turn?: number): string[] {
  const [secret, open] = [sent(protectedPath), sent(openPath)];
  const separators = ['/', BACKSLASH].flatMap((separator) => [0, 1, 2].map((levels) => encoded(separator, levels)));
  const parents = [
    ...[0, 1, 2, 3, ...MANY_LEVELS].map((levels) => encoded(DOT + DOT, levels)),
    overlong(0x2e).repeat(2),
    ...[0x09, 0x0a].flatMap((code) => [1, 2].map((levels) => DOT + encoded(control(code), levels) + DOT)),
  ];
  const climbing = separators.flatMap((separator) =>
    parents.flatMap((parent) => [
      ...climbs(secret, separator + parent).map((path) => path + separator + open.slice(1)),
      ...climbs(open, separator + parent).map((path) => path + separator + secret.slice(1)),
    ]),
  );
  // Of every two paths there are as many, in the same order: what stands at a place is one kind.
  const kinds = [...climbing, ...interrupted(secret), ...overEncoded(secret)];
  return [...new Set(turn === undefined ? kinds : kinds.filter((_, at) => at % TURNS === turn % TURNS))];
}

/** One step up, and as many as lead to the root. */
function climbs(path: string, step: string): string[] {
  const depth = path.split('/').length - 1;
  return [1, depth].map((steps) => path + step.repeat(steps));
}

/** With characters in it that parsers of URLs drop, cut at, or take for others. */
function interrupted(path: string): string[] {
  const codes = [0x00, 0x09, 0x0a, 0x0d, 0x20, 0x23, 0x2f, 0x3b, 0x3f, 0x5c, 0x7f, 0xa0, 0x2028, 0xff0e, 0xff0f];
  const middle = Math.ceil(path.length / 2);
  return codes.flatMap((code) =>
    [1, 2].flatMap((levels) => {
      const written = encoded(control(code), levels);
      return [
        path + written,
        `/${written}${path.slice(1)}`,
        `${path.slice(0, middle)}${written}${path.slice(middle)}`,
        `${path}/${written}`,
      ];
    }),
  );
}

function overEncoded(path: string): string[] {
  const levels = [1, 2, 3, ...MANY_LEVELS, 13, 18];
  return levels
    .flatMap((level) => [encoded(path.slice(1), level), encoded(path.slice(1, 2), level) + path.slice(2)])
    .map((name) => `/${name}`);
}

/** `Host` headers that make another path of what follows them, when an address is put together from both. */
export function confusingHosts(path: string): string[] {
  return ['/', BACKSLASH].flatMap((separator) => ['?', '#', '/'].map((end) => `x${separator}${path.slice(1)}${end}`));
}

const levels = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(1, 2, 3) },
  { weight: 1, arbitrary: fc.integer({ min: 4, max: 13 }) },
);
const written = (text: string, plain: number) =>
  fc.oneof(
    { weight: plain, arbitrary: fc.constant(sent(text)) },
    { weight: 1, arbitrary: levels.map((level) => encoded(text, level)) },
  );

const separator = fc.oneof(
  { weight: 16, arbitrary: fc.constant('/') },
  { weight: 2, arbitrary: fc.constantFrom('//', '///') },
  { weight: 2, arbitrary: written('/', 0) },
  { weight: 2, arbitrary: written(BACKSLASH, 1) },
);
const dropped = fc
  .tuple(fc.constantFrom(0x00, 0x09, 0x0a, 0x0d, 0x20, 0x23, 0x3b, 0x3f, 0x7f, 0xa0, 0x2028, 0xff0e, 0xff0f), levels)
  .map(([code, level]) => encoded(control(code), level));
const rarely = (arbitrary: fc.Arbitrary<string>, plain = 15) =>
  fc.oneof({ weight: plain, arbitrary: fc.constant('') }, { weight: 1, arbitrary });

const dots = (count: number) =>
  fc
    .array(fc.tuple(written(DOT, 2), rarely(dropped, 20)), { minLength: count, maxLength: count })
    .map((parts) => parts.flat().join(''));

const ending = fc.constantFrom(
  '/',
  '//',
  '.html',
  '/index.html',
  '.htm',
  '.html.html',
  '.html/',
  '/index.html/',
  ';x',
  '?x=1',
  '?',
  '#',
  '/.',
  '/..',
  encoded('.html'),
  encoded('.html', 2),
  encoded('?'),
  encoded('#'),
  encoded('/'),
  encoded(' '),
);

/** One segment of a path; some of its letters encoded or in capitals, something in it that may be dropped. */
function segmentLike(name: string): fc.Arbitrary<string> {
  if (name === DOT || name === DOT + DOT) return dots(name.length);
  const letters = Array.from(name, (letter) =>
    fc.oneof(
      { weight: 60, arbitrary: fc.constant(sent(letter)) },
      { weight: 6, arbitrary: levels.map((level) => encoded(letter, level)) },
      { weight: 1, arbitrary: fc.constant(sent(letter.toUpperCase())) },
    ),
  );
  const inOnePiece = fc.tuple(rarely(dropped, 40), ...letters, rarely(dropped, 30)).map((parts) => parts.join(''));
  return fc.oneof({ weight: 3, arbitrary: fc.constant(sent(name)) }, { weight: 3, arbitrary: inOnePiece });
}

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '');
const UP = DOT + DOT;

/** What spellings are made of. */
export interface Spelled {
  /** Paths of guarded pages. */
  readonly secrets: readonly string[];
  /** Paths of open ones. */
  readonly open: readonly string[];
  /** What may stand before a path: the site's base, locales. */
  readonly prefixes?: readonly string[] | undefined;
  /** Whether nothing is found without a slash at its end. */
  readonly needsSlash?: boolean | undefined;
}

/** Spellings of paths, most of them such as no browser sends. */
export function spellings({ secrets, open, prefixes = [], needsSlash = false }: Spelled): fc.Arbitrary<string> {
  const secret = fc.constantFrom(...secrets).map(namesOf);
  const decoy = fc.constantFrom(...open).map(namesOf);
  const up = (names: readonly string[], extra: number) => names.map(() => UP).slice(extra);
  const stray = fc.constantFrom<string[]>([], [DOT], [UP], ['x', UP], ['x'], [DOT, DOT]);
  const names = fc.oneof(
    { weight: 2, arbitrary: secret },
    { weight: 2, arbitrary: decoy },
    fc.tuple(secret, stray).map(([to, more]) => [...to, ...more]),
    fc.tuple(stray, secret).map(([more, to]) => [...more, ...to]),
    fc
      .tuple(decoy, fc.nat(1), stray, secret)
      .map(([from, less, more, to]) => [...from, ...up(from, less), ...more, ...to]),
    fc
      .tuple(secret, fc.nat(1), stray, decoy)
      .map(([to, less, more, from]) => [...to, ...up(to, less), ...more, ...from]),
    fc.tuple(secret, decoy).map(([to, from]) => [...to, ...from]),
  );
  const prefix = prefixes.length === 0 ? fc.constant('') : rarely(fc.constantFrom(...prefixes), 1);
  return fc
    .tuple(prefix, prefix, names)
    .map(([first, second, rest]) => [...namesOf(first), ...namesOf(second), ...rest])
    .chain((all) => fc.tuple(...all.map((name) => fc.tuple(separator, segmentLike(name)))))
    .chain((parts) => fc.tuple(fc.constant(parts.flat().join('')), rarely(ending, 1), fc.boolean()))
    .map(([path, end, slash]) => (path.startsWith('/') ? path : `/${path}`) + end + (needsSlash && slash ? '/' : ''));
}

/** How a site is served, so far as it decides which spellings of a path are ordinary there. */
export interface Customs {
  readonly base?: string | undefined;
  readonly trailingSlash?: string | undefined;
  readonly doubledSlashes?: boolean | undefined;
}

/** Spellings of a path that any browser or link may send and that mean nothing else. */
export function ordinarySpellings(path: string, customs: Customs = {}): fc.Arbitrary<string> {
  const { base = '', trailingSlash = 'ignore', doubledSlashes = false } = customs;
  const isRoot = path === '/';
  const doubled = doubledSlashes && trailingSlash === 'ignore' && !isRoot;
  const letters = Array.from(path, (letter) =>
    letter === '/'
      ? fc.constant('/')
      : fc.oneof(
          { weight: 5, arbitrary: fc.constant(sent(letter)) },
          { weight: 1, arbitrary: fc.constant(encoded(letter)) },
        ),
  );
  const slashes = { always: ['/'], never: [''] }[trailingSlash] ?? ['', '/'];
  return fc
    .tuple(
      fc.constant(base),
      doubled ? rarely(fc.constant('/'), 5) : fc.constant(''),
      ...letters,
      fc.constantFrom(...(isRoot ? [''] : slashes)),
      rarely(fc.constantFrom('?x=1', `?next=${encoded('/admin')}`, '?', '?/../x'), 3),
    )
    .map((parts) => parts.join(''));
}
