import { describe, expect, it } from '@jest/globals';
import { ListedSession } from '../../lib/session/listed-session.js';
import { recordOf } from '../../lib/testing/records.js';

describe('A listed session', () => {
  it('has the times and the device of its record, and nothing that leads into it', () => {
    const record = recordOf({ values: { userId: 'ada', secret: 'x' }, createdAt: 1, renewedAt: 2, expiresAt: 3 });
    const listed = new ListedSession('key', { ...record, device: { label: 'Desk', userAgent: 'Spec/1' } }, true);
    expect({ ...listed }).toEqual({
      id: 'key',
      isCurrent: true,
      createdAt: new Date(1),
      lastSeenAt: new Date(2),
      expiresAt: new Date(3),
      label: 'Desk',
      userAgent: 'Spec/1',
    });
  });
});
