import { describe, expect, it } from '@jest/globals';
import { stringify } from 'devalue';
import fc from 'fast-check';
import {
  isPlainJson,
  largestKeys,
  parseRecord,
  serializeRecord,
  upToDate,
} from '../../../lib/session/record/record-text.js';
import { whyNotStorable } from '../../../lib/session/record/session-record.js';
import { recordOf } from '../../support/records.js';

describe('A serialized record', () => {
  it('is parsed back to the same record', () => {
    const record = recordOf({
      values: { cart: [1, 2], since: new Date(0), __proto__: null },
      flashes: { notice: 'Saved' },
      identity: ['userId', 'role'],
    });
    expect(parseRecord(serializeRecord(record), record.id)).toEqual(record);
  });

  it('preserves an impersonation, beside everything else or alone', () => {
    const values = new Map<string, unknown>(Object.entries({ userId: 'cleo', since: new Date(0) }));
    const impersonation = { values, startedAt: 5, until: 6 };
    const others = { device: { label: 'Desk' }, isRemembered: true, isKept: true, lineage: { epoch: 1, turn: 2 } };
    for (const more of [{}, others]) {
      const record = recordOf({ values: { userId: 'sam' }, impersonation, ...more });
      expect(parseRecord(serializeRecord(record), record.id)).toEqual({ device: undefined, ...record });
    }
  });

  it.each(['x', [], [[['userId', 7]], 1, 2], [[['userId', 'cleo']], 1], [[['userId', 'cleo']], '1', 2]])(
    'has no impersonation when that is damaged: %j',
    (damaged) => {
      const record = recordOf({ values: { userId: 'sam' }, isKept: true });
      const fields = [...JSON.parse(serializeRecord(record)), damaged];
      expect(parseRecord(JSON.stringify(fields), record.id)).toEqual({ device: undefined, ...record });
    },
  );

  it.each([{ idleTimeout: 5 }, { absoluteTimeout: 6 }, { idleTimeout: 5, absoluteTimeout: 6 }])(
    'preserves the lifetime that a sign-in set: %j',
    (lifetime) => {
      const record = recordOf({ lifetime });
      expect(parseRecord(serializeRecord(record), record.id)).toEqual({ device: undefined, ...record });
    },
  );

  it.each(['x', [], [null, null], ['5', {}], [-5, 0]])(
    'has no lifetime of its own when that is damaged: %j',
    (damaged) => {
      const record = recordOf({ isKept: true });
      const fields = [...JSON.parse(serializeRecord(record)), null, damaged];
      expect(parseRecord(JSON.stringify(fields), record.id)).toEqual({ device: undefined, ...record });
    },
  );

  it('preserves that a session is only remembered', () => {
    for (const more of [{ isOnlyRemembered: true }, { presence: 'x' }, { isOnlyRemembered: true, presence: 'x' }]) {
      const record = recordOf({ isRemembered: true, ...more });
      expect(parseRecord(serializeRecord(record), record.id)).toEqual({ device: undefined, ...record });
    }
  });

  it('is as short as before without what most records do not have', () => {
    const lengthOf = (more: object) => JSON.parse(serializeRecord(recordOf(more))).length;
    expect(lengthOf({})).toBe(7);
    expect(lengthOf({ device: { label: 'Desk' } })).toBe(8);
    expect(lengthOf({ isRemembered: true })).toBe(9);
    expect(lengthOf({ lineage: { epoch: 0, turn: 0 } })).toBe(10);
    expect(lengthOf({ isKept: true })).toBe(11);
  });

  it('preserves every storable value', () => {
    const values = [
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.bigInt(),
      fc.date({ noInvalidDate: true }),
      fc.webUrl().map((url) => new URL(url)),
      fc.constantFrom(null, undefined, true, false),
    ];
    const anything = fc.anything({ values, withMap: true, withSet: true, withNullPrototype: true });
    fc.assert(
      fc.property(anything, (value) => {
        fc.pre(whyNotStorable(value) === undefined);
        const record = { ...recordOf(), values: new Map([['value', value]]) };
        expect(parseRecord(serializeRecord(record), record.id)?.values.get('value')).toEqual(value);
      }),
    );
  });

  it('preserves any string as a key', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constant('__proto__')), (key) => {
        const record = { ...recordOf(), values: new Map([[key, 1]]) };
        expect(parseRecord(serializeRecord(record), record.id)?.values).toEqual(new Map([[key, 1]]));
      }),
    );
  });

  it.each([
    ['an empty string', ''],
    ['an arbitrary string', 'hello'],
    ['JSON of another kind', '{"id":"x"}'],
    ['JSON with a circular reference', '[[0]]'],
    ['a number', '-1'],
    ['half a record', serializeRecord(recordOf()).slice(0, -3)],
  ])('is not parsed from %s', (_, text) => {
    expect(parseRecord(text, 'id')).toBeUndefined();
  });

  it.each<[string, number, unknown]>([
    ['with another version', 0, 2],
    ['without a creation time', 1, null],
    ['with a renewal time that is not a number', 2, '0'],
    ['with an infinite expiry time', 3, Number.POSITIVE_INFINITY],
    ['with an object instead of values', 4, {}],
    ['with a number instead of flashes', 5, 7],
    ['without identity', 6, undefined],
  ])('is not parsed from fields %s', (_, place, part) => {
    const fields: unknown[] = JSON.parse(serializeRecord(recordOf()));
    expect(parseRecord(stringify(fields), 'id')).toBeDefined();
    expect(parseRecord(stringify(fields.with(place, part)), 'id')).toBeUndefined();
    expect(parseRecord(JSON.stringify(fields.with(place, part)), 'id')).toBeUndefined();
  });

  it('is not parsed from arbitrary text, which never makes the parser throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseRecord(text, 'id')).toBeUndefined();
      }),
    );
  });
});

