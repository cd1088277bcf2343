import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { deniedResponse } from '../../lib/access/denied-response.js';
import { AccessDeniedError, GatehouseError, OutsideRequestError } from '../../lib/errors.js';

const thrown = () => deniedResponse(new AccessDeniedError(401, false, 'nobody is signed in'));

describe('A refusal that is thrown as an answer', () => {
  it('is an answer that can be returned', async () => {
    const response = thrown();
    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.headers.get('content-type')]).toEqual([401, 'application/problem+json']);
    expect(await response.json()).toMatchObject({ status: 401, code: 'NOT_SIGNED_IN' });
  });

  it('is the error to whoever looks for one, and no other', () => {
    const response: unknown = thrown();
    expect(response instanceof AccessDeniedError).toBe(true);
    expect(response instanceof GatehouseError).toBe(true);
    expect(response instanceof OutsideRequestError).toBe(false);
    expect(new Response() instanceof GatehouseError).toBe(false);
  });

  it('says what the error says', () => {
    const error = new AccessDeniedError(403, true, 'needs role admin', 'MISSING_ROLE', ['admin']);
    const { status, code, name, message, stack, mayRedirect, reason, denial, missing } = error;
    const said = { status, code, name, message, stack, mayRedirect, reason, denial, missing };
    expect(deniedResponse(error)).toMatchObject(said);
    expect(inspect(deniedResponse(error))).toContain('needs role admin');
  });
});
