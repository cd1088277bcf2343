import { describe, expect, it } from '@jest/globals';
import { SessionId } from '../../../lib/session/record/session-id.js';
import { isInGrace, movedRecord, parseMovedRecord } from '../../../lib/session/stores/moved-record.js';

const from = SessionId.generate();
const to = SessionId.generate();

describe('What stands in the place of a session that got another id', () => {
  it('tells the new id to those alone who know the old one', () => {
    const { hidden = '' } = movedRecord(from, to, false, 0);
    expect(SessionId.hiddenFrom(hidden, from)).toBe(to);
    expect(SessionId.hiddenFrom(hidden, SessionId.generate())).not.toBe(to);
  });

  it('tells nobody when somebody signed in', () => {
    expect(movedRecord(from, to, true, 0).hidden).toBeUndefined();
  });

  it('holds neither id', () => {
    const text = JSON.stringify(movedRecord(from, to, false, 0));
    expect(text).not.toContain(from);
    expect(text).not.toContain(to);
  });

  it('lets requests go on for ten seconds, and is known for a minute', () => {
    const moved = movedRecord(from, to, false, 5_000);
    expect([isInGrace(moved, 14_999), isInGrace(moved, 15_000)]).toEqual([true, false]);
    expect(moved.until).toBe(65_000);
  });

  it('is read again from text, and from no other text', () => {
    const moved = movedRecord(from, to, false, 0);
    expect(parseMovedRecord(JSON.stringify(moved))).toEqual(moved);
    for (const text of ['', '[1]', '{', '{}', '{"to":1,"until":2}', '{"to":"a"}', 'null']) {
      expect(parseMovedRecord(text)).toBeUndefined();
    }
  });
});
