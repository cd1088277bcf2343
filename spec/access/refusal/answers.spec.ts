import { describe, expect, it } from '@jest/globals';
import type { PageRuleOptions } from '../../../lib/access/access-rule.js';
import { call, navigation } from '../../support/guarded-request.js';
import { guardWith } from '../../support/guards.js';
import { guest, member } from '../../support/visitors.js';

const ADMIN_ONLY: PageRuleOptions = { pattern: '/admin/**', role: 'admin' };

describe('An answer to a refused visitor', () => {
  it.each([
    ['a guest who opens a page', navigation('/admin'), guest(), 302, '/login?returnTo=%2Fadmin'],
    ['a guest whose program calls it', call('/admin'), guest(), 401, null],
    ['a member who opens a page', navigation('/admin'), member(), 302, '/forbidden'],
    ['a member whose program calls it', call('/admin'), member(), 403, null],
  ])('depends on who asks: %s', async (_, request, visitor, status, location) => {
    const guard = guardWith([ADMIN_ONLY], { forbiddenPath: '/forbidden' });
    const response = await guard.inspect(request, visitor);
    expect([response?.status, response?.headers.get('location')]).toEqual([status, location]);
  });
});
