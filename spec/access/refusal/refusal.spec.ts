import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { deniedResponse, plain, problem, redirectTo } from '../../../lib/access/refusal/refusal.js';
import { AccessDeniedError, GatehouseError, OutsideRequestError } from '../../../lib/errors/index.js';

describe('A refusal', () => {
  it.each([redirectTo('/login', 'GET'), problem(401), problem(400), plain(403)])(
    'is never cached (%#)',
    ({ headers }) => {
      expect(headers.get('cache-control')).toBe('private, no-store');
      expect(headers.get('vary')).toBe('Cookie');
    },
  );

  it.each([
    ['GET', 302],
    ['HEAD', 302],
    ['POST', 303],
    ['DELETE', 303],
  ])('redirects a %s request with %i', (method, status) => {
    const response = redirectTo('/login', method);
    expect([response.status, response.headers.get('location')]).toEqual([status, '/login']);
  });

  it('redirects to URLs in any script, percent-encoded', () => {
    expect(redirectTo('/ログイン?a=é', 'GET').headers.get('location')).toBe(
      '/%E3%83%AD%E3%82%B0%E3%82%A4%E3%83%B3?a=%C3%A9',
    );
  });

  it.each([
    [400, 'Bad Request'],
    [401, 'Unauthorized'],
    [403, 'Forbidden'],
  ] as const)('answers a program with a problem document: %i', async (status, title) => {
    const response = problem(status, { code: 'MISSING_ROLE', reason: 'needs role a or b', missing: ['a', 'b'] });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title,
      status,
      detail: 'needs role a or b',
      code: 'MISSING_ROLE',
      missing: ['a', 'b'],
    });
  });

  it('omits "missing" when nothing is missing', async () => {
    const details = await problem(403, { code: 'NOT_ALLOWED', reason: 'allow() refused', missing: [] }).json();
    expect(Object.keys(details)).toEqual(['type', 'title', 'status', 'detail', 'code']);
  });

  it('has no code when nothing was decided', async () => {
    expect(await problem(400).json()).toEqual({ type: 'about:blank', title: 'Bad Request', status: 400 });
  });

  it('answers a browser that cannot be redirected with plain text', async () => {
    const response = plain(403);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      403,
      'text/plain; charset=utf-8',
      'Forbidden',
    ]);
  });
});

const thrown = () => deniedResponse(new AccessDeniedError(401, false, 'nobody is signed in'));

describe('A refusal thrown as a response', () => {
  it('is a Response that can be returned', async () => {
    const response = thrown();
    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.headers.get('content-type')]).toEqual([401, 'application/problem+json']);
    expect(await response.json()).toMatchObject({ status: 401, code: 'NOT_SIGNED_IN' });
  });

  it('is an instance of the error classes it represents, and of no others', () => {
    const response: unknown = thrown();
    expect(response instanceof AccessDeniedError).toBe(true);
    expect(response instanceof GatehouseError).toBe(true);
    expect(response instanceof OutsideRequestError).toBe(false);
    expect(new Response() instanceof GatehouseError).toBe(false);
  });

  it('has the properties of the error', () => {
    const error = new AccessDeniedError(403, true, 'needs role admin', 'MISSING_ROLE', ['admin']);
    const { status, code, name, message, stack, mayRedirect, reason, denial, missing } = error;
    const said = { status, code, name, message, stack, mayRedirect, reason, denial, missing };
    expect(deniedResponse(error)).toMatchObject(said);
    expect(inspect(deniedResponse(error))).toContain('needs role admin');
  });
});
