import { describe, expect, it } from '@jest/globals';
import { withOwnStatus } from '../../../lib/access/refusal/own-status.js';
import { AccessDeniedError } from '../../../lib/errors/index.js';
import { call, navigation } from '../../support/guarded-request.js';

const refused = (status: number) =>
  new AccessDeniedError(status, true, 'Only drafts', 'NOT_ALLOWED', [], 'invoice:edit');

describe('The answer for the status of a policy', () => {
  it('is the usual one for 401 and 403', () => {
    expect([401, 403].map((status) => withOwnStatus(refused(status), navigation('/invoices/1')))).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('is for 404 the one for a page, or an action, that does not exist', async () => {
    const page = withOwnStatus(refused(404), navigation('/invoices/1'));
    expect([page?.status, page?.body]).toEqual([404, null]);
    const action = { name: 'edit', calledFrom: 'rpc' } as const;
    const answer = withOwnStatus(refused(404), call('/_actions/edit', { action }));
    expect(await answer?.json()).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('shows the message: as text to a browser, as problem details to a program', async () => {
    const shown = withOwnStatus(refused(409), navigation('/invoices/1'));
    expect([shown?.status, await shown?.text()]).toEqual([409, 'Only drafts']);
    const told = withOwnStatus(refused(409), call('/api/invoices/1'));
    expect(await told?.json()).toMatchObject({
      title: 'Conflict',
      status: 409,
      detail: 'Only drafts',
      code: 'NOT_ALLOWED',
    });
    const rare = await withOwnStatus(refused(418), call('/api/invoices/1'))?.json();
    expect(rare).toMatchObject({ title: 'Refused', status: 418 });
  });
});
