import { describe, expect, it } from '@jest/globals';
import { namesPowers, withOwnPowers } from '../../../lib/access/visitors/own-powers.js';

const user = { userId: 'ada', role: 'admin', permissions: ['*'], name: 'Ada' };

describe('The powers of a visitor whom identify named', () => {
  it('stay as they were named, an empty list included', () => {
    expect(withOwnPowers({ userId: 'ada', permissions: ['notes:read'] }, user)).toEqual({
      ...{ userId: 'ada', name: 'Ada', permissions: ['notes:read'] },
      ...{ role: undefined, roles: undefined },
    });
    expect(withOwnPowers({ userId: 'ada', roles: [] }, user)).toMatchObject({ roles: [], permissions: undefined });
    expect([{ userId: 'ada', roles: [] }, { userId: 'ada' }].map(namesPowers)).toEqual([true, false]);
  });

  it('are those of the user when none were named', () => {
    expect(withOwnPowers({ userId: 'ada' }, user)).toBe(user);
  });
});
