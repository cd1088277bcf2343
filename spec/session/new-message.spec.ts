import { describe, expect, it } from '@jest/globals';
import { InvalidSessionValueError } from '../../lib/errors.js';
import { assertMessage, newMessage } from '../../lib/session/new-message.js';

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
