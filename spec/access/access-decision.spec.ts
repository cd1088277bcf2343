import { describe, expect, it } from '@jest/globals';
import { AccessDecision, asDecision } from '../../lib/access/access-decision.js';

describe('A decision', () => {
  it('contains the result, the code and what is missing', () => {
    expect(new AccessDecision(true, 'GRANTED', 'signed in')).toMatchObject({
      isGranted: true,
      code: 'GRANTED',
      missing: [],
    });
    expect(new AccessDecision(false, 'MISSING_ROLE', 'needs role admin', ['admin']).missing).toEqual(['admin']);
  });
});

describe('The return value of a checker', () => {
  it('is accepted when it is a decision', () => {
    const decision = new AccessDecision(false, 'NOT_ALLOWED', 'no');
    expect(asDecision(decision)).toBe(decision);
  });

  it.each([
    ['undefined', undefined],
    ['a boolean', true],
    ['an object that looks like a decision', { isGranted: true, code: 'GRANTED', reason: 'x', missing: [] }],
    ['a refusal with the code GRANTED', new AccessDecision(false, 'GRANTED', 'x')],
    ['a grant with the code of a refusal', new AccessDecision(true, 'NOT_ALLOWED', 'x')],
  ])('is rejected when it is %s', (_, answer) => {
    expect(() => asDecision(answer)).toThrow('return this.grant(…), this.deny(…) or super.check(…)');
  });
});
