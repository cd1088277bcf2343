import { describe, expect, it } from '@jest/globals';
import {
  defaultCookieName,
  formerCookieNames,
  isHostCookie,
  withPrefix,
} from '../../../lib/session/cookies/cookie-name.js';

describe('The name that the cookie of a session has by itself', () => {
  it('has behind it what tells the application from others', () => {
    expect([defaultCookieName(undefined), defaultCookieName('k3x9q2')]).toEqual(['gatehouse', 'gatehouse-k3x9q2']);
  });

  it('has the strongest prefix that its place allows', () => {
    const host = { path: '/', sameSite: 'lax', secure: true, httpOnly: true } as const;
    const names = [host, { ...host, path: '/app' }, { ...host, secure: false }].map((place) =>
      withPrefix('sid', place),
    );
    expect(names).toEqual(['__Host-sid', '__Secure-sid', 'sid']);
    expect(names.map(isHostCookie)).toEqual([true, false, false]);
  });
});

describe('The names of before', () => {
  it.each<[string, string, string, boolean, string[]]>([
    ['of a host', '__Host-gatehouse-k3x9q2', 'gatehouse-k3x9q2', true, ['__Host-gatehouse']],
    [
      'of a domain',
      '__Secure-gatehouse-k3x9q2',
      'gatehouse-k3x9q2',
      true,
      ['__Secure-gatehouse', '__Host-gatehouse-k3x9q2', '__Host-gatehouse'],
    ],
    ['in development', 'gatehouse-k3x9q2', 'gatehouse-k3x9q2', true, ['gatehouse']],
    ['where nothing tells the application from others', '__Host-gatehouse', 'gatehouse', true, []],
    ['of one’s own', '__Host-sid', 'sid', false, []],
    ['of one’s own, of a domain', '__Secure-sid', 'sid', false, ['__Host-sid']],
    ['of one’s own, with its prefix', '__Secure-sid', '__Secure-sid', false, []],
  ])('%s are none that more can set than today’s', (_, current, name, isDefault, former) => {
    expect(formerCookieNames(current, name, isDefault)).toEqual(former);
  });
});
