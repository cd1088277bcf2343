/** Characters that can break a line, hide a part of it or reverse its direction; and unpaired surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/**
 * Percent-encodes everything except printable ASCII, so that the text fits in a header and in a line of a log.
 * Existing percent-encodings stay as they are.
 */
export function printable(text: string): string {
  return text.replace(/[^\x21-\x7e]+/g, percentEncoded);
}

/** Percent-encodes invisible characters, so that the text stays on one line and reads as it is. */
export function onOneLine(text: string): string {
  return text.replace(UNSEEN, percentEncoded);
}

/** Cuts a string that is longer than this many characters, and marks the end with an ellipsis. */
export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** Returns a string with one full stop at its end, so that another sentence can follow. */
export function asSentence(text: string): string {
  return /[.!?]\s*$/.test(text) ? text.trimEnd() : `${text.trimEnd()}.`;
}

/** Removes slashes at the end of a path: `/shop/` becomes `/shop`, and `/` becomes empty. */
export function withoutTrailingSlash(path: string): string {
  return path.replace(/\/+$/, '');
}

function percentEncoded(odd: string): string {
  return Array.from(
    new TextEncoder().encode(odd),
    (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}
