import { describe, expect, it } from '@jest/globals';
import type { AccessOptions } from '../../../lib/access/access-options.js';
import { ImpersonatedVisitor } from '../../../lib/access/impersonation/impersonated-visitor.js';
import { Visitor } from '../../../lib/access/visitor.js';
import { VisitorResolver } from '../../../lib/access/visitor-resolver.js';
import { Clock } from '../../../lib/base/clock.js';
import { SecurityEvents } from '../../../lib/session/security-events.js';
import { draftOf, Session } from '../../../lib/session/session.js';
import { recordOf } from '../../support/records.js';
import { resolverParts } from '../../support/services.js';

const impersonation = {
  values: new Map(Object.entries({ userId: 'cleo', role: 'customer' })),
  startedAt: 1,
  until: 2,
};
const sessionAsCleo = () =>
  new Session({ ...recordOf({ values: { userId: 'sam', role: 'support', secret: 'x' } }), impersonation });
const decision = (isGranted: boolean) => ({ isGranted }) as never;

class OwnResolver extends VisitorResolver {
  override resolve(session: Session): Visitor {
    return session.get('userId') === 'cleo' ? this.fromSession(session) : this.guest();
  }
}

function start(access: AccessOptions = {}, may = true, Resolver = VisitorResolver) {
  const session = sessionAsCleo();
  const resolver = new Resolver(...resolverParts(access), new Clock(), new SecurityEvents());
  const asked: string[] = [];
  const impersonated = new ImpersonatedVisitor(session, resolver, (by, target) => {
    asked.push(`${by.id} as ${target.id}`);
    return decision(may);
  });
  return { session, draft: draftOf(session), impersonated, asked };
}

describe('A visitor who is impersonated', () => {
  it('is the user, after the impersonator was checked once', () => {
    const { impersonated, draft, asked } = start();
    expect(impersonated.resolve()).toMatchObject({ id: 'cleo', roles: ['customer'] });
    expect(impersonated.resolve()).toBeInstanceOf(Visitor);
    expect([asked, draft.impersonatorId]).toEqual([['sam as cleo'], 'sam']);
    expect(impersonated.mark(new Visitor({ userId: 'cleo' })).impersonator).toEqual({ userId: 'sam', role: 'support' });
  });

  it('is another object than the visitor of the user themselves', () => {
    const { impersonated } = start();
    const shared = new Visitor({ userId: 'cleo' }, ['a'], ['b']);
    const marked = impersonated.mark(shared);
    expect(marked).toMatchObject({ id: 'cleo', roles: ['a'], permissions: ['b'], impersonator: { userId: 'sam' } });
    expect([shared.impersonator, impersonated.mark(shared) === marked]).toEqual([undefined, true]);
    const guest = new Visitor();
    expect([impersonated.mark(guest) === guest, guest.impersonator]).toEqual([true, undefined]);
  });

  it('is the impersonator, who may do it no longer', () => {
    const { impersonated, draft } = start({}, false);
    expect(impersonated.resolve()).toMatchObject({ id: 'sam', roles: ['support'] });
    expect([draft.impersonatorId, draft.impersonating.endedBy]).toEqual([undefined, 'not-allowed']);
    expect(draft.values.get('secret')).toBe('x');
  });

  it('is looked up, and so is the impersonator, each once', async () => {
    const found: unknown[] = [];
    const reload = ({ userId }: { userId: string }) => {
      found.push(userId);
      return { role: `${userId} today` };
    };
    const { impersonated } = start({ reload });
    expect(await impersonated.resolve()).toMatchObject({ id: 'cleo', roles: ['cleo today'] });
    await impersonated.resolve();
    expect(found).toEqual(['sam', 'cleo']);
    expect(impersonated.mark(new Visitor({ userId: 'cleo' })).impersonator).toMatchObject({ role: 'sam today' });
  });

  it('is the impersonator when the user does not exist any more', async () => {
    const { impersonated, draft, session } = start({ reload: ({ userId }) => (userId === 'cleo' ? null : {}) });
    expect(await impersonated.resolve()).toMatchObject({ id: 'sam' });
    expect([draft.impersonating.endedBy, session.isDestroyed]).toEqual(['user-gone', false]);
  });

  it('is a guest when the impersonator does not exist any more, whose session ends', async () => {
    const { impersonated, session } = start({ reload: ({ userId }) => (userId === 'sam' ? null : {}) });
    expect(await impersonated.resolve()).toMatchObject({ isGuest: true });
    expect(session.isDestroyed).toBe(true);
  });

  it.each(['sam', 'cleo'])('is unknown while %s cannot be looked up, which ends nothing', async (away) => {
    const { impersonated, session, draft } = start({
      reload: ({ userId }) => (userId === away ? Promise.reject(new Error('x')) : {}),
    });
    expect(await impersonated.resolve()).toMatchObject({ isGuest: true });
    expect([session.isUnavailable, draft.impersonatorId]).toEqual([true, 'sam']);
  });

  it('is nobody when the application’s own resolver does not know the impersonator', () => {
    const { impersonated, draft } = start({}, true, OwnResolver);
    expect(impersonated.resolve()).toMatchObject({ isGuest: true });
    expect(draft.impersonating.endedBy).toBe('not-allowed');
  });
});
