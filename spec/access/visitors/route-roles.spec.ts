import { describe, expect, it } from '@jest/globals';
import type { AccessOptions, GrantedRoles } from '../../../lib/access/access-options.js';
import { AccessConfig } from '../../../lib/access/access-options.js';
import type { AccessRequest } from '../../../lib/access/guard/guarded-request.js';
import type { Visitor, VisitorData } from '../../../lib/access/visitor.js';
import { VisitorResolver } from '../../../lib/access/visitor-resolver.js';
import { ForeignVisitor } from '../../../lib/access/visitors/foreign-visitor.js';
import { RouteRoles } from '../../../lib/access/visitors/route-roles.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { navigation } from '../../support/guarded-request.js';
import { RememberingLog } from '../../support/guards.js';
import { RememberingEvents } from '../../support/remembering-events.js';
import { sessionOf } from '../../support/sessions.js';

const MEMBERS: Record<string, Record<string, GrantedRoles>> = {
  ada: { acme: 'admin', birch: ['member'], cedar: { roles: 'guest', permissions: ['notes:read'] } },
  max: { acme: 'member' },
};

const org = (slug: string): AccessRequest =>
  navigation(`/org/${slug}`, { routePattern: '/org/[slug]', params: { slug } });

function rolesWith(access: AccessOptions = {}) {
  const asked: string[] = [];
  const rolesFor = async ({ userId }: VisitorData, { params }: AccessRequest) => {
    asked.push(`${userId} at ${params.slug}`);
    return MEMBERS[userId]?.[params.slug ?? ''];
  };
  const events = new RememberingEvents();
  const config = new AccessConfig({ rolesFor, hierarchy: { admin: ['member'] }, ...access });
  const resolver = new VisitorResolver(config, new RememberingLog(), new FrozenClock(), events);
  const roles = new RouteRoles(resolver);
  const signIn = (userId: string, role = 'user') => {
    const session = sessionOf({ userId, role });
    return { session, base: resolver.fromSession(session) };
  };
  return { roles, asked, events, resolver, signIn };
}

const seen = (visitor: Visitor) => [visitor.roles, visitor.permissions];

