import { describe, expect, it } from '@jest/globals';
import type { RevocationList } from '../../lib/session/stores/revocation-list.js';
import { FrozenClock } from './frozen-clock.js';

/** What every list of revocations does. */
export function describeRevocationList(name: string, start: (clock: FrozenClock) => RevocationList): void {
  describe(name, () => {
    it('returns the time before which the sessions of one user are revoked, and of no other user', async () => {
      const clock = new FrozenClock();
      const list = start(clock);
      const now = clock.now();
      await list.revokeBefore('ada', now, now + 60_000);
      const found = await Promise.all(
        ['ada', 'Ada', 'adam', "ada' OR 1=1", '__proto__'].map((user) => list.notBefore(user)),
      );
      expect(found).toEqual([now, undefined, undefined, undefined, undefined]);
    });

    it('never moves the time of a user back', async () => {
      const clock = new FrozenClock();
      const list = start(clock);
      const now = clock.now();
      await Promise.all([now + 2, now, now + 3, now + 1].map((time) => list.revokeBefore('ada', time, now + 60_000)));
      expect(await list.notBefore('ada')).toBe(now + 3);
    });

    it('keeps a revocation for the longest requested time, in whatever order the calls arrive', async () => {
      const clock = new FrozenClock();
      const list = start(clock);
      const now = clock.now();
      await list.revokeBefore('ada', now + 2, now + 60_000);
      await list.revokeBefore('ada', now, now + 1_000);
      clock.advance(2);
      await list.revokeBefore('eve', clock.now(), clock.now() + 60_000);
      expect(await list.notBefore('ada')).toBe(now + 2);
    });

    it('knows whether a session has ended, and does not mistake it for a user of that name', async () => {
      const clock = new FrozenClock();
      const list = start(clock);
      const now = clock.now();
      await list.endSession('print', now, now + 60_000);
      expect(await Promise.all(['print', 'Print', 'ada'].map((session) => list.hasEnded(session)))).toEqual([
        true,
        false,
        false,
      ]);
      expect(await list.notBefore('print')).toBeUndefined();
    });

    it('finds in one step what it knows of a user and of one of their sessions', async () => {
      const clock = new FrozenClock();
      const list = start(clock);
      const now = clock.now();
      expect(await list.find('ada', 'print')).toMatchObject({ hasEnded: false });
      expect((await list.find('ada', undefined)).notBefore).toBeUndefined();
      await list.revokeBefore('ada', now, now + 60_000);
      await list.endSession('print', now, now + 60_000, 'ada');
      expect(await list.find('ada', 'print')).toMatchObject({ notBefore: now, hasEnded: true });
      expect(await list.find('ada', 'other')).toMatchObject({ notBefore: now, hasEnded: false });
      expect((await list.find('ada', undefined)).hasEnded).toBe(false);
    });

    it('keeps valid revocations when others expire', async () => {
      const clock = new FrozenClock();
      const list = start(clock);
      const now = clock.now();
      await list.revokeBefore('ada', now, now + 1_000);
      await list.revokeBefore('bob', now, now + 60_000);
      clock.advance(2);
      await list.revokeBefore('eve', now, now + 60_000);
      expect(await Promise.all(['bob', 'eve'].map((user) => list.notBefore(user)))).toEqual([now, now]);
    });
  });
}

/** What every list does that notices when it has lost an entry. */
export function describeEpochs(name: string, start: (clock: FrozenClock) => RevocationList): void {
  describe(name, () => {
    it('gives each user an epoch, which is the same for all that ask, and stays when sessions are revoked', async () => {
      const clock = new FrozenClock();
      const list = start(clock);
      const until = clock.now() + 60_000;
      expect((await list.find('ada', undefined)).epoch).toBeNull();
      const [epoch, ...others] = await Promise.all([1, 2, 3].map(() => list.epochOf('ada', until)));
      expect(typeof epoch).toBe('string');
      for (const other of others) expect(other).toBe(epoch);
      expect(await list.epochOf('bob', until)).not.toBe(epoch);
      await list.revokeBefore('ada', clock.now(), until);
      expect(await list.find('ada', undefined)).toEqual({ notBefore: clock.now(), hasEnded: false, epoch });
      expect((await list.find('eve', undefined)).epoch).toBeNull();
    });

    it('has no epoch for a user of whom it only knows a revocation', async () => {
      const clock = new FrozenClock();
      const list = start(clock);
      await list.revokeBefore('ada', clock.now(), clock.now() + 60_000);
      expect(await list.find('ada', undefined)).toEqual({ notBefore: clock.now(), hasEnded: false, epoch: null });
    });
  });
}
