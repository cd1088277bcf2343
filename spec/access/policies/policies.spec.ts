import { describe, expect, it } from '@jest/globals';
import { Policies } from '../../../lib/access/policies/policies.js';
import { Policy } from '../../../lib/access/policies/policy.js';
import { UnknownAbilityError } from '../../../lib/errors/index.js';

class RecordPolicy extends Policy {
  readonly table = 'records';
  read() {
    return true;
  }
}

class InvoicePolicy extends RecordPolicy {
  static create() {
    return true;
  }
  override before(): undefined {}
  edit() {
    return this.#isOpen();
  }
  get view() {
    return () => true;
  }
  #isOpen() {
    return true;
  }
}

describe('The registered policies', () => {
  const policies = new Policies({ invoice: InvoicePolicy, record: RecordPolicy });

  it('find an ability among the methods of a policy and of its parents', () => {
    expect(policies.find('invoice:edit')).toEqual({ policy: InvoicePolicy, method: 'edit' });
    expect(policies.find('invoice:read')).toEqual({ policy: InvoicePolicy, method: 'read' });
    expect(policies.find('record:read')).toEqual({ policy: RecordPolicy, method: 'read' });
  });

  it.each([
    ['a hook', 'invoice:before'],
    ['the means to deny', 'invoice:deny'],
    ['a constructor', 'invoice:constructor'],
    ['a method that every object has', 'invoice:toString'],
    ['a method of the class itself', 'invoice:create'],
    ['a property', 'invoice:table'],
    ['a getter', 'invoice:view'],
    ['a private method', 'invoice:#isOpen'],
    ['the prototype', 'invoice:__proto__'],
    ['another policy', 'order:edit'],
    ['a policy alone', 'invoice'],
    ['nothing', ''],
  ])('take %s for no ability', (_, ability) => {
    expect(() => policies.find(ability)).toThrow(UnknownAbilityError);
  });

  it('name the ability that was probably meant, and all that there are', () => {
    expect(() => policies.find('invoice:edti')).toThrow(
      'No policy has the ability "invoice:edti"; did you mean invoice:edit? There are invoice:edit, invoice:read, record:read.',
    );
    expect(() => new Policies().find('a:b')).toThrow('No policy has the ability "a:b". No policies are registered.');
  });

  it('name no more of an ability than a log has room for', () => {
    const asked = () => policies.find(`invoice:${'x'.repeat(1_000_000)}`);
    expect(asked).toThrow(/^\[astro-gatehouse\] No policy has the ability "invoice:x{92}…"\. There are/);
  });

  it('list each class once', () => {
    expect(new Policies({ invoice: InvoicePolicy, bill: InvoicePolicy }).classes).toEqual([InvoicePolicy]);
  });
});
