import { describe, expect, it } from '@jest/globals';
import type { SettingsInForce } from '../../../lib/astro/report/build-channel.js';
import { checkCookie } from '../../../lib/cli/doctor/check-cookie.js';
import { briefly, healthy, settled, withSettings } from '../../support/doctor-facts.js';

type Cookie = NonNullable<SettingsInForce['session']>['cookie'];

function found(cookie: Cookie, csrf?: false): string[] {
  return briefly(checkCookie(withSettings({ session: { cookie }, ...(csrf === false && { csrf }) })));
}

describe('The check of the cookie', () => {
  it.each<[Cookie, string[]]>([
    [undefined, []],
    [{ name: 'shop', sameSite: 'strict' }, []],
    [{ secure: false }, ['danger COOKIE_NOT_SECURE']],
    [{ sameSite: 'none' }, ['advice COOKIE_FOR_OTHER_SITES']],
    [{ sameSite: 'none', partitioned: true }, []],
    [{ domain: 'shop.example' }, ['advice COOKIE_WITHOUT_HOST_PREFIX']],
    [{ path: '/shop' }, ['advice COOKIE_WITHOUT_HOST_PREFIX']],
    [{ name: '__Secure-shop' }, ['advice COOKIE_WITHOUT_HOST_PREFIX']],
    [{ name: '__Host-shop', path: '/shop' }, []],
  ])('reports for %j: %j', (cookie, expected) => {
    expect(found(cookie)).toEqual(expected);
  });

  it('reports a cookie for other sites as dangerous without CSRF protection', () => {
    expect(found({ sameSite: 'none' }, false)).toEqual(['danger COOKIE_FOR_OTHER_SITES']);
    expect(found({ sameSite: 'none', partitioned: true }, false)).toEqual(['danger COOKIE_FOR_OTHER_SITES']);
  });

  it('advises partitioned cookies for frames of other sites, unless they are', () => {
    const cure = (cookie: Cookie) =>
      checkCookie(withSettings({ session: { cookie }, csrf: false })).map((finding) => finding.cure)[0];
    expect(cure({ sameSite: 'none' })).toContain('add partitioned: true');
    expect(cure({ sameSite: 'none', partitioned: true })).not.toContain('partitioned');
  });

  it.each([
    [{ domain: 'shop.example' }, 'session.cookie.domain is shop.example'],
    [{ path: '/shop' }, 'session.cookie.path is /shop'],
    [{ name: '__Secure-shop' }, 'session.cookie.name is __Secure-shop'],
  ])('names for %j what prevents the __Host- prefix', (cookie, reason) => {
    const [finding] = checkCookie(withSettings({ session: { cookie } }));
    expect(finding?.problem.startsWith(`${reason}, so`)).toBe(true);
  });

  it.each([
    ['http://192.168.1.5:4321', undefined, ['danger COOKIE_NEEDS_TLS']],
    ['http://192.168.1.5:4321', { secure: false }, ['danger COOKIE_NOT_SECURE']],
    ['http://localhost:4321', undefined, []],
    ['https://shop.example', undefined, []],
    [undefined, undefined, []],
  ])('reports for a site at %s with %j: %j', (site, cookie, expected) => {
    const facts = withSettings({ session: { cookie } }, { config: settled({ site }) });
    expect(briefly(checkCookie(facts))).toEqual(expected);
  });

  it('finds nothing where there is no report', () => {
    expect(checkCookie(healthy({ build: undefined }))).toEqual([]);
  });
});
