import { describe, expect, it } from '@jest/globals';
import { AccessConfig, type AccessOptions } from '../../lib/access/access-options.js';
import { Visitor } from '../../lib/access/visitor.js';
import { VisitorResolver } from '../../lib/access/visitor-resolver.js';
import { MadeClasses } from '../../lib/session/made-classes.js';
import { SecurityEvents } from '../../lib/session/security-events.js';
import { draftOf, Session } from '../../lib/session/session.js';
import { FrozenClock } from '../support/frozen-clock.js';
import { RememberingLog } from '../support/guards.js';
import { RememberingEvents } from '../support/remembering-events.js';
import { sessionOf } from '../support/sessions.js';

function resolverWith(
  access: AccessOptions = {},
  log = new RememberingLog(),
  events = new SecurityEvents(),
): VisitorResolver {
  return new VisitorResolver(new AccessConfig(access), log, new FrozenClock(), events);
}

function visitorOf(values: Record<string, unknown>, access: AccessOptions = {}): Visitor {
  return resolverWith(access).fromSession(sessionOf(values));
}

describe('The visitors of one record', () => {
  const times = { createdAt: 1, renewedAt: 1, expiresAt: 2 };
  const record = {
    ...{ id: 'x', ...times, flashes: new Map(), identity: [] },
    values: new Map<string, unknown>([
      ['userId', 'ada'],
      ['role', 'editor'],
    ]),
  };

  it('are separate for each request, with equal data', () => {
    const resolver = resolverWith();
    const [one, other] = [new Session(record), new Session(record)].map((session) => resolver.fromSession(session));
    expect(one).not.toBe(other);
    expect(one).toEqual(other);
    expect(other).toMatchObject({ id: 'ada', roles: ['editor'] });
    expect(Object.isFrozen(other?.session)).toBe(true);
  });

  it('follow the session once it changes or is set aside', () => {
    const resolver = resolverWith();
    const session = new Session(record);
    resolver.fromSession(session);
    session.set<string>('role', 'reader');
    expect(resolver.fromSession(session).roles).toEqual(['reader']);
    const aside = new Session(record);
    draftOf(aside).standAsideFor(draftOf(sessionOf({ userId: 'bob' })));
    expect(resolver.fromSession(aside).isGuest).toBe(true);
    expect(resolver.fromSession(new Session(record)).roles).toEqual(['editor']);
  });

  it('are resolved anew for each request where the application customises them', () => {
    const asked: string[] = [];
    const access = { getRole: ({ userId }: { userId: string }) => `role ${asked.push(userId)}` };
    const resolver = resolverWith(access);
    const roles = [1, 2].map(() => resolver.fromSession(new Session(record)).roles);
    expect(roles).toEqual([['role 1'], ['role 2']]);
    class Titled extends VisitorResolver {
      protected override signedIn(data: Parameters<VisitorResolver['signedIn']>[0]): Visitor {
        return super.signedIn({ ...data, role: `title ${asked.push(data.userId)}` });
      }
    }
    const own = new Titled(new AccessConfig(), new RememberingLog(), new FrozenClock(), new SecurityEvents());
    expect([1, 2].map(() => own.fromSession(new Session(record)).roles)).toEqual([['title 3'], ['title 4']]);
  });
});

