import { describe, expect, it } from '@jest/globals';
import { InvalidCallError, SessionsNotListedError } from '../../../lib/errors/index.js';
import { SessionManager } from '../../../lib/session/manager/session-manager.js';
import type { SessionFilter } from '../../../lib/session/registry/session-filter.js';
import { draftOf } from '../../../lib/session/session.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { SessionRegistry } from '../../../lib/session/session-registry.js';
import { MemorySessionStore } from '../../../lib/session/stores/memory-session-store.js';
import { NoRevocationList } from '../../../lib/session/stores/revocation-list.js';
import type { SessionStore } from '../../../lib/session/stores/session-store.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { RememberingEvents } from '../../support/remembering-events.js';
import { TableSessionStore } from '../../support/table-session-store.js';

function start(
  makeStore = (config: SessionConfig, clock: FrozenClock): SessionStore => new MemorySessionStore(config, clock),
) {
  const clock = new FrozenClock();
  const config = SessionConfig.from({}, { isProduction: false });
  const events = new RememberingEvents(clock);
  const store = makeStore(config, clock);
  const registry = new SessionRegistry(store, new NoRevocationList(), config, clock, events);
  const manager = new SessionManager(store, config, clock, registry, events);
  const signIn = async (userId: string, label?: string) => {
    const cookies = new FakeCookieJar();
    const session = await manager.open(cookies);
    draftOf(session).signIn({ userId, tenantId: 'acme', secret: 'of the session' }, clock.now(), { label });
    await manager.commit(session, cookies);
    return cookies.next();
  };
  return { clock, events, registry, manager, signIn };
}

describe('The sessions of all users', () => {
  it('show their user, times and device, and no other value', async () => {
    const { registry, signIn, clock } = start();
    await signIn('ada', 'Laptop');
    const { sessions } = await registry.listAll();
    expect(sessions).toMatchObject([
      { userId: 'ada', label: 'Laptop', createdAt: new Date(clock.now()), isCurrent: false },
    ]);
    expect(JSON.stringify(sessions)).not.toContain('of the session');
  });

  it('mark the session of the request, which counts as used', async () => {
    const { registry, signIn, manager } = start();
    await signIn('bob');
    const session = await manager.open(await signIn('ada'));
    const { sessions } = await registry.listAll({}, session);
    expect(sessions.filter(({ isCurrent }) => isCurrent).map(({ userId }) => userId)).toEqual(['ada']);
    expect(draftOf(session).isUsed).toBe(true);
  });

  it.each([0, -1, 1.5, 1001, Number.NaN])('are not listed %d at a time', async (limit) => {
    await expect(start().registry.listAll({ limit })).rejects.toThrow(InvalidCallError);
  });

  it('are not all ended where no value is given', async () => {
    const { registry, signIn } = start();
    await signIn('ada');
    for (const given of [{ by: {} }, {} as { by: SessionFilter }]) {
      await expect(registry.endAll(given)).rejects.toThrow('was given no value to find sessions by');
    }
    expect(await registry.count()).toBe(1);
  });

  it('are counted and ended beyond one page, each end with its event', async () => {
    const { registry, signIn, events } = start();
    await Promise.all(Array.from({ length: 1203 }, (_, at) => signIn(`user-${at}`)));
    expect(await registry.count()).toBe(1203);
    expect(await registry.endAll({ by: { tenantId: 'acme' } })).toBe(1203);
    const ended = events.all.flatMap((event) => (event.name === 'session.revoked' ? [event.userId] : []));
    expect(new Set(ended).size).toBe(1203);
    expect(await registry.count()).toBe(0);
  });

  it('leave those out that began after the call to end them', async () => {
    const { registry, signIn, clock } = start();
    await signIn('ada');
    const ending = registry.endAll({ by: { tenantId: 'acme' } });
    clock.advance(1);
    const [ended] = await Promise.all([ending, signIn('bob')]);
    expect(ended).toBe(1);
    expect(await registry.count()).toBe(1);
  });

  it('cannot be listed, counted or ended in a store that lists none', async () => {
    const { registry } = start((_, clock) => new TableSessionStore(clock));
    for (const call of [registry.listAll(), registry.count(), registry.endAll({ by: { userId: 'ada' } })]) {
      await expect(call).rejects.toThrow(SessionsNotListedError);
    }
  });
});
