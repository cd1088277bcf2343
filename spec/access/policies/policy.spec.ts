import { describe, expect, it } from '@jest/globals';
import { Policy, PolicyDenial } from '../../../lib/access/policies/policy.js';

class DocumentPolicy extends Policy {
  read() {
    return this.deny();
  }
  buy() {
    return this.deny('Not paid for', { status: 402 });
  }
  lose() {
    return this.deny('An outage', { status: 503 });
  }
}

describe('A policy', () => {
  const policy = new DocumentPolicy();

  it('asks nobody before or after by itself, and admits no guest', () => {
    const [before, after]: readonly unknown[] = [policy.before, policy.after].map((method) =>
      Reflect.apply(method, policy, []),
    );
    expect([before, after, policy.allowGuests]).toEqual([undefined, undefined, []]);
  });

  it('denies with 403, or with a message and a status of its own', () => {
    expect(policy.read()).toEqual(new PolicyDenial('the policy refused', 403));
    expect(policy.buy()).toEqual(new PolicyDenial('Not paid for', 402));
  });

  it('cannot deny with a status that is no refusal', () => {
    expect(() => policy.lose()).toThrow('choose one from 400 to 499');
    for (const status of [200, 302, 399, 500, 403.5, Number.NaN]) {
      expect(() => new PolicyDenial('no', status)).toThrow(RangeError);
    }
  });
});
