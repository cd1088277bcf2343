import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { MissingSecretError, WeakSecretError } from '../../../lib/errors/index.js';
import { Secrets, weaknessOf } from '../../../lib/session/cookies/secrets.js';

const STRONG = 'k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa';
const OTHER = 'Wn5Rt8Uq1Zx4Ce7Bv0Lm3Ks6Jh9Gf2Dp';
const PRODUCTION = { source: 'GATEHOUSE_SECRET', isProduction: true };
const DEVELOPMENT = { source: 'GATEHOUSE_SECRET', isProduction: false };

function refusal(given: string | readonly string[]): unknown {
  try {
    Secrets.from(given, PRODUCTION);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('Secrets', () => {
  it('are requested by the name of their variable when there are none', () => {
    expect(() => Secrets.from(undefined, PRODUCTION)).toThrow(MissingSecretError);
    expect(() => Secrets.from('', PRODUCTION)).toThrow(/set GATEHOUSE_SECRET to at least 32 random characters/);
    expect(() => Secrets.from(' , ,', PRODUCTION)).toThrow(MissingSecretError);
    expect(() => Secrets.from([], DEVELOPMENT)).toThrow(MissingSecretError);
  });

  it.each([
    ['31 characters', STRONG.slice(1), 'has 31 characters'],
    ['a few characters, repeated', 'abcabcabc'.repeat(5), 'repeats the same 3 characters'],
    ['a placeholder', 'please-change-me-4f81bd0297ce6a35', 'is a placeholder'],
    ['an example', 'Example0123456789abcdefghijklmnop', 'is a placeholder'],
  ])('are rejected in production: %s', (_, secret, reason) => {
    expect(refusal(secret)).toBeInstanceOf(WeakSecretError);
    expect(refusal(secret)).toMatchObject({ source: 'GATEHOUSE_SECRET', reason });
  });

  it('are rejected when only one of them is weak', () => {
    expect(refusal(`${STRONG},short`)).toMatchObject({ reason: 'has 5 characters' });
    expect(refusal([STRONG, 'short'])).toMatchObject({ reason: 'has 5 characters' });
  });

  it('are accepted in development even when they are weak', async () => {
    const keys = await Secrets.from('short', DEVELOPMENT).keysFor('session:gatehouse');
    expect(keys).toHaveLength(1);
  });

  it('do not appear in error messages', () => {
    const error = refusal(`${STRONG},tiny-but-telling`);
    expect(error).toBeInstanceOf(WeakSecretError);
    const shown = `${String(error)} ${JSON.stringify(error)} ${(error as WeakSecretError).stack}`;
    expect(shown).not.toContain('telling');
    expect(shown).not.toContain(STRONG);
  });

  it('do not appear in JSON', () => {
    expect(JSON.stringify(Secrets.from(STRONG, PRODUCTION))).not.toContain(STRONG);
  });

  it('can be given as a list in one string or as an array', async () => {
    const [inText, asArray] = await Promise.all([
      Secrets.from(` ${STRONG} , ${OTHER} `, PRODUCTION).keysFor('one'),
      Secrets.from([STRONG, OTHER], PRODUCTION).keysFor('one'),
    ]);
    expect(inText).toEqual(asArray);
    expect(inText).toHaveLength(2);
  });
});

describe('The key derived from a secret', () => {
  it('is the same at every position of the secret', async () => {
    const [alone] = await Secrets.from(OTHER, PRODUCTION).keysFor('session:gatehouse');
    const [, second] = await Secrets.from([STRONG, OTHER], PRODUCTION).keysFor('session:gatehouse');
    expect(second).toEqual(alone);
  });

  it('differs for another purpose and for another secret', async () => {
    const secrets = Secrets.from([STRONG, OTHER], PRODUCTION);
    const [session, otherSecret] = await secrets.keysFor('session:gatehouse');
    const [csrf] = await secrets.keysFor('csrf:gatehouse');
    expect(new Set([session?.value, csrf?.value, otherSecret?.value]).size).toBe(3);
    expect(new Set([session?.id, csrf?.id, otherSecret?.id]).size).toBe(3);
  });

  it('has 256 bits and a numeric id', async () => {
    const [key] = await Secrets.from(STRONG, PRODUCTION).keysFor('session:gatehouse');
    expect(key?.value).toMatch(/^[0-9a-f]{64}$/);
    expect(key?.id).toMatch(/^[0-9]+$/);
    expect(key?.value).not.toContain(STRONG);
  });

  it('is derived only once', () => {
    const secrets = Secrets.from(STRONG, PRODUCTION);
    expect(secrets.keysFor('session:gatehouse')).toBe(secrets.keysFor('session:gatehouse'));
  });
});

const KEYS = '~!@#$%^&*()_+0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const times = (count: number, make: () => string) => Array.from({ length: count }, make).join('');

describe('A secret from a random generator', () => {
  it.each<[string, number, () => string]>([
    ['64 hex digits', 20_000, () => randomBytes(32).toString('hex')],
    ['32 hex digits', 20_000, () => randomBytes(16).toString('hex')],
    ['base64', 20_000, () => randomBytes(32).toString('base64')],
    ['base64url', 20_000, () => randomBytes(32).toString('base64url')],
    ['32 characters of base64url', 20_000, () => randomBytes(24).toString('base64url')],
    ['a UUID', 20_000, () => randomUUID()],
    ['two UUIDs', 20_000, () => randomUUID() + randomUUID()],
    ['the same UUID twice', 1_000, () => randomUUID().repeat(2)],
    ['32 lower-case letters', 20_000, () => times(32, () => String.fromCharCode(97 + randomInt(26)))],
    ['40 digits', 20_000, () => times(40, () => String(randomInt(10)))],
    ['32 random characters', 20_000, () => times(32, () => KEYS[randomInt(KEYS.length)] ?? '')],
  ])('is never rejected: %s', (_, count, make) => {
    const refused = Array.from({ length: count }, make)
      .map((secret) => ({ secret, weakness: weaknessOf(secret) }))
      .filter(({ weakness }) => weakness !== undefined);
    expect(refused).toEqual([]);
  });
});

describe('A secret typed by hand', () => {
  it.each([
    ['31 characters', 'k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0P', 'has 31 characters'],
    ['one character', 'x'.repeat(64), 'repeats one character'],
    ['three characters, repeated', 'abc'.repeat(15), 'repeats the same 3 characters'],
    ['a word, repeated', 'gatehouse'.repeat(4), 'repeats the same 9 characters'],
    ['a word, repeated and cut off', 'gatehouse'.repeat(5).slice(0, 40), 'repeats the same 9 characters'],
    ['a good secret that is too short, twice', 'k7Qz2vXw9Lr4Nf8T'.repeat(2), 'repeats the same 16 characters'],
    ['the digits in order', `${'0123456789'.repeat(3)}01`, 'repeats the same 10 characters'],
    ['the alphabet', 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', 'is made of sequences'],
    ['the alphabet and digits, backwards', 'zyxwvutsrqponmlkjihgfedcba9876543210', 'is made of sequences'],
    ['rows of keys', 'qwertyuiopasdfghjklzxcvbnm1234567890', 'is made of sequences'],
    ['a word with padding', 'gatehouse-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'is made of sequences'],
    ['two characters in random order', 'abaabbabbbaababbaaababababbbaabbab', 'is made of sequences'],
    ['a placeholder', 'replace_me_with_a_long_random_text', 'is a placeholder'],
    ['super secret', 'this-is-a-super-secret-of-the-shop', 'is a placeholder'],
  ])('is rejected: %s', (_, secret, reason) => {
    expect(weaknessOf(secret)).toContain(reason);
  });

  it('does not appear in the reason of the rejection', () => {
    expect(weaknessOf('gatehouse'.repeat(4))).not.toContain('gatehouse');
  });
});
