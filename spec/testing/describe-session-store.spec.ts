import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SessionStore } from '../../lib/session/stores/session-store.js';
import type { Abilities, MakeStore } from '../../lib/testing/abilities.js';
import { describeSessionStore } from '../../lib/testing/describe-session-store.js';
import * as broken from '../support/broken-stores.js';
import { describeRandomRequests } from '../support/model/random-requests.js';
import { Recorder } from '../support/recorder.js';
import { TableSessionStore } from '../support/table-session-store.js';

function recorded<Store extends SessionStore>(make: MakeStore<Store>, abilities?: Abilities<Store>): Recorder {
  const recorder = new Recorder();
  describeSessionStore('it', make, abilities, recorder);
  if (abilities?.losesNothing !== false && abilities?.endsSessions !== false) {
    describeRandomRequests('it', make, abilities, recorder);
  }
  return recorder;
}

/** Records the tests of a store without the comparison with a model. */
function recordedAlone<Store extends SessionStore>(make: MakeStore<Store>, abilities?: Abilities<Store>): Recorder {
  const recorder = new Recorder();
  describeSessionStore('it', make, abilities, recorder);
  return recorder;
}

const inOrder = 'requests in any order › end as they do in a simple model, 100 times';

/** The fault of a store, the recorded tests of that store, and the tests that it fails. */
const cases: [string, Recorder, string[]][] = [
  [
    'loses updates because it writes whole sessions',
    recorded(({ clock }) => new broken.LastWriteWinsStore(clock)),
    [
      'what the store says of itself › is what it is tested for',
      'a session that grows › is refused when it is too large, and stays what it was',
      'a session that grows › makes room by what it keeps beside the messages, and loses nothing else',
      'a session that grows › is refused when it is too large under another id, and stays what it was',
      'two requests at once › that set different keys both keep theirs',
      'two requests at once › of which one reads a message and one leaves another lose neither',
      'many requests at once › that set 50 keys keep all 50',
      'many requests at once › that count up by one each count as many as they are',
      'many requests at once › that change the id leave one session, which all of them go on with',
      'many requests at once › of which one empties the session keep what the others put in',
      'many requests at once › in several processes keep a message for as long as one of them may read it',
      'many requests at once › that leave messages under one key keep all of them',
      'many requests at once › give a value that all of them take to one of them, and keep what they set',
      'many requests at once › give a value that is alone in its session to one of them, and none of a session that has ended',
      'a message › waits for a later page when a request of another process may read it, and never ends',
      'an id that was changed › leads to the session for ten seconds, and to the new id',
      'an id that was changed › is replaced by the new one with the next answer, should the one that had it not arrive',
      'an id that was changed › leads nowhere after that, and the cookie of the new one is left alone',
      'an id that was changed › ends the session when its visitor signs out with it late',
      'an id that was changed › leads nobody to a visitor who signed in meanwhile, whose cookie is left alone',
      'an id that was changed › is left by a request from before a sign-in, which changes nothing and leaves the cookie alone',
      'an id that was changed › ends the session of a visitor who signs out with a request from before the sign-in',
      'an id that was changed › is not needed by a guest who signs in with two requests at once',
      'an id that was changed › counts as replaced for a minute, as soon as it does not lead to the session any more',
      'an id that was changed › changes once more when somebody signs in while it changes',
      'a step that requests of several processes do at once › is done by one of them, whose outcome and changes all of them get',
      'a step that requests of several processes do at once › counts its changes once, next to those of others',
      'a step that requests of several processes do at once › is not done for a session that has ended',
      'a step that requests of several processes do at once › goes on under another id, and keeps what it set',
      'a step that requests of several processes do at once › has no outcome for a session that is too small for it, except where it was done',
      inOrder,
    ],
  ],
  [
    'brings back sessions that have ended',
    recorded(({ clock }) => new broken.RevivingStore(clock)),
    [
      'a session that was ended › is not brought back by a request that had opened it',
      'a session that was ended › is not brought back when time ended it, either',
      'a session that was ended › tells a request in flight that what it did was not kept',
      'a session that was ended › is not brought back by a sign-in that began before, of whomever',
      'many requests at once › of which one ends the session end it for all',
      'many requests at once › of which one empties the session keep what the others put in',
      'many requests at once › of which one ends the session, and one changes its id, end it for all',
      'an id that was changed › is left by a request from before a sign-in, which changes nothing and leaves the cookie alone',
      'an id that was changed › is not needed by a guest who signs in with two requests at once',
      'an id that was changed › keeps its answer when a sign-in with it is late: after a sign-out, or of its own user',
      inOrder,
    ],
  ],
  [
    'stores sessions under the id that is in the cookie',
    recorded(({ clock }) => new broken.RawIdStore(clock), { dump: ({ filed }) => JSON.stringify([...filed]) }),
    ['whoever can see what is kept › sees nothing that could be used as a cookie'],
  ],
  [
    'delivers messages twice',
    recorded(({ clock }) => new broken.TwiceDeliveringStore(clock)),
    [
      'many requests at once › in several processes keep a message for as long as one of them may read it',
      'a message › waits for a later page when a request of another process may read it, and never ends',
    ],
  ],
  [
    'accepts ids that a visitor chose',
    recorded(({ clock }) => new broken.ObligingStore(clock)),
    [
      'a token that nobody was given › stands for no session: an id that was never given',
      'a token that nobody was given › gives a fresh session, and is left to whoever put it there: an id that was never given',
      'a token that nobody was given › never becomes the token of the session that begins',
      'a token that nobody was given › is made by no change of a character in one that was',
      'a token that nobody was given › is made by no part of one that was, and by nothing added in front',
      'time › gives an ended session no way back, and whoever comes again another id',
      'messages › end a session that holds nothing else, where they say until when they are kept',
      'a session that was ended › is gone, whoever kept its token',
      'a session that was ended › is given once to whoever takes it, with its last contents',
      'a session that was ended › is not brought back by a request that had opened it',
      'a session that was ended › is not brought back when time ended it, either',
      'a session that was ended › tells a request in flight that what it did was not kept',
      'a session that was ended › is not brought back by a sign-in that began before, of whomever',
      'many requests at once › of which one ends the session end it for all',
      'an id that was changed › leads nowhere after that, and the cookie of the new one is left alone',
      'an id that was changed › leads nobody to a visitor who signed in meanwhile, whose cookie is left alone',
      'an id that was changed › is left by a request from before a sign-in, which changes nothing and leaves the cookie alone',
      'an id that was changed › keeps its answer when a sign-in with it is late: after a sign-out, or of its own user',
      inOrder,
    ],
  ],
  [
    'reads and replaces in two steps',
    recorded(({ clock }) => new broken.TwoStepStore(clock)),
    [
      'many requests at once › that set 50 keys keep all 50',
      'many requests at once › that count up by one each count as many as they are',
      'many requests at once › that change the id leave one session, which all of them go on with',
      'many requests at once › of which one ends the session end it for all',
      'many requests at once › of which one empties the session keep what the others put in',
      'many requests at once › that leave messages under one key keep all of them',
      'many requests at once › give a value that all of them take to one of them, and keep what they set',
      'many requests at once › give a value that is alone in its session to one of them, and none of a session that has ended',
      'many requests at once › of which one ends the session, and one changes its id, end it for all',
      'a step that requests of several processes do at once › is done by one of them, whose outcome and changes all of them get',
    ],
  ],
];

