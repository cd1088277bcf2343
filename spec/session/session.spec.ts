import { describe, expect, it } from '@jest/globals';
import {
  InvalidSessionValueError,
  SessionCommittedError,
  SessionValueTypeError,
  TooManyKeysError,
} from '../../lib/errors/index.js';
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

/** Returns the session as the next request opens it. */
function later(session: Session): Session {
  const draft = draftOf(session);
  const changes = changesOf(draft, { now: NOON, config: CONFIG, lineage: undefined });
  return new Session(applyChanges(draft.opened, changes));
}

describe('A new session', () => {
  it('has no values and nothing to store', () => {
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

  it('generates its id on first access and keeps it', () => {
    const session = new Session();
    expect(SessionId.isWellFormed(session.id)).toBe(true);
    expect(session.id).toBe(session.id);
    expect(session.isDirty).toBe(false);
  });

  it('has nothing to store after regenerate() and clear()', () => {
    const session = new Session().regenerate().clear();
    expect(session.isDirty).toBe(false);
    expect(session.isEmpty).toBe(true);
  });
});

describe('A stored session', () => {
  it('opens with its id, its creation time and its expiry time', () => {
    const record = recordOf({ values: { cart: 1 }, flashes: { notice: 'Saved' } });
    const session = new Session(record);
    expect(session.isNew).toBe(false);
    expect(session.isEmpty).toBe(false);
    expect(session.isDirty).toBe(false);
    expect(session.id).toBe(record.id);
    expect(session.createdAt).toEqual(new Date(record.createdAt));
    expect(session.expiresAt).toEqual(new Date(record.expiresAt));
  });

  it('is marked as used once its values or messages are read', () => {
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

describe('Session values', () => {
  it('can be set, read and removed', () => {
    const session = new Session().set('cart', [1]);
    expect(session.get('cart')).toEqual([1]);
    expect(session.has('cart')).toBe(true);
    expect(session.isDirty).toBe(true);

    session.unset('cart');
    expect(session.get('cart')).toBeUndefined();
    expect(session.has('cart')).toBe(false);
    expect(session.isEmpty).toBe(true);
  });

  it('can be computed from the previous value', () => {
    const session = new Session<{ visits: number }>();
    session.set('visits', (visits = 0) => visits + 1);
    session.set('visits', (visits = 0) => visits + 1);
    expect(session.get('visits')).toBe(2);
  });

  it('may be falsy', () => {
    const session = new Session().set('count', 0).set('name', '').set('isOpen', false).set('nothing', null);
    expect(session.has('count') && session.has('name') && session.has('isOpen') && session.has('nothing')).toBe(true);
    expect(session.all()).toEqual({ count: 0, name: '', isOpen: false, nothing: null });
  });

  it('are removed when they are set to undefined', () => {
    const session = stored({ cart: 1, theme: 'dark' });
    session.set('cart', undefined);
    session.set('theme', () => undefined);
    expect(session.all()).toEqual({});
    expect(later(session).all()).toEqual({});
  });

  it('are all removed by clear(), which keeps the flash messages', () => {
    const session = stored({ cart: 1 }, { flashes: { notice: 'Saved' } });
    session.set('draft', 'x').clear();
    expect(session.all()).toEqual({});
    expect(session.isEmpty).toBe(false);
    expect(session.flash('notice')).toBe('Saved');
    expect(later(session).has('cart')).toBe(false);
  });

  it('are returned by all() as a copy', () => {
    const session = stored({ cart: 1 });
    session.all().cart = 2;
    expect(session.get('cart')).toBe(1);
  });

  it('may have keys such as "__proto__" without changing any prototype', () => {
    const session = new Session().set('__proto__', { isAdmin: true }).set('constructor', 'x');
    expect(session.get('__proto__')).toEqual({ isAdmin: true });
    expect(session.get('toString')).toBeUndefined();
    expect(Object.keys(session.all())).toEqual(['__proto__', 'constructor']);
    expect(session.all().isAdmin).toBeUndefined();
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });

  it('stay unchanged when a new value cannot be stored, and the error names its key', () => {
    const session = stored({ price: 1 });
    expect(() => session.set('price', new Money(100))).toThrow(InvalidSessionValueError);
    expect(() => session.set('price', { amount: new Money(100) })).toThrow(/The value of "price" cannot be stored/);
    expect(() => session.set('price', () => () => 1)).toThrow(/"price" .* function/);
    expect(session.get('price')).toBe(1);
    expect(session.isDirty).toBe(false);
  });

  it('increase the revision with every change', () => {
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

  it('do not increase the revision when they are read', () => {
    const session = stored({ cart: 1 }, { flashes: { notice: 'Saved' } });
    session.get('cart');
    session.all();
    session.flash('notice');
    expect(draftOf(session).revision).toBe(0);
  });
});

describe('Flash messages', () => {
  it('are set in one request and delivered once, in the next', () => {
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

describe('session.regenerate()', () => {
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

describe('session.destroy()', () => {
  it('removes values, messages and times', () => {
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

  it('records which stored session has to be ended', () => {
    const session = stored({ cart: 1 });
    const { id } = session;
    session.regenerate().destroy().set('cart', 2).destroy();
    expect(draftOf(session).ended?.id).toBe(id);
  });

  it('lets a new session begin under a new id', () => {
    const session = stored({ cart: 1 });
    const { id } = session;
    session.destroy();
    session.set('theme', 'dark');
    expect(session.isDestroyed).toBe(false);
    expect(session.isNew).toBe(true);
    expect(session.id).not.toBe(id);
    expect(later(session).all()).toEqual({ theme: 'dark' });
  });

  it('allows a flash message afterwards', () => {
    const session = stored({ userId: 'ada' });
    session.destroy().flash('notice', 'Signed out');
    expect(session.isDestroyed).toBe(false);
    expect(later(session).flash('notice')).toBe('Signed out');
  });

  it('works on a session that was never stored', () => {
    const session = new Session().set('cart', 1).destroy();
    expect(session.isDestroyed).toBe(true);
    expect(session.isDirty).toBe(false);
    expect(session.set('cart', 2).isDestroyed).toBe(false);
  });
});

describe('Signing in', () => {
  it('changes the id and restarts the creation time', () => {
    const session = stored({ cart: 1 });
    const { id } = session;
    draftOf(session).signIn({ userId: 'ada' }, NOON);
    expect(session.id).not.toBe(id);
    expect(session.createdAt).toEqual(new Date(NOON));
    expect(later(session).createdAt).toEqual(new Date(NOON));
  });

  it('keeps the values and messages of a guest', () => {
    const session = stored({ cart: [1, 2] }, { flashes: { notice: 'Welcome' } });
    draftOf(session).signIn({ userId: 'ada' }, NOON);
    expect(session.all()).toEqual({ cart: [1, 2], userId: 'ada' });
    expect(later(session).flash('notice')).toBe('Welcome');
  });

  it('keeps the values of the same user', () => {
    const first = stored({ cart: 1 });
    draftOf(first).signIn({ userId: 'ada' }, NOON);
    const second = later(first);
    draftOf(second).signIn({ userId: 'ada' }, NOON);
    expect(second.all()).toEqual({ cart: 1, userId: 'ada' });
  });

  it('drops the values and messages of another user', () => {
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

  it('removes values of the previous sign-in that the new one leaves out, such as a role', () => {
    const first = stored({ cart: 1 });
    draftOf(first).signIn({ userId: 'ada', role: 'admin', email: 'ada@example.com' }, NOON);
    const second = later(first);
    draftOf(second).signIn({ userId: 'ada', email: 'new@example.com' }, NOON);
    expect(second.all()).toEqual({ cart: 1, userId: 'ada', email: 'new@example.com' });
    expect(later(second).has('role')).toBe(false);
  });

  it('replaces an earlier sign-in of the same request', () => {
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

  it('fails with a value that cannot be stored, and changes nothing', () => {
    const session = stored({ cart: 1 });
    const { id } = session;
    expect(() => draftOf(session).signIn({ userId: 'ada', wallet: new Money(1) }, NOON)).toThrow(
      /The value of "wallet"/,
    );
    expect(session.all()).toEqual({ cart: 1 });
    expect(session.id).toBe(id);
    expect(session.isDirty).toBe(false);
  });

  it('rejects a function as a value without calling it', () => {
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
  it('changes the given values and keeps the id and the creation time', () => {
    const first = new Session();
    draftOf(first).signIn({ userId: 'ada', role: 'user' }, NOON);
    const second = later(first);
    const { id } = second;
    draftOf(second).updateVisitor({ email: 'ada@example.com' });
    expect(second.id).toBe(id);
    expect(second.createdAt).toEqual(new Date(NOON));
    expect(second.all()).toEqual({ userId: 'ada', role: 'user', email: 'ada@example.com' });
  });

  it('sets values that the next sign-in removes', () => {
    const first = new Session();
    draftOf(first).signIn({ userId: 'ada' }, NOON);
    const second = later(first);
    draftOf(second).updateVisitor({ role: 'admin' });
    const third = later(second);
    draftOf(third).signIn({ userId: 'ada' }, NOON);
    expect(third.all()).toEqual({ userId: 'ada' });
  });

  it('removes values that are undefined', () => {
    const session = new Session();
    draftOf(session).signIn({ userId: 'ada', role: 'admin' }, NOON);
    draftOf(session).updateVisitor({ role: undefined });
    expect(session.all()).toEqual({ userId: 'ada' });
  });

  it('fails with a value that cannot be stored, and changes nothing', () => {
    const session = stored({ userId: 'ada' });
    expect(() => draftOf(session).updateVisitor({ role: 'admin', wallet: new Money(1) })).toThrow(
      /The value of "wallet"/,
    );
    expect(session.all()).toEqual({ userId: 'ada' });
  });
});

describe('The session of a user, in a request that acts as another user,', () => {
  function aside(): Session {
    const session = stored({ userId: 'ada', role: 'admin', cart: 1 }, { flashes: { notice: 'Welcome, Ada' } });
    draftOf(session).standAsideFor(draftOf(new Session(recordOf({ values: { userId: 'bob' } }))));
    return session;
  }

  it('hides its stored values and messages', () => {
    const session = aside();
    expect([session.all(), session.contents(), session.has('role'), session.flash('notice')]).toEqual([
      {},
      {},
      false,
      undefined,
    ]);
    expect(session.flashes.has('notice')).toBe(false);
  });

  it('holds values that are set in this request without storing them', () => {
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
  ])('is not hidden when the other user is %s', (_, visitor) => {
    const session = aside();
    expect(draftOf(session).standAsideFor(draftOf(visitor))).toBe(false);
    expect(session.get('cart')).toBe(1);
  });

  it('is not hidden while it belongs to a guest', () => {
    const session = stored({ cart: 1 });
    expect(draftOf(session).standAsideFor(draftOf(new Session(recordOf({ values: { userId: 'bob' } }))))).toBe(false);
    expect(session.set('cart', 2).isDirty).toBe(true);
  });

  it('is hidden from a guest', () => {
    const session = stored({ userId: 'ada' });
    expect(draftOf(session).standAsideFor(draftOf(new Session()))).toBe(true);
    expect(session.all()).toEqual({});
  });

  it('holds only the values of the sign-in once the other user signs in', () => {
    const session = aside();
    session.set('theme', 'dark');
    draftOf(session).signIn({ userId: 'bob' }, NOON);
    expect(later(session).all()).toEqual({ userId: 'bob' });
  });

  it('is marked as ended when it is destroyed', () => {
    const session = aside();
    session.destroy();
    expect(draftOf(session).ended).toBeDefined();
    expect(session.isDestroyed).toBe(true);
  });

  it('stays hidden when the request fails', () => {
    const session = aside();
    session.set('theme', 'dark');
    draftOf(session).rollBack();
    expect(session.all()).toEqual({});
    expect(session.flashes.has('notice')).toBe(false);
  });

  it('rejects changes once it is closed, and accepts them after it is reopened', () => {
    const session = aside();
    draftOf(session).close();
    expect(() => session.set('theme', 'dark')).toThrow(SessionCommittedError);
    expect(() => session.flashes.set('notice', 'x')).toThrow(SessionCommittedError);
    draftOf(session).reopen();
    expect(session.set('theme', 'dark').flash('notice', 'x').get('theme')).toBe('dark');
  });
});

describe('A session whose stored record was changed during the request', () => {
  it('takes over the new record and keeps the changes of this request', () => {
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

  it.each(changing)('rejects %s with an error that names the call', (operation, change) => {
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

  it('delivers no message, because the delivery could not be stored, and keeps it for the next page', () => {
    const session = closed();
    expect(session.flash('notice')).toBeUndefined();
    expect(later(session).flash('notice')).toBe('Saved');
  });

  it('accepts changes again once it is reopened', () => {
    const session = closed();
    draftOf(session).reopen();
    session.set('cart', 2);
    expect(session.get('cart')).toBe(2);
    expect(session.flash('notice')).toBe('Saved');
  });
});

describe('Rolling back', () => {
  it('restores values, messages and the id', () => {
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

  it('undoes a sign-in', () => {
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

  it('empties a session that was never stored', () => {
    const session = new Session().set('cart', 1);
    draftOf(session).rollBack();
    expect(session.isEmpty).toBe(true);
    expect(session.isDirty).toBe(false);
  });

  it('does not restore a session that was destroyed', () => {
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

describe('Signing in after a guest had set a role', () => {
  it('drops that role, because roles and permissions come from the sign-in alone', () => {
    const session = new Session();
    session.set('role', 'admin').set('permissions', ['everything']).set('cart', 1);
    draftOf(session).signIn({ userId: 'u1' }, 0);
    expect(session.all()).toEqual({ userId: 'u1', cart: 1 });
  });
});

describe('Settling', () => {
  it('makes the committed record the new starting point', () => {
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

  it('leaves the session closed until it is reopened', () => {
    const session = new Session().set('cart', 1);
    draftOf(session).close();
    draftOf(session).settle(recordOf({ values: { cart: 1 } }));
    expect(() => session.set('cart', 2)).toThrow(SessionCommittedError);
  });

  it('without a record leaves a new session and increases the revision', () => {
    const session = stored({ userId: 'ada' });
    const { revision } = draftOf(session);
    draftOf(session).settle(undefined);
    expect(session.isNew).toBe(true);
    expect(session.all()).toEqual({});
    expect(draftOf(session).revision).toBeGreaterThan(revision);
  });

  it('without a record does not change the revision of a new session', () => {
    const session = new Session();
    draftOf(session).settle(undefined);
    expect(draftOf(session).revision).toBe(0);
  });
});

describe('The sign-in time of a session', () => {
  it('is the creation time of the session of a signed-in user', () => {
    const session = new Session(recordOf({ values: { userId: 'ada' }, createdAt: 1000 }));
    expect(session.signedInAt).toEqual(new Date(1000));
  });

  it('is undefined for a guest, and for a foreign session until its user signs in', () => {
    expect(new Session(recordOf({ values: { cart: 1 } })).signedInAt).toBeUndefined();
    const foreign = new Session({ ...recordOf({ values: { userId: 'ada' } }), isForeign: true });
    expect(foreign.signedInAt).toBeUndefined();
    draftOf(foreign).signIn({ userId: 'ada' }, 5000);
    expect(foreign.signedInAt).toEqual(new Date(5000));
  });
});

describe('A session of a thousand keys', () => {
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, number) => [`k${number}`, 1]));

  it('rejects another key with an error that names it', () => {
    const session = stored(keys(999));
    session.set('last', 1);
    const refusal = new TooManyKeysError('more', 1000);
    expect(() => session.set('more', 1)).toThrow(refusal);
    expect(() => session.set('more', (old = 1) => old)).toThrow(refusal);
    expect(() => draftOf(session).updateVisitor({ userId: 'ada' })).toThrow(new TooManyKeysError('userId', 1000));
    expect(session.has('more')).toBe(false);
    expect(session.get('userId')).toBeUndefined();
  });

  it('can still change and remove keys, even when it already has more than a thousand', () => {
    const session = stored(keys(1200));
    session.set('k0', 2).set('k1', (one) => Number(one) + 1);
    session.unset('k2').set('k2', undefined);
    expect(() => session.set('more', 1)).toThrow(TooManyKeysError);
    for (let number = 2; number < 300; number++) session.unset(`k${number}`);
    expect(session.set('more', 1).get('more')).toBe(1);
    expect(later(session).get('k1')).toBe(2);
  });

  it('rejects another key in the very request that added the thousand keys', () => {
    const session = new Session();
    for (const key of Object.keys(keys(1000))) session.set(key, 1);
    expect(() => session.set('more', 1)).toThrow(TooManyKeysError);
    session.clear();
    expect(session.set('more', 1).all()).toEqual({ more: 1 });
  });
});

describe('A small verb of a session', () => {
  it('adds to a number, from 0 on, and returns the new one', () => {
    const session = stored({ visits: 2 });
    expect([session.increment('visits'), session.increment('visits', -4), session.increment('new', 2)]).toEqual([
      3, -1, 2,
    ]);
    expect(later(session).all()).toEqual({ visits: -1, new: 2 });
  });

  it('adds copies of items to a list, which begins empty', () => {
    const session = stored({ cart: ['tea'] });
    const item = { name: 'milk' };
    session.push('cart', item, 'bread').push('new', 1);
    item.name = 'changed';
    expect(later(session).all()).toEqual({ cart: ['tea', { name: 'milk' }, 'bread'], new: [1] });
  });

  it('adds to what another request has stored in the meantime', () => {
    const [first, second] = [stored({ visits: 1, cart: ['a'] }), stored({ visits: 1, cart: ['a'] })];
    const add = (session: Session, item: string) => {
      session.increment('visits');
      session.increment('visits', 2);
      session.push('cart', item);
      const draft = draftOf(session);
      return changesOf(draft, { now: NOON, config: CONFIG, lineage: undefined });
    };
    const [one, two] = [add(first, 'b'), add(second, 'c')];
    const { values } = applyChanges(applyChanges(one.opened, one), two);
    expect(Object.fromEntries(values)).toEqual({ visits: 7, cart: ['a', 'b', 'c'] });
  });

  it('gets a value and removes it', () => {
    const session = stored({ token: 'abc' });
    expect([session.pull('token'), session.pull('token'), session.has('token')]).toEqual(['abc', undefined, false]);
    expect(later(session).all()).toEqual({});
  });

  it('refuses values of another type, and changes nothing then', () => {
    const session = stored({ name: 'ada' });
    expect(() => session.increment('name')).toThrow(new SessionValueTypeError('name', 'increment', 'a number'));
    expect(() => session.push('name', 'x')).toThrow(new SessionValueTypeError('name', 'push', 'a list'));
    expect(() => session.increment('visits', Number.NaN)).toThrow(InvalidSessionValueError);
    expect(() => session.push('cart', () => {})).toThrow(InvalidSessionValueError);
    expect(session.isDirty).toBe(false);
  });

  it('is refused by its name once the session is closed', () => {
    const session = stored({ visits: 1 });
    draftOf(session).close();
    expect(() => session.increment('visits')).toThrow(/session\.increment\('visits'\)/);
    expect(() => session.push('cart', 1)).toThrow(SessionCommittedError);
    expect(() => session.pull('visits')).toThrow(SessionCommittedError);
  });
});
