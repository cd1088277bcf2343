import { describe, expect, it, jest } from '@jest/globals';
import { InvalidSessionValueError } from '../../../lib/errors/index.js';
import { assertMessage, newMessage, warnOfDropped, warnOfUnseen } from '../../../lib/session/flashes/flash-messages.js';

describe('A new flash message', () => {
  it('has a copy of its value and an id of its own', () => {
    const errors = ['is taken'];
    const [one, other] = [newMessage(errors), newMessage(errors)];
    errors.push('is too short');
    expect(one).toEqual({ id: expect.any(String), value: ['is taken'] });
    expect(one.id).not.toBe(other.id);
  });

  it('can have an expiry time, and can be marked as one that yields', () => {
    expect(newMessage(1, { until: 1000, yields: true })).toMatchObject({ value: 1, until: 1000, yields: true });
  });

  it.each([
    ['undefined', undefined, /undefined is no message/],
    ['a function', () => {}, /The value of "notice"/],
  ])('cannot be created from %s', (_, value, reason) => {
    expect(() => assertMessage('notice', value)).toThrow(InvalidSessionValueError);
    expect(() => assertMessage('notice', value)).toThrow(reason);
  });
});

it('A page that shows only one of several messages causes one warning', () => {
  const said = jest.spyOn(console, 'warn').mockImplementation(() => {});
  warnOfUnseen('notice', 1);
  expect(said).not.toHaveBeenCalled();
  warnOfUnseen('notice', 3);
  warnOfUnseen('error', 2);
  expect(said.mock.calls).toEqual([[expect.stringContaining('3 messages waited under "notice"')]]);
  expect(said.mock.calls[0]?.[0]).toContain("session.flashes.getAll('notice')");
  said.mockRestore();
});

it('A session with too many unread messages causes a warning with the number that is kept', () => {
  const said = jest.spyOn(console, 'warn').mockImplementation(() => {});
  warnOfDropped(100);
  expect(said.mock.calls).toEqual([[expect.stringContaining('More than 100 messages wait in one session')]]);
  said.mockRestore();
});