describe('The tests for session stores', () => {
  beforeAll(() => {
    // Random values are the same in every run.
    fc.configureGlobal({ seed: 2 });
  });

  it.each(cases)('detect a store that %s', async (_, recorder, expected) => {
    const failures = await recorder.run();
    expect([...failures.keys()]).toEqual(expected);
  });

  it('report the shortest sequence of random requests that fails', async () => {
    const failures = await recorded(({ clock }) => new broken.RevivingStore(clock)).run();
    const story = /when\n(.*?)\n(?! )/s.exec(String(failures.get(inOrder)))?.[1] ?? '';
    const steps = story.split('\n');
    expect(steps.length).toBeLessThanOrEqual(9);
    expect(steps[0]).toMatch(/^ {2}1\. browser [12] sends request 1 with no cookie$/);
    expect(story).toMatch(/request 1: session\.\w+\('[ab]', '[xyz]'\)/);
  });

  it('pass for a correct store', async () => {
    const failures = await recorded(({ clock }) => new TableSessionStore(clock)).run();
    expect([...failures]).toEqual([]);
  });

  it('check only the abilities that a store declares', () => {
    const promising = (abilities?: Abilities) =>
      recordedAlone(({ clock }) => new TableSessionStore(clock), abilities).names;
    const [all, weak, cookie] = [promising(), promising({ losesNothing: false }), promising({ endsSessions: false })];
    expect(weak).toEqual(all.slice(0, weak.length));
    expect(weak.join()).toContain('a session that was ended');
    expect(weak.join()).not.toContain('many requests at once');
    expect(cookie).toEqual(all.slice(0, cookie.length));
    expect(cookie.join()).not.toContain('a session that was ended');
  });

  it('create a new store for each test, also asynchronously, and close it', async () => {
    const open = new Set<SessionStore>();
    const recorder = recordedAlone(
      async ({ clock }) => {
        const store = new TableSessionStore(clock);
        open.add(store);
        return store;
      },
      { close: (store) => open.delete(store) },
    );
    expect([...(await recorder.run())]).toEqual([]);
    expect(open.size).toBe(0);
  });

  it('show the errors that a store throws', async () => {
    const away = new Error('The database is away.');
    class AwayStore extends TableSessionStore {
      override async read(): Promise<never> {
        throw away;
      }
    }
    const failures = await recordedAlone(({ clock }) => new AwayStore(clock)).run();
    expect(new Set(failures.values())).toContain(away);
    expect(failures.size).toBeGreaterThan(40);
  });
});
