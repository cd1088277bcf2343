import { describe, expect, it } from '@jest/globals';
import type { RevocationList } from '../../lib/session/stores/revocation-list.js';
import { FrozenClock } from './frozen-clock.js';

/** What every list of revocations does. */
export function describeRevocationList(name: string, start: (clock: FrozenClock) => RevocationList): void {
  describe(name, () => {
    it('knows from when on the sessions of a user count, and of nobody else', async () => {
      const clock = new FrozenClock();
      const list = start(clock);
      const now = clock.now();
      await list.revokeBefore('ada', now, now + 60_000);
      const found = await Promise.all(
        ['ada', 'Ada', 'adam', "ada' OR 1=1", '__proto__'].map((user) => list.notBefore(user)),
      );
      expect(found).toEqual([now, undefined, undefined, undefined, undefined]);
    });

    it('never takes back what was revoked', async () => {
      const clock = new FrozenClock();
      const list = start(clock);
      const now = clock.now();
      await Promise.all([now + 2, now, now + 3, now + 1].map((time) => list.revokeBefore('ada', time, now + 60_000)));
      expect(await list.notBefore('ada')).toBe(now + 3);
    });

    it('keeps what was revoked for as long as any call asked for, in whatever order they arrive', async () => {
      const clock = new FrozenClock();
      const list = start(clock);
      const now = clock.now();
      await list.revokeBefore('ada', now + 2, now + 60_000);
      await list.revokeBefore('ada', now, now + 1_000);
      clock.advance(2);
      await list.revokeBefore('eve', clock.now(), clock.now() + 60_000);
      expect(await list.notBefore('ada')).toBe(now + 2);
    });

    it('knows which session has ended, and no user of that name', async () => {
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

    it('keeps what is still of use when something else is over', async () => {
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
