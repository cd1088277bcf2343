import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { weaknessOf } from '../../lib/session/secret-strength.js';

const KEYS = '~!@#$%^&*()_+0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const times = (count: number, make: () => string) => Array.from({ length: count }, make).join('');

describe('A secret out of a generator', () => {
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
    ['32 of any keys', 20_000, () => times(32, () => KEYS[randomInt(KEYS.length)] ?? '')],
  ])('is never refused: %s', (_, count, make) => {
    const refused = Array.from({ length: count }, make)
      .map((secret) => ({ secret, weakness: weaknessOf(secret) }))
      .filter(({ weakness }) => weakness !== undefined);
    expect(refused).toEqual([]);
  });
});

describe('A secret that somebody typed', () => {
  it.each([
    ['31 characters', 'k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0P', 'has 31 characters'],
    ['one character', 'x'.repeat(64), 'repeats one character'],
    ['three characters again and again', 'abc'.repeat(15), 'repeats the same 3 characters'],
    ['a word again and again', 'gatehouse'.repeat(4), 'repeats the same 9 characters'],
    ['a word again and again, cut off', 'gatehouse'.repeat(5).slice(0, 40), 'repeats the same 9 characters'],
    ['a good secret that is too short, twice', 'k7Qz2vXw9Lr4Nf8T'.repeat(2), 'repeats the same 16 characters'],
    ['the digits in order', `${'0123456789'.repeat(3)}01`, 'repeats the same 10 characters'],
    ['the alphabet', 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', 'is made of sequences'],
    ['the alphabet and digits, backwards', 'zyxwvutsrqponmlkjihgfedcba9876543210', 'is made of sequences'],
    ['rows of keys', 'qwertyuiopasdfghjklzxcvbnm1234567890', 'is made of sequences'],
    ['a word and filling', 'gatehouse-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'is made of sequences'],
    ['two characters in disorder', 'abaabbabbbaababbaaababababbbaabbab', 'is made of sequences'],
    ['words for a placeholder', 'replace_me_with_a_long_random_text', 'is a placeholder'],
    ['super secret', 'this-is-a-super-secret-of-the-shop', 'is a placeholder'],
  ])('is refused: %s', (_, secret, reason) => {
    expect(weaknessOf(secret)).toContain(reason);
  });

  it('is said nothing of', () => {
    expect(weaknessOf('gatehouse'.repeat(4))).not.toContain('gatehouse');
  });
});
