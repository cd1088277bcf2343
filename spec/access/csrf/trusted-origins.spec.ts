import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TrustedOrigins, trustedOriginProblem } from '../../../lib/access/csrf/trusted-origins.js';

const APP = 'https://app.example.com';
const LISTED = [
  APP,
  'http://localhost:5173',
  'capacitor://localhost',
  'chrome-extension://abcdef',
  'https://[::1]:8443',
];
const trusted = new TrustedOrigins(LISTED);

describe('An origin', () => {
  it.each(LISTED)('may be listed as %s', (origin) => {
    expect(trustedOriginProblem(origin)).toBeUndefined();
  });

  it.each([
    ['https://app.example.com/', `must be an origin alone, as browsers send it: write "${APP}"`],
    ['https://app.example.com/login?a#b', `must be an origin alone, as browsers send it: write "${APP}"`],
    ['https://app.example.com:443', `must be an origin alone, as browsers send it: write "${APP}"`],
    ['HTTPS://App.Example.com', `must be an origin alone, as browsers send it: write "${APP}"`],
    [
      'https://b\u00fccher.example',
      'must be an origin alone, as browsers send it: write "https://xn--bcher-kva.example"',
    ],
    ['Capacitor://localhost/', 'must be an origin alone, as browsers send it: write "capacitor://localhost"'],
    ['null', 'is what browsers send for pages of anybody'],
    ['*', 'cannot have wildcards'],
    ['https://*.example.com', 'cannot have wildcards'],
    ['javascript://localhost', 'cannot have the scheme javascript'],
    ['file://localhost', 'cannot have the scheme file'],
    ['data://a', 'cannot have the scheme data'],
    ['wss://app.example.com', 'cannot have the scheme wss'],
    ['https://user@app.example.com', 'must be a scheme and a host'],
    ['https://user:secret@app.example.com', 'must be a scheme and a host'],
    ['app.example.com', 'must be a scheme and a host'],
    ['//app.example.com', 'must be a scheme and a host'],
    ['https:app.example.com', 'must be a scheme and a host'],
    ['https://', 'must be a scheme and a host'],
    ['https://a b', 'must be a scheme and a host'],
    ['https://a,https://b', 'must be a scheme and a host'],
    ['capacitor:', 'must be a scheme and a host'],
    ['blob:https://app.example.com', 'must be a scheme and a host'],
    ['', 'must be a scheme and a host'],
  ])('cannot be listed as "%s"', (origin, problem) => {
    expect(trustedOriginProblem(origin)).toContain(problem);
  });
});

describe('Trusted origins', () => {
  it.each(LISTED)('include %s, and its pages', (origin) => {
    expect(trusted.includes(origin)).toBe(true);
    for (const end of ['', '/', '/a/b?c=//evil.example#d', '?a', '#a']) {
      expect(trusted.includesPage(origin + end)).toBe(true);
    }
  });

  it.each([
    'null',
    '',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://app.example.com.evil.example',
    'https://evil.example/https://app.example.com',
    'https://app.example.com@evil.example',
    'https://evil@app.example.com',
    'https://example.com',
    'https://a.app.example.com',
    'https://app.example.com, https://evil.example',
    'https://app.example.com https://evil.example',
    'http://localhost',
    'http://localhost:51730',
    'capacitor://localhost.evil',
    'capacitor://LOCALHOST',
    'capacitor:localhost',
    'capacitors://localhost',
    'https:app.example.com',
    'https:///app.example.com',
  ])('do not include %s', (origin) => {
    expect([trusted.includes(origin), trusted.includesPage(origin), trusted.addressIn(origin)]).toEqual([
      false,
      false,
      undefined,
    ]);
  });

  it('include nothing but whole origins as such, and nothing when none is listed', () => {
    expect(trusted.includes(`${APP}/`)).toBe(false);
    expect(new TrustedOrigins().includesPage(APP)).toBe(false);
  });
});

describe('The address of a page of a trusted origin', () => {
  it.each([
    ['https://app.example.com', 'https://app.example.com/'],
    ['https://app.example.com/a?b=c#d', 'https://app.example.com/a?b=c#d'],
    ['HTTPS://App.Example.com:443/a', 'https://app.example.com/a'],
    ['https://app.example.com/\u7ba1\u7406', 'https://app.example.com/%E7%AE%A1%E7%90%86'],
    ['capacitor://localhost/a/../b?c', 'capacitor://localhost/b?c'],
    ['capacitor://localhost', 'capacitor://localhost'],
    ['http://localhost:5173/#/inbox', 'http://localhost:5173/#/inbox'],
  ])('is taken from "%s"', (text, address) => {
    expect(trusted.addressIn(text)).toBe(address);
    expect(trusted.addressIn(address)).toBe(address);
  });

  const backslash = String.fromCharCode(0x5c);
  it.each([
    undefined,
    null,
    [APP],
    { toString: () => APP },
    '/a',
    `${APP}${backslash}@evil.example`,
    `${APP}/${backslash}evil.example`,
    `https:${backslash}${backslash}app.example.com`,
    ` ${APP}`,
    `${APP}/a b`,
    `${APP}/\r\nSet-Cookie: a=b`,
    `${APP}/%0d%0aSet-Cookie:%20a=b`,
    `${APP}/%250d%250a`,
    `${APP}//evil.example`,
    `${APP}/%2f/evil.example`,
    `${APP}/${'a'.repeat(2048)}`,
    'https://app.example.com@evil.example/',
    'https://app.example.com:pass@evil.example/',
    'javascript:alert(1)//https://app.example.com',
    'javascript://app.example.com/%0aalert(1)',
    'data:text/html,https://app.example.com',
  ])('is not taken from %p', (text) => {
    expect(trusted.addressIn(text)).toBeUndefined();
  });

  it('is never on another origin, whatever was sent', () => {
    const parts = fc.constantFrom(
      ...['https:', 'capacitor:', 'javascript:', '/', '//', backslash, '@', ':', '?', '#', '%2f', '%00', '\t', ' '],
      ...['app.example.com', 'localhost', 'evil.example', '.', '..', ':443', '5173', ','],
    );
    const text = fc
      .tuple(fc.constantFrom('', ...LISTED), fc.array(parts, { maxLength: 8 }))
      .map(([start, rest]) => start + rest.join(''));
    fc.assert(
      fc.property(text, (sent) => {
        const address = trusted.addressIn(sent);
        if (address === undefined) return;
        const { protocol, host, username, password } = new URL(address);
        expect(LISTED).toContain(`${protocol}//${host}`);
        expect(username + password).toBe('');
      }),
      { numRuns: 2_000 },
    );
  });

  it('is not taken from what is no path of this site, when nothing is listed', () => {
    const cases: { value: string }[] = JSON.parse(
      readFileSync(join(import.meta.dirname, '../cases/return-to.json'), 'utf8'),
    );
    for (const { value } of cases) {
      expect({ value, address: new TrustedOrigins().addressIn(value) }).toEqual({ value, address: undefined });
      expect({ value, address: trusted.addressIn(value) }).toEqual({ value, address: undefined });
    }
  });
});
