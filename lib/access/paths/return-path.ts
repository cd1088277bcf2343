const MAX_LENGTH = 2048;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const SUSPICIOUS = /[\x00-\x20\x7f-\x9f\u2028\u2029\\]/;
const NOWHERE = 'http://nowhere.invalid';
/** Matches a path, with or without a query, that has no encoded characters and no empty segment: parsing does not change it. */
const PLAIN = /^\/(?!\/)[\w/-]*(?:\?[\w=&-]+)?$/;

/** The query parameter with the page that a visitor wanted to open. */
export const RETURN_PARAMETER = 'returnTo';
/** The query parameter of the login page for a visitor who is signed in and has to sign in again. */
export const REAUTHENTICATE_PARAMETER = 'reauthenticate';

/**
 * Returns a path of this site to return to, taken from an untrusted string.
 *
 * @returns The path in a form that is safe to send; `undefined` when the string could lead to another site, also after the
 *   next program has decoded it once more.
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

/**
 * Checks that an untrusted address of another origin can be sent in a header, and that its path has no second meaning.
 *
 * @param pathname The path that it was parsed to.
 */
export function staysInPlace(text: string, pathname: string): boolean {
  return text.length <= MAX_LENGTH && !SUSPICIOUS.test(text) && staysOnSite(pathname);
}

/** Checks that the path, decoded again and again, neither names another host nor breaks a header. */
function staysOnSite(pathname: string): boolean {
  let path = pathname;
  for (let level = 0; level < 10; level++) {
    if (path.startsWith('//') || SUSPICIOUS.test(level === 0 ? path : path.replaceAll(' ', ''))) return false;
    let next: string;
    try {
      next = decodeURIComponent(path);
    } catch {
      // A percent sign that encodes nothing ends the decoding in every program.
      return level > 0;
    }
    if (next === path) return true;
    path = next;
  }
  return false;
}
