import type { PolicyOptions } from '../../access/policies/policies.js';
import type { Services } from '../services.js';

/** Registers the policies that the application has not registered itself: once per request, with the request's services. */
export function registerPolicies(services: Services, policies: PolicyOptions = {}): void {
  for (const policy of Object.values(policies)) {
    if (services.lifetimeOf(policy) === undefined) services.perRequest(policy);
  }
}
