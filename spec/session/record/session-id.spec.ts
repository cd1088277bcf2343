import { describe, expect, it, jest } from '@jest/globals';
import { SessionId } from '../../../lib/session/record/session-id.js';

describe('A session id', () => {
  it('is another one every time', () => {
    const ids = new Set(Array.from({ length: 1000 }, () => SessionId.generate()));
    expect(ids.size).toBe(1000);
  });

  it('carries 32 bytes and has the form it is asked for', () => {
    const id = SessionId.generate();
    expect(Buffer.from(id, 'base64url')).toHaveLength(32);
    expect(SessionId.isWellFormed(id)).toBe(true);
  });

  it('is what the generator for keys gave, and all of it', () => {
    const random = jest.spyOn(crypto, 'getRandomValues');
    const id = SessionId.generate();
    const given = random.mock.results.map(({ value }) => value);
    random.mockRestore();
    expect(given).toEqual([new Uint8Array(Buffer.from(id, 'base64url'))]);
  });

  it.each([
    ['nothing', '', false],
    ['42 characters', 'a'.repeat(42), false],
    ['43 characters of base64url', 'aZ0-_'.repeat(9).slice(0, 43), true],
    ['44 characters', 'a'.repeat(44), false],
    ['base64 that is not for URLs', `${'a'.repeat(42)}+`, false],
    ['a line break at the end', `${'a'.repeat(43)}\n`, false],
    ['a path', `../../${'a'.repeat(37)}`, false],
    ['letters beyond ASCII', 'é'.repeat(43), false],
    ['100 KB', 'a'.repeat(100_000), false],
  ])('asked about %s', (_, text, isWellFormed) => {
    expect(SessionId.isWellFormed(text)).toBe(isWellFormed);
  });

  it('has one fingerprint, which is another text of the same form', () => {
    const id = SessionId.generate();
    const fingerprint = SessionId.fingerprint(id);
    expect(SessionId.fingerprint(id)).toBe(fingerprint);
    expect(fingerprint).not.toBe(id);
    expect(SessionId.isWellFormed(fingerprint)).toBe(true);
    expect(SessionId.fingerprint(SessionId.generate())).not.toBe(fingerprint);
  });

  it('is filed under its SHA-256', () => {
    // FIPS 180-2, appendix B.1.
    expect(Buffer.from(SessionId.fingerprint('abc'), 'base64url').toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('can be hidden from all who do not know another one', () => {
    const [id, key, other] = [SessionId.generate(), SessionId.generate(), SessionId.generate()];
    const hidden = SessionId.hiddenFrom(id, key);
    expect(hidden).not.toBe(id);
    expect(SessionId.isWellFormed(hidden)).toBe(true);
    expect(SessionId.hiddenFrom(hidden, key)).toBe(id);
    expect(SessionId.hiddenFrom(hidden, other)).not.toBe(id);
    expect(SessionId.hiddenFrom(hidden, SessionId.fingerprint(key))).not.toBe(id);
  });
});