describe('The visitor of a session', () => {
  it('is a guest without a session', () => {
    expect(resolverWith().resolve(new Session())).toMatchObject({ isGuest: true });
  });

  it.each([undefined, null, '', 0, 42, true, {}, ['ada'], new Map(), new Date(0)])(
    'is a guest when userId is not a string: %p',
    (userId) => {
      expect(visitorOf({ userId, role: 'admin', permissions: ['x'] })).toMatchObject({ isGuest: true, roles: [] });
    },
  );

  it('is a guest when only names of Object.prototype are present', () => {
    const values: [string, unknown][] = [
      ['__proto__', { userId: 'ada', role: 'admin' }],
      ['constructor', 'admin'],
    ];
    expect(visitorOf(Object.fromEntries(values)).isGuest).toBe(true);
  });

  it('gets no role from __proto__', () => {
    const session = Object.fromEntries([
      ['userId', 'ada'],
      ['__proto__', { role: 'admin', permissions: ['x'] }],
    ]);
    const visitor = visitorOf(session);
    expect(visitor).toMatchObject({ isGuest: false, id: 'ada', roles: [], permissions: [] });
  });

  it.each<[Record<string, unknown>, string[]]>([
    [{ role: 'admin' }, ['admin']],
    [{ roles: ['admin', 'editor'] }, ['admin', 'editor']],
    [{ role: 'admin', roles: ['editor'] }, ['admin', 'editor']],
    [{ role: 'admin', roles: ['admin'] }, ['admin']],
    [{ roles: 'editor' }, ['editor']],
    [{ role: ['editor'] }, ['editor']],
    [{}, []],
    [{ role: { name: 'admin' } }, []],
    [{ role: 1, roles: [true, null, { admin: true }, ['admin'], 'editor'] }, ['editor']],
    [{ roles: new Set(['admin']) }, []],
    [{ roles: { 0: 'admin', length: 1 } }, []],
    [{ role: null, roles: null }, []],
  ])('with %p has the roles %j', (values, roles) => {
    expect(visitorOf({ userId: 'ada', ...values }).roles).toEqual(roles);
  });

  it.each<[unknown, string[]]>([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    ['a', ['a']],
    [[1, {}, ['b'], null, 'a'], ['a']],
    [{ a: true }, []],
    [undefined, []],
  ])('with the permissions %p in the session has the permissions %j', (permissions, expected) => {
    expect(visitorOf({ userId: 'ada', permissions }).permissions).toEqual(expected);
  });

  it.each<[ReturnType<NonNullable<AccessOptions['getRole']>>, string[]]>([
    ['owner', ['owner']],
    [
      ['owner', 'editor'],
      ['owner', 'editor'],
    ],
    [null, []],
    [undefined, []],
  ])('has the roles from getRole in place of its own: %j', (given, roles) => {
    expect(visitorOf({ userId: 'ada', role: 'admin', roles: ['x'] }, { getRole: () => given }).roles).toEqual(roles);
  });

  it('has the permissions from getPermissions in place of its own', () => {
    const ofPlan: AccessOptions['getPermissions'] = (session) => (session.plan === 'pro' ? ['export'] : null);
    expect(visitorOf({ userId: 'a', permissions: ['x'], plan: 'pro' }, { getPermissions: ofPlan }).permissions).toEqual(
      ['export'],
    );
    expect(visitorOf({ userId: 'a', permissions: ['x'] }, { getPermissions: ofPlan }).permissions).toEqual([]);
  });

  it('gets no roles or permissions from functions that throw, and the errors are logged', () => {
    const log = new RememberingLog();
    const down = new Error('down');
    const broken = () => {
      throw down;
    };
    const resolver = resolverWith({ getRole: broken, getPermissions: broken }, log);
    const visitor = resolver.fromSession(sessionOf({ userId: 'ada', role: 'admin', permissions: ['x'] }));
    expect(visitor).toMatchObject({ isGuest: false, roles: [], permissions: [] });
    expect(log.failures.map(({ error }) => error)).toEqual([down, down]);
    expect(log.failures.map(({ line }) => line).join()).toMatch(/getRole.*getPermissions/);
    expect(log.failures.map(({ line }) => line).join()).not.toContain('ada');
  });

  it('gets no roles or permissions from functions that return promises, logged once for each', async () => {
    const log = new RememberingLog();
    const later = () => Promise.reject(new Error('unheard')) as never;
    const resolver = resolverWith({ getRole: later, getPermissions: later }, log);
    for (let time = 0; time < 3; time++) {
      const visitor = resolver.fromSession(sessionOf({ userId: 'ada', role: 'admin', permissions: ['x'] }));
      expect(visitor).toMatchObject({ id: 'ada', roles: [], permissions: [] });
    }
    await new Promise((wake) => setTimeout(wake, 5));
    expect(log.failures.map(({ line }) => line)).toEqual([
      expect.stringMatching(/^access\.getRole gave a promise/),
      expect.stringMatching(/^access\.getPermissions gave a promise/),
    ]);
  });

  it('has frozen session data', () => {
    const { session } = visitorOf({ userId: 'ada' });
    expect(Object.isFrozen(session)).toBe(true);
  });

  it('is signed in as soon as the session is, within the same request', () => {
    const session = new Session();
    session.set('userId', 'ada');
    expect(resolverWith().resolve(session)).toMatchObject({ id: 'ada' });
  });

  it('is an instance of the registered subclass of Visitor', () => {
    class TeamVisitor extends Visitor {}
    const made = new MadeClasses(new Map([[Visitor, TeamVisitor]]));
    const clock = new FrozenClock();
    const log = new RememberingLog();
    const resolver = made.during(() => new VisitorResolver(new AccessConfig(), log, clock, new SecurityEvents(clock)));
    expect(resolver.resolve(new Session())).toBeInstanceOf(TeamVisitor);
    expect(resolver.resolve(sessionOf({ userId: 'ada' }))).toBeInstanceOf(TeamVisitor);
  });

  it('does not make the response personal', () => {
    const session = sessionOf({ userId: 'ada' });
    resolverWith().resolve(session);
    expect(draftOf(session).wasUsed).toBe(false);
  });
});

