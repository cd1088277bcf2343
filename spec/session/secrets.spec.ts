import { describe, expect, it } from '@jest/globals';
import { MissingSecretError, WeakSecretError } from '../../lib/errors.js';
import { Secrets } from '../../lib/session/secrets.js';

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
  it('are asked for by name when there are none', () => {
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
  ])('are refused in production: %s', (_, secret, reason) => {
    expect(refusal(secret)).toBeInstanceOf(WeakSecretError);
    expect(refusal(secret)).toMatchObject({ source: 'GATEHOUSE_SECRET', reason });
  });

  it('are refused when only one among them is weak', () => {
    expect(refusal(`${STRONG},short`)).toMatchObject({ reason: 'has 5 characters' });
    expect(refusal([STRONG, 'short'])).toMatchObject({ reason: 'has 5 characters' });
  });

  it('are taken as they are in development', async () => {
    const keys = await Secrets.from('short', DEVELOPMENT).keysFor('session:gatehouse');
    expect(keys).toHaveLength(1);
  });

  it('are named in no error', () => {
    const error = refusal(`${STRONG},tiny-but-telling`);
    expect(error).toBeInstanceOf(WeakSecretError);
    const shown = `${String(error)} ${JSON.stringify(error)} ${(error as WeakSecretError).stack}`;
    expect(shown).not.toContain('telling');
    expect(shown).not.toContain(STRONG);
  });

  it('are not shown by being printed', () => {
    expect(JSON.stringify(Secrets.from(STRONG, PRODUCTION))).not.toContain(STRONG);
  });

  it('may come as one, as a list in one text, or as several', async () => {
    const [inText, asArray] = await Promise.all([
      Secrets.from(` ${STRONG} , ${OTHER} `, PRODUCTION).keysFor('one'),
      Secrets.from([STRONG, OTHER], PRODUCTION).keysFor('one'),
    ]);
    expect(inText).toEqual(asArray);
    expect(inText).toHaveLength(2);
  });
});

describe('The key made from a secret', () => {
  it('is the same at whatever place the secret stands', async () => {
    const [alone] = await Secrets.from(OTHER, PRODUCTION).keysFor('session:gatehouse');
    const [, second] = await Secrets.from([STRONG, OTHER], PRODUCTION).keysFor('session:gatehouse');
    expect(second).toEqual(alone);
  });

  it('is another one for another purpose, and for another secret', async () => {
    const secrets = Secrets.from([STRONG, OTHER], PRODUCTION);
    const [session, otherSecret] = await secrets.keysFor('session:gatehouse');
    const [csrf] = await secrets.keysFor('csrf:gatehouse');
    expect(new Set([session?.value, csrf?.value, otherSecret?.value]).size).toBe(3);
    expect(new Set([session?.id, csrf?.id, otherSecret?.id]).size).toBe(3);
  });

  it('has 256 bits, and a number for its id', async () => {
    const [key] = await Secrets.from(STRONG, PRODUCTION).keysFor('session:gatehouse');
    expect(key?.value).toMatch(/^[0-9a-f]{64}$/);
    expect(key?.id).toMatch(/^[0-9]+$/);
    expect(key?.value).not.toContain(STRONG);
  });

  it('is made once', () => {
    const secrets = Secrets.from(STRONG, PRODUCTION);
    expect(secrets.keysFor('session:gatehouse')).toBe(secrets.keysFor('session:gatehouse'));
  });
});
