import { describe, expect, it } from '@jest/globals';
import { CsrfTokens } from '../../lib/access/csrf/csrf-tokens.js';
import { ScopedRequest } from '../../lib/container/scope/request-scope.js';
import { SessionManager } from '../../lib/session/manager/session-manager.js';
import { subjectOf } from '../../lib/session/security-events.js';
import { draftOf } from '../../lib/session/session.js';
import { SessionRegistry } from '../../lib/session/session-registry.js';
import { MemorySessionStore } from '../../lib/session/stores/memory-session-store.js';
import { FakeCookieJar } from '../support/fake-cookie-jar.js';
import { floorPlan } from '../support/services.js';

const services = floorPlan({ store: MemorySessionStore }).boot();
const sessions = services.get(SessionManager);
const tokens = services.get(CsrfTokens);

async function cookiesOfAda(): Promise<FakeCookieJar> {
  const cookies = new FakeCookieJar();
  const session = await sessions.open(cookies);
  draftOf(session).signIn({ userId: 'ada', role: 'admin' }, Date.now());
  session.flash('notice', 'Hello');
  await sessions.commit(session, cookies);
  return cookies.next();
}

describe('A session that the application does not read', () => {
  it.each([
    ['a session with a user', cookiesOfAda],
    ['a new session', async () => new FakeCookieJar()],
  ])('remains unused after all the steps of a request: %s', async (_, carried) => {
    const cookies = await carried();
    const token = 'A'.repeat(64);
    const session = await sessions.open(cookies);
    const request = new ScopedRequest(services, session);
    await sessions.lease(session);
    await request.identity.resolve();
    expect(await tokens.verify(token, session)).toBe(false);
    tokens.mayBeginLate(session);
    expect([request.signedInFor, subjectOf(session).userId]).toEqual(
      request.visitor.isGuest ? [undefined, undefined] : [expect.any(Number), 'ada'],
    );
    await sessions.canKeep(session);
    sessions.isInPassing(session, cookies);
    await sessions.commit(session, cookies);
    request.rollBack();
    expect(draftOf(session)).toMatchObject({ isUsed: false, wasUsed: false });
  });

  it('is used by listing sessions, and by revoking the other ones', async () => {
    const registry = services.get(SessionRegistry);
    for (const ask of ['list', 'revokeOthers'] as const) {
      const session = await sessions.open(await cookiesOfAda());
      expect(draftOf(session).wasUsed).toBe(false);
      await (ask === 'list' ? registry.list('ada', session) : registry.revokeOthers(session));
      expect(draftOf(session).wasUsed).toBe(true);
    }
  });
});
