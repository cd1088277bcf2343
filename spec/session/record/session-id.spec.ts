import { describe, expect, it, jest } from '@jest/globals';
import { SessionId } from '../../../lib/session/record/session-id.js';

describe('A session id', () => {
  it('is different every time', () => {
    const ids = new Set(Array.from({ length: 1000 }, () => SessionId.generate()));
    expect(ids.size).toBe(1000);
  });

  it('has 32 bytes and is well-formed', () => {
    const id = SessionId.generate();
    expect(Buffer.from(id, 'base64url')).toHaveLength(32);
    expect(SessionId.isWellFormed(id)).toBe(true);
  });

  it('consists of the bytes of the cryptographic random generator, and nothing else', () => {
    const random = jest.spyOn(crypto, 'getRandomValues');
    const id = SessionId.generate();
    const given = random.mock.results.map(({ value }) => value);
    random.mockRestore();
    expect(given).toEqual([new Uint8Array(Buffer.from(id, 'base64url'))]);
  });

  it.each([
    ['must not be empty', '', false],
    ['must not have 42 characters', 'a'.repeat(42), false],
    ['may be any 43 characters of base64url', 'aZ0-_'.repeat(9).slice(0, 43), true],
    ['must not have 44 characters', 'a'.repeat(44), false],
    ['must not contain base64 characters outside of base64url', `${'a'.repeat(42)}+`, false],
    ['must not end with a line break', `${'a'.repeat(43)}\n`, false],
    ['must not be a path', `../../${'a'.repeat(37)}`, false],
    ['must not contain letters beyond ASCII', 'é'.repeat(43), false],
    ['must not have 100 KB', 'a'.repeat(100_000), false],
  ])('%s', (_, text, isWellFormed) => {
    expect(SessionId.isWellFormed(text)).toBe(isWellFormed);
  });

  it('has one fingerprint, which is a different string of the same form', () => {
    const id = SessionId.generate();
    const fingerprint = SessionId.fingerprint(id);
    expect(SessionId.fingerprint(id)).toBe(fingerprint);
    expect(fingerprint).not.toBe(id);
    expect(SessionId.isWellFormed(fingerprint)).toBe(true);
    expect(SessionId.fingerprint(SessionId.generate())).not.toBe(fingerprint);
  });

  it('has its SHA-256 as fingerprint', () => {
    // FIPS 180-2, appendix B.1.
    expect(Buffer.from(SessionId.fingerprint('abc'), 'base64url').toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('can be hidden so that only another id reveals it', () => {
    const [id, key, other] = [SessionId.generate(), SessionId.generate(), SessionId.generate()];
    const hidden = SessionId.hiddenFrom(id, key);
    expect(hidden).not.toBe(id);
    expect(SessionId.isWellFormed(hidden)).toBe(true);
    expect(SessionId.hiddenFrom(hidden, key)).toBe(id);
    expect(SessionId.hiddenFrom(hidden, other)).not.toBe(id);
    expect(SessionId.hiddenFrom(hidden, SessionId.fingerprint(key))).not.toBe(id);
  });
});
