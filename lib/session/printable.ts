/** What may end a line, hide a part of one, or have it read the other way round; and halves of characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/**
 * The text in printable ASCII, fit for a header and for a line of a log: everything else is percent-encoded. What is
 * encoded already stays as it is.
 */
export function printable(text: string): string {
  return text.replace(/[^\x21-\x7e]+/g, percentEncoded);
}

/** The text with everything percent-encoded that nobody could see: it stays on one line, and reads as it is. */
export function onOneLine(text: string): string {
  return text.replace(UNSEEN, percentEncoded);
}

function percentEncoded(odd: string): string {
  return Array.from(
    new TextEncoder().encode(odd),
    (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}
