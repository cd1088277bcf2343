import { describe, expect, it } from '@jest/globals';
import { SessionCommittedError } from '../../lib/errors.js';
import { SessionUse } from '../../lib/session/session-use.js';

describe('What a request did with its session', () => {
  it('is nothing at first', () => {
    expect(new SessionUse()).toMatchObject({ isUsed: false, isChanged: false, isClosed: false, revision: 0 });
  });

  it('counts changes, which are uses', () => {
    const use = new SessionUse();
    use.change('session.set()');
    use.change('session.set()');
    expect(use).toMatchObject({ isUsed: true, isChanged: true, revision: 2 });
  });

  it('refuses changes once it is closed, naming them', () => {
    const use = new SessionUse();
    use.isClosed = true;
    expect(() => use.change('session.set()')).toThrow(SessionCommittedError);
    expect(() => use.change('session.set()')).toThrow('session.set()');
    expect(use.revision).toBe(0);
  });

  it('forgets that anything was changed once that is settled, and counts where something else is seen', () => {
    const use = new SessionUse();
    use.change('session.set()');
    use.settle(false);
    expect(use).toMatchObject({ isUsed: true, isChanged: false, revision: 1 });
    use.settle(true);
    expect(use.revision).toBe(2);
  });
});
