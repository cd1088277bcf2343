import { type Session, VisitorResolver } from 'astro-gatehouse/server';
import { memberships } from './memberships';

/** Teams are looked up on every request, so that whoever leaves one is out at once. */
export class TeamResolver extends VisitorResolver {
  override async resolve(session: Session) {
    const userId = session.get('userId');
    if (typeof userId !== 'string') return this.guest();
    return this.signedIn({ userId, roles: await memberships.teamsOf(userId) });
  }
}
