import { describe, expect, it } from '@jest/globals';
import { InvalidSessionValueError, SessionCommittedError, TooManyKeysError } from '../../lib/errors/index.js';
import { changesOf } from '../../lib/session/record/request-changes.js';
import { applyChanges } from '../../lib/session/record/session-changes.js';
import { SessionId } from '../../lib/session/record/session-id.js';
import { draftOf, Session } from '../../lib/session/session.js';
import { SessionConfig } from '../../lib/session/session-config.js';
import { type RecordParts, recordOf } from '../support/records.js';

const NOON = Date.UTC(2030, 5, 1, 12);
const CONFIG = SessionConfig.from({}, { isProduction: false });

class Money {
  constructor(readonly cents: number) {}
}

function stored(values: Record<string, unknown> = {}, others: RecordParts = {}): Session {
  return new Session(recordOf({ values, ...others }));
}

/** The session as the next request finds it. */
function later(session: Session): Session {
  const draft = draftOf(session);
  const changes = changesOf(draft, { now: NOON, config: CONFIG, lineage: undefined });
  return new Session(applyChanges(draft.opened, changes));
}

describe('A new session', () => {
  it('holds nothing and asks for nothing to be stored', () => {
    const session = new Session();
    expect(session.isNew).toBe(true);
    expect(session.isEmpty).toBe(true);
    expect(session.isDirty).toBe(false);
    expect(session.isDestroyed).toBe(false);
    expect(session.createdAt).toBeUndefined();
    expect(session.expiresAt).toBeUndefined();
    expect(session.all()).toEqual({});
    expect(draftOf(session).revision).toBe(0);
  });

  it('has one id, given when it is first asked for', () => {
    const session = new Session();
    expect(SessionId.isWellFormed(session.id)).toBe(true);
    expect(session.id).toBe(session.id);
    expect(session.isDirty).toBe(false);
  });

  it('is not stored for being regenerated or cleared', () => {
    const session = new Session().regenerate().clear();
    expect(session.isDirty).toBe(false);
    expect(session.isEmpty).toBe(true);
  });
});

describe('A stored session', () => {
  it('knows what it held, and since when', () => {
    const record = recordOf({ values: { cart: 1 }, flashes: { notice: 'Saved' } });
    const session = new Session(record);
    expect(session.isNew).toBe(false);
    expect(session.isEmpty).toBe(false);
    expect(session.isDirty).toBe(false);
    expect(session.id).toBe(record.id);
    expect(session.createdAt).toEqual(new Date(record.createdAt));
    expect(session.expiresAt).toEqual(new Date(record.expiresAt));
  });

  it('is used once somebody reads it', () => {
    const got = stored({ cart: 1 });
    got.has('cart');
    const listed = stored({ cart: 1 });
    listed.all();
    const flashed = stored({ cart: 1 });
    flashed.flash('notice');
    const marked = stored({ cart: 1 });
    draftOf(marked).isUsed = true;
    expect([got, listed, flashed, marked].map((session) => draftOf(session).wasUsed)).toEqual([true, true, true, true]);
  });
});

