import { sha256 } from '@noble/hashes/sha2.js';
import { fromBase64Url, toBase64Url } from './base64url.js';

type HashText = (algorithm: 'sha256', text: string, encoding: 'base64url') => string;

/** The runtime's own, where it has one: a stored session's id is hashed with every request, and this takes 2 µs, not 60. */
const nativeHash: HashText | undefined = globalThis.process?.getBuiltinModule?.('node:crypto')?.hash;
const utf8 = new TextEncoder();

const BYTES = 32;
const FORMAT = /^[A-Za-z0-9_-]{43}$/;

/**
 * The identifier of one session: 32 random bytes, written as 43 characters of base64url.
 *
 * @see OWASP ASVS 5.0 7.2.3 (a reference token has at least 128 bits of entropy from a CSPRNG).
 */
export const SessionId = {
  generate(): string {
    return copied(toBase64Url(crypto.getRandomValues(new Uint8Array(BYTES))));
  },

  /** Whether a text from outside has the form of an identifier. Stores ask before they touch anything. */
  isWellFormed(text: string): boolean {
    return FORMAT.test(text);
  },

  /**
   * An identifier that only those can read who know another one: a store may keep it. Given the result, it gives the
   * identifier back.
   */
  hiddenFrom(id: string, key: string): string {
    const pad = fromBase64Url(SessionId.fingerprint(`hidden from ${key}`));
    return copied(toBase64Url(fromBase64Url(id).map((byte, at) => byte ^ (pad[at] ?? 0))));
  },

  /** What a server-side store files a session under, so that its contents cannot be replayed as cookies. */
  fingerprint(id: string): string {
    return nativeHash ? nativeHash('sha256', id, 'base64url') : copied(toBase64Url(sha256(utf8.encode(id))));
  },
};

/** A piece cut from a text keeps the whole text in memory; stores keep millions of these, so they get a copy. */
function copied(text: string): string {
  return [...text].join('');
}
