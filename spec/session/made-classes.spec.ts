import { describe, expect, it } from '@jest/globals';
import { MadeClasses } from '../../lib/session/made-classes.js';
import { Session } from '../../lib/session/session.js';

class TeamSession extends Session {}
class OtherSession extends Session {}

describe('MadeClasses.of()', () => {
  it('returns the class itself when no subclass is registered', () => {
    expect(new MadeClasses().of(Session)).toBe(Session);
  });

  it('returns the registered subclass', () => {
    const made = new MadeClasses(new Map([[Session, TeamSession]]));
    expect(made.of(Session)).toBe(TeamSession);
    expect(made.of(OtherSession)).toBe(OtherSession);
  });
});
