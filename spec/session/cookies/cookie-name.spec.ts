import { describe, expect, it } from '@jest/globals';
import {
  besideSession,
  defaultCookieName,
  formerCookieNames,
  isHostCookie,
  withPrefix,
} from '../../../lib/session/cookies/cookie-name.js';

describe('The default name of the session cookie', () => {
  it('ends with the id of the application when there is one', () => {
    expect([defaultCookieName(undefined), defaultCookieName('k3x9q2')]).toEqual(['gatehouse', 'gatehouse-k3x9q2']);
  });

  it('has the strongest prefix that its attributes allow', () => {
    const host = { path: '/', sameSite: 'lax', secure: true, httpOnly: true } as const;
    const names = [host, { ...host, path: '/app' }, { ...host, secure: false }].map((place) =>
      withPrefix('sid', place),
    );
    expect(names).toEqual(['__Host-sid', '__Secure-sid', 'sid']);
    expect(names.map(isHostCookie)).toEqual([true, false, false]);
  });
});

describe('A cookie beside that of the session', () => {
  it.each([
    ['strict', 'lax'],
    ['lax', 'lax'],
    ['none', 'none'],
  ] as const)('of SameSite %s is %s, so that it is there when the visitor comes back', (sameSite, expected) => {
    expect(besideSession({ sameSite })).toBe(expected);
  });
});

describe('The former names of a session cookie', () => {
  it.each<[string, string, string, boolean, string[]]>([
    ['bound to its host', '__Host-gatehouse-k3x9q2', 'gatehouse-k3x9q2', true, ['__Host-gatehouse']],
    [
      'set for a domain',
      '__Secure-gatehouse-k3x9q2',
      'gatehouse-k3x9q2',
      true,
      ['__Secure-gatehouse', '__Host-gatehouse-k3x9q2', '__Host-gatehouse'],
    ],
    ['in development', 'gatehouse-k3x9q2', 'gatehouse-k3x9q2', true, ['gatehouse']],
    ['without an application id', '__Host-gatehouse', 'gatehouse', true, []],
    ['with a configured name', '__Host-sid', 'sid', false, []],
    ['with a configured name, set for a domain', '__Secure-sid', 'sid', false, ['__Host-sid']],
    ['with a configured name and prefix', '__Secure-sid', '__Secure-sid', false, []],
  ])('%s include none with a weaker prefix than the current name', (_, current, name, isDefault, former) => {
    expect(formerCookieNames(current, name, isDefault)).toEqual(former);
  });
});
