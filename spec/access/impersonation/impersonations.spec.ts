import { describe, expect, it } from '@jest/globals';
import { AccessChecker } from '../../../lib/access/access-checker.js';
import { AccessConfig, type AccessOptions } from '../../../lib/access/access-options.js';
import { NO_REQUEST } from '../../../lib/access/guard/guarded-request.js';
import { Impersonations } from '../../../lib/access/impersonation/impersonations.js';
import { Visitor } from '../../../lib/access/visitor.js';
import { RememberingLog } from '../../support/guards.js';

const person = (userId: string, role: string) => new Visitor({ userId, role }, [role]);
const SAM = person('sam', 'support');
const CLEO = person('cleo', 'customer');

function start(impersonate?: AccessOptions['impersonate'], impersonateFor?: number) {
  const access = new AccessConfig({ impersonate, impersonateFor });
  const log = new RememberingLog();
  return { log, impersonations: new Impersonations(access, new AccessChecker(access, log), log) };
}
const decide = async (impersonate: AccessOptions['impersonate'], visitor = SAM, target = CLEO) =>
  start(impersonate).impersonations.decide(visitor, target, NO_REQUEST);

describe('An impersonation', () => {
  it('is nobody’s without the option, and lasts an hour', async () => {
    const { impersonations } = start();
    expect([impersonations.isOn, impersonations.longest]).toEqual([false, 3_600_000]);
    expect(await decide(undefined)).toMatchObject({ isGranted: false, code: 'NOT_ALLOWED' });
    expect(start({ role: 'support' }, 60).impersonations).toMatchObject({ isOn: true, longest: 60_000 });
  });

  it('is for those who meet the requirement', async () => {
    expect(await decide({ role: 'support' })).toMatchObject({ isGranted: true, code: 'GRANTED' });
    expect(await decide({ role: 'support' }, person('eve', 'customer'))).toMatchObject({
      isGranted: false,
      code: 'MISSING_ROLE',
      missing: ['support'],
    });
    expect(await decide({ role: 'support' }, new Visitor())).toMatchObject({ isGranted: false, code: 'NOT_SIGNED_IN' });
  });

  it('is never of oneself, nor of a guest', async () => {
    expect(await decide(() => true, SAM, person('sam', 'customer'))).toMatchObject({ isGranted: false });
    expect(await decide(() => true, SAM, new Visitor())).toMatchObject({ isGranted: false });
  });

  it('is not of somebody who meets the requirement, whenever they signed in', async () => {
    const refused = { isGranted: false, reason: 'nobody can impersonate a user who may impersonate others' };
    expect(await decide({ role: 'support' }, SAM, person('sue', 'support'))).toMatchObject(refused);
    const { impersonations } = start({ role: 'support', authenticatedWithin: 60 });
    const request = { ...NO_REQUEST, signedInFor: 1 };
    expect(await impersonations.decide(SAM, person('sue', 'support'), request)).toMatchObject(refused);
    expect(await impersonations.decide(SAM, CLEO, request)).toMatchObject({ isGranted: true });
  });

  it('needs a recent sign-in only at the beginning', async () => {
    const { impersonations } = start({ role: 'support', authenticatedWithin: 60 });
    expect(await impersonations.decide(SAM, CLEO, NO_REQUEST)).toMatchObject({ code: 'SIGN_IN_AGAIN' });
    expect(await impersonations.decideAgain(SAM, CLEO, NO_REQUEST)).toMatchObject({ isGranted: true });
    expect(await impersonations.decideAgain(person('sam', 'cook'), CLEO, NO_REQUEST)).toMatchObject({
      isGranted: false,
    });
    const { impersonations: ofRemembered } = start({ role: 'support', remembered: false });
    const only = { ...NO_REQUEST, isOnlyRemembered: true };
    expect(await ofRemembered.decide(SAM, CLEO, only)).toMatchObject({ code: 'SIGN_IN_AGAIN' });
    expect(await ofRemembered.decideAgain(SAM, CLEO, only)).toMatchObject({ isGranted: true });
  });

  it('is decided by a function of both and of the request', async () => {
    const asked: unknown[] = [];
    const may = (...given: unknown[]) => asked.push(given) > 0;
    expect(await decide(may)).toMatchObject({ isGranted: true });
    expect(asked).toEqual([[SAM.session, CLEO.session, NO_REQUEST]]);
    expect(await decide(async () => false)).toMatchObject({ isGranted: false, code: 'NOT_ALLOWED' });
    expect(await decide((() => 'yes') as never)).toMatchObject({ isGranted: false });
  });

  it.each([
    () => {
      throw new Error('x');
    },
    () => Promise.reject(new Error('x')),
  ])('is refused by a function that fails: %#', async (fails) => {
    const { impersonations, log } = start(fails);
    expect(await impersonations.decide(SAM, CLEO, NO_REQUEST)).toMatchObject({
      isGranted: false,
      code: 'CHECK_FAILED',
    });
    expect(JSON.stringify(log)).toContain('access.impersonate threw');
  });
});
