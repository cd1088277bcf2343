import { describe, expect, it } from '@jest/globals';
import { RolesEverywhere } from '../../../lib/access/visitors/roles-everywhere.js';
import { RememberingLog } from '../../support/guards.js';

function compared(...visits: [everywhere: string[], here: string[]][]): string[] {
  const log = new RememberingLog();
  const roles = new RolesEverywhere(log);
  for (const [everywhere, here] of visits) roles.compare(everywhere, here);
  return log.misfits;
}

describe('A role that depends on the route', () => {
  it('is named once when a visitor has it on every route', () => {
    const lines = compared([['admin'], ['admin']], [['admin'], ['admin']]);
    expect(lines).toEqual([expect.stringContaining('The role admin depends on the route')]);
    expect(lines[0]).toContain('signIn({ userId: user.id })');
  });

  it('is noticed too when it was given to somebody else, elsewhere', () => {
    expect(compared([[], ['admin']], [['admin'], []])).toHaveLength(1);
  });

  it('is no mistake where the roles of sessions have other names', () => {
    expect(compared([['staff'], ['admin']], [['staff'], ['member']])).toEqual([]);
  });

  it('fills no memory', () => {
    const many = Array.from({ length: 5000 }, (_, number) => `role ${number}`);
    expect(compared([[], many], [['role 4999'], []])).toEqual([]);
  });
});
