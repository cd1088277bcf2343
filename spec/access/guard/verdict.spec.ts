import { describe, expect, it } from '@jest/globals';
import { asVerdict, NOTHING_ASKED } from '../../../lib/access/guard/verdict.js';
import { AccessDeniedError } from '../../../lib/errors/index.js';
import { navigation } from '../../support/guarded-request.js';
import { type GuardParts, guardWith } from '../../support/guards.js';
import { guest, member } from '../../support/visitors.js';

/** Summarises the views of a guard with these options, as `path: demand`, and the codes of its rulings. */
async function watched(parts: GuardParts, path: string, visitor = guest(), routePattern = path) {
  const guard = guardWith(parts.protect ?? [], parts);
  const { response, views, rulings } = await guard.judge(navigation(path, { routePattern }), () => visitor);
  return {
    status: response?.status,
    views: views.map(({ path: view, demand }) => `${view}: ${demand}`),
    verdicts: rulings.map(({ code }) => code),
    missing: rulings.flatMap(({ missing }) => missing),
  };
}

describe('A verdict', () => {
  it('contains the path, the rule and what was missing', async () => {
    const protect = [{ pattern: '/admin/**', role: 'admin' }];
    expect(await watched({ protect }, '/admin', member())).toEqual({
      status: 302,
      views: ['/admin: /admin/** (role admin)'],
      verdicts: ['MISSING_ROLE'],
      missing: ['admin'],
    });
  });

  it('contains every path that the request can be matched by', async () => {
    const { views } = await watched({ globalProtect: true, exclude: ['/open'] }, '/open', guest(), '/served');
    expect(views).toEqual(['/served: /** (signed in)', '/open: undefined']);
  });

  it('names the guard of a page, or the demand of globalProtect', async () => {
    const own = await watched({ pages: { '/mine': { role: 'admin' } } }, '/mine');
    expect(own).toMatchObject({ views: ['/mine: role admin'], verdicts: ['NOT_SIGNED_IN'] });
    const every = await watched({ globalProtect: true }, '/any');
    expect(every.views).toEqual(['/any: /** (signed in)']);
    const login = await watched({ globalProtect: true }, '/login');
    expect(login).toMatchObject({ status: undefined, views: ['/login: loginPath'], verdicts: [] });
  });

  it('contains the ruling of a rule with enforce: false', async () => {
    const protect = [{ pattern: '/beta', role: 'staff', enforce: false }];
    const { status, verdicts } = await watched({ protect }, '/beta', member());
    expect({ status, verdicts }).toEqual({ status: undefined, verdicts: ['MISSING_ROLE'] });
  });

  it('contains a refusal by the code of a page', async () => {
    const denied = new AccessDeniedError(403, false, 'not yours');
    const { rulings } = await guardWith([]).judgeDenied(denied, navigation('/page'), member());
    expect(rulings).toMatchObject([{ isGranted: false, reason: 'not yours', demand: undefined }]);
  });

  it('contains a refusal of an unreadable address', async () => {
    const request = { ...navigation('/x'), pathname: `/${'%'}ff` };
    const { response, rulings } = await guardWith([{ pattern: '/x' }]).judge(request, guest);
    expect(response?.status).toBe(400);
    expect(rulings.map(({ code }) => code)).toEqual(['UNREADABLE_ADDRESS']);
  });

  it('is returned synchronously without resolving the visitor where no rule applies', () => {
    const nobody = () => {
      throw new Error('nobody is to be asked for');
    };
    expect(guardWith([]).judge(navigation('/a'), nobody)).toBe(NOTHING_ASKED);
    const elsewhere = guardWith([{ pattern: '/b' }]).judge(navigation('/a'), nobody);
    expect(elsewhere).toMatchObject({ response: undefined, decision: undefined, isPersonal: false });
  });

  it('is returned synchronously where no check is asynchronous', () => {
    const guard = guardWith([{ pattern: '/a', role: 'x' }, { pattern: '/b', allow: () => true }, { pattern: '/c' }]);
    for (const path of ['/a', '/b', '/c']) {
      expect(guard.judge(navigation(path), member)).toMatchObject({ views: [{ path }] });
      expect(guard.judge(navigation(path), guest)).toMatchObject({ views: [{ path }] });
    }
  });
});

describe('The return value of a custom judge()', () => {
  it('is accepted when it is a verdict', () => {
    expect(asVerdict(NOTHING_ASKED)).toBe(NOTHING_ASKED);
    const refusing = { ...NOTHING_ASKED, response: new Response(null, { status: 451 }) };
    expect(asVerdict(refusing)).toBe(refusing);
  });

  it.each<[string, unknown]>([
    ['a response', new Response(null, { status: 451 })],
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['an empty object', {}],
    ['a verdict whose response is null', { ...NOTHING_ASKED, response: null }],
    ['a verdict without isPersonal', { ...NOTHING_ASKED, isPersonal: undefined }],
  ])('is rejected when it is %s', (_, given) => {
    expect(() => asVerdict(given)).toThrow('judge() returned no Verdict');
  });
});
