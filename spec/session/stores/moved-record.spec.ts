import { describe, expect, it } from '@jest/globals';
import { SessionId } from '../../../lib/session/record/session-id.js';
import { isInGrace, movedRecord, parseMovedRecord } from '../../../lib/session/stores/moved-record.js';

const from = SessionId.generate();
const to = SessionId.generate();

describe('The record left in place of a session whose id has changed', () => {
  it('reveals the new id only to those who know the old one', () => {
    const { hidden = '' } = movedRecord(from, to, false, 0);
    expect(SessionId.hiddenFrom(hidden, from)).toBe(to);
    expect(SessionId.hiddenFrom(hidden, SessionId.generate())).not.toBe(to);
  });

  it('reveals the new id to no one after a sign-in', () => {
    expect(movedRecord(from, to, true, 0).hidden).toBeUndefined();
  });

  it('contains neither id in plain text', () => {
    const text = JSON.stringify(movedRecord(from, to, false, 0));
    expect(text).not.toContain(from);
    expect(text).not.toContain(to);
  });

  it('lets requests continue for ten seconds, and exists for a minute', () => {
    const moved = movedRecord(from, to, false, 5_000);
    expect([isInGrace(moved, 14_999), isInGrace(moved, 15_000)]).toEqual([true, false]);
    expect(moved.until).toBe(65_000);
  });

  it('is parsed from its own text only', () => {
    const moved = movedRecord(from, to, false, 0);
    expect(parseMovedRecord(JSON.stringify(moved))).toEqual(moved);
    for (const text of ['', '[1]', '{', '{}', '{"to":1,"until":2}', '{"to":"a"}', 'null']) {
      expect(parseMovedRecord(text)).toBeUndefined();
    }
  });
});