describe('The roles on a route', () => {
  it('are added to those of the session, with all that they include', async () => {
    const { roles, signIn } = rolesWith();
    const { session, base } = signIn('ada');
    expect(roles.applied(base)).toBe(base);
    roles.enter(org('acme'));
    expect(seen(await roles.lookUp(base, session))).toEqual([['user', 'admin', 'member'], []]);
    roles.enter(org('cedar'));
    expect(seen(roles.applied(base))).toEqual([['user'], []]);
    expect(seen(await roles.lookUp(base, session))).toEqual([['user', 'guest'], ['notes:read']]);
    roles.enter(org('elsewhere'));
    expect(seen(await roles.lookUp(base, session))).toEqual([['user'], []]);
  });

  it('are looked up once for each route and user', async () => {
    const { roles, asked, signIn } = rolesWith();
    const [ada, max] = [signIn('ada'), signIn('max')];
    roles.enter(org('acme'));
    const both = await Promise.all([roles.lookUp(ada.base, ada.session), roles.lookUp(ada.base, ada.session)]);
    expect(both[0]).toBe(both[1]);
    roles.enter(org('acme'));
    await roles.lookUp(ada.base, ada.session);
    expect(asked).toEqual(['ada at acme']);
    expect(seen(await roles.lookUp(max.base, max.session))).toEqual([['user', 'member'], []]);
    expect(asked).toEqual(['ada at acme', 'max at acme']);
  });

  it('stay when the session of the same user changes, and never pass to another user', async () => {
    const { roles, signIn } = rolesWith();
    const ada = signIn('ada');
    roles.enter(org('acme'));
    await roles.lookUp(ada.base, ada.session);
    expect(seen(roles.applied(signIn('ada', 'editor').base))).toEqual([['editor', 'admin', 'member'], []]);
    const max = signIn('max').base;
    expect(roles.applied(max)).toBe(max);
  });

  it('of a slow answer are not taken for those of the route that was begun since', async () => {
    const { roles, signIn } = rolesWith();
    const ada = signIn('ada');
    roles.enter(org('acme'));
    const slow = roles.lookUp(ada.base, ada.session);
    roles.enter(org('birch'));
    expect(seen(await slow)).toEqual([['user'], []]);
    expect(seen(await roles.lookUp(ada.base, ada.session))).toEqual([['user', 'member'], []]);
  });

  it('count for a visitor whom identify named without powers, also where those of the user are looked up', async () => {
    const reload = () => ({ role: 'user', permissions: ['notes:read'] });
    const { roles, resolver, asked } = rolesWith({ reload });
    roles.enter(org('acme'));
    const lookUp = async (named: VisitorData) => {
      const session = ForeignVisitor.identified(named, resolver).session ?? sessionOf({});
      return seen(await roles.lookUp(await resolver.resolve(session), session));
    };
    expect(await lookUp({ userId: 'ada' })).toEqual([['user', 'admin', 'member'], ['notes:read']]);
    expect(await lookUp({ userId: 'max', permissions: [] })).toEqual([[], []]);
    expect(asked).toEqual(['ada at acme']);
  });

  it('are not looked up for guests', async () => {
    const { roles, asked, resolver } = rolesWith();
    const session = sessionOf({});
    roles.enter(org('acme'));
    expect((await roles.lookUp(resolver.fromSession(session), session)).isGuest).toBe(true);
    expect(asked).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('down');
      },
    ],
    ['gives numbers', () => [1]],
    ['gives true', () => true],
    ['gives something else than a list of permissions', () => ({ permissions: { a: 1 } })],
  ])('make the visitor unknown when the function %s', async (_, rolesFor) => {
    const { roles, events, signIn } = rolesWith({ rolesFor: rolesFor as AccessOptions['rolesFor'] });
    const { session, base } = signIn('ada', 'admin');
    roles.enter(org('acme'));
    expect((await roles.lookUp(base, session)).isGuest).toBe(true);
    expect(session.isUnavailable).toBe(true);
    expect(events.take()).toEqual([{ name: 'store.failed', operation: 'roles', userId: 'ada', via: 'session' }]);
  });

  it('are no part of what a lookup of the user keeps for later requests', async () => {
    const { resolver, roles } = rolesWith({ reload: async () => ({ role: 'reloaded' }), revalidate: 60 });
    const seenAt = async (slug: string, by = new RouteRoles(resolver)) => {
      const session = sessionOf({ userId: 'ada' });
      by.enter(org(slug));
      return (await by.lookUp(await resolver.resolve(session), session)).roles;
    };
    expect(await seenAt('acme', roles)).toEqual(['reloaded', 'admin', 'member']);
    expect(await seenAt('birch')).toEqual(['reloaded', 'member']);
    expect(await seenAt('elsewhere')).toEqual(['reloaded']);
  });

  it('are not given to a visitor whom identify names with roles or permissions of their own', async () => {
    const { roles, resolver, asked } = rolesWith();
    roles.enter(org('acme'));
    const seenAs = async (known: object) => {
      const session = resolver.adopted(known, 'identify') ?? sessionOf({});
      return seen(await roles.lookUp(resolver.fromSession(session), session));
    };
    expect(await seenAs({ userId: 'ada', permissions: ['notes:read'] })).toEqual([[], ['notes:read']]);
    expect(asked).toEqual([]);
    const { roles: others, resolver: again } = rolesWith();
    others.enter(org('acme'));
    const session = again.adopted({ userId: 'ada' }, 'identify') ?? sessionOf({});
    expect((await others.lookUp(again.fromSession(session), session)).roles).toEqual(['admin', 'member']);
  });

  it('may be given by a resolver of the application', async () => {
    class OrganisationResolver extends VisitorResolver {
      override rolesFor({ userId }: VisitorData, { params }: AccessRequest) {
        return `${userId} of ${params.slug}`;
      }
    }
    const plain = new VisitorResolver(
      new AccessConfig(),
      new RememberingLog(),
      new FrozenClock(),
      new RememberingEvents(),
    );
    const own = new OrganisationResolver(
      new AccessConfig(),
      new RememberingLog(),
      new FrozenClock(),
      new RememberingEvents(),
    );
    expect([plain.looksAtRoutes, own.looksAtRoutes]).toEqual([false, true]);
    const session = sessionOf({ userId: 'ada' });
    const roles = new RouteRoles(own);
    roles.enter(org('acme'));
    expect((await roles.lookUp(own.fromSession(session), session)).roles).toEqual(['ada of acme']);
  });
});
