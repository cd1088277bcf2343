import { describe, expect, it } from '@jest/globals';
import type { GrantedRoles } from '../../../lib/access/access-options.js';
import { checkedRoles, listedRoles } from '../../../lib/access/visitors/granted-roles.js';

const none = { roles: [], permissions: [] };

describe('What rolesFor grants', () => {
  it.each<[GrantedRoles, object]>([
    ['admin', { ...none, roles: ['admin'] }],
    [['admin', 'editor'], { ...none, roles: ['admin', 'editor'] }],
    [{ roles: 'admin' }, { ...none, roles: ['admin'] }],
    [
      { roles: ['a'], permissions: ['b:c'] },
      { roles: ['a'], permissions: ['b:c'] },
    ],
    [{}, none],
    [[], none],
    [null, none],
    [undefined, none],
  ])('may be %j', (granted, lists) => {
    expect(listedRoles(checkedRoles(granted))).toEqual(lists);
  });

  it.each(
    [1, true, [1], [['a']], { role: 'admin' }, { roles: 1 }, { permissions: [null] }, new Set(['a']), new Map()].map(
      (given) => [given],
    ),
  )('is refused when it is %p', (given: unknown) => {
    expect(() => checkedRoles(given as GrantedRoles)).toThrow(TypeError);
  });
});
