import { describe, expect, it } from '@jest/globals';
import type { SettingsInForce } from '../../../lib/astro/report/build-channel.js';
import { checkStore } from '../../../lib/cli/doctor/check-store.js';
import type { Facts } from '../../../lib/cli/doctor/facts.js';
import { briefly, healthy, toldReport, withSettings } from '../../support/doctor-facts.js';

const AWAY = { state: 'away', reason: 'it is away' } as const;

describe('The check of the store', () => {
  it.each<[SettingsInForce['session'], Partial<Facts>, string[]]>([
    [undefined, {}, []],
    [{ store: 'cookie' }, {}, []],
    [{ store: 'sqlite' }, { store: { state: 'well' } }, []],
    [{ store: 'sqlite' }, { store: AWAY }, ['danger STORE_UNAVAILABLE']],
    [{ store: 'redis' }, { store: AWAY }, ['danger STORE_UNAVAILABLE']],
    [{ store: 'redis' }, { store: { state: 'evicts', reason: 'allkeys-lru' } }, ['danger STORE_EVICTS']],
    [{ store: 'redis' }, { store: { state: 'unclear' } }, ['note STORE_EVICTION_UNKNOWN']],
    [{ store: 'memory' }, {}, ['advice STORE_IN_MEMORY']],
    [{ store: 'astro' }, {}, ['note STORE_NOT_ASKED']],
  ])('reports for %j with %j: %j', (session, more, expected) => {
    expect(briefly(checkStore(withSettings({ session }, more)))).toEqual(expected);
  });

  it('reports the same for a store that is chosen by the option store', () => {
    const store = { use: 'sqlite' as const, file: 'here.db' };
    expect(briefly(checkStore(withSettings({ store }, { store: AWAY })))).toEqual(['danger STORE_UNAVAILABLE']);
    expect(briefly(checkStore(withSettings({ store: { use: 'memory' } })))).toEqual(['advice STORE_IN_MEMORY']);
  });

  it('reports the cure that the server has told, or how to name another one', () => {
    const store = { use: 'postgres' as const };
    const [told] = checkStore(withSettings({ store }, { store: { ...AWAY, cure: 'Create the table' } }));
    expect(told?.cure).toBe('Create the table');
    expect(checkStore(withSettings({ store }, { store: AWAY }))[0]?.cure).toContain('DATABASE_URL=');
  });

  it('reports why the store cannot be used, and what to type', () => {
    const [finding] = checkStore(withSettings({ session: { store: 'redis' } }, { store: AWAY }));
    expect(finding?.problem).toBe('The store redis cannot be used: it is away.');
    expect(finding?.cure).toContain('REDIS_URL=');
  });

  it.each(['UNHOSTED_STORE', 'ASTRO_SESSION_MISSING'])('leaves a store to the build that refuses it: %s', (code) => {
    const objections = [{ code, message: 'The store cannot be there.', stops: true }];
    const build = toldReport({ objections, settings: { store: { use: 'memory' } } });
    expect(checkStore(healthy({ build }))).toEqual([]);
  });

  it("reports that the project's own store was not checked, whatever is configured", () => {
    const build = toldReport({ hasOwnStore: true, settings: { session: { store: 'memory' } } });
    expect(briefly(checkStore(healthy({ build })))).toEqual(['note STORE_NOT_ASKED']);
  });

  it('finds nothing where there is no report', () => {
    expect(checkStore(healthy({ build: undefined, store: AWAY }))).toEqual([]);
  });
});
