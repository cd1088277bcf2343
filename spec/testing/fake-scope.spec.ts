import { describe, expect, it } from '@jest/globals';
import type { APIRoute } from 'astro';
import { createContext } from 'astro/middleware';
import { AccessChecker } from '../../lib/access/access-checker.js';
import { AccessDecision } from '../../lib/access/access-decision.js';
import { AccessRule } from '../../lib/access/access-rule.js';
import { DecisionLog } from '../../lib/access/guard/decision-log.js';
import type { AccessRequest } from '../../lib/access/guard/guarded-request.js';
import { RouteGuard } from '../../lib/access/guard/route-guard.js';
import { Visitor } from '../../lib/access/visitor.js';
import { accounts, addAccount, signOutOfAll, switchAccount } from '../../lib/astro/helpers/accounts.js';
import { authorize, can, decide } from '../../lib/astro/helpers/authorize.js';
import { getSession } from '../../lib/astro/helpers/helpers.js';
import { beginSignIn, takeSignIn } from '../../lib/astro/helpers/pending-sign-in.js';
import { safeReturnTo } from '../../lib/astro/helpers/safe-return-to.js';
import { clearSession, setSession, signIn, updateSession } from '../../lib/astro/helpers/sign-in.js';
import { Clock } from '../../lib/base/clock.js';
import { RequestScope, requestOf } from '../../lib/container/scope/request-scope.js';
import type { Services } from '../../lib/container/services.js';
import { AccessDeniedError, InvalidOverrideError, InvalidVisitorError } from '../../lib/errors/index.js';
import { injectable } from '../../lib/injectable.js';
import { FlashBag } from '../../lib/session/flash-bag.js';
import { draftOf, Session } from '../../lib/session/session.js';
import { SessionConfig } from '../../lib/session/session-config.js';
import { FrozenClock, fakeScope } from '../../lib/testing/index.js';
import { navigation } from '../support/guarded-request.js';
import { RememberingLog } from '../support/guards.js';

class TeamChecker extends AccessChecker {
  override async check(rule: AccessRule, visitor: Visitor) {
    return visitor.hasRole('staff') ? this.grant('staff may see all') : super.check(rule, visitor);
  }
}

const ADMINS = new AccessRule({ pattern: '/admin/**', role: 'admin' });

