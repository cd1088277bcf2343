import { describe, expect, it } from '@jest/globals';
import { serializeRecord } from '../../../lib/session/record/record-text.js';
import { SessionId } from '../../../lib/session/record/session-id.js';
import type { SessionRecord } from '../../../lib/session/record/session-record.js';
import { RecentRecords } from '../../../lib/session/stores/recent-records.js';

function recordOf(values: Record<string, unknown>): SessionRecord {
  const times = { createdAt: 1, renewedAt: 1, expiresAt: 2 };
  return {
    id: SessionId.generate(),
    ...times,
    values: new Map(Object.entries(values)),
    flashes: new Map(),
    identity: [],
  };
}

describe('Recently read records', () => {
  const read = (recent: RecentRecords, record: SessionRecord, version: number) =>
    recent.read(record.id, { text: serializeRecord(record), version });

  it('are the same object for requests that find the same text', () => {
    const [recent, record] = [new RecentRecords(), recordOf({ userId: 'ada', cart: [1] })];
    const first = read(recent, record, 1);
    expect(read(recent, record, 1)).toBe(first);
    expect(first).toMatchObject({ id: record.id, version: 1 });
    expect(Object.isFrozen(first?.values.get('cart'))).toBe(true);
  });

  it('are parsed again as soon as another text or version is stored', () => {
    const [recent, record] = [new RecentRecords(), recordOf({ visits: 1 })];
    const first = read(recent, record, 1);
    const changed = { ...record, values: new Map([['visits', 2]]) };
    expect(read(recent, changed, 2)?.values.get('visits')).toBe(2);
    expect(read(recent, record, 3)).toMatchObject({ version: 3 });
    expect(first?.values.get('visits')).toBe(1);
  });

  it('are separate objects when a value is mutable', () => {
    const [recent, record] = [new RecentRecords(), recordOf({ bytes: new Uint8Array([1]) })];
    expect(read(recent, record, 1)).not.toBe(read(recent, record, 1));
  });

  it('are undefined when the text is not a record', () => {
    expect(new RecentRecords().read(SessionId.generate(), { text: '{}', version: 1 })).toBeUndefined();
  });

  it('are stored under the fingerprint of the id, however many others are read in between', () => {
    const recent = new RecentRecords();
    const id = SessionId.generate();
    expect(recent.keyOf(id)).toBe(SessionId.fingerprint(id));
    for (let other = 0; other < 1_500; other++) recent.keyOf(SessionId.generate());
    expect(recent.keyOf(id)).toBe(SessionId.fingerprint(id));
  });
});
