import fc from 'fast-check';
import { control, encoded, spellings } from './spellings.js';

/** What is put where something else is expected. */
const junk = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
  fc.constantFrom(
    '',
    ' ',
    ';',
    '=',
    ',',
    '"',
    '%',
    '%00',
    '%zz',
    '__proto__',
    'constructor',
    'null',
    '[]',
    '{}',
    '../x',
  ),
  fc.constantFrom('Fe26.2**', 'Fe26.2*1*', "' OR 1=1 --", '*', '{{x}}', '<script>', 'undefined', 'NaN', '-1', '1e999'),
  fc.integer({ min: 1, max: 8_000 }).map((length) => 'A'.repeat(length)),
);

/** A text with something in it changed, lost, doubled or put in from elsewhere. */
export function damaged(text: string): fc.Arbitrary<string> {
  const at = fc.nat(Math.max(0, text.length - 1));
  return fc.oneof(
    fc.tuple(at, junk).map(([place, other]) => text.slice(0, place) + other + text.slice(place + 1)),
    fc.tuple(at, at).map(([from, to]) => text.slice(Math.min(from, to), Math.max(from, to))),
    fc.tuple(at, at).map(([from, to]) => text.slice(0, from) + text.slice(to)),
    at.map((place) => text.slice(0, place) + flipped(text.charCodeAt(place)) + text.slice(place + 1)),
    at.map((place) => text.slice(0, place) + text.slice(place, place + 1).toUpperCase() + text.slice(place + 1)),
  );
}

const flipped = (code: number): string => (Number.isNaN(code) ? 'x' : String.fromCharCode(code ^ 1));

/** As bytes, without those for which Node's parser closes the connection before anybody sees the request. */
const inHeader = (text: string) =>
  Buffer.from(text)
    .toString('latin1')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
    .replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ' ');

/** What stands in a Cookie header. @param name Of the session's cookie. @param token One that opens a session. */
export function cookieHeaders(name: string, token: string): fc.Arbitrary<string> {
  const names = fc.oneof(
    { weight: 6, arbitrary: fc.constant(name) },
    { weight: 1, arbitrary: damaged(name) },
    fc.constantFrom(
      ` ${name}`,
      `${name} `,
      name.toUpperCase(),
      `__Secure-${name}`,
      encoded(name),
      `$${name}`,
      '__proto__',
    ),
  );
  const values = fc.oneof({ weight: 4, arbitrary: damaged(token) }, { weight: 2, arbitrary: junk }, fc.constant(''));
  const pair = fc.tuple(names, fc.constantFrom('=', ' = ', '==', '', '=%22'), values).map((parts) => parts.join(''));
  const separator = fc.constantFrom('; ', ';', ';;', ' ;\t', ', ', '&');
  return fc
    .array(fc.tuple(pair, separator), { minLength: 1, maxLength: 6 })
    .map((pairs) => inHeader(pairs.flat().join('')).slice(0, 12_000));
}

/** What stands between the method and the protocol. */
export function requestTargets(secrets: readonly string[], open: readonly string[]): fc.Arbitrary<string> {
  const spelled = spellings({ secrets, open });
  const query = fc.oneof(
    fc.constant(''),
    junk.map((text) => `?${encodeURIComponent(text)}`),
    fc
      .tuple(fc.constantFrom('returnTo', '_action', 'x', '__proto__'), junk)
      .map(([key, text]) => `?${key}=${encoded(text)}`),
  );
  const internal = fc
    .tuple(fc.constantFrom('/_actions/', '/_server-islands/', '/_image', '/_astro/', '/.well-known/'), junk)
    .map(([start, rest]) => start + encoded(rest.slice(0, 300)));
  const path = fc.oneof(
    { weight: 6, arbitrary: spelled },
    { weight: 2, arbitrary: junk.map((text) => `/${encoded(text.slice(0, 2_000))}`) },
    { weight: 1, arbitrary: internal },
  );
  return fc.tuple(path, query).map(([start, rest]) =>
    inHeader(start + rest)
      .replaceAll(' ', '%20')
      .slice(0, 12_000),
  );
}

/** Where somebody would have a visitor go after the sign-in. */
export const returnPaths: fc.Arbitrary<string> = (() => {
  const host = fc.constantFrom('evil.example', '127.0.0.1@evil.example', 'evil.example:80', '[::1]', '①.example', '');
  const scheme = fc.constantFrom(
    '',
    'http:',
    'https:',
    'javascript:',
    'data:text/html,',
    'HTTP:',
    'x:',
    ' http:',
    'blob:',
  );
  const codes = [0x00, 0x09, 0x0a, 0x0d, 0x20, 0x2f, 0x3a, 0x40, 0x5c, 0x7f, 0xa0, 0x2028, 0x3000, 0xff0f, 0xfeff];
  const character = fc.constantFrom(...codes).map(control);
  const written = fc.tuple(character, fc.integer({ min: 0, max: 4 })).map(([text, levels]) => encoded(text, levels));
  const slashes = fc
    .array(fc.oneof(fc.constant('/'), written), { minLength: 0, maxLength: 4 })
    .map((parts) => parts.join(''));
  return fc
    .oneof(
      fc.tuple(scheme, slashes, host, slashes, junk).map((parts) => parts.join('')),
      fc.tuple(slashes, scheme, host).map((parts) => `/${parts.join('')}`),
      fc
        .tuple(slashes, fc.constantFrom('..', '.', 'x/../..', '%2e%2e'), slashes, host)
        .map((parts) => `/${parts.join('')}`),
      junk,
    )
    .filter((path) => Buffer.from(path).toString() === path);
})();

/** What might be sealed in a cookie, or stand in a store, in the place of a session. Nobody is signed in by it. */
export const recordContents: fc.Arbitrary<unknown> = (() => {
  const number = fc.oneof(fc.constantFrom(0, 1, -1, 2, 1e15, 8.64e15, 2 ** 53), fc.integer(), fc.double());
  const anything = fc.oneof(fc.jsonValue({ maxDepth: 4 }), number, junk) as fc.Arbitrary<unknown>;
  const key = fc.oneof(junk, fc.constantFrom('userid', 'role', 'USERID', 'toString', 'flashes'));
  const entry = fc.tuple(key, anything);
  const entries = fc.oneof(fc.array(entry, { maxLength: 5 }), anything);
  const fields = [fc.constantFrom(1, 2, 0, '1', null), number, number, number, entries, entries, anything, anything];
  const record = fc
    .tuple(...fields)
    .chain((whole) => fc.nat(fields.length).map((length) => whole.slice(0, length + 1)));
  return fc.oneof({ weight: 3, arbitrary: record as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: anything });
})();
