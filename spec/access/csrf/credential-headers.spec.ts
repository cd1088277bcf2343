import { describe, expect, it } from '@jest/globals';
import { CredentialHeaders, credentialHeaderProblem } from '../../../lib/access/csrf/credential-headers.js';

const OWN = ['__Host-gatehouse-a1b2c3', 'gatehouse'];
const excused = (
  headers: Record<string, string>,
  comesFromHere = false,
  names: readonly string[] | false = ['X-API-Key'],
) => new CredentialHeaders(names, OWN).excuse(new Headers(headers), comesFromHere);
const BEARER = { authorization: 'Bearer abc' };

describe('Credentials that no browser adds by itself', () => {
  it.each([
    'Bearer abc',
    'bearer abc',
    'DPoP abc',
    'Token token="abc", id="1"',
    'AWS4-HMAC-SHA256 Credential=a, Signature=b',
  ])('excuse a request from the check of its origin: %s', (authorization) => {
    expect(excused({ authorization })).toBe(true);
  });

  it.each([
    'Basic YTpi',
    'basic YTpi',
    'BASIC YTpi',
    'Digest username="a", uri="/"',
    'Negotiate YII=',
    'NTLM TlRM',
    'PrivateToken token="abc"',
    'SCRAM-SHA-256 data="abc"',
    'Basic YTpi, Bearer abc',
    'Bearer abc, Basic YTpi',
    'Bearer abc,Negotiate YII=',
    'Bearer',
    'Bearer ',
    'abc',
    '',
    '@ abc',
  ])('are not these: %j', (authorization) => {
    expect(excused({ authorization })).toBe(false);
    expect(excused({ authorization, 'x-api-key': '' })).toBe(false);
  });

  it('may be in a header that is named', () => {
    expect(excused({ 'x-api-key': 'abc' })).toBe(true);
    expect(excused({ 'x-api-key': 'abc' }, false, [])).toBe(false);
    expect(excused({ 'x-api-key': 'abc', authorization: 'Basic YTpi' })).toBe(false);
    expect(excused({ ...BEARER, 'x-api-key': 'abc' }, false, false)).toBe(false);
  });

  it.each([
    'gatehouse=x',
    'theme=dark; gatehouse-a1b2c3=x',
    '__Host-gatehouse-a1b2c3=x',
    '__Secure-gatehouse-a1b2c3=x',
    '__host-GATEHOUSE-a1b2c3=x',
    'gatehouse-a1b2c3.1=x',
    'gatehouse-a1b2c3~guest=x',
    '__Host-gatehouse-a1b2c3-sign-in~a=x',
    'gatehouse-view-as=x',
    'theme=dark;gatehouse=',
    'theme=dark, gatehouse=x',
    '  gatehouse = x',
    'gatehouse',
  ])('excuse no request with a cookie of this application: %j', (cookie) => {
    expect(excused({ ...BEARER, cookie })).toBe(false);
    expect(excused({ ...BEARER, cookie }, true)).toBe(false);
  });

  it('excuse a request with other cookies, unless another site may have caused it', () => {
    const cookie = 'theme=dark; my-gatehouse=x';
    expect(excused({ ...BEARER, cookie })).toBe(true);
    expect(excused({ ...BEARER, cookie, 'sec-fetch-site': 'same-origin' }, true)).toBe(true);
    for (const name of ['sec-fetch-site', 'origin', 'referer']) {
      expect(excused({ ...BEARER, cookie, [name]: 'https://evil.example' })).toBe(false);
    }
    expect(excused({ ...BEARER, origin: 'https://app.example', 'sec-fetch-mode': 'cors' })).toBe(true);
  });

  it.each(['navigate', 'no-cors', 'websocket'])('are not believed where no page can send them: %s', (mode) => {
    expect(excused({ ...BEARER, 'sec-fetch-mode': mode, 'sec-fetch-site': 'cross-site' })).toBe(false);
  });

  it('take every cookie for one of this application while nobody names those', () => {
    const headers = new Headers({ ...BEARER, cookie: 'theme=dark' });
    expect(new CredentialHeaders().excuse(headers, true)).toBe(false);
    expect(new CredentialHeaders().excuse(new Headers(BEARER), false)).toBe(true);
  });

  it.each(['X-API-Key', 'x-signature', 'Api_Key'])('may be named: %s', (name) => {
    expect(credentialHeaderProblem(name)).toBeUndefined();
  });

  it.each([
    ['X API Key', 'is no name of a header'],
    ['', 'is no name of a header'],
    ['authorization', 'is considered already'],
    ...[
      'Accept',
      'Content-Type',
      'cookie',
      'Sec-Fetch-Site',
      'X-Requested-With',
      'Range',
      'Last-Event-ID',
      'Save-Data',
      'X-Session-Quiet',
    ].map((name) => [name, 'proves nothing']),
    ...['X-Forwarded-User', 'X-Auth-Request-Email', 'Cf-Access-Jwt-Assertion', 'X-Amzn-Oidc-Data'].map((name) => [
      name,
      'proves nothing',
    ]),
  ])('cannot be named where they prove nothing: %j', (name = '', problem = '') => {
    expect(credentialHeaderProblem(name)).toContain(problem);
  });
});