describe('A user who cannot be reloaded', () => {
  it('is reported once per request, however often the visitor is resolved', async () => {
    const events = new RememberingEvents();
    const away = { reload: () => Promise.reject(new Error('away')) };
    const resolver = resolverWith(away, new RememberingLog(), events);
    const session = sessionOf({ userId: 'ada', role: 'admin' });
    expect(await resolver.resolve(session)).toMatchObject({ isGuest: true });
    session.set('email', 'ada@site.example');
    expect(await resolver.resolve(session)).toMatchObject({ isGuest: true });
    expect(session.isUnavailable).toBe(true);
    expect(events.take()).toEqual([{ name: 'store.failed', operation: 'reload', userId: 'ada', via: 'session' }]);
  });
});

describe('A visitor provided by the application', () => {
  it('is validated, and then resolved like any other', () => {
    const resolver = resolverWith({ getPermissions: () => ['posts:read'] });
    const session = resolver.adopted({ id: 's1', userId: 'ada', role: 'admin', expiresAt: new Date(0) });
    const visitor = resolver.resolve(session as Session);
    expect(visitor).toMatchObject({ id: 'ada', roles: ['admin'], permissions: ['posts:read'] });
  });

  it('leaves the provided object unfrozen', () => {
    const known = { userId: 'ada' };
    const resolver = resolverWith();
    resolver.resolve(resolver.adopted(known) as Session);
    expect(Object.isFrozen(known)).toBe(false);
  });

  it('may be provided as a session', () => {
    const resolver = resolverWith();
    expect(resolver.fromSession(resolver.adopted(sessionOf({ userId: 'ada' })) as Session).id).toBe('ada');
  });

  it.each([null, undefined, false])('is a guest without a log entry when it is %p', (known) => {
    const log = new RememberingLog();
    const resolver = resolverWith({}, log);
    expect(resolver.fromSession(resolver.adopted(known) as Session).isGuest).toBe(true);
    expect(log.misfits).toEqual([]);
  });

  it.each<[unknown, string]>([
    ['ada', 'no object with a "userId"'],
    [['ada'], 'no object with a "userId"'],
    [{}, '"userId" must be a non-empty string'],
    [{ userId: 7 }, '"userId" must be a non-empty string'],
    [{ userId: '   ' }, '"userId" must be a non-empty string'],
    [{ userId: 'ada', role: 5 }, '"role" must be a string'],
    [{ userId: 'ada', permissions: 'admin' }, '"permissions" must be an array'],
  ])('is a guest when it is %j, and is logged once without its values', (known, line) => {
    const log = new RememberingLog();
    const resolver = resolverWith({}, log);
    for (let time = 0; time < 3; time++) {
      expect(resolver.fromSession(resolver.adopted(known) as Session).isGuest).toBe(true);
    }
    expect(log.misfits).toEqual([expect.stringContaining(line)]);
    expect(log.misfits.join()).not.toContain('ada');
  });
});
