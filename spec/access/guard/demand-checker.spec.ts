import { describe, expect, it } from '@jest/globals';
import { AccessChecker } from '../../../lib/access/access-checker.js';
import { AccessConfig } from '../../../lib/access/access-options.js';
import { AccessRule } from '../../../lib/access/access-rule.js';
import { DemandChecker } from '../../../lib/access/guard/demand-checker.js';
import { type Guard, PageGuard } from '../../../lib/access/guard/page-guard.js';
import type { Visitor } from '../../../lib/access/visitor.js';
import { navigation } from '../../support/guarded-request.js';
import { RememberingLog } from '../../support/guards.js';
import { admin, guest, member } from '../../support/visitors.js';

const log = new RememberingLog();
const checker = new DemandChecker(new AccessChecker(new AccessConfig()), log);

describe('A decision of the demand checker', () => {
  it('comes from the access checker and names its rule', async () => {
    const rule = new AccessRule({ pattern: '/a', role: 'admin' });
    expect(await checker.decide(rule, admin(), navigation('/a'))).toMatchObject({ isGranted: true, rule });
    expect(await checker.decide(rule, member(), navigation('/a'))).toMatchObject({ code: 'MISSING_ROLE', rule });
  });

  it.each<[Guard, Visitor, string]>([
    ['guest', guest(), 'GRANTED'],
    ['guest', member(), 'FOR_GUESTS_ONLY'],
    [[{ role: 'x' }, { role: 'admin' }], admin(), 'GRANTED'],
    [[{ role: 'x' }, { role: 'y' }], admin(), 'MISSING_ROLE'],
  ])('combines the entries of a page guard: %j (%#)', async (guard, visitor, code) => {
    expect(await checker.decide(new PageGuard(guard), visitor, navigation('/a'))).toMatchObject({ code });
  });

  it('is a refusal where the check throws, and the error is logged', async () => {
    const failure = new Error('no database');
    const rule = new AccessRule({ pattern: '/a', allow: () => Promise.reject(failure) });
    expect(await checker.decide(rule, member(), navigation('/a'))).toMatchObject({ code: 'CHECK_FAILED' });
    expect(log.failures).toEqual([{ line: expect.stringContaining('/a (allow())'), error: failure }]);
  });

  it('is logged on one line, whatever the path contains', () => {
    const rule = new AccessRule({ pattern: '/**' });
    const request = navigation('/a', { pathname: '/a\nb' });
    checker.logDecision(request, rule, checker.decision(true, 'GRANTED', 'signed in'));
    checker.logWouldRefuse(request, rule, checker.decision(false, 'NOT_SIGNED_IN', 'not signed in'));
    expect(log.decisions).toEqual([expect.stringMatching(/^GET .* granted: signed in$/)]);
    expect(log.reported).toEqual([expect.stringMatching(/^GET .* would be refused: not signed in$/)]);
  });
});
