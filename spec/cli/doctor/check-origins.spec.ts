import { describe, expect, it } from '@jest/globals';
import { checkOrigins } from '../../../lib/cli/doctor/check-origins.js';
import { briefly, healthy, settled, withSettings } from '../../support/doctor-facts.js';

const SITE = 'https://shop.example/';
const withDomains = (...allowedDomains: { hostname?: string; protocol?: string }[]) =>
  healthy({ config: settled({ site: SITE, allowedDomains }) });

describe('The check of origins', () => {
  it('reports that origins are not checked', () => {
    const config = settled({ checkOrigin: false });
    expect(briefly(checkOrigins(withSettings({ csrf: false }, { config })))).toEqual(['danger NOBODY_CHECKS_ORIGINS']);
    expect(checkOrigins(withSettings({ csrf: false }))).toEqual([]);
    expect(checkOrigins(withSettings({ csrf: { except: ['/hook'] } }, { config }))).toEqual([]);
  });

  it('reports trusted origins whose forms Astro refuses, and those without TLS', () => {
    const trusting = (trustedOrigins: string[], checkOrigin: boolean) =>
      briefly(checkOrigins(withSettings({ csrf: { trustedOrigins } }, { config: settled({ checkOrigin }) })));
    expect(trusting(['https://app.example'], true)).toEqual(['advice TRUSTED_ORIGINS_STOPPED']);
    expect(trusting(['https://app.example', 'capacitor://localhost'], false)).toEqual([]);
    expect(
      trusting(['http://localhost:5173', 'http://127.0.0.1', 'http://[::1]:1', 'http://a.localhost'], false),
    ).toEqual([]);
    expect(trusting(['http://app.example', 'http://localhost.example'], false)).toEqual([
      'danger TRUSTED_ORIGIN_WITHOUT_TLS',
      'danger TRUSTED_ORIGIN_WITHOUT_TLS',
    ]);
    expect(trusting([], true)).toEqual([]);
  });

  it('advises naming a site that may be behind a proxy, and states what is refused otherwise', () => {
    const [finding, ...more] = checkOrigins(withDomains());
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ code: 'NO_ALLOWED_DOMAINS', level: 'advice', see: 'proxy' });
    expect(finding?.problem).toContain('"Cross-site POST form submissions are forbidden"');
    expect(finding?.problem).toContain('no Sec-Fetch-Site');
    expect(finding?.cure).toContain(`allowedDomains: [{ protocol: 'https', hostname: 'shop.example' }]`);
  });

  it('mentions only the checks that are active', () => {
    const byCsrf = checkOrigins(healthy({ config: settled({ site: SITE, checkOrigin: false }) }));
    expect(byCsrf[0]?.problem).not.toContain('Cross-site POST');
    const byAstro = checkOrigins(withSettings({ csrf: false }, { config: settled({ site: SITE }) }));
    expect(byAstro[0]?.problem).not.toContain('Sec-Fetch-Site');
  });

  it.each([
    ['the site is not https', settled({ site: 'http://shop.example' })],
    ['the site has no name', settled()],
    ['there is no server', settled({ site: SITE, adapter: undefined })],
    ['the platform knows the address', settled({ site: SITE, adapter: '@astrojs/cloudflare' })],
    ['the site is listed', settled({ site: SITE, allowedDomains: [{ hostname: 'shop.example' }] })],
    ['its subdomains are listed', settled({ site: SITE, allowedDomains: [{ hostname: '**.shop.example' }] })],
    ['the config is unknown', undefined],
  ])('finds nothing where %s', (_, config) => {
    expect(checkOrigins(healthy({ config }))).toEqual([]);
  });

  it.each([[{}], [{ protocol: 'https' }], [{ hostname: '' }], [{ hostname: '**.com' }], [{ hostname: '*.example' }]])(
    'reports that %j accepts every host',
    (domain) => {
      expect(briefly(checkOrigins(withDomains({ hostname: 'shop.example' }, domain)))).toEqual([
        'danger WILD_ALLOWED_DOMAIN',
      ]);
    },
  );

  it.each(['**', '*', '*shop.example'])(
    'reports that Astro does not support the host %s, so that none is listed',
    (hostname) => {
      expect(briefly(checkOrigins(withDomains({ hostname })))).toEqual([
        'advice NO_ALLOWED_DOMAINS',
        'advice USELESS_ALLOWED_DOMAIN',
      ]);
    },
  );
});
