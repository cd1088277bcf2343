import { describe, expect, it } from '@jest/globals';
import { impersonate, stopImpersonating } from '../../../lib/astro/helpers/impersonate.js';
import { signIn, signOut, updateSession } from '../../../lib/astro/helpers/sign-in.js';
import {
  AccessDeniedError,
  ImpersonationOffError,
  InvalidCallError,
  InvalidVisitorError,
} from '../../../lib/errors/index.js';
import { type FakeRequest, fakeScope } from '../../../lib/testing/fake-scope.js';

const access = { impersonate: { role: 'support' }, impersonateFor: 600 };
const SAM = { userId: 'sam', role: 'support' };
const start = (request: FakeRequest = {}) => {
  const scope = fakeScope({ user: SAM, values: { note: 'x' }, access, ...request });
  return { scope, context: { locals: scope.locals } };
};
const refusal = async (act: Promise<unknown>) => {
  const error: unknown = await act.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AccessDeniedError);
  const { status, denial } = error as AccessDeniedError;
  return [status, denial];
};

describe('impersonate()', () => {
  it('makes the visitor the user from here on, and stopImpersonating() undoes it', async () => {
    const { scope, context } = start();
    await impersonate({ userId: 'cleo', plan: 'basic' }, context);
    expect(scope.visitor).toMatchObject({ id: 'cleo', roles: [], via: 'session' });
    expect(scope.visitor.impersonator).toEqual(SAM);
    expect(scope.session.all()).toEqual({ userId: 'cleo', plan: 'basic' });
    expect([scope.session.signedInAt, scope.request?.signedInFor]).toEqual([undefined, undefined]);
    await stopImpersonating(context);
    expect(scope.visitor).toMatchObject({ id: 'sam', impersonator: undefined });
    expect(scope.session.all()).toEqual({ ...SAM, note: 'x' });
    expect(scope.request?.signedInFor).toBe(0);
  });

  it('changes the id at both turns', async () => {
    const { scope, context } = start();
    const ids = [scope.session.id];
    await impersonate(context, { userId: 'cleo' });
    ids.push(scope.session.id);
    await stopImpersonating(context);
    ids.push(scope.session.id);
    await stopImpersonating(context);
    expect([new Set(ids).size, scope.session.id]).toEqual([3, ids[2]]);
  });

  it('does not follow later changes of the object', async () => {
    const { scope, context } = start();
    const user = { userId: 'cleo', roles: ['a'] };
    await impersonate(user, undefined, context);
    user.roles.push('admin');
    user.userId = 'root';
    expect(scope.visitor).toMatchObject({ id: 'cleo', roles: ['a'] });
  });

  it('refuses guests, others, oneself, and whoever impersonates already', async () => {
    const cleo = { userId: 'cleo' };
    expect(await refusal(impersonate(cleo, start({ user: undefined }).context))).toEqual([401, 'NOT_SIGNED_IN']);
    expect(await refusal(impersonate(cleo, start({ user: { userId: 'eve' } }).context))).toEqual([403, 'MISSING_ROLE']);
    const { scope, context } = start();
    expect(await refusal(impersonate({ userId: 'sam' }, context))).toEqual([403, 'NOT_ALLOWED']);
    await impersonate(cleo, context);
    expect(await refusal(impersonate({ userId: 'bob' }, context))).toEqual([403, 'IMPERSONATED']);
    expect(scope.visitor.id).toBe('cleo');
  });

  it('refuses the second of two concurrent calls', async () => {
    const { scope, context } = start({ access: { impersonate: async () => true } });
    const calls = ['cleo', 'bob'].map((userId) => impersonate({ userId }, context));
    const settled = await Promise.allSettled(calls);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(scope.visitor.id).toBe('cleo');
  });

  it('refuses whoever has signed out during the check', async () => {
    const { scope, context } = start({ access: { impersonate: async () => true } });
    const call = impersonate({ userId: 'cleo' }, context);
    await signOut(context);
    expect(await refusal(call)).toEqual([403, 'NOT_ALLOWED']);
    expect(scope.visitor.isGuest).toBe(true);
  });

  it('says what is wrong with the call', async () => {
    const { context } = start();
    await expect(impersonate({ userId: 'cleo' }, start({ access: {} }).context)).rejects.toThrow(ImpersonationOffError);
    await expect(impersonate({ userId: '' }, context)).rejects.toThrow(InvalidVisitorError);
    for (const seconds of [0, -1, 601, Number.NaN]) {
      await expect(impersonate({ userId: 'cleo' }, { seconds }, context)).rejects.toThrow(InvalidCallError);
    }
  });

  it('lets nobody sign in meanwhile, and a sign-out end all', async () => {
    const { scope, context } = start();
    await impersonate({ userId: 'cleo' }, { seconds: 60 }, context);
    expect(() => signIn({ userId: 'cleo' }, context)).toThrow(AccessDeniedError);
    expect(() => updateSession({ userId: 'root' }, context)).toThrow(AccessDeniedError);
    await updateSession({ role: 'vip' }, context);
    expect(scope.visitor).toMatchObject({ id: 'cleo', roles: ['vip'], impersonator: SAM });
    await signOut(context);
    expect([scope.visitor.isGuest, scope.session.all()]).toEqual([true, {}]);
    await signIn({ userId: 'cleo' }, context);
    expect(scope.visitor).toMatchObject({ id: 'cleo', impersonator: undefined });
  });

  it('carries the mark to a visitor with roles of the route', async () => {
    const { scope, context } = start({ access: { ...access, rolesFor: () => 'member' } });
    await impersonate({ userId: 'cleo' }, context);
    await scope.resolveVisitor();
    expect(scope.visitor).toMatchObject({ id: 'cleo', impersonator: SAM });
  });
});
