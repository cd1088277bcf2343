import { describe, expect, it } from '@jest/globals';
import { AccessRule, type AccessRuleOptions } from '../../../lib/access/access-rule.js';
import { CsrfConfig } from '../../../lib/access/csrf/csrf-config.js';
import { CsrfGuard } from '../../../lib/access/csrf/csrf-guard.js';
import { CsrfTokens } from '../../../lib/access/csrf/csrf-tokens.js';
import { emitDenied, emitDeniedError, pathAskedFor } from '../../../lib/access/guard/access-events.js';
import type { GuardedRequest } from '../../../lib/access/guard/guarded-request.js';
import type { Guard } from '../../../lib/access/guard/page-guard.js';
import type { Visitor } from '../../../lib/access/visitor.js';
import { AccessDeniedError } from '../../../lib/errors/index.js';
import { Secrets } from '../../../lib/session/cookies/secrets.js';
import { MadeClasses } from '../../../lib/session/made-classes.js';
import { shortHash } from '../../../lib/session/security-events.js';
import { call, navigation } from '../../support/guarded-request.js';
import { type GuardParts, guardWith, RememberingLog } from '../../support/guards.js';
import { RememberingEvents } from '../../support/remembering-events.js';
import { sessionOf } from '../../support/sessions.js';
import { admin, guest, member } from '../../support/visitors.js';

const RULES = [{ pattern: '/admin/**', role: 'admin' }];

const unreadable = { ...navigation('/page'), pathname: '/%ff' };

/** Returns the events that are emitted when a visitor asks for a page. */
async function toldOf(request: GuardedRequest, visitor: Visitor, parts: GuardParts = {}, rules = RULES) {
  const events = new RememberingEvents();
  await guardWith(rules, { ...parts, events }).inspect(request, visitor);
  return events.take();
}

describe('A refusal event', () => {
  it('names the user, the path and the rule', async () => {
    const request = navigation('/admin/users?token=secret', { sessionHash: 'abc' });
    expect(await toldOf(request, member())).toEqual([
      {
        name: 'access.denied',
        method: 'GET',
        path: '/admin/users',
        code: 'MISSING_ROLE',
        reason: expect.any(String),
        rule: '/admin/** (role admin)',
        session: 'abc',
        userId: member().id,
        via: 'session',
      },
    ]);
  });

  it.each<[string, Guard, string]>([
    ['its requirement', { role: 'admin' }, 'guard of /reports/[year] (role admin)'],
    ['the methods', { role: 'admin', methods: ['GET'] }, 'guard of /reports/[year] (GET role admin)'],
    [
      'the first requirement of a list',
      [{ role: 'admin' }, { role: 'owner' }],
      'guard of /reports/[year] (role admin)',
    ],
  ])("names a page's guard by its route, and not by a pattern, with %s", async (_, guard, rule) => {
    const pages = { '/reports/[year]': guard };
    const request = navigation('/reports/2024', { routePattern: '/reports/[year]' });
    expect(await toldOf(request, member(), { pages }, [])).toMatchObject([{ code: 'MISSING_ROLE', rule }]);
  });

  it("names a page's guard also with an own class of rules, whatever its constructor passes on", async () => {
    class OwnRule extends AccessRule {
      constructor(options: AccessRuleOptions) {
        super(options);
        if (this.role === 'frozen') Object.freeze(this);
      }
    }
    const made = new MadeClasses(new Map([[AccessRule, OwnRule]]));
    const ruleFor = async (role: string) => {
      const [event] = await toldOf(navigation('/reports'), member(), { made, pages: { '/reports': { role } } }, []);
      return event?.rule;
    };
    expect(await ruleFor('admin')).toBe('guard of /reports (role admin)');
    expect(await ruleFor('frozen')).toBe('/** (role frozen)');
  });

  it.each<[string, GuardedRequest, () => Visitor, GuardParts, number]>([
    ['a guest', call('/admin'), guest, {}, 1],
    ['a guest whom globalProtect refuses', navigation('/page'), guest, { globalProtect: true }, 1],
    ['a user on a page for guests', navigation('/welcome'), member, { pages: { '/welcome': 'guest' } }, 1],
    ['a user who is admitted', navigation('/admin'), admin, {}, 0],
    ['a guest who is admitted by enforce: false', navigation('/admin'), guest, { enforce: false }, 0],
    ['a visitor who is unknown during an outage', navigation('/admin', { isVisitorUnknown: true }), guest, {}, 0],
    ['a request with an unreadable address', unreadable, guest, {}, 1],
  ])('is emitted as often as there is a refusal: %s', async (_, request, visitor, parts, times) => {
    expect(await toldOf(request, visitor(), parts)).toHaveLength(times);
  });

  it('has a code of its own for an unreadable address', async () => {
    const [event] = await toldOf(unreadable, guest());
    expect(event).toMatchObject({ name: 'access.denied', code: 'UNREADABLE_ADDRESS', path: '/%ff' });
  });

  it('contains the path that was requested, escaped to stay on one line', () => {
    const events = new RememberingEvents();
    const path = '/admin\r\nlogin eve\u2028';
    const request = navigation('/inner', { originalPathname: path });
    expect(pathAskedFor({ ...request, originalPathname: undefined, pathname: '/a\nb' })).toBe(encodeURI('/a\nb'));
    emitDenied(events, request, guest(), { code: 'NOT_SIGNED_IN', reason: 'a\nb' });
    expect(events.take()).toMatchObject([{ path: encodeURI(path), reason: 'a%0Ab' }]);
  });

  it('is emitted once for a refusal by application code', async () => {
    const events = new RememberingEvents();
    const guard = guardWith([], { events });
    const error = new AccessDeniedError(403, true, 'not yours', 'MISSING_ROLE');
    emitDeniedError(events, undefined, member(), error);
    await guard.judgeDenied(error, navigation('/page'), member());
    const denial = {
      name: 'access.denied',
      code: 'MISSING_ROLE',
      reason: 'not yours',
      userId: member().id,
      via: 'session',
    };
    expect(events.take()).toEqual([denial]);
    await guard.judgeDenied(new AccessDeniedError(403, true, 'not yours'), navigation('/page'), member());
    expect(events.take()).toMatchObject([{ path: '/page', code: 'NOT_ALLOWED' }]);
  });
});

describe('The event for a cross-site request', () => {
  it('contains the headers of the request, on one line of limited length', async () => {
    const events = new RememberingEvents();
    const tokens = new CsrfTokens(new Secrets(['k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa']));
    const guard = new CsrfGuard(new CsrfConfig(), tokens, new RememberingLog(), events);
    const session = sessionOf({ userId: 'ada', cart: 'tea' });
    const sent = async (headers: Record<string, string>) => {
      const sentTo = new URL('http://site.example');
      const request = { ...call('/pay?amount=1', { method: 'POST' }), sentTo, sentMethod: 'POST' };
      const copy = () => new Request(sentTo);
      await guard.inspect({ ...request, headers: new Headers(headers), copy }, session);
      return events.take();
    };
    expect(await sent({ Origin: 'https://evil.example' })).toEqual([
      {
        name: 'csrf.refused',
        method: 'POST',
        path: '/pay',
        code: 'CSRF_REFUSED',
        reason: expect.stringContaining('https://evil.example'),
        session: shortHash(session.id),
        userId: 'ada',
        via: 'session',
      },
    ]);
    const [{ reason } = {}] = await sent({ Origin: `\u0085${'x'.repeat(5000)}` });
    expect(reason).toMatch(/^[^\p{Cc}]{1,600}$/u);
    expect(await sent({ Origin: 'http://site.example' })).toEqual([]);
  });
});
