import {
  AccessChecker,
  type AccessRule,
  defineGatehouse,
  type Session,
  type Visitor,
  VisitorResolver,
} from 'astro-gatehouse/server';
import { memberships } from './teams';

/** Staff may see everything; everybody else needs what the rule asks for. */
class TeamChecker extends AccessChecker {
  override async check(rule: AccessRule, visitor: Visitor) {
    if (visitor.hasRole('staff')) return this.grant('staff may see all');
    return super.check(rule, visitor);
  }
}

/** Roles are looked up on every request, so that whoever leaves a team is out at once. */
class TeamResolver extends VisitorResolver {
  override async resolve(session: Session) {
    const userId = session.get('userId');
    if (typeof userId !== 'string') return this.guest();
    return this.signedIn({ userId, roles: await memberships.of(userId) });
  }
}

export default defineGatehouse({
  protect: [
    { pattern: '/projects/apollo', role: 'apollo' },
    { pattern: '/projects/**', roles: ['apollo', 'gemini'] },
  ],
  services: (services) => services.override(AccessChecker, TeamChecker).override(VisitorResolver, TeamResolver),
});
