/**
 * The text in printable ASCII, fit for a header and for a line of a log: everything else is percent-encoded. What is
 * encoded already stays as it is.
 */
export function printable(text: string): string {
  return text.replace(/[^\x21-\x7e]+/g, (odd) => Array.from(new TextEncoder().encode(odd), percentEncoded).join(''));
}

function percentEncoded(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
