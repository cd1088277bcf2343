import { AccessConfig, type AccessOptions } from '../../lib/access/access-options.js';
import { DecisionLog } from '../../lib/access/decision-log.js';
import { GuardConfig } from '../../lib/access/guard-config.js';
import { VisitorResolver } from '../../lib/access/visitor-resolver.js';
import { defaultServices, type Settings } from '../../lib/container/default-services.js';
import { RequestScope } from '../../lib/container/request-scope.js';
import type { Services } from '../../lib/container/services.js';
import { MadeClasses } from '../../lib/session/made-classes.js';
import { Secrets } from '../../lib/session/secrets.js';
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
  return new (services.get(MadeClasses).of(RequestScope))(session, services, services.get(VisitorResolver));
}

/** A resolver's collaborators, for one that is made by hand. */
export function resolverParts(access: AccessOptions = {}): [AccessConfig, DecisionLog] {
  return [new AccessConfig(access), new RememberingLog()];
}
