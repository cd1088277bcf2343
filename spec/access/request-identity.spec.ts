import { describe, expect, it } from '@jest/globals';
import { AccessConfig } from '../../lib/access/access-options.js';
import { ForeignVisitor } from '../../lib/access/request-identity.js';
import { VisitorResolver } from '../../lib/access/visitor-resolver.js';
import { ScopedRequest } from '../../lib/container/scope/request-scope.js';
import { SecurityEvents } from '../../lib/session/security-events.js';
import { Session } from '../../lib/session/session.js';
import { FrozenClock } from '../support/frozen-clock.js';
import { floorPlan, resolverParts } from '../support/services.js';
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

const resolver = new VisitorResolver(...resolverParts(), new FrozenClock(), new SecurityEvents());

describe('A provided visitor', () => {
  it('has the data from the time when it was provided', () => {
    const known = { userId: 'ada', roles: ['user'] };
    const { session, known: given } = new ForeignVisitor(known, true, resolver);
    known.userId = 'bob';
    known.roles.push('admin');
    expect(session?.contents()).toEqual({ userId: 'ada', roles: ['user'] });
    expect(given).toBe(known);
  });

  it.each<[string, (known: Record<string, unknown>) => void, boolean]>([
    ['nothing', () => {}, false],
    ['a changed value', (known) => Object.assign(known, { role: 'admin' }), true],
    ['a new key', (known) => Object.assign(known, { plan: 'pro' }), true],
    ['a removed key', (known) => Reflect.deleteProperty(known, 'role'), true],
    ['a changed list', (known) => (known.roles as string[]).push('admin'), true],
    ['an equal list', (known) => Object.assign(known, { roles: ['user'] }), false],
  ])('detects changes of its object: %s', (_, change, hasChanged) => {
    const known = { userId: 'ada', role: 'user', roles: ['user'] };
    const foreign = new ForeignVisitor(known, true, resolver);
    change(known);
    expect(foreign.hasChanged).toBe(hasChanged);
  });

  it('never changes for a guest', () => {
    expect(new ForeignVisitor(null, true, resolver).hasChanged).toBe(false);
  });
});
