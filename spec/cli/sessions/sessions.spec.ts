import { describe, expect, it } from '@jest/globals';
import { type SessionsRequest, UsageError } from '../../../lib/cli/command-line.js';
import { answer, sessions } from '../../../lib/cli/sessions/sessions.js';
import { SecurityEvents } from '../../../lib/session/security-events.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { SessionRegistry } from '../../../lib/session/session-registry.js';
import { MemorySessionStore } from '../../../lib/session/stores/memory-session-store.js';
import { NoRevocationList } from '../../../lib/session/stores/revocation-list.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { changesOf } from '../../support/records.js';

const REQUEST: SessionsRequest = {
  command: 'sessions',
  act: 'list',
  root: '/not/there',
  json: true,
  by: [],
  id: undefined,
  yes: false,
  after: undefined,
  limit: undefined,
};

/** Asks a registry with three sessions, two of which belong to the tenant 7. */
async function start() {
  const clock = new FrozenClock();
  const config = SessionConfig.from({}, { isProduction: false });
  const store = new MemorySessionStore(config, clock);
  const registry = new SessionRegistry(store, new NoRevocationList(), config, clock, new SecurityEvents(clock));
  const times = { createdAt: clock.now(), renewedAt: clock.now(), expiresAt: clock.now() + 1000 };
  for (const [userId, tenantId] of [
    ['ada', 7],
    ['bob', '7'],
    ['eve', 8],
  ]) {
    await store.write(changesOf({ ...times, set: { userId, tenantId, isTrial: userId === 'eve' } }));
  }
  const ask = async (request: Partial<SessionsRequest>) =>
    JSON.parse(await answer(registry, { ...REQUEST, ...request }));
  const usersOf = async (...by: string[]) =>
    (await ask({ by })).sessions.map(({ userId }: { userId: string }) => userId).sort();
  return { ask, usersOf, registry };
}

describe('The sessions of the command line', () => {
  it('are listed and counted, also by values that are no strings', async () => {
    const { ask, usersOf } = await start();
    expect(await usersOf()).toEqual(['ada', 'bob', 'eve']);
    expect(await usersOf('tenantId=7')).toEqual(['ada', 'bob']);
    expect(await usersOf('isTrial=true')).toEqual(['eve']);
    expect(await usersOf('tenantId=')).toEqual([]);
    expect(await usersOf('__proto__=7')).toEqual([]);
    expect(await ask({ act: 'count', by: ['userId=ada'] })).toEqual({ count: 1 });
  });

  it('are listed page by page', async () => {
    const { ask } = await start();
    const first = await ask({ limit: 2 });
    const second = await ask({ limit: 2, after: first.next });
    expect([first.sessions.length, second.sessions.length, second.next]).toEqual([2, 1, null]);
  });

  it('end one by one, and several only when told to', async () => {
    const { ask, usersOf } = await start();
    const several = ask({ act: 'end', by: ['tenantId=7'] });
    await expect(several).rejects.toThrow(UsageError);
    await expect(several).rejects.toThrow('This would end 2 sessions: add --yes. Nothing was changed.');
    expect(await usersOf()).toEqual(['ada', 'bob', 'eve']);
    expect(await ask({ act: 'end', by: ['userId=eve'] })).toEqual({ ended: 1 });
    expect(await ask({ act: 'end', by: ['tenantId=7'], yes: true })).toEqual({ ended: 2 });
    expect(await ask({ act: 'end', by: ['tenantId=7'], yes: true })).toEqual({ ended: 0 });
  });

  it('end by their id in the list', async () => {
    const { ask } = await start();
    const [{ id }] = (await ask({ by: ['userId=eve'] })).sessions;
    expect(await ask({ act: 'end', id })).toEqual({ ended: 1 });
    expect(await ask({ act: 'end', id })).toEqual({ ended: 0 });
    expect(await ask({ act: 'end', id: 'nothing' })).toEqual({ ended: 0 });
  });

  it('are refused where a key is named twice, and where there is no project', async () => {
    const { ask } = await start();
    await expect(ask({ by: ['a=1', 'a=2'] })).rejects.toThrow('is given twice');
    await expect(sessions(REQUEST, () => undefined)).rejects.toThrow(UsageError);
  });
});