describe('Values', () => {
  it('are set, asked for, and taken out', () => {
    const session = new Session().set('cart', [1]);
    expect(session.get('cart')).toEqual([1]);
    expect(session.has('cart')).toBe(true);
    expect(session.isDirty).toBe(true);

    session.unset('cart');
    expect(session.get('cart')).toBeUndefined();
    expect(session.has('cart')).toBe(false);
    expect(session.isEmpty).toBe(true);
  });

  it('are made from the value before', () => {
    const session = new Session<{ visits: number }>();
    session.set('visits', (visits = 0) => visits + 1);
    session.set('visits', (visits = 0) => visits + 1);
    expect(session.get('visits')).toBe(2);
  });

  it('that are falsy are values', () => {
    const session = new Session().set('count', 0).set('name', '').set('isOpen', false).set('nothing', null);
    expect(session.has('count') && session.has('name') && session.has('isOpen') && session.has('nothing')).toBe(true);
    expect(session.all()).toEqual({ count: 0, name: '', isOpen: false, nothing: null });
  });

  it('are taken out by undefined', () => {
    const session = stored({ cart: 1, theme: 'dark' });
    session.set('cart', undefined);
    session.set('theme', () => undefined);
    expect(session.all()).toEqual({});
    expect(later(session).all()).toEqual({});
  });

  it('are all gone after clear, and messages stay', () => {
    const session = stored({ cart: 1 }, { flashes: { notice: 'Saved' } });
    session.set('draft', 'x').clear();
    expect(session.all()).toEqual({});
    expect(session.isEmpty).toBe(false);
    expect(session.flash('notice')).toBe('Saved');
    expect(later(session).has('cart')).toBe(false);
  });

  it('are listed in an object of one’s own', () => {
    const session = stored({ cart: 1 });
    session.all().cart = 2;
    expect(session.get('cart')).toBe(1);
  });

  it('may have keys that objects have by themselves', () => {
    const session = new Session().set('__proto__', { isAdmin: true }).set('constructor', 'x');
    expect(session.get('__proto__')).toEqual({ isAdmin: true });
    expect(session.get('toString')).toBeUndefined();
    expect(Object.keys(session.all())).toEqual(['__proto__', 'constructor']);
    expect(session.all().isAdmin).toBeUndefined();
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });

  it('that cannot be kept are refused with their key, and change nothing', () => {
    const session = stored({ price: 1 });
    expect(() => session.set('price', new Money(100))).toThrow(InvalidSessionValueError);
    expect(() => session.set('price', { amount: new Money(100) })).toThrow(/The value of "price" cannot be stored/);
    expect(() => session.set('price', () => () => 1)).toThrow(/"price" .* function/);
    expect(session.get('price')).toBe(1);
    expect(session.isDirty).toBe(false);
  });

  it('are counted: every change makes the revision grow', () => {
    const session = stored({ cart: 1 });
    const revisions = [draftOf(session).revision];
    session.set('theme', 'dark');
    revisions.push(draftOf(session).revision);
    session.unset('theme');
    revisions.push(draftOf(session).revision);
    draftOf(session).signIn({ userId: 'ada' }, NOON);
    revisions.push(draftOf(session).revision);
    draftOf(session).updateVisitor({ email: 'ada@example.com' });
    revisions.push(draftOf(session).revision);
    session.clear();
    revisions.push(draftOf(session).revision);
    draftOf(session).rollBack();
    revisions.push(draftOf(session).revision);
    session.destroy();
    revisions.push(draftOf(session).revision);
    expect(new Set(revisions).size).toBe(8);
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
  });

  it('are not counted as changed by being read', () => {
    const session = stored({ cart: 1 }, { flashes: { notice: 'Saved' } });
    session.get('cart');
    session.all();
    session.flash('notice');
    expect(draftOf(session).revision).toBe(0);
  });
});

describe('Messages', () => {
  it('are left in one request and delivered in the next, once', () => {
    const first = new Session().flash('notice', 'Saved');
    const second = later(first);
    expect(second.flash('notice')).toBe('Saved');
    expect(second.isDirty).toBe(true);
    const third = later(second);
    expect(third.flash('notice')).toBeUndefined();
  });

  it('wait until they are read', () => {
    const first = new Session().flash('notice', 'Saved');
    const third = later(later(first));
    expect(third.flash('notice')).toBe('Saved');
  });

  it('keep a session from being empty', () => {
    const session = new Session();
    session.flash('notice', 'Saved');
    expect(session.isEmpty).toBe(false);
    expect(draftOf(session).wasUsed).toBe(true);
  });
});

