import { describe, expect, it } from '@jest/globals';
import type { FlashBag } from '../../../lib/session/flash-bag.js';
import { draftOf, Session } from '../../../lib/session/session.js';
import { recordOf } from '../../support/records.js';

function storedSession(): Session {
  return new Session(recordOf({ values: { userId: 'ada' }, flashes: { notice: 'Saved' } }));
}

const READS: readonly [string, (session: Session) => unknown][] = [
  ['get()', (session) => session.get('cart')],
  ['has()', (session) => session.has('cart')],
  ['all()', (session) => session.all()],
  ['contents()', (session) => session.contents()],
  ['flash()', (session) => session.flash('other')],
  ['id', (session) => session.id],
  ['isNew', (session) => session.isNew],
  ['isEmpty', (session) => session.isEmpty],
  ['createdAt', (session) => session.createdAt],
  ['signedInAt', (session) => session.signedInAt],
  ['expiresAt', (session) => session.expiresAt],
];

const MESSAGE_READS: readonly [string, (flashes: FlashBag) => unknown][] = [
  ['get()', (flashes) => flashes.get('other')],
  ['getAll()', (flashes) => flashes.getAll('other')],
  ['peek()', (flashes) => flashes.peek('notice')],
  ['has()', (flashes) => flashes.has('notice')],
  ['all()', (flashes) => flashes.all()],
  ['isEmpty', (flashes) => flashes.isEmpty],
];

describe.each([
  ['with a stored record', storedSession],
  ['without a stored record', () => new Session()],
])('A session %s', (_, make) => {
  it.each(READS)('is used once %s is read', (_, read) => {
    const session = make();
    expect(draftOf(session).wasUsed).toBe(false);
    read(session);
    expect(draftOf(session).wasUsed).toBe(true);
  });

  it.each(MESSAGE_READS)('is used once %s of its messages is read', (_, read) => {
    const session = make();
    const { flashes } = session;
    expect(draftOf(session).wasUsed).toBe(false);
    read(flashes);
    expect(draftOf(session).wasUsed).toBe(true);
  });

  it('is not used by isDirty, isDestroyed and isUnavailable', () => {
    const session = make();
    expect([session.isDirty, session.isDestroyed, session.isUnavailable]).toEqual([false, false, false]);
    expect(draftOf(session).wasUsed).toBe(false);
  });
});

describe('A session that is hidden while the request acts as another user', () => {
  const asides: readonly [string, (session: Session, visitor: Session) => unknown][] = [
    ['while it is hidden', () => {}],
    ['when it is visible again', (session) => draftOf(session).standAsideFor(draftOf(session))],
    ['when the request has failed', (session) => draftOf(session).rollBack()],
  ];

  it.each(asides)('is used once messages are read in its place, %s', (_, goOn) => {
    const [session, visitor] = [storedSession(), new Session(recordOf({ values: { userId: 'bob' } }))];
    draftOf(session).standAsideFor(draftOf(visitor));
    session.flashes.has('notice');
    goOn(session, visitor);
    expect(draftOf(session).wasUsed).toBe(true);
  });
});

describe('A session that a public response did not use', () => {
  it('calls onLateUse() on its first use afterwards, and only then', () => {
    const session = storedSession();
    let told = 0;
    draftOf(session).onLateUse = () => {
      told += 1;
    };
    expect([session.isDirty, told]).toEqual([false, 0]);
    session.get('cart');
    session.all();
    expect(told).toBe(1);
  });

  it('does not call onLateUse() once it is reopened for another response', () => {
    const session = storedSession();
    draftOf(session).onLateUse = () => {
      throw new Error('told');
    };
    draftOf(session).reopen();
    expect(session.get('userId')).toBe('ada');
  });
});
