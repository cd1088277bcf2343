import { describe, expect, it } from '@jest/globals';
import { openingOf } from '../../../lib/access/pages/page-opening.js';
import { call } from '../../support/guarded-request.js';

describe('The request for a page that an island or an action belongs to', () => {
  it('opens that page, for the visitor of the island or the action', () => {
    const url = new URL('http://site.example/org/acme?tab=1');
    const page = { url, routePattern: '/org/[slug]', params: { slug: 'acme' }, isClaimed: true };
    const headers = new Headers({ 'x-a': 'b' });
    const by = call('/_actions/edit', {
      method: 'POST',
      signedInFor: 5,
      sessionHash: 'abc',
      headers,
      clientAddress: '::1',
    });
    expect(openingOf(page, by)).toMatchObject({
      ...{ method: 'GET', url, pathname: '/org/acme', search: '?tab=1', page, isNavigation: true },
      ...{ routePattern: '/org/[slug]', params: { slug: 'acme' } },
      ...{ signedInFor: 5, sessionHash: 'abc', headers, clientAddress: '::1' },
    });
    expect(openingOf(page, by).action).toBeUndefined();
  });
});
