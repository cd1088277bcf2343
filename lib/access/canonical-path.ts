import { decodedFully } from './percent-decoding.js';

/** More levels of percent-encoding than this are an attempt to be read differently by different readers. */
const MAX_DECODINGS = 10;

/** A request path that cannot be read, or could be read in several ways. */
export class UnreadablePathError extends Error {}

/**
 * The path of a request as rules are written: decoded until nothing is left to decode, backslashes as slashes, without
 * the site's base.
 *
 * @param pathname As it stands in the URL.
 * @param base The site's base without a slash at its end; empty for none.
 * @throws {UnreadablePathError} For malformed and for over-encoded paths.
 */
export function canonicalPath(pathname: string, base: string): string {
  const path = pathname.includes('%') ? decodeFully(pathname) : pathname;
  return withoutBase(path.includes('\\') ? path.replaceAll('\\', '/') : path, base);
}

function decodeFully(pathname: string): string {
  const once = decodeOrThrow(pathname);
  const path = once.includes('%') ? decodedFully(once, MAX_DECODINGS) : once;
  if (path !== undefined) return path;
  throw new UnreadablePathError(`The path is percent-encoded more than ${MAX_DECODINGS} times.`);
}

function decodeOrThrow(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UnreadablePathError('The path is not valid percent-encoding.');
  }
}

function withoutBase(path: string, base: string): string {
  if (base === '' || !path.startsWith(base)) return path;
  const rest = path.slice(base.length);
  return rest === '' || rest.startsWith('/') ? rest || '/' : path;
}

/**
 * The path that the router resolved: its pattern with the parameters put back, nothing decoded again.
 *
 * @returns `undefined` for error pages, which stand for whatever path was asked for.
 */
export function routedPath(pattern: string, params: Readonly<Record<string, string | undefined>>): string | undefined {
  if (pattern === '/404' || pattern === '/500') return undefined;
  if (!pattern.includes('[')) return pattern;
  return pattern.replace(/\[(?:\.\.\.)?([^\]]+)\]/g, (_, name: string) => params[name] ?? '');
}
