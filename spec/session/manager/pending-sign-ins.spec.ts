import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { SessionManager } from '../../../lib/session/manager/session-manager.js';
import { SecurityEvents } from '../../../lib/session/security-events.js';
import { draftOf, type Session } from '../../../lib/session/session.js';
import type { SessionOptions } from '../../../lib/session/session-config.js';
import { type SessionDataOptions, SessionSchema } from '../../../lib/session/session-schema.js';
import { MemorySessionStore } from '../../../lib/session/stores/memory-session-store.js';
import { Application, COOKIE } from '../../../lib/testing/application.js';

async function start(options: SessionOptions = {}, data?: SessionDataOptions) {
  const app = await Application.start(({ config, clock }) => new MemorySessionStore(config, clock), options);
  const schema = data && new SessionSchema(data);
  const { store, config, clock, registry } = app;
  const manager = new SessionManager(store, config, clock, registry, new SecurityEvents(clock), schema);
  const signIn = (userId: string) => (session: Session) => draftOf(session).signIn({ userId }, clock.now());
  return { app, manager, signIn };
}

describe('A sign-in that is pending while the same guest signs in by another request', () => {
  it('succeeds where a user may have one session', async () => {
    const { app, signIn } = await start({ maxSessionsPerUser: 1 });
    const guest = await app.visitorWith({ cart: 1 });
    const slow = await app.open(guest);
    signIn('ada')(slow);
    app.clock.advance(1);
    await app.visit(guest.next(), signIn('ada'));
    app.clock.advance(1);
    const late = guest.next();
    expect(await app.manager.commit(slow, late)).toBe(true);
    expect(await app.find(late.next())).toEqual({ userId: 'ada' });
  });

  it('does not undo that the sessions of the user were ended since', async () => {
    const { app, signIn } = await start();
    const guest = await app.visitorWith({ cart: 1 });
    const slow = await app.open(guest);
    signIn('ada')(slow);
    await app.visit(guest.next(), signIn('ada'));
    app.clock.advance(1);
    await app.registry.revokeAll('ada');
    const late = guest.next();
    expect(await app.manager.commit(slow, late)).toBe(false);
    expect(late.size).toBe(0);
  });

  it('leaves the cookie of the other one alone when its own session cannot be stored', async () => {
    const { app, manager, signIn } = await start({}, { schema: z.looseObject({ cart: z.number() }) });
    const guest = await app.visitorWith({ cart: 1 });
    const slow = await manager.open(guest);
    slow.set('seen', 1);
    signIn('bob')(slow);
    const ada = await app.visit(guest.next(), signIn('ada'));
    await expect(manager.commit(slow, guest.next())).rejects.toMatchObject({ code: 'INVALID_SESSION_DATA' });
    draftOf(slow).rollBack();
    await manager.abandon(slow);
    draftOf(slow).reopen();
    slow.set('seen', 2);
    const again = guest.next();
    expect(await manager.commit(slow, again)).toBe(false);
    expect(again.size).toBe(0);
    expect(await app.find(ada)).toEqual({ cart: 1, userId: 'ada' });
  });

  it('is not one of a guest when the session has a user after its migration', async () => {
    const { app, manager, signIn } = await start(
      {},
      {
        schema: z.looseObject({ userId: z.string() }),
        migrate: ({ uid, ...rest }: Record<string, unknown>) => ({
          ...rest,
          ...(typeof uid === 'string' && { userId: uid }),
        }),
      },
    );
    const first = await app.visitorWith({ uid: 'ada' });
    const [slow, quick] = [await manager.open(first.next()), await manager.open(first.next())];
    signIn('ada')(quick);
    await manager.commit(quick, first.next());
    signIn('ada')(slow);
    const late = first.next();
    expect(await manager.commit(slow, late)).toBe(false);
    expect(late.answered(COOKIE)).toBeUndefined();
  });
});
