import { describe, expect, it } from '@jest/globals';
import { countAsText, endedAsText, pageAsJson, pageAsText } from '../../../lib/cli/sessions/sessions-text.js';
import { ListedSession } from '../../../lib/session/listed-session.js';
import { recordOf } from '../../support/records.js';

const TIMES = { createdAt: Date.UTC(2030, 0, 1), renewedAt: Date.UTC(2030, 0, 2), expiresAt: Date.UTC(2030, 0, 3) };
const sessionOf = (userId: string | undefined, label?: string) =>
  new ListedSession(
    'key',
    recordOf({ ...TIMES, values: userId ? { userId, cart: 'tea' } : {}, device: { label } }),
    false,
  );

describe('A list of sessions', () => {
  it('is a table', () => {
    const page = { sessions: [sessionOf('ada', 'Laptop'), sessionOf(undefined)], next: 'place' };
    expect(pageAsText(page)).toBe(`ID   USER  CREATED               LAST RENEWED          EXPIRES               DEVICE
key  ada   2030-01-01T00:00:00Z  2030-01-02T00:00:00Z  2030-01-03T00:00:00Z  Laptop
key  –     2030-01-01T00:00:00Z  2030-01-02T00:00:00Z  2030-01-03T00:00:00Z
More: --after place`);
    expect(pageAsText({ sessions: [], next: undefined })).toBe('No sessions.');
  });

  it('shows strings of visitors on one line, and no code for a terminal', () => {
    const text = pageAsText({ sessions: [sessionOf('ada\nbob', `\u001b[2J${'x'.repeat(500)}`)], next: undefined });
    expect(text.split('\n')).toHaveLength(2);
    expect(text).not.toContain('\u001b');
    expect(text.length).toBeLessThan(400);
  });

  it('is JSON without any value but the user', () => {
    const { sessions, next } = JSON.parse(pageAsJson({ sessions: [sessionOf('ada', 'Laptop')], next: undefined }));
    expect(next).toBeNull();
    expect(sessions).toEqual([
      {
        id: 'key',
        userId: 'ada',
        createdAt: '2030-01-01T00:00:00.000Z',
        lastSeenAt: '2030-01-02T00:00:00.000Z',
        expiresAt: '2030-01-03T00:00:00.000Z',
        label: 'Laptop',
      },
    ]);
  });

  it('has its numbers as text and as JSON', () => {
    expect([countAsText(3, false), countAsText(3, true)]).toEqual(['3', '{"count":3}']);
    expect([1, 2].map((ended) => endedAsText(ended, false))).toEqual([
      '1 session was ended.',
      '2 sessions were ended.',
    ]);
    expect(endedAsText(0, true)).toBe('{"ended":0}');
  });
});
