import { beforeEach, describe, expect, it } from '@jest/globals';
import { applyChanges, type SessionChanges, userIdAfter } from '../../../lib/session/record/session-changes.js';
import { RevokedSessions } from '../../../lib/session/registry/revoked-sessions.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { MemoryRevocationList, NoRevocationList, RevocationList } from '../../../lib/session/stores/revocation-list.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { changesOf } from '../../support/records.js';
import { TableSessionStore } from '../../support/table-session-store.js';

/** A list that may lose everything, and counts how often it is asked. */
class LossyList extends MemoryRevocationList {
  asked = 0;
  #lost = false;

  lose(): void {
    this.#lost = true;
  }

  override epochOf(userId: string, until: number): string {
    this.asked += 1;
    this.#lost = false;
    return super.epochOf(userId, until);
  }

  override async find(userId: string, session: string | undefined) {
    return this.#lost ? { hasEnded: false, epoch: null } : super.find(userId, session);
  }
}

/** A list of an application, which knows nothing of epochs. */
class OwnList extends RevocationList {
  readonly asked: string[] = [];

  override async notBefore(userId: string): Promise<number | undefined> {
    this.asked.push(userId);
    return undefined;
  }

  override async revokeBefore(): Promise<void> {}
}

const config = SessionConfig.from({}, { isProduction: false });
let clock: FrozenClock;
beforeEach(() => {
  clock = new FrozenClock();
});
const revokedIn = (list: RevocationList) => new RevokedSessions(new TableSessionStore(clock), list, config, clock);
const recordOf = (changes: SessionChanges) => applyChanges(changes.opened, changes);

describe('The epoch of a user in the revocation list', () => {
  it('is added when a session begins to belong to the user, and at every sign-in', async () => {
    const list = new LossyList(clock);
    const revoked = revokedIn(list);
    const opened = recordOf(await revoked.withEpoch(changesOf({ set: { userId: 'ada' } })));
    expect(typeof opened.epoch).toBe('string');
    await revoked.withEpoch(changesOf({ opened, set: { cart: 1 } }));
    expect(list.asked).toBe(1);
    await revoked.withEpoch(changesOf({ opened, hasSignedIn: true, set: { userId: 'ada' } }));
    await revoked.withEpoch(changesOf({ opened, cleared: true, set: { userId: 'ada' } }));
    expect(list.asked).toBe(3);
    const anothers = recordOf(await revoked.withEpoch(changesOf({ opened, set: { userId: 'bob' } })));
    expect(anothers.epoch).not.toBe(opened.epoch);
    expect(recordOf(await revoked.withEpoch(changesOf({ opened, unset: ['userId'] }))).epoch).toBeUndefined();
  });

  it('is added to a session of an earlier version when it is written', async () => {
    const list = new LossyList(clock);
    const opened = recordOf(changesOf({ set: { userId: 'ada' } }));
    const written = recordOf(await revokedIn(list).withEpoch(changesOf({ opened, set: { cart: 1 } })));
    expect(written.epoch).toBe(list.epochOf('ada', clock.now()));
  });

  it('ends the session when the list has lost its entry, for good', async () => {
    const list = new LossyList(clock);
    const revoked = revokedIn(list);
    const record = recordOf(await revoked.withEpoch(changesOf({ set: { userId: 'ada' } })));
    expect(await revoked.has(record)).toBe(false);
    list.lose();
    expect(await revoked.has(record)).toBe(true);
    expect(await revoked.has({ ...record, epoch: undefined })).toBe(false);
    expect(await revokedIn(new MemoryRevocationList(clock)).has(record)).toBe(true);
  });

  it('is not asked for by an application without a list, nor of a guest', async () => {
    const changes = changesOf({ set: { userId: 'ada' } });
    expect(revokedIn(new NoRevocationList()).withEpoch(changes)).toBe(changes);
    const guests = changesOf({ set: { cart: 1 } });
    expect(revokedIn(new LossyList(clock)).withEpoch(guests)).toBe(guests);
  });

  it('does not concern a list without epochs', async () => {
    const list = new OwnList();
    const revoked = revokedIn(list);
    const record = recordOf(await revoked.withEpoch(changesOf({ set: { userId: 'ada' } })));
    expect(record.epoch).toBeUndefined();
    expect(await revoked.has({ ...record, epoch: 'of another list' })).toBe(false);
    expect(list.asked).toEqual(['ada']);
  });
});

describe('The user of a session after changes', () => {
  const opened = recordOf(changesOf({ set: { userId: 'ada' } }));

  it.each<[string, SessionChanges, string | undefined]>([
    ['is that of before', changesOf({ opened, set: { cart: 1 } }), 'ada'],
    ['is the one who is set', changesOf({ opened, set: { userId: 'bob' } }), 'bob'],
    [
      'is the one who is set although all else is removed',
      changesOf({ opened, cleared: true, set: { userId: 'bob' } }),
      'bob',
    ],
    ['is nobody once removed', changesOf({ opened, unset: ['userId'] }), undefined],
    ['is nobody once all is removed', changesOf({ opened, cleared: true }), undefined],
    ['is nobody in a session that begins', changesOf(), undefined],
    ['is nobody when it is no string', changesOf({ opened, set: { userId: 7 } }), undefined],
  ])('%s', (_, changes, userId) => {
    expect(userIdAfter(changes)).toBe(userId);
  });
});
