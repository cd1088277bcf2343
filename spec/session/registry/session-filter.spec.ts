import { describe, expect, it } from '@jest/globals';
import { matching, type SessionFilter } from '../../../lib/session/registry/session-filter.js';
import { recordOf } from '../../support/records.js';

const record = recordOf({ values: { userId: 'ada', tenantId: 7, isTrial: false, roles: ['admin', 'editor'] } });

describe('A filter for sessions', () => {
  it.each<[SessionFilter, boolean]>([
    [{}, true],
    [{ userId: 'ada' }, true],
    [{ userId: 'Ada' }, false],
    [{ tenantId: 7 }, true],
    [{ tenantId: '7' }, false],
    [{ tenantId: ['7', 7] }, true],
    [{ tenantId: [] }, false],
    [{ isTrial: false }, true],
    [{ roles: 'editor' }, true],
    [{ roles: ['guest', 'admin'] }, true],
    [{ roles: 'guest' }, false],
    [{ userId: 'ada', tenantId: 8 }, false],
    [{ other: '' }, false],
  ])('%j matches a session: %s', (by, expected) => {
    expect(matching(by)(record)).toBe(expected);
  });

  it('matches no session where a value is missing at run time', () => {
    const by = { tenantId: undefined } as unknown as SessionFilter;
    expect(matching(by)(record)).toBe(false);
    expect(matching(by)(recordOf())).toBe(false);
  });
});