describe('Regenerate', () => {
  it('keeps the values and changes the id', () => {
    const session = stored({ cart: 1 }, { flashes: { notice: 'Saved' } });
    const { id, createdAt } = session;
    session.regenerate();
    expect(session.id).not.toBe(id);
    expect(session.get('cart')).toBe(1);
    expect(session.flashes.has('notice')).toBe(true);
    expect(session.createdAt).toEqual(createdAt);
    expect(session.isDirty).toBe(true);
    expect(session.isNew).toBe(false);
  });
});

describe('Destroy', () => {
  it('leaves nothing', () => {
    const session = stored({ cart: 1 }, { flashes: { notice: 'Saved' } });
    session.set('draft', 'x').destroy();
    expect(session.isDestroyed).toBe(true);
    expect(session.isDirty).toBe(true);
    expect(session.isEmpty).toBe(true);
    expect(session.all()).toEqual({});
    expect(session.flash('notice')).toBeUndefined();
    expect(session.createdAt).toBeUndefined();
    expect(session.expiresAt).toBeUndefined();
  });

  it('names the session that has to be ended', () => {
    const session = stored({ cart: 1 });
    const { id } = session;
    session.regenerate().destroy().set('cart', 2).destroy();
    expect(draftOf(session).ended?.id).toBe(id);
  });

  it('makes room for a new session under a new id', () => {
    const session = stored({ cart: 1 });
    const { id } = session;
    session.destroy();
    session.set('theme', 'dark');
    expect(session.isDestroyed).toBe(false);
    expect(session.isNew).toBe(true);
    expect(session.id).not.toBe(id);
    expect(later(session).all()).toEqual({ theme: 'dark' });
  });

  it('makes room for a message about it', () => {
    const session = stored({ userId: 'ada' });
    session.destroy().flash('notice', 'Signed out');
    expect(session.isDestroyed).toBe(false);
    expect(later(session).flash('notice')).toBe('Signed out');
  });

  it('is told of a session that was never stored, too', () => {
    const session = new Session().set('cart', 1).destroy();
    expect(session.isDestroyed).toBe(true);
    expect(session.isDirty).toBe(false);
    expect(session.set('cart', 2).isDestroyed).toBe(false);
  });
});

