import { describe, expect, it } from '@jest/globals';
import { checkOrigins } from '../../../lib/cli/doctor/check-origins.js';
import { briefly, healthy, settled, withSettings } from '../../support/doctor-facts.js';

const SITE = 'https://shop.example/';
const withDomains = (...allowedDomains: { hostname?: string; protocol?: string }[]) =>
  healthy({ config: settled({ site: SITE, allowedDomains }) });

describe('The check of origins', () => {
  it('finds that nobody checks them', () => {
    const config = settled({ checkOrigin: false });
    expect(briefly(checkOrigins(withSettings({ csrf: false }, { config })))).toEqual(['danger NOBODY_CHECKS_ORIGINS']);
    expect(checkOrigins(withSettings({ csrf: false }))).toEqual([]);
    expect(checkOrigins(withSettings({ csrf: { except: ['/hook'] } }, { config }))).toEqual([]);
  });

  it('advises to name a site that a proxy may stand before, and says what is refused otherwise', () => {
    const [finding, ...more] = checkOrigins(withDomains());
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ code: 'NO_ALLOWED_DOMAINS', level: 'advice', see: 'proxy' });
    expect(finding?.problem).toContain('"Cross-site POST form submissions are forbidden"');
    expect(finding?.problem).toContain('no Sec-Fetch-Site');
    expect(finding?.cure).toContain(`allowedDomains: [{ protocol: 'https', hostname: 'shop.example' }]`);
  });

  it('speaks only of what does refuse', () => {
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
    ['the site is named', settled({ site: SITE, allowedDomains: [{ hostname: 'shop.example' }] })],
    ['its sub-domains are', settled({ site: SITE, allowedDomains: [{ hostname: '**.shop.example' }] })],
    ['nothing is known of the config', undefined],
  ])('has nothing to say where %s', (_, config) => {
    expect(checkOrigins(healthy({ config }))).toEqual([]);
  });

  it.each([[{}], [{ protocol: 'https' }], [{ hostname: '' }], [{ hostname: '**.com' }], [{ hostname: '*.example' }]])(
    'finds that %j believes every host',
    (domain) => {
      expect(briefly(checkOrigins(withDomains({ hostname: 'shop.example' }, domain)))).toEqual([
        'danger WILD_ALLOWED_DOMAIN',
      ]);
    },
  );

  it.each(['**', '*', '*shop.example'])('finds that %s is no host for Astro, and so names none', (hostname) => {
    expect(briefly(checkOrigins(withDomains({ hostname })))).toEqual([
      'advice NO_ALLOWED_DOMAINS',
      'advice USELESS_ALLOWED_DOMAIN',
    ]);
  });
});
