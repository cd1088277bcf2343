import { describe, expect, it } from '@jest/globals';
import { saidBy } from '../../../lib/session/stores/client-failure.js';

const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });

describe('What an error of a client says', () => {
  it('is its message, with the code unless the message has it', () => {
    expect(saidBy(withCode('no such table', '42P01'))).toBe('no such table (42P01)');
    expect(saidBy(withCode('connect ECONNREFUSED ::1', 'ECONNREFUSED'))).toBe('connect ECONNREFUSED ::1');
    expect(saidBy('a text')).toBe('a text');
  });

  it('is that of the first address, where there are several', () => {
    const both = ['::1', '127.0.0.1'].map((host) => withCode(`connect ECONNREFUSED ${host}`, 'ECONNREFUSED'));
    expect(saidBy(new AggregateError(both))).toBe('connect ECONNREFUSED ::1');
  });
});