describe('Signing in', () => {
  it('gives the session another id and a new beginning', () => {
    const session = stored({ cart: 1 });
    const { id } = session;
    draftOf(session).signIn({ userId: 'ada' }, NOON);
    expect(session.id).not.toBe(id);
    expect(session.createdAt).toEqual(new Date(NOON));
    expect(later(session).createdAt).toEqual(new Date(NOON));
  });

  it('keeps what a guest collected', () => {
    const session = stored({ cart: [1, 2] }, { flashes: { notice: 'Welcome' } });
    draftOf(session).signIn({ userId: 'ada' }, NOON);
    expect(session.all()).toEqual({ cart: [1, 2], userId: 'ada' });
    expect(later(session).flash('notice')).toBe('Welcome');
  });

  it('keeps what the same visitor left', () => {
    const first = stored({ cart: 1 });
    draftOf(first).signIn({ userId: 'ada' }, NOON);
    const second = later(first);
    draftOf(second).signIn({ userId: 'ada' }, NOON);
    expect(second.all()).toEqual({ cart: 1, userId: 'ada' });
  });

  it('drops what another visitor left, messages included', () => {
    const first = stored({ cart: 1 }, { flashes: { notice: 'Your order, Ada' } });
    draftOf(first).signIn({ userId: 'ada', role: 'admin' }, NOON);
    const second = later(first);
    second.set('address', 'Ada Street').flash('error', 'Card refused');
    draftOf(second).signIn({ userId: 'bob' }, NOON);
    expect(second.all()).toEqual({ userId: 'bob' });
    expect(second.flashes.isEmpty).toBe(true);
    const third = later(second);
    expect(third.all()).toEqual({ userId: 'bob' });
    expect(third.flashes.isEmpty).toBe(true);
  });

  it('takes back what the last time gave: a role that is left out is gone', () => {
    const first = stored({ cart: 1 });
    draftOf(first).signIn({ userId: 'ada', role: 'admin', email: 'ada@example.com' }, NOON);
    const second = later(first);
    draftOf(second).signIn({ userId: 'ada', email: 'new@example.com' }, NOON);
    expect(second.all()).toEqual({ cart: 1, userId: 'ada', email: 'new@example.com' });
    expect(later(second).has('role')).toBe(false);
  });

  it('takes back what an earlier call in the same request gave', () => {
    const session = new Session();
    draftOf(session).signIn({ userId: 'ada', role: 'admin' }, NOON);
    draftOf(session).signIn({ userId: 'ada' }, NOON);
    expect(session.all()).toEqual({ userId: 'ada' });
  });

  it('treats an undefined role as one that is left out', () => {
    const first = new Session();
    draftOf(first).signIn({ userId: 'ada', role: 'admin' }, NOON);
    const second = later(first);
    draftOf(second).signIn({ userId: 'ada', role: undefined }, NOON);
    expect(second.has('role')).toBe(false);
    expect(later(second).has('role')).toBe(false);
  });

  it('with something that cannot be kept signs nobody in', () => {
    const session = stored({ cart: 1 });
    const { id } = session;
    expect(() => draftOf(session).signIn({ userId: 'ada', wallet: new Money(1) }, NOON)).toThrow(
      /The value of "wallet"/,
    );
    expect(session.all()).toEqual({ cart: 1 });
    expect(session.id).toBe(id);
    expect(session.isDirty).toBe(false);
  });

  it('refuses a function and does not call it', () => {
    let calls = 0;
    const greet = () => {
      calls += 1;
      return 'hello';
    };
    expect(() => draftOf(new Session()).signIn({ userId: 'ada', greet }, NOON)).toThrow(/The value of "greet"/);
    expect(() => draftOf(new Session()).updateVisitor({ greet })).toThrow(/The value of "greet"/);
    expect(calls).toBe(0);
  });
});

describe('Updating the visitor', () => {
  it('changes what is named and keeps id and beginning', () => {
    const first = new Session();
    draftOf(first).signIn({ userId: 'ada', role: 'user' }, NOON);
    const second = later(first);
    const { id } = second;
    draftOf(second).updateVisitor({ email: 'ada@example.com' });
    expect(second.id).toBe(id);
    expect(second.createdAt).toEqual(new Date(NOON));
    expect(second.all()).toEqual({ userId: 'ada', role: 'user', email: 'ada@example.com' });
  });

  it('gives what the next sign-in takes back', () => {
    const first = new Session();
    draftOf(first).signIn({ userId: 'ada' }, NOON);
    const second = later(first);
    draftOf(second).updateVisitor({ role: 'admin' });
    const third = later(second);
    draftOf(third).signIn({ userId: 'ada' }, NOON);
    expect(third.all()).toEqual({ userId: 'ada' });
  });

  it('takes out what is undefined', () => {
    const session = new Session();
    draftOf(session).signIn({ userId: 'ada', role: 'admin' }, NOON);
    draftOf(session).updateVisitor({ role: undefined });
    expect(session.all()).toEqual({ userId: 'ada' });
  });

  it('with something that cannot be kept changes nothing', () => {
    const session = stored({ userId: 'ada' });
    expect(() => draftOf(session).updateVisitor({ role: 'admin', wallet: new Money(1) })).toThrow(
      /The value of "wallet"/,
    );
    expect(session.all()).toEqual({ userId: 'ada' });
  });
});

