import { describe, expect, it } from '@jest/globals';
import { CsrfDecision } from '../../../lib/access/csrf/csrf-decision.js';

describe('A CSRF decision', () => {
  it('contains whether the request is trusted, the reason and the advice', () => {
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
