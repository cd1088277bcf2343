import { describe, expect, it } from '@jest/globals';
import type { AccessRuleOptions } from '../../../lib/access/access-rule.js';
import { missingPages, unrenderablePages } from '../../../lib/access/report/missing-pages.js';
import type { SiteDescription } from '../../../lib/access/report/site-description.js';
import { route, site } from '../../support/site-description.js';

type Described = Parameters<typeof site>[1];

const ACCOUNT = { pattern: '/account' };
const NO_LOGIN = 'loginPath leads to /login, where the site has no page';

function missingFrom(rules: readonly AccessRuleOptions[], more: Described = {}): string[] {
  return missingPages(site(rules, more));
}

describe('A page to which refused visitors are led', () => {
  it.each<[string, readonly AccessRuleOptions[], Described, string[]]>([
    ['the login page', [ACCOUNT], {}, [NO_LOGIN]],
    ['the login page, with globalProtect', [], { globalProtect: true }, [NO_LOGIN]],
    [
      'each login page',
      [ACCOUNT],
      { loginPaths: ['/login', '/staff/in?x=1'], routes: ['/login'] },
      ['loginPath leads to /staff/in, where the site has no page'],
    ],
    [
      'the page for refused users',
      [{ ...ACCOUNT, redirectTo: '/in' }],
      { routes: ['/in'], forbiddenPage: { path: '/no', isRendered: false } },
      ['forbiddenPath leads to /no, where the site has no page'],
    ],
    [
      "a rule's pages",
      [{ ...ACCOUNT, redirectTo: '/in', forbiddenPath: '/no' }],
      {},
      [
        'redirectTo of protect[0], /account (signed in), leads to /in, where the site has no page',
        'forbiddenPath of protect[0], /account (signed in), leads to /no, where the site has no page',
      ],
    ],
  ])('is missed: %s', (_, rules, more, expected) => {
    expect(missingFrom(rules, more)).toEqual(expected);
  });

  it.each<[string, readonly AccessRuleOptions[], Described]>([
    ['a page', [ACCOUNT], { routes: ['/login'] }],
    ['a redirect', [ACCOUNT], { routes: [route('/login', { kind: 'redirect' })] }],
    ['a page with parameters', [ACCOUNT], { routes: ['/[page]'] }],
    ['a file', [ACCOUNT], { publicFiles: [{ path: '/login/index.html', file: 'public/login/index.html' }] }],
    ['a page of another site', [{ ...ACCOUNT, redirectTo: 'https://sso.example/' }], {}],
    ['none, without rules', [], {}],
    ['none, for actions', [{ action: 'remove' }], {}],
    ['none, for islands', [{ island: 'Panel' }], {}],
    ['none, for a rule that only reports', [{ ...ACCOUNT, enforce: false }], {}],
    ['none, where nothing is refused', [ACCOUNT], { enforce: false }],
    ['none, for what everybody may see', [{ ...ACCOUNT, allow: () => true }], {}],
    ['none, for hidden pages', [{ ...ACCOUNT, status: 404 }], {}],
  ])('is not missed: %s', (_, rules, more) => {
    expect(missingFrom(rules, more)).toEqual([]);
  });

  it('is not found in an error page', () => {
    expect(missingFrom([ACCOUNT], { loginPaths: ['/404'], routes: ['/404'] })).toHaveLength(1);
  });

  it('cannot be rendered in the place of another when it is a file', () => {
    const rule: AccessRuleOptions = { ...ACCOUNT, forbiddenPath: { render: '/no' } };
    const described: SiteDescription = site([rule], {
      routes: [route('/no', { isPrerendered: true, file: 'src/pages/no.astro' })],
    });
    expect(unrenderablePages(described)).toEqual([
      'forbiddenPath of protect[0], /account (signed in), renders /no, which is prerendered, and so a file that cannot ' +
        'be rendered at another address: write export const prerender = false in src/pages/no.astro',
    ]);
    expect(unrenderablePages(site([{ ...rule, forbiddenPath: '/no' }], { routes: described.routes }))).toEqual([]);
    expect(unrenderablePages(site([rule], { routes: ['/no'] }))).toEqual([]);
  });
});
