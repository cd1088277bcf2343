import { describe, expect, it } from '@jest/globals';
import { MadeClasses } from '../../lib/session/made-classes.js';
import { Session } from '../../lib/session/session.js';

class TeamSession extends Session {}
class OtherSession extends Session {}

describe('The classes that are made from data', () => {
  it('are themselves where nothing replaces them', () => {
    expect(new MadeClasses().of(Session)).toBe(Session);
  });

  it('are their subclass where one was registered', () => {
    const made = new MadeClasses(new Map([[Session, TeamSession]]));
    expect(made.of(Session)).toBe(TeamSession);
    expect(made.of(OtherSession)).toBe(OtherSession);
  });
});