describe('A fake scope', () => {
  it('belongs to a guest unless a user is given', () => {
    expect(fakeScope().visitor.isGuest).toBe(true);
    const scope = fakeScope({ user: { userId: 'ada', role: 'admin' }, values: { theme: 'dark' } });
    expect(scope.visitor).toMatchObject({ id: 'ada', roles: ['admin'] });
    expect(scope.session.all()).toEqual({ userId: 'ada', role: 'admin', theme: 'dark' });
  });

  it('provides the services that an overridden class needs', async () => {
    const outcome = async (role: string) => {
      const scope = fakeScope({
        user: { userId: 'ada', role },
        services: (services) => services.override(AccessChecker, TeamChecker),
      });
      return (await scope.get(AccessChecker).check(ADMINS, scope.visitor)).isGranted;
    };
    expect(await Promise.all(['staff', 'admin', 'reader'].map(outcome))).toEqual([true, true, false]);
    expect(fakeScope().get(FlashBag).isEmpty).toBe(true);
  });

  it('reads roles with the given access options', () => {
    const access = { getRole: (session: { userId: string }) => (session.userId === 'ada' ? 'admin' : undefined) };
    expect(fakeScope({ user: { userId: 'ada' }, access }).visitor.hasRole('admin')).toBe(true);
  });

  it('has a URL and parameters that services and rules can read', async () => {
    @injectable()
    class Post {
      constructor(private readonly scope: RequestScope) {}
      get address() {
        return [this.scope.request?.params.slug, this.scope.request?.url.href, this.scope.request?.search];
      }
    }
    const scope = fakeScope({
      user: { userId: 'ada' },
      params: { slug: 'hello' },
      url: '/posts/hello?page=2',
      services: (services) => services.perRequest(Post),
    });
    expect(scope.get(Post).address).toEqual(['hello', 'http://localhost/posts/hello?page=2', '?page=2']);
    const allow: AccessRule['allow'] = (session, { params }) => session?.userId === 'ada' && params.slug === 'hello';
    await authorize({ allow }, { locals: scope.locals });
    expect(fakeScope({ url: new URL('https://example.com/a') }).request?.pathname).toBe('/a');
    expect(fakeScope().request).toMatchObject({ pathname: '/', search: '', params: {}, method: 'GET' });
  });

  it('has a method, headers, cookies and a client that rules can read', async () => {
    const given = {
      method: 'post',
      headers: { 'X-Desk': '7' },
      cookies: { door: 'back door' },
      clientAddress: '192.0.2.7',
    };
    const { locals, request } = fakeScope({ user: { userId: 'ada' }, ...given });
    const allow: AccessRule['allow'] = (_, { method, headers, cookies, clientAddress }) =>
      `${method} ${headers.get('x-desk')} ${cookies.get('door')} ${clientAddress}` === 'POST 7 back door 192.0.2.7';
    await authorize({ allow }, { locals });
    expect([request?.cookies.has('window'), fakeScope().request?.clientAddress]).toEqual([false, undefined]);
  });

  it('has the roles of its visitor on its page', async () => {
    const access = {
      rolesFor: async (_: unknown, { page }: AccessRequest) => (page?.params.slug === 'acme' && 'admin') || null,
    };
    const user = { userId: 'ada' };
    const [acme, birch] = ['acme', 'birch'].map((slug) => fakeScope({ user, access, params: { slug } }));
    expect(await Promise.all([acme, birch].map((scope) => scope && can({ role: 'admin' }, scope)))).toEqual([
      true,
      false,
    ]);
    expect((await acme?.resolveVisitor())?.roles).toEqual(['admin']);
    expect(acme?.visitor.hasRole('admin')).toBe(true);
    const island = fakeScope({ user, access, url: '/_server-islands/Panel', page: { params: { slug: 'acme' } } });
    expect(await can({ role: 'admin' }, island)).toBe(true);
  });

  it('has locals that can be passed to helpers', async () => {
    const clock = new FrozenClock();
    const { locals } = fakeScope({ clock });
    await setSession({ locals }, { userId: 'ada' });
    expect([getSession({ locals })?.userId, locals.visitor.id]).toEqual(['ada', 'ada']);
    await updateSession({ email: 'ada@example.com' }, { locals });
    expect(getSession({ locals })?.email).toBe('ada@example.com');
    clock.advance(60);
    await authorize({ authenticatedWithin: 61 }, { locals });
    await expect(authorize({ authenticatedWithin: 59 }, { locals })).rejects.toMatchObject({ denial: 'SIGN_IN_AGAIN' });
    await clearSession({ locals });
    expect(getSession({ locals })).toBeNull();
  });

  it('lets an endpoint run as in a site, whose helpers need no context', async () => {
    const POST: APIRoute = async ({ request, redirect }) => {
      const form = await request.formData();
      if (form.get('password') !== 'lovelace') throw new AccessDeniedError(403, false, 'wrong password');
      await signIn({ userId: `${form.get('name')}` }, { label: 'At work' });
      return redirect(safeReturnTo('/dashboard'), 303);
    };
    const login = async (password: string) => {
      const body = new URLSearchParams({ name: 'ada', password });
      const headers = { 'user-agent': 'Tester/1.0' };
      const request = new Request('http://localhost/login?returnTo=/books', { method: 'POST', headers, body });
      const scope = fakeScope({ request });
      const context = createContext({
        request,
        locals: scope.locals,
        params: {},
        defaultLocale: '',
        clientAddress: '::1',
      });
      const answer = await scope.run(async () => POST(context)).catch((error: AccessDeniedError) => error.status);
      return { scope, answer };
    };
    const { scope, answer } = await login('lovelace');
    expect(answer).toMatchObject({ status: 303 });
    expect((answer as Response).headers.get('location')).toBe('/books');
    expect([scope.visitor.id, scope.request?.method]).toEqual(['ada', 'POST']);
    expect(draftOf(scope.session).visitor.device).toMatchObject({ userAgent: 'Tester/1.0', label: 'At work' });
    const refused = await login('wrong');
    expect([refused.answer, refused.scope.visitor.isGuest]).toEqual([403, true]);
  });

  it('uses the given clock', () => {
    const clock = new FrozenClock(1_000);
    const scope = fakeScope({ clock });
    clock.advance(1);
    expect(scope.get(Clock).now()).toBe(2_000);
  });

  it('throws for an invalid user or an invalid override', () => {
    expect(() => fakeScope({ user: { userId: '' } })).toThrow(InvalidVisitorError);
    expect(() => fakeScope({ services: (all) => all.override(AccessChecker, FlashBag as never) })).toThrow(
      InvalidOverrideError,
    );
  });
});

