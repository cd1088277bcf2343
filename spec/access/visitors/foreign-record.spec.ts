import { describe, expect, it } from '@jest/globals';
import { visitorFault } from '../../../lib/access/visitor.js';
import { faultOf, foreignRecord } from '../../../lib/access/visitors/foreign-record.js';

describe('The record of a visitor whom the application names', () => {
  it('holds a copy of the data, lists included', () => {
    const known = { userId: 'ada', roles: ['admin'] };
    const { values, isForeign } = foreignRecord(known);
    known.roles.push('owner');
    expect([Object.fromEntries(values), isForeign]).toEqual([{ userId: 'ada', roles: ['admin'] }, true]);
  });

  it('is made of valid data alone', () => {
    expect(faultOf({ userId: 'ada' }, visitorFault)).toBeUndefined();
    expect(faultOf({ userId: 7 }, visitorFault)).toBe('"userId" must be a non-empty string');
    expect(['ada', ['ada']].map((known) => faultOf(known, visitorFault))).toEqual(
      Array.from({ length: 2 }, () => 'they are no object with a "userId"'),
    );
  });
});
