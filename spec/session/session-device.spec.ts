import { describe, expect, it } from '@jest/globals';
import { deviceOf, parseDevice } from '../../lib/session/session-device.js';

describe('A device', () => {
  it('is what is known of it', () => {
    expect(deviceOf({ userAgent: 'Spec/1', label: '' })).toEqual({ userAgent: 'Spec/1' });
    expect(deviceOf({ label: 'Laptop', userAgent: undefined })).toEqual({ label: 'Laptop' });
  });

  it.each([[{}], [{ userAgent: '' }], [{ userAgent: undefined, label: undefined }]])(
    'is none when nothing is: %j',
    (known) => {
      expect(deviceOf(known)).toBeUndefined();
    },
  );

  it('takes no more than 256 characters of what a client says', () => {
    const long = 'x'.repeat(100_000);
    expect(deviceOf({ userAgent: long, label: long })).toEqual({ userAgent: 'x'.repeat(256), label: 'x'.repeat(256) });
  });

  it.each([[null], [undefined], [1], ['text'], [[]], [{ userAgent: 1, label: {} }]])(
    'is none when %j was kept',
    (kept) => {
      expect(parseDevice(kept)).toBeUndefined();
    },
  );

  it('is read as it was kept', () => {
    expect(parseDevice({ userAgent: 'Spec/1', label: 'Laptop', other: 1 })).toEqual({
      userAgent: 'Spec/1',
      label: 'Laptop',
    });
  });
});
