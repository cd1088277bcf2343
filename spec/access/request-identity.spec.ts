import { describe, expect, it } from '@jest/globals';
import { AccessConfig } from '../../lib/access/access-options.js';
import { ForeignVisitor } from '../../lib/access/request-identity.js';
import { VisitorResolver } from '../../lib/access/visitor-resolver.js';
import { ScopedRequest } from '../../lib/container/request-scope.js';
import { SecurityEvents } from '../../lib/session/security-events.js';
import { Session } from '../../lib/session/session.js';
import { FrozenClock } from '../support/frozen-clock.js';
import { floorPlan, resolverParts } from '../support/services.js';
import { sessionOf } from '../support/sessions.js';

describe('A request whose visitor another part of the application knows', () => {
  const admin = () => sessionOf({ userId: 'ada', role: 'admin', permissions: ['x'], cart: 1 });
  const begun = (session = admin(), settings: Parameters<typeof floorPlan>[0] = {}) =>
    new ScopedRequest(floorPlan(settings).boot(), session);

  it('is theirs as a whole: nothing of the session’s visitor is left', () => {
    const request = begun();
    expect(request.visitor.hasRole('admin')).toBe(true);
    request.identity.adopt({ userId: 'bob' });
    expect(request.visitor).toMatchObject({ id: 'bob', roles: [], permissions: [] });
    expect(request.visitor.session).toEqual({ userId: 'bob' });
    expect(request.session.all()).toEqual({});
    expect(request.standsAside).toBe(true);
  });

  it('is theirs when it is the same user with other roles, and the session goes on', () => {
    const request = begun();
    request.identity.adopt({ userId: 'ada', role: 'user' });
    expect(request.visitor).toMatchObject({ id: 'ada', roles: ['user'], permissions: [] });
    expect([request.standsAside, request.session.get('cart')]).toEqual([false, 1]);
  });

  it.each([null, undefined, { userId: 7 }])('is a guest’s when that is %p', (known) => {
    const request = begun();
    request.identity.adopt(known, true);
    expect(request.visitor.isGuest).toBe(true);
    expect(request.shown).toBe(known);
    expect(request.standsAside).toBe(true);
  });

  it('gives pages what was assigned, and the session where nothing was', () => {
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

  it('costs a cache nothing when nobody is known and nobody looks', () => {
    const request = begun(new Session());
    request.identity.adopt(null, true);
    expect(request.draft.wasUsed).toBe(false);
    expect(request.shown).toBeNull();
    expect(request.draft.wasUsed).toBe(true);
  });

  it('is looked up in a session that is not used by that, whatever the resolver reads it by', async () => {
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

  it('is as the application has filled it in by the time it is looked at again', () => {
    const request = begun();
    const known: Record<string, unknown> = { userId: 'bob' };
    request.identity.adopt(known, true);
    known.role = 'editor';
    request.identity.adoptAnew();
    expect(request.visitor.roles).toEqual(['editor']);
  });

  it('is that of whoever signs in or out here, from then on', () => {
    const request = begun();
    request.identity.adopt({ userId: 'bob' }, true);
    request.draft.signIn({ userId: 'cleo' }, 0);
    request.identity.overrule();
    expect([request.visitor.id, request.shown]).toEqual(['cleo', { userId: 'cleo' }]);
    request.session.destroy();
    expect([request.visitor.isGuest, request.shown]).toEqual([true, null]);
  });

  it('is theirs again when it fails after a sign-in', () => {
    const request = begun();
    request.identity.adopt({ userId: 'bob' }, true);
    request.draft.signIn({ userId: 'cleo' }, 0);
    request.identity.overrule();
    request.rollBack();
    expect(request.visitor.id).toBe('bob');
    expect(request.session.all()).toEqual({});
  });

  it('stays a guest’s when it fails after a sign-out', () => {
    const request = begun();
    request.identity.adopt({ userId: 'bob' }, true);
    request.session.destroy();
    request.identity.overrule();
    request.rollBack();
    expect(request.visitor.isGuest).toBe(true);
  });

  it('knows nothing of when they signed in, unless it was here', () => {
    const request = begun();
    expect(request.signedInFor).toBeDefined();
    request.identity.adopt({ userId: 'bob' });
    expect(request.signedInFor).toBeUndefined();
    request.identity.adopt({ userId: 'ada' });
    expect(request.signedInFor).toBeDefined();
  });

  it('has them looked up as anybody else, and is nobody else’s while that lasts', async () => {
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

  it('is nobody’s whom one could ask about while they cannot be looked up, and the session is there all the same', async () => {
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

  it('ends no session when somebody else is gone', async () => {
    const access = new AccessConfig({ reload: ({ userId }) => (userId === 'bob' ? null : {}) });
    const request = begun(admin(), { access });
    request.identity.adopt({ userId: 'bob' }, true);
    expect((await request.identity.resolve()).isGuest).toBe(true);
    expect(request.draft.wasEnded).toBe(false);
  });
});

const resolver = new VisitorResolver(...resolverParts(), new FrozenClock(), new SecurityEvents());

describe('Somebody whom another part of the application knows', () => {
  it('is what the application says, as it was when it said so', () => {
    const known = { userId: 'ada', roles: ['user'] };
    const { session, known: given } = new ForeignVisitor(known, true, resolver);
    known.userId = 'bob';
    known.roles.push('admin');
    expect(session?.contents()).toEqual({ userId: 'ada', roles: ['user'] });
    expect(given).toBe(known);
  });

  it.each<[string, (known: Record<string, unknown>) => void, boolean]>([
    ['nothing', () => {}, false],
    ['a value', (known) => Object.assign(known, { role: 'admin' }), true],
    ['a new key', (known) => Object.assign(known, { plan: 'pro' }), true],
    ['a key taken out', (known) => Reflect.deleteProperty(known, 'role'), true],
    ['an entry of a list', (known) => (known.roles as string[]).push('admin'), true],
    ['a list by one that says the same', (known) => Object.assign(known, { roles: ['user'] }), false],
  ])('has changed, or not, by %s', (_, change, hasChanged) => {
    const known = { userId: 'ada', role: 'user', roles: ['user'] };
    const foreign = new ForeignVisitor(known, true, resolver);
    change(known);
    expect(foreign.hasChanged).toBe(hasChanged);
  });

  it('never changes as a guest', () => {
    expect(new ForeignVisitor(null, true, resolver).hasChanged).toBe(false);
  });
});
