import { describe, expect, it } from '@jest/globals';
import { Policy } from '../../../lib/access/policies/policy.js';
import { registerPolicies } from '../../../lib/container/policies/register-policies.js';
import { MissingServiceError } from '../../../lib/errors/index.js';
import { injectable } from '../../../lib/injectable.js';
import { fakeScope } from '../../../lib/testing/index.js';
import { floorPlan } from '../../support/services.js';

class Directory {
  constructor(readonly name: string) {}
}

@injectable()
class NotePolicy extends Policy {
  constructor(readonly directory: Directory) {
    super();
  }
}

describe('The policies of an application', () => {
  it('are registered once for each request', () => {
    const services = floorPlan();
    registerPolicies(services, { note: NotePolicy });
    expect(services.lifetimeOf(NotePolicy)).toBe('perRequest');
  });

  it('stay as the application has registered them', () => {
    const own = new NotePolicy(new Directory('own'));
    const scope = fakeScope({
      policies: { note: NotePolicy },
      services: (services) => services.perRequest(NotePolicy, () => own),
    });
    expect(scope.get(NotePolicy)).toBe(own);
  });

  it('stop the start when a service is missing', () => {
    expect(() => fakeScope({ policies: { note: NotePolicy } })).toThrow(MissingServiceError);
  });
});
