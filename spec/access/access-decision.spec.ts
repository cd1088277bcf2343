import { describe, expect, it } from '@jest/globals';
import { AccessDecision, asDecision } from '../../lib/access/access-decision.js';

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

describe('What a checker answers', () => {
  it('is its decision', () => {
    const decision = new AccessDecision(false, 'NOT_ALLOWED', 'no');
    expect(asDecision(decision)).toBe(decision);
  });

  it.each([
    ['nothing', undefined],
    ['a boolean', true],
    ['something like a decision', { isGranted: true, code: 'GRANTED', reason: 'x', missing: [] }],
    ['no and yes', new AccessDecision(false, 'GRANTED', 'x')],
    ['yes and no', new AccessDecision(true, 'NOT_ALLOWED', 'x')],
  ])('is none when it is %s', (_, answer) => {
    expect(() => asDecision(answer)).toThrow('return this.grant(…), this.deny(…) or super.check(…)');
  });
});
