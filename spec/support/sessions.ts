import type { Clock } from '../../lib/session/clock.js';
import { MadeClasses } from '../../lib/session/made-classes.js';
import { NoRevocationList } from '../../lib/session/revocation-list.js';
import { SecurityEvents } from '../../lib/session/security-events.js';
import { Session } from '../../lib/session/session.js';
import type { SessionConfig } from '../../lib/session/session-config.js';
import { SessionManager } from '../../lib/session/session-manager.js';
import { SessionRegistry } from '../../lib/session/session-registry.js';
import type { SessionStore } from '../../lib/session/stores/session-store.js';
import { recordOf } from './records.js';

/** A manager in an application that has no list of revocations. */
export function managerOf(
  store: SessionStore,
  config: SessionConfig,
  clock: Clock,
  made = new MadeClasses(),
  events = new SecurityEvents(clock),
): SessionManager {
  const registry = new SessionRegistry(store, new NoRevocationList(), config, clock, events);
  return new SessionManager(store, config, clock, made, registry, events);
}

/** A session as a store would give it back, holding these values. */
export function sessionOf(values: Record<string, unknown>): Session {
  return new Session(recordOf({ values }));
}
