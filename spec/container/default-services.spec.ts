import { describe, expect, it } from '@jest/globals';
import { AccessDecision } from '../../lib/access/access-decision.js';
import { AccessRule } from '../../lib/access/access-rule.js';
import { RouteGuard } from '../../lib/access/guard/route-guard.js';
import { Visitor } from '../../lib/access/visitor.js';
import { RequestScope } from '../../lib/container/scope/request-scope.js';
import { Secrets } from '../../lib/session/cookies/secrets.js';
import { FlashBag } from '../../lib/session/flash-bag.js';
import { SessionManager } from '../../lib/session/manager/session-manager.js';
import { Session } from '../../lib/session/session.js';
import { CookieSessionStore } from '../../lib/session/stores/cookie-session-store.js';
import { MemorySessionStore } from '../../lib/session/stores/memory-session-store.js';
import { SessionStore } from '../../lib/session/stores/session-store.js';
import { floorPlan } from '../support/services.js';

describe('The default services', () => {
  it('are complete: every dependency is registered', () => {
    const services = floorPlan().boot();
    expect(services.get(RouteGuard)).toBeInstanceOf(RouteGuard);
    expect(services.get(SessionManager)).toBeInstanceOf(SessionManager);
  });

  it('store sessions in the cookie unless another store is given', () => {
    expect(floorPlan().boot().get(SessionStore)).toBeInstanceOf(CookieSessionStore);
    expect(floorPlan({ store: MemorySessionStore }).boot().get(SessionStore)).toBeInstanceOf(MemorySessionStore);
  });

  it('have the right lifetimes', () => {
    const services = floorPlan();
    expect(services.lifetimeOf(SessionManager)).toBe('shared');
    expect(services.lifetimeOf(Secrets)).toBe('value');
    for (const made of [Session, FlashBag, Visitor, AccessRule, AccessDecision, RequestScope]) {
      expect(services.lifetimeOf(made)).toBe('made');
    }
  });
});
