import { describe, expect, it, jest } from '@jest/globals';
import { InvalidSessionValueError } from '../../../lib/errors/index.js';
import { assertMessage, newMessage, warnOfDropped, warnOfUnseen } from '../../../lib/session/draft/flash-messages.js';

describe('A new message', () => {
  it('is what its value is at that moment, and told from every other', () => {
    const errors = ['is taken'];
    const [one, other] = [newMessage(errors), newMessage(errors)];
    errors.push('is too short');
    expect(one).toEqual({ id: expect.any(String), value: ['is taken'] });
    expect(one.id).not.toBe(other.id);
  });

  it('says until when it is kept, and that it yields, where it is to', () => {
    expect(newMessage(1, { until: 1000, yields: true })).toMatchObject({ value: 1, until: 1000, yields: true });
  });

  it.each([
    ['nothing', undefined, /undefined is no message/],
    ['a function', () => {}, /The value of "notice"/],
  ])('cannot be made of %s', (_, value, reason) => {
    expect(() => assertMessage('notice', value)).toThrow(InvalidSessionValueError);
    expect(() => assertMessage('notice', value)).toThrow(reason);
  });
});

it('A page that shows one of several messages is told of once', () => {
  const said = jest.spyOn(console, 'warn').mockImplementation(() => {});
  warnOfUnseen('notice', 1);
  expect(said).not.toHaveBeenCalled();
  warnOfUnseen('notice', 3);
  warnOfUnseen('error', 2);
  expect(said.mock.calls).toEqual([[expect.stringContaining('3 messages waited under "notice"')]]);
  expect(said.mock.calls[0]?.[0]).toContain("session.flashes.getAll('notice')");
  said.mockRestore();
});

it('A session of more messages than anybody reads is told of with how many are kept', () => {
  const said = jest.spyOn(console, 'warn').mockImplementation(() => {});
  warnOfDropped(100);
  expect(said.mock.calls).toEqual([[expect.stringContaining('More than 100 messages wait in one session')]]);
  said.mockRestore();
});
