import { describe, expect, it } from '@jest/globals';
import type { PageRuleOptions } from '../../../lib/access/access-rule.js';
import type { GuardedRequest } from '../../../lib/access/guard/guarded-request.js';
import { CLIENT_HEADERS } from '../../../lib/access/refusal/client.js';
import { call, navigation } from '../../support/guarded-request.js';
import { guardWith } from '../../support/guards.js';
import { guest, member } from '../../support/visitors.js';

const ADMIN_ONLY: PageRuleOptions = { pattern: '/admin/**', role: 'admin' };

describe('An answer to a refused visitor', () => {
  it.each([
    ['a guest who opens a page', navigation('/admin'), guest(), 302, '/login?returnTo=%2Fadmin'],
    ['a guest whose program calls it', call('/admin'), guest(), 401, null],
    ['a member who opens a page', navigation('/admin'), member(), 302, '/forbidden'],
    ['a member whose program calls it', call('/admin'), member(), 403, null],
  ])('depends on who asks: %s', async (_, request, visitor, status, location) => {
    const guard = guardWith([ADMIN_ONLY], { forbiddenPath: '/forbidden' });
    const response = await guard.inspect(request, visitor);
    expect([response?.status, response?.headers.get('location')]).toEqual([status, location]);
  });

  const PART: Partial<GuardedRequest> = { isNavigation: false, client: 'htmx part', pageAround: '/posts?page=2' };
  const BOOSTED: Partial<GuardedRequest> = { isNavigation: false, client: 'htmx page', pageAround: '/posts?page=2' };

  it.each<[string, Partial<GuardedRequest>, number, string | null]>([
    ['back to the page around a part', PART, 401, '/login?returnTo=%2Fposts%3Fpage%3D2'],
    ['to no page, when none is known', { ...PART, pageAround: undefined }, 401, '/login'],
    ['not back to the login page', { ...PART, pageAround: '/login/?x=1' }, 401, '/login'],
    ['back to the opened page', BOOSTED, 401, '/login?returnTo=%2Fadmin'],
    ['back to the page with the form', { ...BOOSTED, method: 'POST' }, 401, '/login?returnTo=%2Fposts%3Fpage%3D2'],
    [
      'back to the sent form',
      { ...BOOSTED, method: 'POST', formPage: '/admin?f' },
      401,
      '/login?returnTo=%2Fadmin%3Ff',
    ],
  ])('names for htmx the address to sign in at, and leads %s', async (_, parts, status, leadsTo) => {
    const response = await guardWith([ADMIN_ONLY]).inspect(navigation('/admin', parts), guest());
    expect([response?.status, response?.headers.get('hx-redirect')]).toEqual([status, leadsTo]);
    expect(response?.headers.get('location')).toBeNull();
    expect(await response?.json()).toMatchObject({ status, code: 'NOT_SIGNED_IN' });
  });

  it.each([
    ['leaves out a part of a page', PART, null],
    ['leads away from a whole page', BOOSTED, '/forbidden'],
  ])('to a member whose htmx asks %s', async (_, parts, leadsTo) => {
    const guard = guardWith([ADMIN_ONLY], { forbiddenPath: '/forbidden' });
    const response = await guard.inspect(navigation('/admin', parts), member());
    expect([response?.status, response?.headers.get('hx-redirect')]).toEqual([403, leadsTo]);
  });

  it('shows no login page to a member who opens an endpoint', async () => {
    const file = { isEndpoint: true } as const;
    const answers = [{}, { forbiddenPath: '/forbidden' }].map(async (options) => {
      const response = await guardWith([ADMIN_ONLY], options).inspect(navigation('/admin/bill.pdf', file), member());
      return [response?.status, response?.headers.get('location')];
    });
    expect(await Promise.all(answers)).toEqual([
      [403, null],
      [302, '/forbidden'],
    ]);
  });

  it('redirects no client in a circle', async () => {
    const guard = guardWith([{ ...ADMIN_ONLY, redirectTo: '/admin/no' }]);
    for (const parts of [BOOSTED, PART, {}]) {
      const response = await guard.inspect(navigation('/admin', parts), guest());
      expect([response?.status, response?.headers.get('hx-redirect')]).toEqual([401, null]);
    }
  });

  it('redirects what may be an old browser only where the rule says where to', async () => {
    const maybe = call('/admin', { client: 'old browser', isEndpoint: true });
    const answers = [ADMIN_ONLY, { ...ADMIN_ONLY, redirectTo: '/staff/login' }].map(async (rule) => {
      const response = await guardWith([rule]).inspect(maybe, guest());
      return [response?.status, response?.headers.get('location')];
    });
    expect(await Promise.all(answers)).toEqual([
      [401, null],
      [302, '/staff/login?returnTo=%2Fadmin'],
    ]);
  });

  it('names the headers on which it depends', async () => {
    for (const parts of [PART, BOOSTED, {}, { isNavigation: false }]) {
      const response = await guardWith([ADMIN_ONLY]).inspect(navigation('/admin', parts), guest());
      expect(response?.headers.get('vary')).toBe(`Cookie, ${CLIENT_HEADERS}`);
    }
  });
});
