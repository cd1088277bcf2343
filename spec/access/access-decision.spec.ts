import { describe, expect, it } from '@jest/globals';
import { AccessDecision } from '../../lib/access/access-decision.js';

describe('A decision', () => {
  it('says whether, and why', () => {
    expect(new AccessDecision(true, 'GRANTED', 'signed in')).toMatchObject({
      isGranted: true,
      code: 'GRANTED',
      missing: [],
    });
    expect(new AccessDecision(false, 'MISSING_ROLE', 'needs role admin', ['admin']).missing).toEqual(['admin']);
  });
});
