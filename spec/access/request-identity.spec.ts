import { describe, expect, it } from '@jest/globals';
import { AccessConfig, type AccessOptions } from '../../lib/access/access-options.js';
import { VisitorResolver } from '../../lib/access/visitor-resolver.js';
import { ForeignVisitor } from '../../lib/access/visitors/foreign-visitor.js';
import { ScopedRequest } from '../../lib/container/scope/request-scope.js';
import { Session } from '../../lib/session/session.js';
import { floorPlan } from '../support/services.js';
import { sessionOf } from '../support/sessions.js';

describe('A request whose visitor the application provides', () => {
  const admin = () => sessionOf({ userId: 'ada', role: 'admin', permissions: ['x'], cart: 1 });
  const begun = (session = admin(), settings: Parameters<typeof floorPlan>[0] = {}) =>
    new ScopedRequest(floorPlan(settings).boot(), session);

  it('uses that visitor alone, and nothing of the session of another user', () => {
    const request = begun();
    expect(request.visitor.hasRole('admin')).toBe(true);
    request.identity.adopt({ userId: 'bob' });
    expect(request.visitor).toMatchObject({ id: 'bob', roles: [], permissions: [] });
    expect(request.visitor.session).toEqual({ userId: 'bob' });
    expect(request.session.all()).toEqual({});
    expect(request.standsAside).toBe(true);
  });

  it('keeps the session when the provided visitor is the same user with other roles', () => {
    const request = begun();
    request.identity.adopt({ userId: 'ada', role: 'user' });
    expect(request.visitor).toMatchObject({ id: 'ada', roles: ['user'], permissions: [] });
    expect([request.standsAside, request.session.get('cart')]).toEqual([false, 1]);
  });

  it.each([null, undefined, { userId: 7 }])('belongs to a guest when %p is provided', (known) => {
    const request = begun();
    request.identity.adopt(known, true);
    expect(request.visitor.isGuest).toBe(true);
    expect(request.shown).toBe(known);
    expect(request.standsAside).toBe(true);
  });

  it('shows pages the object that was assigned, or else the session', () => {
    const request = begun();
    const known = { userId: 'bob' };
    request.identity.adopt(known);
    expect(request.shown).toBe(request.session);
    request.identity.adopt(known, true);
    expect(request.shown).toBe(known);
    request.identity.adopt(request.session, true);
    expect(request.shown).toBe(request.session);
    expect(request.visitor.id).toBe('ada');
  });

  it('does not use the session when nobody is provided and nothing reads it', () => {
    const request = begun(new Session());
    request.identity.adopt(null, true);
    expect(request.draft.wasUsed).toBe(false);
    expect(request.shown).toBeNull();
    expect(request.draft.wasUsed).toBe(true);
  });

  it('does not use the session to resolve the visitor, however a custom resolver reads it', async () => {
    class OwnResolver extends VisitorResolver {
      override resolve(session: Session) {
        const [userId] = [session.get<string>('userId'), session.all(), session.contents(), session.id];
        return userId === 'ada' ? this.signedIn({ userId: 'ada' }) : this.guest();
      }
    }
    const request = new ScopedRequest(floorPlan().override(VisitorResolver, OwnResolver).boot(), admin());
    expect((await request.identity.resolve()).id).toBe('ada');
    expect(request.draft.wasUsed).toBe(false);
    expect(request.scope.visitor.id).toBe('ada');
    expect(request.draft.wasUsed).toBe(true);
  });

  it('follows later changes to the provided object', () => {
    const request = begun();
    const known: Record<string, unknown> = { userId: 'bob' };
    request.identity.adopt(known, true);
    known.role = 'editor';
    request.identity.adoptAnew();
    expect(request.visitor.roles).toEqual(['editor']);
  });

  it('follows a later sign-in or sign-out through the session', () => {
    const request = begun();
    request.identity.adopt({ userId: 'bob' }, true);
    request.draft.signIn({ userId: 'cleo' }, 0);
    request.identity.overrule();
    expect([request.visitor.id, request.shown]).toEqual(['cleo', { userId: 'cleo' }]);
    request.session.destroy();
    expect([request.visitor.isGuest, request.shown]).toEqual([true, null]);
  });

  it('returns to the provided visitor when it fails after a sign-in', () => {
    const request = begun();
    request.identity.adopt({ userId: 'bob' }, true);
    request.draft.signIn({ userId: 'cleo' }, 0);
    request.identity.overrule();
    request.rollBack();
    expect(request.visitor.id).toBe('bob');
    expect(request.session.all()).toEqual({});
  });

  it('keeps a guest when it fails after a sign-out', () => {
    const request = begun();
    request.identity.adopt({ userId: 'bob' }, true);
    request.session.destroy();
    request.identity.overrule();
    request.rollBack();
    expect(request.visitor.isGuest).toBe(true);
  });

  it('does not know when a provided visitor signed in, except for the user of the session', () => {
    const request = begun();
    expect(request.signedInFor).toBeDefined();
    request.identity.adopt({ userId: 'bob' });
    expect(request.signedInFor).toBeUndefined();
    request.identity.adopt({ userId: 'ada' });
    expect(request.signedInFor).toBeDefined();
  });

  it('reloads a provided visitor like any other', async () => {
    const asked: string[] = [];
    const access = new AccessConfig({
      reload: async ({ userId }) => {
        asked.push(userId);
        return { role: `role of ${userId}` };
      },
    });
    const request = begun(admin(), { access });
    await request.identity.resolve();
    request.identity.adopt({ userId: 'ada', role: 'user' }, true);
    expect(request.visitor.roles).toEqual(['user']);
    request.identity.adopt({ userId: 'bob' }, true);
    expect((await request.identity.resolve()).roles).toEqual(['role of bob']);
    expect(asked).toEqual(['ada', 'ada', 'bob']);
  });

  it('belongs to a guest while the provided visitor cannot be reloaded, and keeps its session available', async () => {
    const access = new AccessConfig({
      reload: ({ userId }) => {
        if (userId === 'bob') throw new Error('down');
        return {};
      },
    });
    const request = begun(admin(), { access });
    request.identity.adopt({ userId: 'bob' }, true);
    expect((await request.identity.resolve()).isGuest).toBe(true);
    expect([request.identity.session.isUnavailable, request.session.isUnavailable]).toEqual([true, false]);
  });

  it('does not end the session when another user who is provided no longer exists', async () => {
    const access = new AccessConfig({ reload: ({ userId }) => (userId === 'bob' ? null : {}) });
    const request = begun(admin(), { access });
    request.identity.adopt({ userId: 'bob' }, true);
    expect((await request.identity.resolve()).isGuest).toBe(true);
    expect(request.draft.wasEnded).toBe(false);
  });
});

