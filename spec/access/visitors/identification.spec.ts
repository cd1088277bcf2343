import { describe, expect, it } from '@jest/globals';
import { AccessConfig, type Identify } from '../../../lib/access/access-options.js';
import { VisitorResolver } from '../../../lib/access/visitor-resolver.js';
import { Identification } from '../../../lib/access/visitors/identification.js';
import { StoreUnavailableError } from '../../../lib/errors/index.js';
import { Session } from '../../../lib/session/session.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { navigation } from '../../support/guarded-request.js';
import { RememberingLog } from '../../support/guards.js';
import { RememberingEvents } from '../../support/remembering-events.js';
import { sessionOf } from '../../support/sessions.js';

const ASKED = navigation('/page');

/** Returns an object that is used like a promise. */
const thenable = (property: PropertyDescriptor) => Object.defineProperty({}, 'then', property);
const fail = () => {
  throw new Error('the database is down');
};

/** Asks an `identify` about one request. */
async function answerOf(identify: unknown, original = new Request('http://site.example/page')) {
  const [log, events] = [new RememberingLog(), new RememberingEvents()];
  const access = new AccessConfig({}, identify as Identify);
  const resolver = new VisitorResolver(access, log, new FrozenClock(), events);
  const identification = new Identification(resolver, log, events, 20);
  const visitor = await identification.visitorOf(original, ASKED);
  const { session } = visitor ?? {};
  return { visitor, session, log, events: events.take(), again: () => identification.visitorOf(original, ASKED) };
}

describe('The identification of a visitor by the request', () => {
  it.each<[string, unknown]>([
    ['at once', () => undefined],
    ['later', async () => undefined],
  ])('leaves it to the session when identify returns undefined %s', async (_, identify) => {
    expect((await answerOf(identify)).visitor).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['data', () => ({ userId: 'robot' })],
    ['a promise of data', async () => ({ userId: 'robot' })],
    ['a thenable', () => thenable({ value: (done: (data: object) => void) => done({ userId: 'robot' }) })],
    ['a session', () => sessionOf({ userId: 'robot' })],
  ])('takes %s', async (_, identify) => {
    expect((await answerOf(identify)).session?.contents()).toEqual({ userId: 'robot' });
  });

  it.each<[unknown, string | undefined]>([
    [null, undefined],
    [false, undefined],
    [new Session(), '"userId" must be a non-empty string'],
    ['robot', 'no object with a "userId"'],
    [[{ userId: 'robot' }], 'no object with a "userId"'],
    [() => ({ userId: 'robot' }), 'no object with a "userId"'],
    [{ id: 'robot' }, '"userId" must be a non-empty string'],
    [{ userId: 'robot', roles: [1] }, '"roles" must be an array of strings'],
    [{ userId: 'robot', via: 7 }, '"via" must be a string'],
    [{ userId: 'robot', via: 'session' }, '"via" must be a string'],
  ])('makes the visitor a guest for %p', async (known, line) => {
    const { visitor, session, log } = await answerOf(() => known);
    expect([visitor?.namedBy, session?.has('userId')]).toEqual(['identify', false]);
    expect(log.misfits).toEqual(line === undefined ? [] : [expect.stringContaining(line)]);
    if (line) expect(log.misfits.join()).toContain('Correct what identify returns');
  });

  it.each<[string, unknown]>([
    ['throws', fail],
    ['rejects', async () => fail()],
    ['does not answer in time', () => new Promise(() => {})],
    ['returns an object that throws', () => Object.defineProperty({}, 'userId', { get: fail, enumerable: true })],
    ['returns a thenable that throws', () => thenable({ get: fail })],
  ])('knows nobody when identify %s', async (_, identify) => {
    const { session, log, events, again } = await answerOf(identify);
    expect([session?.isUnavailable, session?.has('userId')]).toEqual([true, false]);
    expect(events).toEqual([{ name: 'store.failed', operation: 'identify' }]);
    expect(log.failures.map(({ line }) => line).join()).toContain('identify failed');
    expect(`${new StoreUnavailableError('identify', new Error('down'))}`).toContain('identify failed: down.');
    expect((await again())?.session?.isUnavailable).toBe(true);
    expect(log.failures).toHaveLength(1);
  });

  it('asks once for each request', async () => {
    let asked = 0;
    const { visitor, again } = await answerOf(async () => ({ userId: `robot ${++asked}` }));
    expect([await again(), asked]).toEqual([visitor, 1]);
  });
});
