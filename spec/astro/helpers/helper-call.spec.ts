import { describe, expect, it } from '@jest/globals';
import { fieldErrors, flashErrors, oldInput, oldInputs } from '../../../lib/astro/forms/old-input.js';
import { authorize, can } from '../../../lib/astro/helpers/authorize.js';
import { csrfToken } from '../../../lib/astro/helpers/csrf-token.js';
import { flashMessages } from '../../../lib/astro/helpers/flash-messages.js';
import { HelperCall, type WithLocals } from '../../../lib/astro/helpers/helper-call.js';
import * as helpers from '../../../lib/astro/helpers/helpers.js';
import { safeReturnTo } from '../../../lib/astro/helpers/safe-return-to.js';
import * as signing from '../../../lib/astro/helpers/sign-in.js';
import { currentRequest } from '../../../lib/container/scope/current-request.js';
import { requestOf } from '../../../lib/container/scope/request-scope.js';
import { InvalidCallError, InvalidVisitorError, OutsideRequestError } from '../../../lib/errors/index.js';
import { fakeScope } from '../../../lib/testing/fake-scope.js';

const { currentUser, hasAllPermissions, hasAnyPermission, hasPermission, hasRole } = helpers;
const { hasRolePermission, isAuthenticated, requireSession } = helpers;
const { regenerateSession, signIn, signOut, updateSession } = signing;

const ADA = { userId: 'ada', role: 'editor', permissions: ['posts:write', 'posts:read'] };

const contextOf = (user?: typeof ADA, url?: string): WithLocals => ({ locals: fakeScope({ user, url }).locals });

/** Calls a function while the request of a context is answered. */
const during = (context: WithLocals, call: () => unknown): unknown =>
  currentRequest.run(requestOf(context.locals.services), call, (error) => {
    throw error;
  });

/** Allows an argument list that no overload has. */
const loosely = (helper: unknown) => helper as (...given: unknown[]) => unknown;