describe('A request whose visitor `identify` names', () => {
  const begun = (known: unknown, access: AccessOptions = {}, failure?: Error) => {
    const services = floorPlan({ access: new AccessConfig(access) }).boot();
    const request = new ScopedRequest(services, sessionOf({ userId: 'ada', role: 'admin', cart: 1 }));
    const { resolver } = request.identity;
    request.identity.identify(
      failure ? new ForeignVisitor(null, 'identify', resolver, failure) : ForeignVisitor.identified(known, resolver),
    );
    return request;
  };
  const robot = { userId: 'robot', permissions: ['posts:read'], via: 'api-key' };

  it('has that visitor alone, and keeps its session aside', () => {
    const request = begun(robot);
    expect(request.visitor).toMatchObject({ id: 'robot', roles: [], permissions: ['posts:read'], via: 'api-key' });
    expect(request.draft.wasUsed).toBe(false);
    expect([request.session.all(), request.shown, request.standsAside]).toEqual([{}, request.session, true]);
  });

  it('has a guest for null, and says how each visitor was identified', () => {
    expect(begun(null).visitor).toMatchObject({ isGuest: true, via: 'identify' });
    expect(begun({ userId: 'robot' }).visitor.via).toBe('identify');
    const request = new ScopedRequest(floorPlan().boot(), sessionOf({ userId: 'ada', via: 'api-key' }));
    expect(request.visitor.via).toBe('session');
    request.identity.adopt({ userId: 'bob', via: 'api-key' }, true);
    expect(request.visitor.via).toBe('application');
  });

  it('keeps the session of the same user, but neither its roles nor the time of its sign-in', () => {
    const request = begun({ userId: 'ada', permissions: [] });
    expect(request.visitor).toMatchObject({ id: 'ada', roles: [] });
    expect([request.session.get('cart'), request.signedInFor]).toEqual([1, undefined]);
  });

  it('is named by no context and no session of Astro, but by what is assigned to locals.session', () => {
    const request = begun(robot);
    request.identity.hear({ userId: 'bob' });
    expect(request.visitor.id).toBe('robot');
    request.identity.adopt({ userId: 'bob' }, true);
    expect([request.visitor.id, request.visitor.via]).toEqual(['bob', 'application']);
    request.identity.adopt(request.session, true);
    expect([request.visitor.id, request.standsAside]).toEqual(['robot', true]);
  });

  it('follows a sign-in, and returns to that visitor when it fails', () => {
    const request = begun(robot);
    request.draft.signIn({ userId: 'cleo' }, 0);
    request.identity.overrule();
    expect([request.visitor.id, request.visitor.via, request.signedInFor !== undefined]).toEqual([
      'cleo',
      'session',
      true,
    ]);
    request.rollBack();
    expect([request.visitor.id, request.visitor.via]).toEqual(['robot', 'api-key']);
  });

  it('does not follow later changes to the data', () => {
    const known = { ...robot, permissions: ['posts:read'] };
    const request = begun(known);
    known.userId = 'root';
    known.permissions.push('*');
    request.identity.adoptAnew();
    expect(request.visitor).toMatchObject({ id: 'robot', permissions: ['posts:read'] });
  });

  it('keeps the powers that were named when the user is looked up, and ends with the user', async () => {
    const reload = ({ userId }: { userId: string }) =>
      userId === 'gone' ? null : { role: 'owner', permissions: ['*'], email: 'owner@site.example' };
    const visitorOf = (known: unknown) => begun(known, { reload }).identity.resolve();
    expect(await visitorOf(robot)).toMatchObject({ roles: [], permissions: ['posts:read'], via: 'api-key' });
    expect((await visitorOf(robot)).session).toMatchObject({ email: 'owner@site.example', via: 'api-key' });
    expect((await visitorOf({ userId: 'ada', permissions: undefined })).permissions).toEqual([]);
    expect(await visitorOf({ userId: 'ada' })).toMatchObject({ roles: ['owner'], permissions: ['*'] });
    expect(await visitorOf({ userId: 'gone' })).toMatchObject({ isGuest: true, via: 'identify' });
  });

  it('has an unknown visitor when identify failed, after a failed request too', () => {
    const request = begun(undefined, {}, new Error('down'));
    expect([request.isVisitorUnknown, request.session.isUnavailable, request.standsAside]).toEqual([true, false, true]);
    request.draft.signIn({ userId: 'cleo' }, 0);
    request.identity.overrule();
    expect(request.isVisitorUnknown).toBe(false);
    request.rollBack();
    expect(request.isVisitorUnknown).toBe(true);
  });
});
