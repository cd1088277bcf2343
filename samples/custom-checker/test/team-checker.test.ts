import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AccessChecker, AccessConfig, AccessRule } from 'astro-gatehouse/server';
import { FrozenClock, fakeScope } from 'astro-gatehouse/testing';
import { memberships } from '../src/memberships.ts';
import { TeamChecker } from '../src/team-checker.ts';

const rule = new AccessRule({ pattern: '/org/*/projects/apollo', role: 'apollo' });

/** What the checker says of somebody at that time. */
async function check(userId: string, role: string, when: string) {
  const clock = new FrozenClock(Date.parse(when));
  const scope = fakeScope({
    user: { userId, role },
    clock,
    services: (services) =>
      services.override(AccessChecker, (get) => new TeamChecker(get(AccessConfig), memberships, clock)),
  });
  return scope.get(AccessChecker).check(rule, scope.visitor);
}

test('staff may see everything, and others what their team may', async () => {
  assert.equal((await check('kim', 'staff', '2030-01-01')).isGranted, true);
  assert.equal((await check('ada', 'apollo', '2030-01-01')).isGranted, true);
  assert.equal((await check('grace', 'gemini', '2030-01-01')).isGranted, false);
});

test('nobody may see anything once their contract has ended', async () => {
  assert.equal((await check('lin', 'apollo', '2020-12-30')).isGranted, true);
  const { isGranted, reason } = await check('lin', 'apollo', '2021-01-01');
  assert.deepEqual([isGranted, reason], [false, 'the contract has ended']);
});
