import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { SessionId } from '../../lib/session/record/session-id.js';
import {
  CHANNEL_PREFIX,
  type SecurityEvent,
  type SecurityEventFields,
  SecurityEvents,
  shortHash,
  shortHashOfKey,
  subjectOf,
} from '../../lib/session/security-events.js';
import { Session } from '../../lib/session/session.js';
import { FrozenClock } from '../support/frozen-clock.js';
import { recordOf } from '../support/records.js';
import { RememberingEvents } from '../support/remembering-events.js';
import { sessionOf } from '../support/sessions.js';

const login = () => ({ session: 'abc', userId: 'ada' });

/** Returns the messages published on a channel while a function runs. */
function heardOn(name: string, happen: () => void): unknown[] {
  const heard: unknown[] = [];
  const hear = (event: unknown, channel: string | symbol) => void heard.push([channel, event]);
  subscribe(name, hear);
  happen();
  unsubscribe(name, hear);
  return heard;
}

/** Emits an event, and returns the errors that were reported. */
async function reportedBy(events: SecurityEvents, times = 1): Promise<unknown[]> {
  const reported: unknown[] = [];
  events.reportTo((line, error) => reported.push([line, error]));
  for (let time = 0; time < times; time++) events.emit('login', login);
  await new Promise(setImmediate);
  return reported;
}

declare global {
  namespace App {
    interface SecurityEvents {
      'signin.throttled': { clientAddress: string; limit?: string | undefined };
    }
  }
}

describe('Security events', () => {
  it('may be those of the application', () => {
    const name = `${CHANNEL_PREFIX}signin.throttled`;
    const emit = () =>
      new SecurityEvents().emit('signin.throttled', () => ({ clientAddress: '::1\r\nforged', limit: undefined }));
    expect(heardOn(name, emit)).toEqual([
      [name, { name: 'signin.throttled', at: expect.any(Date), clientAddress: '::1%0D%0Aforged' }],
    ]);
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('are published on the channel of their name, with the time of the clock', () => {
    const clock = new FrozenClock();
    const heard = heardOn('astro-gatehouse:login', () => new SecurityEvents(clock).emit('login', login));
    const event = { name: 'login', at: new Date(clock.now()), session: 'abc', userId: 'ada' };
    expect(heard).toEqual([['astro-gatehouse:login', event]]);
  });

  it('are not even created while no listener is subscribed', () => {
    const events = new SecurityEvents();
    const fields = jest.fn(login);
    events.emit('login', fields);
    heardOn(`${CHANNEL_PREFIX}logout`, () => events.emit('login', fields));
    expect(fields).not.toHaveBeenCalled();
    heardOn(`${CHANNEL_PREFIX}login`, () => events.emit('login', fields));
    expect(fields).toHaveBeenCalledTimes(1);
  });

  it('are passed to an overridden publish(), which may publish them on the channel too', () => {
    class Both extends SecurityEvents {
      readonly own: SecurityEvent[] = [];
      override publish(event: SecurityEvent) {
        this.own.push(event);
        return super.publish(event);
      }
    }
    const events = new Both();
    events.emit('login', login);
    expect(heardOn(`${CHANNEL_PREFIX}login`, () => events.emit('login', login))).toHaveLength(1);
    expect(events.own).toHaveLength(2);
  });

  it('are frozen, and omit undefined fields', () => {
    const events = new RememberingEvents();
    events.emit('session.rejected', () => ({ reason: 'ambiguous', session: undefined }));
    const [event] = events.all;
    expect(Object.isFrozen(event)).toBe(true);
    expect(Object.keys(event ?? {})).toEqual(['name', 'at', 'reason']);
  });

  it.each<[string, SecurityEventFields['login']]>([
    ['a line break', { session: 'abc', userId: 'ada\n{"name":"login","userId":"eve"}' }],
    ['a carriage return', { session: 'abc', userId: 'ada\rlogin eve' }],
    ['a Unicode line break', { session: 'abc', userId: 'ada\u2028login eve\u2029login eve\u0085login eve' }],
    ['terminal escape sequences', { session: 'abc', userId: 'ada\u001b[2K\u001b[1Alogin eve' }],
    ['a right-to-left override', { session: 'abc', userId: 'ada\u202e' }],
  ])('escape %s in a value', (_, fields) => {
    const events = new RememberingEvents();
    events.emit('login', () => fields);
    const values = events.all.flatMap((event) => Object.values(event)).join(' ');
    expect(values).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(events.take()).toMatchObject([{ userId: expect.stringMatching(/^ada%/) }]);
  });

  it('leave other strings unchanged, but shorten very long ones', () => {
    const events = new RememberingEvents();
    events.emit('login', () => ({ session: 'abc', userId: 'Åda 🦉 100%' }));
    events.emit('login', () => ({ session: 'abc', userId: 'x'.repeat(10_000) }));
    expect(events.take()).toMatchObject([{ userId: 'Åda 🦉 100%' }, { userId: `${'x'.repeat(500)}…` }]);
  });

  it.each([
    [
      'throws',
      class Throwing extends SecurityEvents {
        override publish(): void {
          throw new Error('full');
        }
      },
    ],
    [
      'rejects',
      class Rejecting extends SecurityEvents {
        override async publish() {
          throw new Error('full');
        }
      },
    ],
  ])('do not make the request fail when publish() %s, which is reported once', async (_, Events) => {
    const events = new Events();
    const line = `${Events.name}.publish() threw, so an event was lost. This is logged once.`;
    expect(await reportedBy(events, 3)).toEqual([[line, new Error('full')]]);
    expect(await reportedBy(events)).toEqual([]);
  });

  it('report errors of publish() on the console by default', () => {
    jest.spyOn(console, 'error').mockReturnValue();
    class Full extends SecurityEvents {
      override publish(): void {
        throw new Error('full');
      }
    }
    new Full().emit('login', login);
    expect(console.error).toHaveBeenCalledWith(expect.stringMatching(/^\[astro-gatehouse\] Full\./), new Error('full'));
  });
});

describe('A short hash', () => {
  it('identifies a session by its id or its fingerprint, and is not a part of the id', () => {
    const [one, other] = [SessionId.generate(), SessionId.generate()];
    expect(shortHash(one)).toMatch(/^[\w-]{12}$/);
    expect(shortHash(one)).toBe(shortHash(one));
    expect(shortHash(one)).not.toBe(shortHash(other));
    expect(shortHashOfKey(SessionId.fingerprint(one))).toBe(shortHash(one));
    expect(one).not.toContain(shortHash(one));
  });
});

describe('subjectOf()', () => {
  it.each([
    ['a signed-in visitor', () => sessionOf({ userId: 'ada', email: 'ada@site.example' }), 'ada'],
    ['a guest', () => sessionOf({ cart: 1 }), undefined],
    ['a user whose id is not a string', () => sessionOf({ userId: 42 }), undefined],
  ])('returns only the short hash and any user id of the session of %s', (_, make, userId) => {
    const session = make();
    expect(subjectOf(session)).toEqual({ session: shortHash(session.id), userId });
  });

  it('returns the hash of the stored id, not of a new id that may never be stored', () => {
    const record = recordOf({ values: { userId: 'ada' } });
    expect(subjectOf(new Session(record).regenerate()).session).toBe(shortHash(record.id));
    expect(subjectOf(new Session()).session).toBeUndefined();
  });
});
