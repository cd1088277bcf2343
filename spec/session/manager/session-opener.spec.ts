import { describe, expect, it } from '@jest/globals';
import { Secrets } from '../../../lib/session/cookies/secrets.js';
import { SessionManager } from '../../../lib/session/manager/session-manager.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { CookieSessionStore } from '../../../lib/session/stores/cookie-session-store.js';
import { MemorySessionStore } from '../../../lib/session/stores/memory-session-store.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { SECRET } from '../../support/secret.js';

const clock = new FrozenClock();
const config = SessionConfig.from({}, { isProduction: false });
const STORES = [
  ['in the cookie', new CookieSessionStore(new Secrets([SECRET]), config)],
  ['in memory', new MemorySessionStore(config, clock)],
] as const;

describe('An opened session', () => {
  it.each(STORES)('%s is available synchronously, and so is its commit when nothing changed', async (_, store) => {
    const manager = SessionManager.over(store, config, clock);
    const first = new FakeCookieJar();
    const begun = manager.open(first);
    expect(begun).not.toBeInstanceOf(Promise);
    const session = await begun;
    session.set('visits', 1);
    await manager.commit(session, first);

    const next = first.next();
    const opened = manager.open(next);
    expect(opened).not.toBeInstanceOf(Promise);
    expect((await opened).get('visits')).toBe(1);
    expect(manager.commit(await opened, next)).toBe(true);
  });

  it.each(STORES)('%s shares no mutable value with the next request', async (_, store) => {
    const manager = SessionManager.over(store, config, clock);
    const first = new FakeCookieJar();
    const session = await manager.open(first);
    session.set('cart', [{ name: 'tea' }]);
    await manager.commit(session, first);
    const [one, other] = [await manager.open(first.next()), await manager.open(first.next())];
    const [item] = one.get('cart') as { name: string }[];
    expect(() => Object.assign(item ?? {}, { name: 'poison' })).toThrow(TypeError);
    one.set('cart', []);
    expect(other.get('cart')).toEqual([{ name: 'tea' }]);
  });
});
