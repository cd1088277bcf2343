import { describe, expect, it } from '@jest/globals';
import { FlashBag } from '../../lib/session/flash-bag.js';
import { MadeClasses } from '../../lib/session/made-classes.js';
import { madeSession } from '../../lib/session/made-session.js';
import { Session } from '../../lib/session/session.js';
import { recordOf } from '../support/records.js';

class OwnSession extends Session {}
class OwnFlashes extends FlashBag {}

describe('madeSession()', () => {
  const record = recordOf({ values: { userId: 'ada' } });

  it('creates a session and a flash bag of the registered subclasses', () => {
    const own = new MadeClasses(
      new Map<typeof Session | typeof FlashBag, typeof OwnSession | typeof OwnFlashes>([
        [Session, OwnSession],
        [FlashBag, OwnFlashes],
      ]),
    );
    for (const session of [madeSession(own), madeSession(own, record)]) {
      expect([session instanceof OwnSession, session.flashes instanceof OwnFlashes]).toEqual([true, true]);
    }
  });

  it('creates a session with the values of the record', () => {
    expect(madeSession(new MadeClasses(), record).get('userId')).toBe('ada');
    expect(madeSession(new MadeClasses()).isNew).toBe(true);
  });
});
