import { describe, expect, it } from '@jest/globals';
import { challengeOf, randomText } from '../../../lib/access/sign-in/sign-in-secrets.js';

describe('The secrets of a sign-in', () => {
  it('are random, and a PKCE verifier by their length and characters', () => {
    const texts = Array.from({ length: 200 }, randomText);
    for (const text of texts) expect(text).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(new Set(texts).size).toBe(200);
  });

  it('have the challenge of the example in RFC 7636, appendix B', async () => {
    expect(await challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });
});