describe('Subclasses that override those of request data', () => {
  class OwnSession extends Session {}
  class OwnFlashes extends FlashBag {}
  class OwnVisitor extends Visitor {}
  class OwnRule extends AccessRule {}
  class OwnDecision extends AccessDecision {}
  class OwnScope extends RequestScope {}
  class Witness extends AccessChecker {
    readonly asked: [AccessRule, Visitor][] = [];

    override check(rule: AccessRule, visitor: Visitor) {
      this.asked.push([rule, visitor]);
      if (visitor.id === 'eve') throw new Error('nobody knows Eve');
      return super.check(rule, visitor);
    }
  }
  const services = (all: Services) =>
    all
      .override(Session, OwnSession)
      .override(FlashBag, OwnFlashes)
      .override(Visitor, OwnVisitor)
      .override(AccessRule, OwnRule)
      .override(AccessDecision, OwnDecision)
      .override(RequestScope, OwnScope)
      .override(DecisionLog, RememberingLog)
      .override(AccessChecker, Witness);

  it('are instantiated by the scope, also when the request acts as another user', () => {
    const scope = fakeScope({ services });
    const { identity } = requestOf(scope);
    const asked = () => [identity.session, identity.session.flashes];
    const partsOf = () => [scope, scope.session, scope.get(FlashBag), scope.visitor, ...asked()];
    const classes = [OwnScope, OwnSession, OwnFlashes, OwnVisitor, OwnSession, OwnFlashes];
    const are = () => partsOf().map((part, at) => part instanceof (classes[at] as never));
    expect(are()).toEqual(classes.map(() => true));
    identity.adopt({ userId: 'ada' }, true);
    expect(are()).toEqual(classes.map(() => true));
    const aside = fakeScope({ services, user: { userId: 'ada' } });
    const request = requestOf(aside);
    request.identity.adopt({ userId: 'bob' }, true);
    expect([request.standsAside, aside.session.flashes instanceof OwnFlashes]).toEqual([true, true]);
    request.rollBack();
    expect(aside.session.flashes).toBeInstanceOf(OwnFlashes);
  });

  it.each<[string, (context: { locals: App.Locals }) => Promise<unknown>]>([
    ['can()', (context) => can({ role: 'admin' }, context)],
    ['authorize()', (context) => authorize({ role: 'admin' }, context).catch(() => undefined)],
  ])('are passed to the checker by %s', async (_, ask) => {
    const scope = fakeScope({ services, user: { userId: 'ada' } });
    await ask(scope);
    const { asked } = scope.get(AccessChecker) as Witness;
    expect(asked.map(([rule, visitor]) => [rule instanceof OwnRule, visitor instanceof OwnVisitor])).toEqual([
      [true, true],
    ]);
  });

  it.each(['ada', 'eve'])('are returned by the checker and the guard for %s', async (userId) => {
    const scope = fakeScope({ services, user: { userId } });
    const decision = await decide(requestOf(scope), { role: 'admin' }, scope.visitor);
    expect([decision instanceof OwnDecision, decision.rule instanceof OwnRule]).toEqual([true, true]);
    const denied = new AccessDeniedError(403, true, 'no');
    const verdict = await scope.get(RouteGuard).judgeDenied(denied, navigation('/x'), scope.visitor);
    expect(verdict.decision).toBeInstanceOf(OwnDecision);
  });
});

describe('Several accounts, in a fake scope', () => {
  it('are the one of the scope, beside which there is room', async () => {
    const scope = fakeScope({ user: { userId: 'ada' } });
    const all = await scope.run(() => accounts());
    expect(all.map(({ key, visitor, isCurrent }) => [key, visitor.id, isCurrent])).toEqual([['1', 'ada', true]]);
    expect(await switchAccount('2', { locals: scope.locals })).toBe(false);
    expect(await addAccount({ locals: scope.locals })).toBe(true);
    expect(Object.entries(scope.nextCookies)).toEqual([[expect.stringMatching(/-account$/), '2']]);
    await signOutOfAll({}, { locals: scope.locals });
    expect([scope.visitor.isGuest, scope.nextCookies]).toEqual([true, {}]);
    expect(await scope.run(() => accounts())).toEqual([]);
    expect(await scope.run(() => addAccount())).toBe(true);
  });

  it('are none without the option', async () => {
    const config = SessionConfig.from({}, { isProduction: false });
    const scope = fakeScope({ services: (services) => services.override(SessionConfig, () => config) });
    await expect(accounts({ locals: scope.locals })).rejects.toThrow(
      /accounts\(\) needs the option session\.maxAccounts/,
    );
  });
});

describe('A sign-in that leaves the site, in a fake scope', () => {
  it('comes back in the next scope with the cookies of the first, once', async () => {
    const first = fakeScope({ url: '/login?returnTo=/account', cookies: { theme: 'dark' } });
    const { state, nonce } = await beginSignIn({ provider: 'google' }, { locals: first.locals });
    expect(Object.keys(first.nextCookies)).toEqual(['theme', expect.stringMatching(/-sign-in~[a-h]$/)]);

    const second = fakeScope({ url: `/callback?state=${state}`, cookies: first.nextCookies });
    const taken = await second.run(() => takeSignIn({ provider: 'google' }));
    expect([taken?.nonce, second.run(() => safeReturnTo('/'))]).toEqual([nonce, '/account']);
    expect(second.nextCookies).toEqual({ theme: 'dark' });

    const other = fakeScope({ url: `/callback?state=${state}` });
    expect(await takeSignIn({ provider: 'google' }, { locals: other.locals })).toBeUndefined();
  });

  it('reads the state of a form, and leaves the form to the endpoint', async () => {
    const first = fakeScope();
    const { state } = await beginSignIn({ data: { tries: 1 } }, { locals: first.locals });
    const request = new Request('http://localhost/code', { method: 'POST', body: new URLSearchParams({ state }) });
    const second = fakeScope({ request, cookies: first.nextCookies });
    expect(await takeSignIn({ locals: second.locals })).toMatchObject({ data: { tries: 1 } });
    expect((await request.formData()).get('state')).toBe(state);
    const late = fakeScope({ request, cookies: first.nextCookies });
    await expect(takeSignIn({ locals: late.locals })).rejects.toThrow('call it before');
  });
});