describe('A session while the request is another user’s', () => {
  function aside(): Session {
    const session = stored({ userId: 'ada', role: 'admin', cart: 1 }, { flashes: { notice: 'Welcome, Ada' } });
    draftOf(session).standAsideFor(draftOf(new Session(recordOf({ values: { userId: 'bob' } }))));
    return session;
  }

  it('shows nothing of what is stored', () => {
    const session = aside();
    expect([session.all(), session.contents(), session.has('role'), session.flash('notice')]).toEqual([
      {},
      {},
      false,
      undefined,
    ]);
    expect(session.flashes.has('notice')).toBe(false);
  });

  it('keeps what is set for this request, and stores nothing of it', () => {
    const session = aside();
    session.set('cart', (cart = 0) => Number(cart) + 10).flash('notice', 'Hello, Bob');
    session.unset('role').clear().set('theme', 'dark');
    expect(session.all()).toEqual({ theme: 'dark' });
    expect(session.flash('notice')).toBe('Hello, Bob');
    expect(session.isDirty).toBe(false);
  });

  it.each<[string, Session]>([
    ['the same user', new Session(recordOf({ values: { userId: 'ada' } }))],
    ['itself', stored({ userId: 'ada' })],
  ])('does not stand aside for %s', (_, visitor) => {
    const session = aside();
    expect(draftOf(session).standAsideFor(draftOf(visitor))).toBe(false);
    expect(session.get('cart')).toBe(1);
  });

  it('does not stand aside as long as it is nobody’s', () => {
    const session = stored({ cart: 1 });
    expect(draftOf(session).standAsideFor(draftOf(new Session(recordOf({ values: { userId: 'bob' } }))))).toBe(false);
    expect(session.set('cart', 2).isDirty).toBe(true);
  });

  it('stands aside for a guest', () => {
    const session = stored({ userId: 'ada' });
    expect(draftOf(session).standAsideFor(draftOf(new Session()))).toBe(true);
    expect(session.all()).toEqual({});
  });

  it('is there again for whoever signs in, without what was set meanwhile and what the other one left', () => {
    const session = aside();
    session.set('theme', 'dark');
    draftOf(session).signIn({ userId: 'bob' }, NOON);
    expect(later(session).all()).toEqual({ userId: 'bob' });
  });

  it('ends for good when it is destroyed', () => {
    const session = aside();
    session.destroy();
    expect(draftOf(session).ended).toBeDefined();
    expect(session.isDestroyed).toBe(true);
  });

  it('goes on standing aside when the request fails', () => {
    const session = aside();
    session.set('theme', 'dark');
    draftOf(session).rollBack();
    expect(session.all()).toEqual({});
    expect(session.flashes.has('notice')).toBe(false);
  });

  it('takes no changes once the head is sent', () => {
    const session = aside();
    draftOf(session).close();
    expect(() => session.set('theme', 'dark')).toThrow(SessionCommittedError);
    expect(() => session.flashes.set('notice', 'x')).toThrow(SessionCommittedError);
    draftOf(session).reopen();
    expect(session.set('theme', 'dark').flash('notice', 'x').get('theme')).toBe('dark');
  });
});

describe('A session whose store another part of the application has changed', () => {
  it('goes on from that with what this request changed', () => {
    const session = stored({ userId: 'ada', role: 'admin' });
    session.set('theme', 'dark');
    const { revision } = draftOf(session);
    draftOf(session).rebase(recordOf({ values: { userId: 'ada', role: 'user' } }));
    expect(session.all()).toEqual({ userId: 'ada', role: 'user', theme: 'dark' });
    expect(draftOf(session).revision).toBeGreaterThan(revision);
  });
});

