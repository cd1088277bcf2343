import { describe, expect, it } from '@jest/globals';
import type { SessionCookieOptions } from '../../../lib/session/cookies/cookie-options.js';
import { Secrets } from '../../../lib/session/cookies/secrets.js';
import { SessionSearch } from '../../../lib/session/cookies/session-search.js';
import type { Lineage } from '../../../lib/session/record/lineage.js';
import { SessionId } from '../../../lib/session/record/session-id.js';
import { SecurityEvents } from '../../../lib/session/security-events.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { SessionRegistry } from '../../../lib/session/session-registry.js';
import { CookieSessionStore } from '../../../lib/session/stores/cookie-session-store.js';
import { MemorySessionStore } from '../../../lib/session/stores/memory-session-store.js';
import { NoRevocationList } from '../../../lib/session/stores/revocation-list.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { changesOf } from '../../support/records.js';
import { SECRET } from '../../support/secret.js';
import { WatchedSessionStore } from '../../support/watched-session-store.js';

function start(isSealed = false, cookie: SessionCookieOptions = {}) {
  const clock = new FrozenClock();
  const config = SessionConfig.from({ cookie }, { isProduction: false });
  const store = new WatchedSessionStore(
    isSealed ? new CookieSessionStore(new Secrets([SECRET]), config) : new MemorySessionStore(config, clock),
  );
  const registry = new SessionRegistry(store, new NoRevocationList(), config, clock, new SecurityEvents(clock));
  const now = clock.now();
  const times = { createdAt: now, renewedAt: now, expiresAt: now + 1000 };
  const token = async (set: Record<string, unknown> = {}, later = 0) =>
    (await store.write(changesOf({ ...times, renewedAt: now + later, set }))) ?? '';
  const lasting = async (set: Record<string, unknown>, lineage?: Lineage, seconds = 60) =>
    (await store.write(changesOf({ ...times, expiresAt: now + seconds * 1000, set, lineage }))) ?? '';
  return { clock, store, token, lasting, search: new SessionSearch(store, config, clock, registry) };
}

const under = (name: string, ...tokens: string[]) => tokens.map((token) => ({ token, name }));

describe('The search for a session', () => {
  it('finds the session of a token among tokens that match none', async () => {
    const { search, token } = start();
    const own = await token({ cart: 1 });
    const { session: found, refusals, known } = await search.find(under('sid', 'nonsense', own));
    expect(found?.record.values.get('cart')).toBe(1);
    expect(refusals).toEqual([{ token: 'nonsense', name: 'sid', reason: 'malformed' }]);
    expect([...known]).toEqual([own]);
  });

  it('finds the most recently written session when several may belong to one visitor', async () => {
    const { search, token } = start();
    const tokens = [await token({ cart: 1 }), await token({ cart: 3, userId: 'ada' }, 2), await token({ cart: 2 }, 1)];
    const { session: found, refusals, known } = await search.find(under('sid', ...tokens));
    expect([found?.record.values.get('cart'), refusals, known.size]).toEqual([3, [], 3]);
  });

  it('finds the newer one of a partitioned __Host- cookie and one of before, and of no third one', async () => {
    const { search, token } = start(false, { sameSite: 'none', secure: true, partitioned: true });
    const tokens = [await token({ cart: 1 }), await token({ cart: 2, userId: 'ada' }, 1)];
    const both = under('__Host-gatehouse', ...tokens);
    expect((await search.find(both)).session?.record.values.get('cart')).toBe(2);
    const others = [...both, ...under('__Host-gatehouse', await token({ userId: 'eve' }))];
    expect((await search.find(others)).refusals).toEqual([{ reason: 'ambiguous' }]);
    const three = [...both, ...under('__Host-gatehouse', await token({ cart: 3 }))];
    expect((await search.find(three)).refusals).toEqual([{ reason: 'ambiguous' }]);
  });

  it('finds the newer one of a __Host- cookie and a __Host- cookie of a former name', async () => {
    const { search, token } = start();
    const carried = [
      ...under('__Host-new', await token({ cart: 1 })),
      ...under('__Host-old', await token({ cart: 2 }, 1)),
    ];
    expect((await search.find(carried)).session?.record.values.get('cart')).toBe(2);
  });

  it.each([
    ['of two users', 'sid', [{ userId: 'ada' }, { userId: 'bob' }]],
    ['in two __Host- cookies of the same name', '__Host-sid', [{ cart: 1 }, { cart: 2 }]],
  ])('finds none, because it is ambiguous, when there are sessions %s', async (_, name, contents) => {
    const { search, token } = start();
    const tokens = [await token(contents[0]), await token(contents[1], 1)];
    const { session: found, refusals, known } = await search.find(under(name, ...tokens));
    expect([found, refusals, [...known]]).toEqual([undefined, [{ reason: 'ambiguous' }], tokens]);
  });

  it('treats a token that is sent twice as one', async () => {
    const { search, token } = start();
    const own = await token({ cart: 1 });
    expect((await search.find(under('__Host-sid', own, own))).session?.record.values.get('cart')).toBe(1);
  });

  it('does not find an expired session', async () => {
    const { clock, search, token } = start();
    const own = await token({ cart: 1 });
    clock.advance(1);
    const { session: found, refusals } = await search.find(under('sid', own));
    expect([found, refusals.map(({ reason }) => reason)]).toEqual([
      undefined,
      [expect.stringMatching(/expired|unknown/)],
    ]);
  });

  it('looks up at most six tokens, however many are sent', async () => {
    const { search, store } = start();
    const many = Array.from({ length: 100 }, () => SessionId.generate());
    await search.find(under('sid', ...many));
    expect(store.calls).toEqual(Array(6).fill('read'));
  });

  it('finds the session that the browser received last, and no other one after it has expired', async () => {
    const { clock, search, lasting } = start(true);
    const carried = [
      ...under('sid', await lasting({ cart: 2, userId: 'ada' }, { epoch: 10, turn: 0 })),
      ...under('sid~a-b', await lasting({ cart: 3, userId: 'bob' }, { epoch: 10, turn: 11 }, 1)),
      ...under('sid~guest', await lasting({ cart: 1 })),
    ];
    const { session, refusals, known } = await search.find(carried);
    expect([session?.record.values.get('cart'), session?.name, known.size]).toEqual([3, 'sid~a-b', 3]);
    expect(refusals.map(({ reason }) => reason)).toEqual(['left', 'left']);
    clock.advance(2);
    expect((await search.find(carried)).session).toBeUndefined();
  });

  it('logs one warning when the clocks of two processes differ', async () => {
    const { clock, search, token } = start();
    const warned: string[] = [];
    const { warn } = console;
    console.warn = (line: string) => warned.push(line);
    try {
      const written = under('sid', await token({ cart: 1 }));
      clock.advance(-9);
      await search.find(written);
      expect(warned).toEqual([]);
      clock.advance(-81);
      await search.find(written);
      await search.find(written);
    } finally {
      console.warn = warn;
    }
    expect(warned).toEqual([expect.stringMatching(/A session was written 90 seconds in the future: .*\(NTP\)/)]);
  });
});
