import { AccessChecker, AccessConfig, Clock, defineGatehouse, VisitorResolver } from 'astro-gatehouse/server';
import { Memberships, memberships } from './memberships';
import { policies } from './policies';
import { TeamChecker } from './team-checker';
import { TeamResolver } from './team-resolver';
import { Tenant } from './tenant';

export default defineGatehouse({
  protect: [
    { pattern: '/org/*/projects/apollo', role: 'apollo' },
    { pattern: '/org/*/projects/**', roles: ['apollo', 'gemini'] },
    { pattern: '/org/**', role: 'member' },
    { island: 'Budget', role: 'staff' },
    { action: 'notes.*', role: 'member' },
  ],
  access: { hierarchy: { staff: ['member'], apollo: ['member'], gemini: ['member'] } },
  policies,
  services: (services) =>
    services
      .value(Memberships, memberships)
      .perRequest(Tenant)
      .override(VisitorResolver, TeamResolver)
      .override(AccessChecker, (get) => new TeamChecker(get(AccessConfig), get(Memberships), get(Clock))),
});
