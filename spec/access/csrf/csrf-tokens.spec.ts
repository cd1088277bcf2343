import { describe, expect, it, jest } from '@jest/globals';
import { CsrfTokens } from '../../../lib/access/csrf/csrf-tokens.js';
import { SessionCommittedError } from '../../../lib/errors/index.js';
import { Secrets } from '../../../lib/session/cookies/secrets.js';
import type { SessionRecord } from '../../../lib/session/record/session-record.js';
import { draftOf, Session } from '../../../lib/session/session.js';
import { recordOf } from '../../support/records.js';

const [OLD, NEW] = ['k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa', 'Zq3Xw8Ve1Bn6My4Ku9Jt2Hr7Gf5Ds0Ac'];
const tokens = new CsrfTokens(new Secrets([OLD]));

/** Creates the session that a later request opens, from the state that this one left. */
function later(session: Session, record: Partial<SessionRecord> = {}): Session {
  const { id, own } = draftOf(session);
  return new Session({ ...recordOf({ id, isKept: own.isKept }), values: own.set, ...record });
}

const signedIn = () => new Session(recordOf({ values: { userId: 'u1' } }));

/** Lists every string that differs from the token in one character. */
function altered(token: string): string[] {
  return Array.from(token, (letter, at) => token.slice(0, at) + (letter === 'A' ? 'B' : 'A') + token.slice(at + 1));
}

describe('A token', () => {
  it('is accepted in the session for which it was issued', async () => {
    const session = signedIn();
    expect(await tokens.verify(await tokens.issue(session), session)).toBe(true);
  });

  it('is different in all its parts each time, and each one is accepted', async () => {
    const session = signedIn();
    const issued = await Promise.all(Array.from({ length: 50 }, () => tokens.issue(session)));
    for (const part of [(token: string) => token.slice(0, 20), (token: string) => token.slice(-40)]) {
      expect(new Set(issued.map(part)).size).toBe(50);
    }
    expect(await Promise.all(issued.map((token) => tokens.verify(token, session)))).toEqual(issued.map(() => true));
  });

  it('fits into a field, a header and a URL', async () => {
    expect(await tokens.issue(signedIn())).toMatch(/^[\w-]{64}$/);
  });

  it('is rejected in another session', async () => {
    expect(await tokens.verify(await tokens.issue(signedIn()), signedIn())).toBe(false);
  });

  it('is rejected once the session has another id', async () => {
    const session = signedIn();
    const token = await tokens.issue(session);
    session.regenerate();
    expect(await tokens.verify(token, session)).toBe(false);
    draftOf(session).signIn({ userId: 'u1' }, Date.now());
    expect(await tokens.verify(token, session)).toBe(false);
  });

  it('is rejected for a visitor without a session', async () => {
    const session = new Session();
    const token = await tokens.issue(session);
    expect(await tokens.verify(token, session)).toBe(false);
  });

  it('is rejected when it is altered in one character, shortened or extended', async () => {
    const session = signedIn();
    const token = await tokens.issue(session);
    const others = [...altered(token), token.slice(1), token.slice(0, -1), `${token}A`, `${token}=`, ` ${token}`, ''];
    const doubled = [`${token}, ${token}`, token + token, token.toUpperCase(), token.toLowerCase()];
    for (const forged of [...others, ...doubled, undefined, null]) {
      expect({ forged, isKnown: await tokens.verify(forged, session) }).toEqual({ forged, isKnown: false });
    }
  });

  it('is compared by the runtime, in constant time', async () => {
    const session = signedIn();
    const [token] = altered(await tokens.issue(session));
    const verify = jest.spyOn(crypto.subtle, 'verify');
    expect(await tokens.verify(token, session)).toBe(false);
    const answers = await Promise.all(verify.mock.results.map(({ value }) => value));
    verify.mockRestore();
    expect(answers).toEqual([false]);
  });

  it('survives a change of the secret as long as the old one is still listed', async () => {
    const session = signedIn();
    const token = await tokens.issue(session);
    expect(await new CsrfTokens(new Secrets([NEW, OLD])).verify(token, session)).toBe(true);
    expect(await new CsrfTokens(new Secrets([NEW])).verify(token, session)).toBe(false);
    const renewed = await new CsrfTokens(new Secrets([NEW, OLD])).issue(session);
    expect(await new CsrfTokens(new Secrets([NEW])).verify(renewed, session)).toBe(true);
  });

  it('makes the response personal', async () => {
    const session = signedIn();
    expect(draftOf(session).wasUsed).toBe(false);
    await tokens.issue(session);
    expect(draftOf(session).wasUsed).toBe(true);
  });
});

describe('A visitor without a session', () => {
  it('gets one with the first token, which is kept although it contains no values', async () => {
    const session = new Session();
    const token = await tokens.issue(session);
    expect([session.isDirty, session.isEmpty, session.all()]).toEqual([true, false, {}]);
    const next = later(session);
    expect(await tokens.verify(token, next)).toBe(true);
    expect(next.isEmpty).toBe(false);
    expect(next.clear().isEmpty).toBe(false);
  });

  it('gets a session only once', async () => {
    const session = new Session();
    await tokens.issue(session);
    const next = later(session);
    await tokens.issue(next);
    expect(next.isDirty).toBe(false);
  });

  it('causes an error when the token is requested too late', async () => {
    const session = new Session();
    draftOf(session).close();
    await expect(tokens.issue(session)).rejects.toThrow(SessionCommittedError);
    await expect(tokens.issue(session)).rejects.toThrow(/^\[astro-gatehouse\] csrfToken\(\) came too late/);
  });

  it('can be shown a page during an outage of the store', async () => {
    const session = new Session();
    draftOf(session).failure = new Error('down');
    expect(await tokens.issue(session)).toMatch(/^[\w-]{64}$/);
    expect([draftOf(session).own.set.size, draftOf(session).own.isKept]).toEqual([0, false]);
  });
});

describe('A session that is kept for a token', () => {
  it.each<[string, Session, boolean]>([
    ['a new session', new Session(), true],
    ['a session of a guest', new Session(recordOf({ values: { cart: 1 } })), true],
    ['a session of a signed-in user', signedIn(), false],
  ])('may have to be changed for it: %s', (_, session, isChanged) => {
    expect(tokens.mayBeginLate(session)).toBe(isChanged);
  });

  it('is not marked as used when it is new and only inspected', () => {
    const session = new Session();
    tokens.mayBeginLate(session);
    expect(draftOf(session).wasUsed).toBe(false);
  });

  it('is changed only once', async () => {
    const session = new Session(recordOf({ values: { cart: 1 } }));
    await tokens.issue(session);
    expect(tokens.mayBeginLate(later(session))).toBe(false);
  });

  it('is kept after signing in, and ends when it is destroyed', async () => {
    const session = new Session();
    await tokens.issue(session);
    draftOf(session).signIn({ userId: 'u1' }, Date.now());
    expect(session.all()).toEqual({ userId: 'u1' });
    session.destroy();
    expect(session.isEmpty).toBe(true);
  });
});
