import { AccessChecker, AccessConfig, Clock, defineGatehouse, VisitorResolver } from 'astro-gatehouse/server';
import { Memberships, memberships } from './memberships';
import { TeamChecker } from './team-checker';
import { TeamResolver } from './team-resolver';
import { Tenant } from './tenant';

export default defineGatehouse({
  protect: [
    { pattern: '/projects/apollo', role: 'apollo' },
    { pattern: '/projects/**', roles: ['apollo', 'gemini'] },
  ],
  services: (services) =>
    services
      .value(Memberships, memberships)
      .perRequest(Tenant)
      .override(VisitorResolver, TeamResolver)
      .override(AccessChecker, (get) => new TeamChecker(get(AccessConfig), get(Memberships), get(Clock))),
});
