import { describe, expect, it } from '@jest/globals';
import { ErrorPages } from '../../../lib/access/paths/special-paths.js';
import { hasPageAmong, LanguagePages } from '../../../lib/access/refusal/language-pages.js';
import { LoginPages } from '../../../lib/access/refusal/login-pages.js';
import { call, navigation } from '../../support/guarded-request.js';
import { guardWith } from '../../support/guards.js';
import { guest, member } from '../../support/visitors.js';

const BY_PATTERN = { '/admin/**': '/admin/login?staff', '/shop/*': '/shop/enter', '/**': '/login' };
const LANGUAGES = new LanguagePages(new ErrorPages(['en', 'de']), hasPageAmong(new Set(['/de/login', '/de/enter'])));

describe('The login page', () => {
  it.each([
    [undefined, '/account', '/login'],
    ['/enter', '/account', '/enter'],
    [BY_PATTERN, '/admin/users', '/admin/login?staff'],
    [BY_PATTERN, '/shop/cart', '/shop/enter'],
    [BY_PATTERN, '/account', '/login'],
    [{ '/admin/**': '/admin/login' }, '/account', '/login'],
  ])('of %j for %s is %s', (given, address, expected) => {
    expect(new LoginPages(given).for(address)).toBe(expected);
  });

  it('is taken in the language of the address', () => {
    const pages = new LoginPages({ '/{en,de}/admin/**': '/admin/login', '/**': '/login' }, LANGUAGES);
    expect(['/de/account', '/en/account', '/account', '/de/admin/x'].map((address) => pages.for(address))).toEqual([
      '/de/login',
      '/login',
      '/login',
      '/admin/login',
    ]);
  });

  it('is recognised, whichever it is', () => {
    const pages = new LoginPages(BY_PATTERN, LANGUAGES);
    const asked = [
      '/login',
      '/login/',
      '/admin/login',
      '/shop/enter',
      '/de/login',
      '/en/login',
      '/de/enter',
      '/enter',
      '/',
    ];
    expect(asked.filter((path) => pages.has(path))).toEqual([
      '/login',
      '/login/',
      '/admin/login',
      '/shop/enter',
      '/de/login',
    ]);
    expect(new LoginPages({ '/**': '/enter' }).has('/login')).toBe(false);
  });

  it('is that of the whole site for an address that takes too long to read', () => {
    expect(new LoginPages(BY_PATTERN).for('/a'.repeat(20_000))).toBe('/login');
  });

  it('is open, and is where each guest is sent', async () => {
    const guard = guardWith([{ pattern: '/**' }], { loginPath: BY_PATTERN, globalProtect: true });
    const locations = ['/admin/users?a=b', '/shop/cart', '/account'].map(async (address) =>
      (await guard.inspect(navigation(address), guest()))?.headers.get('location'),
    );
    expect(await Promise.all(locations)).toEqual([
      '/admin/login?staff&returnTo=%2Fadmin%2Fusers%3Fa%3Db',
      '/shop/enter?returnTo=%2Fshop%2Fcart',
      '/login?returnTo=%2Faccount',
    ]);
    for (const address of ['/admin/login', '/shop/enter', '/login']) {
      expect(await guard.inspect(navigation(address), guest())).toBeUndefined();
      expect((await guard.inspect(navigation(address), member()))?.headers.get('location')).toBe('/');
    }
  });

  it('is that of the page around the part that htmx fetches', async () => {
    const guard = guardWith([{ pattern: '/parts/**' }], { loginPath: BY_PATTERN });
    const asked = call('/parts/1', { client: 'htmx part', pageAround: '/admin/users' });
    const response = await guard.inspect(asked, guest());
    expect(response?.headers.get('hx-redirect')).toBe('/admin/login?staff&returnTo=%2Fadmin%2Fusers');
  });
});
