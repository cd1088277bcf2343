import { describe, expect, it } from '@jest/globals';
import { NoRevocationList } from '../../lib/session/revocation-list.js';
import { SecurityEvents } from '../../lib/session/security-events.js';
import { SessionConfig } from '../../lib/session/session-config.js';
import { SessionId } from '../../lib/session/session-id.js';
import { SessionRegistry } from '../../lib/session/session-registry.js';
import { SessionSearch } from '../../lib/session/session-search.js';
import { MemorySessionStore } from '../../lib/session/stores/memory-session-store.js';
import { FrozenClock } from '../support/frozen-clock.js';
import { changesOf } from '../support/records.js';
import { WatchedSessionStore } from '../support/watched-session-store.js';

function start() {
  const clock = new FrozenClock();
  const config = SessionConfig.from({}, { isProduction: false });
  const store = new WatchedSessionStore(new MemorySessionStore(config, clock));
  const registry = new SessionRegistry(store, new NoRevocationList(), config, clock, new SecurityEvents(clock));
  const now = clock.now();
  const times = { createdAt: now, renewedAt: now, expiresAt: now + 1000 };
  const token = async (cart: number) => (await store.write(changesOf({ ...times, set: { cart } }))) ?? '';
  return { clock, store, token, search: new SessionSearch(store, config, clock, registry) };
}

describe('The search for a session', () => {
  it('finds the one that a token stands for, beside tokens that stand for none', async () => {
    const { search, token } = start();
    const { record, refusals } = await search.find(['nonsense', await token(1)]);
    expect(record?.values.get('cart')).toBe(1);
    expect(refusals).toEqual([{ token: 'nonsense', reason: 'malformed' }]);
  });

  it('finds none where there are several, for nobody knows whose the others are', async () => {
    const { search, token } = start();
    const { record, refusals } = await search.find([await token(1), await token(2)]);
    expect([record, refusals]).toEqual([undefined, [{ reason: 'ambiguous' }]]);
  });

  it('takes the same token twice for one', async () => {
    const { search, token } = start();
    const own = await token(1);
    expect((await search.find([own, own])).record?.values.get('cart')).toBe(1);
  });

  it('finds none whose time is up', async () => {
    const { clock, search, token } = start();
    const own = await token(1);
    clock.advance(1);
    const { record, refusals } = await search.find([own]);
    expect([record, refusals.map(({ reason }) => reason)]).toEqual([
      undefined,
      [expect.stringMatching(/expired|unknown/)],
    ]);
  });

  it('asks about four tokens, however many somebody sends', async () => {
    const { search, store } = start();
    await search.find(Array.from({ length: 100 }, () => SessionId.generate()));
    expect(store.calls).toEqual(['read', 'read', 'read', 'read']);
  });
});