describe('A closed session', () => {
  function closed(): Session {
    const session = stored({ cart: 1 }, { flashes: { notice: 'Saved' } });
    draftOf(session).close();
    return session;
  }
  const changing: [string, (session: Session) => unknown][] = [
    ["session.set('cart')", (session) => session.set('cart', 2)],
    ["session.unset('cart')", (session) => session.unset('cart')],
    ['session.clear()', (session) => session.clear()],
    ["session.flash('notice', …)", (session) => session.flash('notice', 'x')],
    ["flashes.set('notice', …)", (session) => session.flashes.set('notice', 'x')],
    ['session.regenerate()', (session) => session.regenerate()],
    ['session.destroy()', (session) => session.destroy()],
    ['signIn() (also called setSession())', (session) => draftOf(session).signIn({ userId: 'ada' }, NOON)],
    ['updateSession()', (session) => draftOf(session).updateVisitor({ role: 'admin' })],
  ];

  it.each(changing)('refuses %s by that name', (operation, change) => {
    const session = closed();
    const { id } = session;
    expect(() => change(session)).toThrow(SessionCommittedError);
    expect(() => change(session)).toThrow(`${operation} came too late`);
    expect(session.all()).toEqual({ cart: 1 });
    expect(session.id).toBe(id);
    expect(session.isDirty).toBe(false);
    expect(draftOf(session).revision).toBe(0);
  });

  it('can still be read', () => {
    expect(closed().get('cart')).toBe(1);
    expect(closed().all()).toEqual({ cart: 1 });
  });

  it('delivers no message, because that could not be noted any more, and leaves it for the next page', () => {
    const session = closed();
    expect(session.flash('notice')).toBeUndefined();
    expect(later(session).flash('notice')).toBe('Saved');
  });

  it('takes changes again once it is reopened', () => {
    const session = closed();
    draftOf(session).reopen();
    session.set('cart', 2);
    expect(session.get('cart')).toBe(2);
    expect(session.flash('notice')).toBe('Saved');
  });
});

describe('Rolling back', () => {
  it('takes back values, messages and the id', () => {
    const session = stored({ cart: 1, theme: 'dark' }, { flashes: { notice: 'Saved' } });
    const { id, createdAt } = session;
    session.set('cart', 2).unset('theme').regenerate();
    session.flash('notice');
    session.flash('error', 'Not sent');
    draftOf(session).rollBack();
    expect(session.all()).toEqual({ cart: 1, theme: 'dark' });
    expect(session.id).toBe(id);
    expect(session.createdAt).toEqual(createdAt);
    expect(session.isDirty).toBe(false);
    expect(session.flashes.all()).toEqual({ notice: 'Saved' });
  });

  it('takes back a sign-in', () => {
    const session = stored({ userId: 'ada', cart: 1 }, { flashes: { notice: 'Saved' }, identity: ['userId'] });
    const { id, createdAt } = session;
    draftOf(session).signIn({ userId: 'bob', role: 'admin' }, NOON);
    draftOf(session).rollBack();
    expect(session.all()).toEqual({ userId: 'ada', cart: 1 });
    expect(session.id).toBe(id);
    expect(session.createdAt).toEqual(createdAt);
    expect(session.isDirty).toBe(false);
    expect(draftOf(session)).toMatchObject({ cleared: false, visitor: { identity: ['userId'] } });
    expect(session.flash('notice')).toBe('Saved');
  });

  it('leaves a session that nobody had stored with nothing', () => {
    const session = new Session().set('cart', 1);
    draftOf(session).rollBack();
    expect(session.isEmpty).toBe(true);
    expect(session.isDirty).toBe(false);
  });

  it('does not bring back what was ended', () => {
    const session = stored({ userId: 'ada' }, { flashes: { notice: 'Saved' } });
    const { id } = session;
    session.destroy().set('theme', 'dark');
    draftOf(session).rollBack();
    expect(session.all()).toEqual({});
    expect(session.flashes.isEmpty).toBe(true);
    expect(session.isDestroyed).toBe(true);
    expect(draftOf(session).ended?.id).toBe(id);
    expect(session.id).not.toBe(id);
  });
});

describe('Signing in where a guest had chosen a role', () => {
  it('leaves nothing of it: what a visitor may do comes from the sign-in alone', () => {
    const session = new Session();
    session.set('role', 'admin').set('permissions', ['everything']).set('cart', 1);
    draftOf(session).signIn({ userId: 'u1' }, 0);
    expect(session.all()).toEqual({ userId: 'u1', cart: 1 });
  });
});

