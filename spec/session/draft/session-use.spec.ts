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
  ['that is stored', storedSession],
  ['that is new', () => new Session()],
])('A session %s', (_, make) => {
  it.each(READS)('is used by whoever asks for %s', (_, read) => {
    const session = make();
    expect(draftOf(session).wasUsed).toBe(false);
    read(session);
    expect(draftOf(session).wasUsed).toBe(true);
  });

  it.each(MESSAGE_READS)('is used by whoever asks its messages for %s', (_, read) => {
    const session = make();
    const { flashes } = session;
    expect(draftOf(session).wasUsed).toBe(false);
    read(flashes);
    expect(draftOf(session).wasUsed).toBe(true);
  });

  it('is not used by who looks at what the request did itself', () => {
    const session = make();
    expect([session.isDirty, session.isDestroyed, session.isUnavailable]).toEqual([false, false, false]);
    expect(draftOf(session).wasUsed).toBe(false);
  });
});

describe('A session that stands aside', () => {
  const asides: readonly [string, (session: Session, visitor: Session) => unknown][] = [
    ['while it does', () => {}],
    ['when it is back', (session) => draftOf(session).standAsideFor(draftOf(session))],
    ['when the request has failed', (session) => draftOf(session).rollBack()],
  ];

  it.each(asides)('is used by whoever asks for messages in its place, %s', (_, goOn) => {
    const [session, visitor] = [storedSession(), new Session(recordOf({ values: { userId: 'bob' } }))];
    draftOf(session).standAsideFor(draftOf(visitor));
    session.flashes.has('notice');
    goOn(session, visitor);
    expect(draftOf(session).wasUsed).toBe(true);
  });
});

describe('A session that an answer for everybody did without', () => {
  it('tells of its first use since, and of no other', () => {
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

  it('tells nobody any more once another answer is made', () => {
    const session = storedSession();
    draftOf(session).onLateUse = () => {
      throw new Error('told');
    };
    draftOf(session).reopen();
    expect(session.get('userId')).toBe('ada');
  });
});
