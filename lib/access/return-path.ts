const MAX_LENGTH = 2048;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const SUSPICIOUS = /[\x00-\x20\x7f-\x9f\u2028\u2029\\]/;
const NOWHERE = 'http://nowhere.invalid';
/** A path, and perhaps a query, in which nothing is encoded and no segment is left out: parsing it changes nothing. */
const PLAIN = /^\/(?!\/)[\w/-]*(?:\?[\w=&-]+)?$/;

/** The query parameter that carries where a visitor wanted to go. */
export const RETURN_PARAMETER = 'returnTo';
/** The query parameter that tells the login page that its visitor is signed in, and is to sign in again. */
export const REAUTHENTICATE_PARAMETER = 'reauthenticate';

/**
 * A path of this site to return to, taken from untrusted text.
 *
 * @returns The path as it is safe to send, or `undefined` when following the text could lead off the site, now or after
 *   being decoded once more by whoever comes next.
 * @see OWASP ASVS 5.0 3.7.2; CWE-601
 */
export function toReturnPath(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > MAX_LENGTH) return undefined;
  if (PLAIN.test(text)) return text;
  if (!text.startsWith('/') || SUSPICIOUS.test(text)) return undefined;
  const url = URL.parse(text, NOWHERE);
  if (url?.origin !== NOWHERE || !staysOnSite(url.pathname)) return undefined;
  return url.pathname + url.search + url.hash;
}

/** Nothing that appears when the path is decoded again may name another host or break a header. */
function staysOnSite(pathname: string): boolean {
  let path = pathname;
  for (let level = 0; level < 10; level++) {
    if (path.startsWith('//') || SUSPICIOUS.test(level === 0 ? path : path.replaceAll(' ', ''))) return false;
    let next: string;
    try {
      next = decodeURIComponent(path);
    } catch {
      // A lone percent sign ends the decoding for everybody.
      return level > 0;
    }
    if (next === path) return true;
    path = next;
  }
  return false;
}
