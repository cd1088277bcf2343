import { describe, expect, it } from '@jest/globals';
import { Inspection } from '../../lib/access/inspection.js';
import { AccessDeniedError } from '../../lib/errors.js';
import { navigation } from '../support/guarded-request.js';
import { type GuardParts, guardWith } from '../support/guards.js';
import { guest, member } from '../support/visitors.js';

/** What a guard with these options looks at in a request, as `path: who`, and the codes of what it says. */
async function watched(parts: GuardParts, path: string, visitor = guest(), routePattern = path) {
  const watch = new Inspection();
  const request = navigation(path, {
    routePattern,
    watch,
    onDecided: (decision, demand) => watch.decides(decision, demand),
  });
  const response = await guardWith(parts.protect ?? [], parts).inspect(request, visitor);
  return {
    status: response?.status,
    views: watch.views.map(({ path: view, demand }) => `${view}: ${demand}`),
    verdicts: watch.verdicts.map(({ code }) => code),
    missing: watch.verdicts.flatMap(({ missing }) => missing),
  };
}

describe('An inspection', () => {
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
    const watch = new Inspection();
    const request = navigation('/page', { watch, onDecided: (decision) => watch.decides(decision) });
    await guardWith([]).answer(new AccessDeniedError(403, false, 'not yours'), request, member());
    expect(watch.verdicts).toMatchObject([{ isGranted: false, reason: 'not yours', demand: undefined }]);
  });

  it('has a refusal of an address that cannot be read', async () => {
    const unreadable = `/${'%'}ff`;
    const watch = new Inspection();
    const request = { ...navigation('/x', { watch }), pathname: unreadable };
    const response = await guardWith([{ pattern: '/x' }]).inspect(request, guest());
    expect(response?.status).toBe(400);
    expect(watch.verdicts.map(({ code }) => code)).toEqual(['UNREADABLE_ADDRESS']);
  });
});
