import { describe, expect, it } from '@jest/globals';
import { ListedSession } from '../../lib/session/listed-session.js';
import { recordOf } from '../support/records.js';

describe('A listed session', () => {
  it('has its times, its device, and whether it is the current one', () => {
    const record = recordOf({ device: { userAgent: 'Spec/1', label: 'Laptop' } });
    expect({ ...new ListedSession('name', record, true) }).toEqual({
      id: 'name',
      userId: undefined,
      isCurrent: true,
      createdAt: new Date(record.createdAt),
      lastSeenAt: new Date(record.renewedAt),
      expiresAt: new Date(record.expiresAt),
      userAgent: 'Spec/1',
      label: 'Laptop',
    });
  });

  it('has neither a label nor a user agent when its device is unknown', () => {
    expect(new ListedSession('name', recordOf(), false)).toMatchObject({ userAgent: undefined, label: undefined });
  });
});
