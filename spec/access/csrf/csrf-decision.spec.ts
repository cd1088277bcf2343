import { describe, expect, it } from '@jest/globals';
import { CsrfDecision } from '../../../lib/access/csrf/csrf-decision.js';

describe('A decision on where a request comes from', () => {
  it('says whether it is trusted, why, and what to change', () => {
    expect(new CsrfDecision(true, 'TRUSTED', 'Origin is the site')).toMatchObject({ isTrusted: true, code: 'TRUSTED' });
    const decision = new CsrfDecision(false, 'CSRF_REFUSED', 'Origin is null', 'Set it.');
    expect({ ...decision }).toEqual({
      isTrusted: false,
      code: 'CSRF_REFUSED',
      reason: 'Origin is null',
      advice: 'Set it.',
    });
  });
});
