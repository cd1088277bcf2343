import { describe, expect, it } from '@jest/globals';
import { stringify } from 'devalue';
import fc from 'fast-check';
import { parseRecord, serializeRecord } from '../../lib/session/record-text.js';
import { whyNotStorable } from '../../lib/session/session-record.js';
import { recordOf } from '../support/records.js';

describe('A record', () => {
  it('comes back from its text', () => {
    const record = recordOf({
      values: { cart: [1, 2], since: new Date(0), __proto__: null },
      flashes: { notice: 'Saved' },
      identity: ['userId', 'role'],
    });
    expect(parseRecord(serializeRecord(record), record.id)).toEqual(record);
  });

  it('keeps every value that was found storable', () => {
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

  it('keeps any key as data', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constant('__proto__')), (key) => {
        const record = { ...recordOf(), values: new Map([[key, 1]]) };
        expect(parseRecord(serializeRecord(record), record.id)?.values).toEqual(new Map([[key, 1]]));
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['something else', 'hello'],
    ['JSON of another kind', '{"id":"x"}'],
    ['JSON that refers to itself', '[[0]]'],
    ['a number', '-1'],
    ['half a record', serializeRecord(recordOf()).slice(0, -3)],
  ])('is not made of %s', (_, text) => {
    expect(parseRecord(text, 'id')).toBeUndefined();
  });

  it.each<[string, number, unknown]>([
    ['of another version', 0, 2],
    ['without a beginning', 1, null],
    ['that was renewed at no time', 2, '0'],
    ['that never ends', 3, Number.POSITIVE_INFINITY],
    ['whose values are an object', 4, {}],
    ['whose flashes are a number', 5, 7],
    ['without identity', 6, undefined],
  ])('is not made of one %s', (_, place, part) => {
    const fields: unknown[] = JSON.parse(serializeRecord(recordOf()));
    expect(parseRecord(stringify(fields), 'id')).toBeDefined();
    expect(parseRecord(stringify(fields.with(place, part)), 'id')).toBeUndefined();
    expect(parseRecord(JSON.stringify(fields.with(place, part)), 'id')).toBeUndefined();
  });

  it('is made of no text by accident, and no text makes it throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseRecord(text, 'id')).toBeUndefined();
      }),
    );
  });
});

describe('A record whose value has been changed into one that cannot be kept', () => {
  it.each([
    ['cart', { values: { a: 1, cart: { total: () => 1 } } }],
    ['notice', { flashes: { notice: { id: 'x', value: { total: () => 1 } } } }],
  ])('names its key: %s', (key, contents) => {
    expect(() => serializeRecord(recordOf(contents as Parameters<typeof recordOf>[0]))).toThrow(
      expect.objectContaining({ code: 'INVALID_SESSION_VALUE', key }),
    );
  });
});

describe('What only some records have', () => {
  it.each([
    [{}],
    [{ device: { userAgent: 'Spec/1' } }],
    [{ isRemembered: true }],
    [{ isKept: true }],
    [{ isKept: true, lineage: { epoch: 5, turn: 1 }, device: { label: 'Laptop' } }],
    [{ device: { label: 'Laptop' }, isRemembered: true }],
  ])('is kept, and takes no place in the others: %j', (extras) => {
    const { id, ...record } = recordOf({ values: { userId: 'ada' }, ...extras });
    expect(parseRecord(serializeRecord(record), id)).toEqual({ id, ...record });
  });

  it('is read with care', () => {
    const record = recordOf();
    const text = serializeRecord(record).slice(0, -1);
    for (const rest of ['null', '1,"yes"', '"x",{}', '[],1', '{"label":{}},0']) {
      expect(parseRecord(`${text},${rest}]`, record.id)).toEqual(record);
    }
  });
});
