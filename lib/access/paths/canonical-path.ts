import { orElse, type Promised } from '../../base/promised.js';
import { segmentsOf } from './path-pattern.js';

/** More levels of percent-encoding than this are an attempt to be read differently by different readers. */
const MAX_DECODINGS = 10;
/** What most paths are, and nothing is to be done about. */
const IS_PLAIN = /^[\x21-\x24\x26-\x5b\x5d-\x7e]*$/;
const LONE_PERCENT = /%(?![0-9a-f]{2})/gi;
const ENCODED = /(?:%[0-9a-f]{2})+/gi;
const ENCODED_ASCII = /%[0-7][0-9a-f]/gi;
/** Where something else than UTF-8 was encoded, a path is taken piece by piece; more than this would take too long. */
const MAX_PIECEWISE = { characters: 2_000, failures: 10 };
/** In no language does one letter have as many marks; to compose them takes time that grows with their square. */
const TOO_MANY_MARKS = /\p{M}{33}/u;

/** No page has an address of so many segments; more of them would only take long to find a rule for. */
const MOST_SEGMENTS = 256;

/** A request path that cannot be read, could be read in several ways, or would take too long. */
export class UnreadablePathError extends Error {}

/** Answers about a path, or otherwise where it turns out that it cannot be read. */
export function ifReadable<Value>(answer: () => Promised<Value>, otherwise: () => Promised<Value>): Promised<Value> {
  return orElse(answer, (error) => {
    if (error instanceof UnreadablePathError) return otherwise();
    throw error;
  });
}

/**
 * The path of a request as rules are written: decoded until nothing is left to decode, backslashes as slashes, without
 * the site's base.
 *
 * @param pathname As it stands in the URL.
 * @param base The site's base without a slash at its end; empty for none.
 * @throws {UnreadablePathError} For malformed and over-encoded paths, and those of more segments than any page has.
 */
export function canonicalPath(pathname: string, base: string): string {
  const path = IS_PLAIN.test(pathname) ? pathname : decodedFully(pathname);
  // Each of them has a slash and a character, so that few paths are long enough to be counted.
  if (path.length > 2 * MOST_SEGMENTS && segmentsOf(path).length > MOST_SEGMENTS) {
    throw new UnreadablePathError(`The path has more than ${MOST_SEGMENTS} segments.`);
  }
  return withoutBase(path, base);
}

function decodedFully(pathname: string): string {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    throw new UnreadablePathError('The path is not valid percent-encoding.');
  }
  for (let level = 1; level <= MAX_DECODINGS; level++) {
    const next = decodedAgain(path);
    if (next === path) return readable(path);
    path = next;
  }
  throw new UnreadablePathError(`The path is percent-encoded more than ${MAX_DECODINGS} times.`);
}

/** Once decoded, a lone percent sign is a character like any other, and so is a byte that is not UTF-8. */
function readable(path: string): string {
  if (TOO_MANY_MARKS.test(path)) throw new UnreadablePathError('The path has more marks on a letter than can be read.');
  return path.replaceAll('\\', '/');
}

function decodedAgain(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path.replace(LONE_PERCENT, '%25'));
  } catch {
    return decodedPiecewise(path);
  }
}

function decodedPiecewise(path: string): string {
  let failures = path.length > MAX_PIECEWISE.characters ? Number.POSITIVE_INFINITY : 0;
  return path.replace(ENCODED, (piece) => {
    try {
      return decodeURIComponent(piece);
    } catch {
      failures += 1;
      if (failures > MAX_PIECEWISE.failures) throw new UnreadablePathError('The path is not UTF-8 in too many places.');
      return piece.replace(ENCODED_ASCII, decodeURIComponent);
    }
  });
}

function withoutBase(path: string, base: string): string {
  if (base === '') return path;
  // Astro takes several slashes in front for one.
  const start = path.startsWith('//') ? path.replace(/^\/+/, '/') : path;
  if (!start.startsWith(base)) return path;
  const rest = start.slice(base.length);
  return rest === '' || rest.startsWith('/') ? rest || '/' : path;
}

/** The path that the router resolved: its pattern with the parameters put back, nothing decoded again. */
export function routedPath(pattern: string, params: Readonly<Record<string, string | undefined>>): string {
  if (!pattern.includes('[')) return pattern;
  return pattern.replace(/\[(?:\.\.\.)?([^\]]+)\]/g, (_, name: string) => params[name] ?? '');
}
