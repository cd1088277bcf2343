import { orElse, type Promised } from '../../base/promised.js';
import { segmentsOf } from './path-pattern.js';

/** Maximum levels of percent-encoding. More are an attempt to make different programs read different paths. */
const MAX_DECODINGS = 10;
/** Matches paths that need no decoding: most paths. */
const IS_PLAIN = /^[\x21-\x24\x26-\x5b\x5d-\x7e]*$/;
const LONE_PERCENT = /%(?![0-9a-f]{2})/gi;
const ENCODED = /(?:%[0-9a-f]{2})+/gi;
const ENCODED_ASCII = /%[0-7][0-9a-f]/gi;
/** Limits for paths whose encoded bytes are not UTF-8: they are decoded piece by piece, which could take too long. */
const MAX_PIECEWISE = { characters: 2_000, failures: 10 };
/**
 * Matches more combining marks than a letter has in any language: composing n of them takes time proportional to n².
 */
const TOO_MANY_MARKS = /\p{M}{33}/u;

/** Maximum number of segments. No page has more, and finding a rule for more would take long. */
const MOST_SEGMENTS = 256;

/** A request path is invalid, could be read in several ways, or would take too long. */
export class UnreadablePathError extends Error {}

/** Returns the result of `answer`, or that of `otherwise` when `answer` throws an {@link UnreadablePathError}. */
export function ifReadable<Value>(answer: () => Promised<Value>, otherwise: () => Promised<Value>): Promised<Value> {
  return orElse(answer, (error) => {
    if (error instanceof UnreadablePathError) return otherwise();
    throw error;
  });
}

/**
 * Returns the path of a request in the form in which rules are written: decoded until nothing is left to decode, with
 * slashes in place of backslashes, without the site's base.
 *
 * @param pathname The path in the URL.
 * @param base The site's base without a trailing slash; empty for none.
 * @throws {UnreadablePathError} For an invalid path, more than 10 levels of encoding, or more than 256 segments.
 */
export function canonicalPath(pathname: string, base: string): string {
  const path = IS_PLAIN.test(pathname) ? pathname : decodedFully(pathname);
  // A segment takes at least two characters, so only long paths have to be counted.
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

/** Returns a fully decoded path with slashes in place of backslashes. Percent signs that encode nothing stay in it. */
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
  // Astro treats several leading slashes as one.
  const start = path.startsWith('//') ? path.replace(/^\/+/, '/') : path;
  if (!start.startsWith(base)) return path;
  const rest = start.slice(base.length);
  return rest === '' || rest.startsWith('/') ? rest || '/' : path;
}

/**
 * Returns the path that the router resolved: the pattern with its parameters filled in, without decoding them again.
 */
export function routedPath(pattern: string, params: Readonly<Record<string, string | undefined>>): string {
  if (!pattern.includes('[')) return pattern;
  return pattern.replace(/\[(?:\.\.\.)?([^\]]+)\]/g, (_, name: string) => params[name] ?? '');
}
