import { type AccessRequest, type VisitorData, VisitorResolver } from 'astro-gatehouse/server';
import { memberships } from './memberships';

/**
 * The roles of a visitor are those in the organisation of the page, looked up on every request: whoever leaves a team is out
 * at once. `access.rolesFor` is the same as a function.
 */
export class TeamResolver extends VisitorResolver {
  override rolesFor({ userId }: VisitorData, { page }: AccessRequest) {
    return memberships.rolesIn(page?.params.slug, userId);
  }
}
