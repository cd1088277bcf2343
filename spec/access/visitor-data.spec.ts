import { describe, expect, it } from '@jest/globals';
import type { VisitorData } from '../../lib/access/visitor.js';
import { assertVisitorData } from '../../lib/access/visitor-data.js';
import { InvalidVisitorError } from '../../lib/errors.js';

const check = (data: unknown) => () => assertVisitorData(data as VisitorData);

describe('What is said of a visitor', () => {
  it.each([
    [{ userId: 'ada' }],
    [{ userId: 'ada', email: undefined, role: null, roles: null, permissions: undefined }],
    [{ userId: 'ada', email: 'a@b.example', role: 'admin', roles: ['a', 'b'], permissions: [], theme: 1 }],
  ])('may be %j', (data) => {
    expect(check(data)).not.toThrow();
  });

  it.each<[string, unknown]>([
    ['userId', {}],
    ['userId', { userId: '' }],
    ['userId', { userId: 1 }],
    ['email', { userId: 'ada', email: 1 }],
    ['role', { userId: 'ada', role: ['admin'] }],
    ['roles', { userId: 'ada', roles: 'admin' }],
    ['permissions', { userId: 'ada', permissions: [1] }],
  ])('names %s when that is wrong: %j', (key, data) => {
    expect(check(data)).toThrow(InvalidVisitorError);
    expect(check(data)).toThrow(`"${key}"`);
  });
});
