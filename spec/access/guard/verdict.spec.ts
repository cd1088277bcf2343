import { describe, expect, it } from '@jest/globals';
import { asVerdict, NOTHING_ASKED } from '../../../lib/access/guard/verdict.js';
import { AccessDeniedError } from '../../../lib/errors/index.js';
import { navigation } from '../../support/guarded-request.js';
import { type GuardParts, guardWith } from '../../support/guards.js';
import { guest, member } from '../../support/visitors.js';

/** What a guard with these options looks at in a request, as `path: who`, and the codes of what it says. */
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
  it('has the path, the rule and what was missing', async () => {
    const protect = [{ pattern: '/admin/**', role: 'admin' }];
    expect(await watched({ protect }, '/admin', member())).toEqual({
      status: 302,
      views: ['/admin: /admin/** (role admin)'],
      verdicts: ['MISSING_ROLE'],
      missing: ['admin'],
    });
  });

  it('has every path that a request can be taken for', async () => {
    const { views } = await watched({ globalProtect: true, exclude: ['/open'] }, '/open', guest(), '/served');
    expect(views).toEqual(['/served: /** (signed in)', '/open: undefined']);
  });

  it('names the guard of a page, and what is asked where everything is protected', async () => {
    const own = await watched({ pages: { '/mine': { role: 'admin' } } }, '/mine');
    expect(own).toMatchObject({ views: ['/mine: role admin'], verdicts: ['NOT_SIGNED_IN'] });
    const every = await watched({ globalProtect: true }, '/any');
    expect(every.views).toEqual(['/any: /** (signed in)']);
    const login = await watched({ globalProtect: true }, '/login');
    expect(login).toMatchObject({ status: undefined, views: ['/login: loginPath'], verdicts: [] });
  });

  it('has what a rule would say that is tried out', async () => {
    const protect = [{ pattern: '/beta', role: 'staff', enforce: false }];
    const { status, verdicts } = await watched({ protect }, '/beta', member());
    expect({ status, verdicts }).toEqual({ status: undefined, verdicts: ['MISSING_ROLE'] });
  });

  it('has what code of a page says', async () => {
    const denied = new AccessDeniedError(403, false, 'not yours');
    const { rulings } = await guardWith([]).judgeDenied(denied, navigation('/page'), member());
    expect(rulings).toMatchObject([{ isGranted: false, reason: 'not yours', demand: undefined }]);
  });

  it('has a refusal of an address that cannot be read', async () => {
    const request = { ...navigation('/x'), pathname: `/${'%'}ff` };
    const { response, rulings } = await guardWith([{ pattern: '/x' }]).judge(request, guest);
    expect(response?.status).toBe(400);
    expect(rulings.map(({ code }) => code)).toEqual(['UNREADABLE_ADDRESS']);
  });

  it('is there at once, and asks for no visitor, where nothing is asked', () => {
    const nobody = () => {
      throw new Error('nobody is to be asked for');
    };
    expect(guardWith([]).judge(navigation('/a'), nobody)).toBe(NOTHING_ASKED);
    const elsewhere = guardWith([{ pattern: '/b' }]).judge(navigation('/a'), nobody);
    expect(elsewhere).toMatchObject({ response: undefined, decision: undefined, isPersonal: false });
  });

  it('is there at once where no check has to wait for anything', () => {
    const guard = guardWith([{ pattern: '/a', role: 'x' }, { pattern: '/b', allow: () => true }, { pattern: '/c' }]);
    for (const path of ['/a', '/b', '/c']) {
      expect(guard.judge(navigation(path), member)).toMatchObject({ views: [{ path }] });
      expect(guard.judge(navigation(path), guest)).toMatchObject({ views: [{ path }] });
    }
  });
});

describe("What a judge of somebody's own gives", () => {
  it('is taken when it is a verdict', () => {
    expect(asVerdict(NOTHING_ASKED)).toBe(NOTHING_ASKED);
    const refusing = { ...NOTHING_ASKED, response: new Response(null, { status: 451 }) };
    expect(asVerdict(refusing)).toBe(refusing);
  });

  it.each<[string, unknown]>([
    ['a response', new Response(null, { status: 451 })],
    ['nothing', undefined],
    ['null', null],
    ['yes', true],
    ['an object without anything', {}],
    ['a verdict without its answer', { ...NOTHING_ASKED, response: null }],
    ['a verdict that does not say for whom it is', { ...NOTHING_ASKED, isPersonal: undefined }],
  ])('lets nobody in when it is %s', (_, given) => {
    expect(() => asVerdict(given)).toThrow('judge() returned no Verdict');
  });
});