describe('A record that contains a value that cannot be stored', () => {
  it.each([
    ['cart', { values: { a: 1, cart: { total: () => 1 } } }],
    ['notice', { flashes: { notice: { id: 'x', value: { total: () => 1 } } } }],
  ])('throws an error that names the key: %s', (key, contents) => {
    expect(() => serializeRecord(recordOf(contents as Parameters<typeof recordOf>[0]))).toThrow(
      expect.objectContaining({ code: 'INVALID_SESSION_VALUE', key }),
    );
  });
});

describe('The optional fields of a record', () => {
  it.each([
    [{}],
    [{ device: { userAgent: 'Spec/1' } }],
    [{ isRemembered: true }],
    [{ isKept: true }],
    [{ isKept: true, lineage: { epoch: 5, turn: 1 }, device: { label: 'Laptop' } }],
    [{ device: { label: 'Laptop' }, isRemembered: true }],
  ])('are preserved: %j', (extras) => {
    const { id, ...record } = recordOf({ values: { userId: 'ada' }, ...extras });
    expect(parseRecord(serializeRecord(record), id)).toEqual({ id, ...record });
  });

  it('are ignored when they are invalid', () => {
    const record = recordOf();
    const text = serializeRecord(record).slice(0, -1);
    for (const rest of ['null', '1,"yes"', '"x",{}', '[],1', '{"label":{}},0']) {
      expect(parseRecord(`${text},${rest}]`, record.id)).toEqual(record);
    }
  });
});

describe('isPlainJson()', () => {
  it.each([
    ['strings', 'text'],
    ['numbers', 1.5],
    ['null', null],
    ['lists', [1, [2, ['three']]]],
    ['objects', { a: { b: [true, null] } }],
  ])('returns true for %s', (_, value) => {
    expect(isPlainJson(value)).toBe(true);
  });

  it.each([
    ['undefined', undefined],
    ['undefined in an object', { a: undefined }],
    ['undefined in a list', [undefined]],
    ['a list with a hole', new Array(1)],
    ['a list with a property beside its items', Object.assign([1], { more: 2 })],
    ['dates', new Date(0)],
    ['maps', { in: new Map() }],
    ['big integers', 1n],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['negative zero', -0],
    ['objects without a prototype', Object.create(null)],
    ['instances of a class', new (class Visit {})()],
  ])('returns false for %s', (_, value) => {
    expect(isPlainJson(value)).toBe(false);
  });

  it('returns false for circular references', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(isPlainJson(circle)).toBe(false);
  });

  it('accepts only values that JSON preserves exactly', () => {
    fc.assert(
      fc.property(fc.anything({ withDate: true, withMap: true, withBigInt: true, withSparseArray: true }), (value) => {
        if (isPlainJson(value)) expect(JSON.parse(JSON.stringify(value))).toStrictEqual(value);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('largestKeys()', () => {
  it('returns the three largest keys of values and messages, with their approximate size', () => {
    const values = { small: 1, large: 'x'.repeat(500), medium: ['x'.repeat(100)] };
    expect(largestKeys(recordOf({ values, flashes: { notice: 'x'.repeat(300) } }))).toEqual([
      '"large" (about 504 bytes)',
      'flash "notice" (about 304 bytes)',
      expect.stringMatching(/^"medium" \(about 1\d\d bytes\)$/),
    ]);
  });

  it('returns nothing for an empty session', () => {
    expect(largestKeys(recordOf())).toEqual([]);
  });
});

const NOON = Date.UTC(2030, 0, 1, 12);
const QUARTER = 15 * 60 * 1000;

describe('A record in a former format', () => {
  // This is the former format, written out: a session kept for a token, with a form and a message.
  const form = { name: 'join', input: [['email', 'ada']], at: NOON };
  const text = JSON.stringify([
    ...[1, NOON, 0, 1000],
    [
      ['astro-gatehouse:kept', true],
      ['cart', 2],
    ],
    [
      ['astro-gatehouse:form:/join', { id: 'f1', value: form }],
      ['notice', { id: 'm1', value: 'Saved' }],
    ],
    [],
  ]);

  it('is read as a kept session with the values of the application', () => {
    const record = parseRecord(text, 'an id');
    expect(record).toMatchObject({ isKept: true, values: new Map([['cart', 2]]) });
  });

  it('is read with an expiry time for kept form input, which yields', () => {
    expect([...(parseRecord(text, 'an id')?.flashes ?? [])]).toEqual([
      ['astro-gatehouse:form:/join', { id: 'f1', value: form, until: NOON + QUARTER, yields: true }],
      ['notice', { id: 'm1', value: 'Saved' }],
    ]);
  });

  it('is read with kept form input expired when that has no valid time', () => {
    for (const value of [{}, null, 'x', { at: 'noon' }]) {
      const { flashes } = upToDate(recordOf({ flashes: { 'astro-gatehouse:form:/': value } }));
      expect(flashes.get('astro-gatehouse:form:/')).toMatchObject({ until: QUARTER, yields: true });
    }
  });

  it('is upgraded, while a current one stays the same object', () => {
    const today = recordOf({ values: { cart: 1 }, flashes: { notice: 'Saved' }, isKept: true });
    const flashes = new Map(today.flashes).set('astro-gatehouse:form:/', {
      id: 'a',
      value: {},
      until: 1,
      yields: true,
    });
    for (const record of [today, { ...today, flashes }]) expect(upToDate(record)).toBe(record);
  });
});
