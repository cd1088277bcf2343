import { toBase64Url } from '../../base/base64url.js';

const BYTES = 32;

/** Returns 256 random bits as 43 characters of base64url: enough for a state, a nonce and a PKCE verifier. */
export function randomText(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(BYTES)));
}

/** Returns the PKCE challenge of a verifier, by the method `S256`. @see RFC 7636 4.2 */
export async function challengeOf(codeVerifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(codeVerifier));
  return toBase64Url(new Uint8Array(digest));
}
