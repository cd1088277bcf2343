import { describe, expect, it } from '@jest/globals';
import type { PageRuleOptions } from '../../../lib/access/access-rule.js';
import type { GuardOptions } from '../../../lib/access/guard/guard-config.js';
import type { GuardedRequest } from '../../../lib/access/guard/guarded-request.js';
import { forbiddenPage } from '../../../lib/access/refusal/forbidden-page.js';
import { pageInPlace } from '../../../lib/access/refusal/refusal.js';
import { navigation } from '../../support/guarded-request.js';
import { guardWith } from '../../support/guards.js';
import { guest, member } from '../../support/visitors.js';

const ADMIN_ONLY: PageRuleOptions = { pattern: '/admin/**', role: 'admin' };
const RENDERED = { render: '/no-entry' };

async function answerTo(
  rule: PageRuleOptions,
  options: GuardOptions = {},
  parts: Partial<GuardedRequest> = {},
  visitor = member(),
): Promise<string> {
  const response = await guardWith([rule], options).inspect(navigation('/admin/x?a=b', parts), visitor);
  const page = response && pageInPlace(response);
  const leadsTo = response?.headers.get('location') ?? response?.headers.get('hx-redirect');
  return `${response?.status}${page === undefined ? '' : ` renders ${page}`}${leadsTo ? ` ${leadsTo}` : ''}`;
}

describe('The page for refused users', () => {
  it('may be written in two ways', () => {
    expect(forbiddenPage('/no')).toEqual({ path: '/no', isRendered: false });
    expect(forbiddenPage(RENDERED)).toEqual({ path: '/no-entry', isRendered: true });
    expect(forbiddenPage(undefined)).toBeUndefined();
  });

  it.each<[string, PageRuleOptions, GuardOptions, string]>([
    ['that of the site', ADMIN_ONLY, { forbiddenPath: '/no' }, '302 /no'],
    ['that of the site, in place', ADMIN_ONLY, { forbiddenPath: RENDERED }, '403 renders /no-entry'],
    ['the redirect of the rule', { ...ADMIN_ONLY, redirectTo: '/plans' }, { forbiddenPath: RENDERED }, '302 /plans'],
    ['that of the rule', { ...ADMIN_ONLY, redirectTo: '/in', forbiddenPath: '/plans' }, {}, '302 /plans'],
    [
      'that of the rule, in place',
      { ...ADMIN_ONLY, forbiddenPath: RENDERED },
      { forbiddenPath: '/no' },
      '403 renders /no-entry',
    ],
  ])('is %s', async (_, rule, options, expected) => {
    expect(await answerTo(rule, options)).toBe(expected);
  });

  it('is not for guests, who are sent to sign in', async () => {
    const rule = { ...ADMIN_ONLY, redirectTo: '/in', forbiddenPath: RENDERED } as const;
    expect(await answerTo(rule, {}, {}, guest())).toBe('302 /in?returnTo=%2Fadmin%2Fx%3Fa%3Db');
    expect(await answerTo(ADMIN_ONLY, { forbiddenPath: RENDERED }, {}, guest())).toMatch(/^302 \/login/);
  });

  it.each<[string, Partial<GuardedRequest>, string]>([
    ['a program', { isNavigation: false }, '403'],
    ['a part of a page', { client: 'htmx part', pageAround: '/' }, '403'],
    ['a boosted link, which is opened again', { client: 'htmx page' }, '403 /admin/x?a=b'],
    ['a boosted form', { client: 'htmx page', method: 'POST' }, '403'],
    ['a form', { method: 'POST' }, '403 renders /no-entry'],
    ['an action', { method: 'POST', action: { name: 'a', calledFrom: 'rpc' } }, '403'],
  ])('is rendered for browsers alone, and not for %s', async (_, parts, expected) => {
    expect(await answerTo(ADMIN_ONLY, { forbiddenPath: RENDERED }, parts)).toBe(expected);
  });

  it('is a plain refusal until it is rendered', async () => {
    const response = await guardWith([ADMIN_ONLY], { forbiddenPath: RENDERED }).inspect(navigation('/admin'), member());
    expect(await response?.text()).toBe('Forbidden');
    expect(response?.headers.get('cache-control')).toBe('private, no-store');
  });

  it("is named with the site's base", async () => {
    const parts = { forbiddenPath: RENDERED, site: { base: '/app', trailingSlash: 'always' } };
    const response = await guardWith([ADMIN_ONLY], parts).inspect(navigation('/app/admin'), member());
    expect(response && pageInPlace(response)).toBe('/app/no-entry/');
  });
});
