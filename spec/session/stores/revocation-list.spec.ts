import { expect, it } from '@jest/globals';
import { continueRevocations, MemoryRevocationList } from '../../../lib/session/stores/revocation-list.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { describeEpochs, describeRevocationList } from '../../support/revocation-lists.js';

describeRevocationList('A revocation list in memory', (clock) => new MemoryRevocationList(clock));
describeEpochs('A revocation list in memory', (clock) => new MemoryRevocationList(clock));

it('A revocation list in memory keeps an epoch for as long as the last session that contains it', async () => {
  const clock = new FrozenClock();
  const list = new MemoryRevocationList(clock);
  const epoch = list.epochOf('ada', clock.now() + 2_000);
  expect(list.epochOf('ada', clock.now() + 1_000)).toBe(epoch);
  clock.advance(1.5);
  list.epochOf('bob', clock.now() + 9_000);
  expect((await list.find('ada', undefined)).epoch).toBe(epoch);
  clock.advance(1);
  list.epochOf('bob', clock.now() + 9_000);
  expect((await list.find('ada', undefined)).epoch).toBeNull();
});

it('A revocation list in memory drops expired revocations', async () => {
  const clock = new FrozenClock();
  const list = new MemoryRevocationList(clock);
  await list.revokeBefore('ada', clock.now(), clock.now() + 1_000);
  clock.advance(1);
  await list.revokeBefore('bob', clock.now(), clock.now() + 1_000);
  expect(await list.notBefore('ada')).toBeUndefined();
});

it('A revocation list in memory drops many expired epochs, a few with each sign-in', async () => {
  const clock = new FrozenClock();
  const list = new MemoryRevocationList(clock);
  const users = Array.from({ length: 100 }, (_, at) => `user ${at}`);
  for (const user of users) list.epochOf(user, clock.now() + 1_000);
  clock.advance(1);
  const left = async () => {
    const found = await Promise.all(users.map((user) => list.find(user, undefined)));
    return found.filter(({ epoch }) => epoch !== null).length;
  };
  list.epochOf('ada', clock.now() + 1_000);
  expect(await left()).toBeGreaterThan(50);
  for (let signIns = 0; signIns < 20; signIns++) list.epochOf('ada', clock.now() + 1_000);
  expect(await left()).toBe(0);
});

it('A revocation list in memory takes over the revocations of another one', async () => {
  const clock = new FrozenClock();
  const kept = new Map<string, unknown>();
  const [before, after] = [new MemoryRevocationList(clock), new MemoryRevocationList(clock)];
  for (const list of [before, after]) continueRevocations(list, kept);
  await before.revokeBefore('ada', clock.now(), clock.now() + 1_000);
  expect(await after.notBefore('ada')).toBe(clock.now());
  const epoch = after.epochOf('ada', clock.now() + 1_000);
  expect(before.epochOf('ada', clock.now() + 1_000)).toBe(epoch);
});