describe('Settling', () => {
  it('takes what was committed as the new starting point', () => {
    const session = new Session().set('cart', 1);
    draftOf(session).signIn({ userId: 'ada' }, NOON);
    const committed = recordOf({ values: { cart: 1, userId: 'ada' }, identity: ['userId'] });
    draftOf(session).settle(committed);
    expect(session.isNew).toBe(false);
    expect(session.isDirty).toBe(false);
    expect(session.id).toBe(committed.id);
    expect(session.createdAt).toEqual(new Date(committed.createdAt));
    expect(session.all()).toEqual({ cart: 1, userId: 'ada' });
    expect(draftOf(session)).toMatchObject({ opened: committed, cleared: false, ended: undefined });
    expect(draftOf(session).visitor.identity).toEqual(['userId']);
  });

  it('stays closed until it is reopened', () => {
    const session = new Session().set('cart', 1);
    draftOf(session).close();
    draftOf(session).settle(recordOf({ values: { cart: 1 } }));
    expect(() => session.set('cart', 2)).toThrow(SessionCommittedError);
  });

  it('on nothing leaves a new session, and says that values have changed', () => {
    const session = stored({ userId: 'ada' });
    const { revision } = draftOf(session);
    draftOf(session).settle(undefined);
    expect(session.isNew).toBe(true);
    expect(session.all()).toEqual({});
    expect(draftOf(session).revision).toBeGreaterThan(revision);
  });

  it('on nothing does not disturb a session that was new', () => {
    const session = new Session();
    draftOf(session).settle(undefined);
    expect(draftOf(session).revision).toBe(0);
  });
});

describe('When the visitor of a session signed in', () => {
  it('is known of those who signed in here', () => {
    const session = new Session(recordOf({ values: { userId: 'ada' }, createdAt: 1000 }));
    expect(session.signedInAt).toEqual(new Date(1000));
  });

  it('is not known of guests, and of those in a session from elsewhere', () => {
    expect(new Session(recordOf({ values: { cart: 1 } })).signedInAt).toBeUndefined();
    const foreign = new Session({ ...recordOf({ values: { userId: 'ada' } }), isForeign: true });
    expect(foreign.signedInAt).toBeUndefined();
    draftOf(foreign).signIn({ userId: 'ada' }, 5000);
    expect(foreign.signedInAt).toEqual(new Date(5000));
  });
});

describe('A session of a thousand keys', () => {
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, number) => [`k${number}`, 1]));

  it('takes no other one, and says which it was', () => {
    const session = stored(keys(999));
    session.set('last', 1);
    const refusal = new TooManyKeysError('more', 1000);
    expect(() => session.set('more', 1)).toThrow(refusal);
    expect(() => session.set('more', (old = 1) => old)).toThrow(refusal);
    expect(() => draftOf(session).updateVisitor({ userId: 'ada' })).toThrow(new TooManyKeysError('userId', 1000));
    expect(session.has('more')).toBe(false);
    expect(session.get('userId')).toBeUndefined();
  });

  it('goes on otherwise, also when it has more already', () => {
    const session = stored(keys(1200));
    session.set('k0', 2).set('k1', (one) => Number(one) + 1);
    session.unset('k2').set('k2', undefined);
    expect(() => session.set('more', 1)).toThrow(TooManyKeysError);
    for (let number = 2; number < 300; number++) session.unset(`k${number}`);
    expect(session.set('more', 1).get('more')).toBe(1);
    expect(later(session).get('k1')).toBe(2);
  });

  it('is reached by way of one request, too', () => {
    const session = new Session();
    for (const key of Object.keys(keys(1000))) session.set(key, 1);
    expect(() => session.set('more', 1)).toThrow(TooManyKeysError);
    session.clear();
    expect(session.set('more', 1).all()).toEqual({ more: 1 });
  });
});