describe('The context of a helper', () => {
  it('is the last argument', async () => {
    const context = contextOf(ADA, '/login?returnTo=%2Fdesk');
    const answers = [
      currentUser(context)?.userId,
      requireSession(context).userId,
      isAuthenticated(context),
      hasRole('editor', context),
      hasPermission('posts:write', context),
      hasAllPermissions('posts:write', 'posts:read', context),
      hasAnyPermission('posts:drop', 'posts:read', context),
      hasRolePermission('editor', 'posts:write', context),
      await can({ role: 'editor' }, context),
      await authorize({ role: 'editor' }, context),
      safeReturnTo('/', context),
    ];
    expect(answers).toEqual(['ada', 'ada', true, true, true, true, true, true, true, undefined, '/desk']);
    expect([hasRole('admin', context), hasAllPermissions('posts:write', 'posts:drop', context)]).toEqual([
      false,
      false,
    ]);
    expect(await csrfToken(context)).toMatch(/./);
  });

  it('is the last argument of helpers that change something as well', async () => {
    const context = contextOf();
    await signIn({ userId: 'ada', role: 'editor' }, { label: 'Laptop' }, context);
    await updateSession({ role: 'admin' }, context);
    await regenerateSession(context);
    expect(currentUser(context)).toMatchObject({ userId: 'ada', role: 'admin' });
    context.locals.session.flash('notice', 'Hello');
    expect(flashMessages(['notice'], context)).toEqual([{ key: 'notice', text: 'Hello' }]);
    const input = new FormData();
    input.append('email', 'ada@');
    flashErrors({ email: 'No address' }, input, 'newsletter', context);
    const form = { form: 'newsletter' };
    const seen = [oldInput('email', form, context), oldInputs('email', form, context)];
    expect([...seen, fieldErrors('email', form, context)]).toEqual(['ada@', ['ada@'], ['No address']]);
    await signOut({ clearSiteData: true }, context);
    expect(currentUser(context)).toBeNull();
  });

  it('is also accepted in all its earlier positions', async () => {
    const context = contextOf();
    const none = undefined;
    await signIn(context, { userId: 'a' });
    await signIn(context, { userId: 'b' }, { label: 'Laptop' });
    await signIn({ userId: 'c' }, context, { label: 'Laptop' });
    await updateSession(context, { plan: 'premium' });
    expect(currentUser(context)).toMatchObject({ userId: 'c', plan: 'premium' });
    flashErrors(context, { email: 'No address' });
    expect(fieldErrors('email', { context })).toEqual(['No address']);
    context.locals.session.flash('notice', 'Hello');
    expect(flashMessages(context, ['notice'])).toHaveLength(1);
    expect(safeReturnTo(context, '/home')).toBe('/home');
    await signOut(context, { clearSiteData: true });
    expect(() => signIn({ userId: 'd' }, none, { label: 'Laptop' })).toThrow(OutsideRequestError);
    expect(() => signOut(none, { clearSiteData: true })).toThrow(OutsideRequestError);
    expect(flashMessages(none, ['notice'])).toEqual([]);
  });

  it('is not taken from the arguments that an array method passes', () => {
    expect(['editor', 'admin'].some(hasRole)).toBe(false);
    expect(['email', 'name'].map((field) => oldInput(field))).toEqual([undefined, undefined]);
    expect(['email', 'name'].map(loosely(oldInput))).toEqual([undefined, undefined]);
  });

  it.each<[string, unknown]>([
    ['locals and a request', { locals: {}, request: { headers: {} } }],
    ['locals and cookies', { locals: { services: {} }, cookies: [] }],
    ['locals alone', { locals: {} }],
  ])('is not taken from data that a visitor has sent: %s', (_, sent) => {
    const context = contextOf(ADA);
    expect(loosely(hasAllPermissions)(sent, context)).toBe(false);
    expect(loosely(hasRole)(sent, context)).toBe(false);
    expect(during(context, () => loosely(hasAllPermissions)('posts:read', sent))).toBe(false);
    expect(() => loosely(updateSession)({ ...(sent as object), userId: 1 }, context)).toThrow(InvalidVisitorError);
    expect(currentUser(context)?.userId).toBe('ada');
  });

  it('means its own request, and none that is answered at the same time', async () => {
    const [one, two, three] = [contextOf(), contextOf(), contextOf()];
    const enter = (under: WithLocals, userId: string, context?: WithLocals) =>
      during(under, async () => {
        await Promise.resolve();
        await signIn({ userId }, context);
        return currentUser(context)?.userId;
      });
    const answers = await Promise.all([enter(one, 'a'), enter(two, 'b'), enter(one, 'c', three)]);
    expect(answers).toEqual(['a', 'b', 'c']);
    expect([one, two, three].map((context) => currentUser(context)?.userId)).toEqual(['a', 'b', 'c']);
    await during(one, () => signOut(two));
    expect([one, two].map((context) => currentUser(context)?.userId)).toEqual(['a', undefined]);
  });

  it('is found in a page without a session, by its request', () => {
    const context = { locals: {}, request: new Request('https://example.org/') };
    expect([loosely(hasAllPermissions)('posts:read', context), loosely(currentUser)(context)]).toEqual([false, null]);
  });

  it('is not taken from a list of permissions that looks like a call of a list', () => {
    const sent = ['posts:read', 0, ['posts:read'], 'posts:drop'];
    const answer = (...given: unknown[]) => during(contextOf(ADA), () => loosely(hasAllPermissions)(...given));
    expect([answer(...sent), answer(...sent.slice(0, 3)), answer('posts:read', 'posts:write')]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it.each<[string, unknown, unknown[], string]>([
    [
      'locals as options',
      signIn,
      [{ userId: 'a' }, contextOf().locals],
      'was given locals in the place of the context',
    ],
    ['locals as options', signOut, [contextOf().locals], 'was given locals in the place of the context'],
    ['two contexts', signIn, [contextOf(), { userId: 'a' }, contextOf()], 'was given two contexts'],
    ['a string in its place', hasRole, ['admin', 'Astro'], 'one argument too many, which is no context'],
    ['an object in its place', currentUser, [{ user: 1 }], 'one argument too many, which is no context'],
    ['its locals in its place', currentUser, [contextOf().locals], 'was given locals in the place of the context'],
    ['only a context where another argument is required', hasRole, [contextOf()], 'was given too few arguments'],
  ])('causes an error when it is missing or misplaced: %s', (_, helper, given, problem) => {
    expect(() => loosely(helper)(...given)).toThrow(InvalidCallError);
    expect(() => loosely(helper)(...given)).toThrow(problem);
  });

  it('is explained in the error by the signature and both names of the helper', () => {
    expect(() => loosely(signIn)({ userId: 'a' }, {}, 1, 2)).toThrow(
      '[astro-gatehouse] signIn() (also called setSession()) was given one argument too many, which is no context: pass ' +
        'Astro, or the context of an endpoint or a middleware. Call it like this: signIn(user, options?, context?).',
    );
    expect(() => signIn({ userId: 'a' })).toThrow('signIn() (also called setSession()) found no request');
    expect(() => updateSession({})).toThrow('updateSession() found no request');
  });
});

describe('The names of helpers', () => {
  it('are two for three of the helpers, with one function for both', () => {
    expect(signing.setSession).toBe(signIn);
    expect(signing.clearSession).toBe(signOut);
    expect(helpers.getSession).toBe(currentUser);
  });
});

describe('A signature', () => {
  it('determines the number of arguments', () => {
    const call = new HelperCall<[first: string, second?: string]>('one(first, second?, context?)');
    expect([call.name, call.read(['a', 'b']).others]).toEqual(['one', ['a', 'b']]);
    expect(call.read(['a', undefined, undefined]).others).toEqual(['a', undefined]);
    expect(() => call.read([])).toThrow(InvalidCallError);
    expect(new HelperCall<string[]>('many(...names, context?)').read(['a', 'b', 'c']).others).toHaveLength(3);
  });
});
