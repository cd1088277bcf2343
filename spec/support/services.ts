import { AccessConfig, type AccessOptions } from '../../lib/access/access-options.js';
import { DecisionLog } from '../../lib/access/guard/decision-log.js';
import { GuardConfig } from '../../lib/access/guard/guard-config.js';
import { defaultServices, type Settings } from '../../lib/container/default-services.js';
import { type RequestScope, ScopedRequest } from '../../lib/container/scope/request-scope.js';
import type { Services } from '../../lib/container/services.js';
import { Secrets } from '../../lib/session/cookies/secrets.js';
import type { Session } from '../../lib/session/session.js';
import { SessionConfig } from '../../lib/session/session-config.js';
import { RememberingLog } from './guards.js';

/** The floor plan of the package with settings of no consequence; not booted, so that a spec can change it. */
export function floorPlan(settings: Partial<Settings> = {}): Services {
  return defaultServices({
    session: SessionConfig.from({}, { isProduction: false }),
    secrets: new Secrets(['k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa']),
    guard: new GuardConfig(),
    access: new AccessConfig(),
    ...settings,
  });
}

/** A request that has this session. */
export function scopeOf(services: Services, session: Session): RequestScope {
  return new ScopedRequest(services, session).scope;
}

/** A resolver's collaborators, for one that is made by hand. */
export function resolverParts(access: AccessOptions = {}): [AccessConfig, DecisionLog] {
  return [new AccessConfig(access), new RememberingLog()];
}
