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
    [{ userId: 'u'.repeat(255), email: 'e'.repeat(320), role: 'r'.repeat(100) }],
    [{ userId: 'ada', roles: Array(100).fill('r'.repeat(100)), permissions: Array(500).fill('p'.repeat(200)) }],
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
    ['permissions', { userId: 'ada', permissions: 'admin' }],
    ['userId', { userId: '   ' }],
    ['userId', { userId: 'u'.repeat(256) }],
    ['email', { userId: 'ada', email: 'e'.repeat(321) }],
    ['role', { userId: 'ada', role: 'r'.repeat(101) }],
    ['roles', { userId: 'ada', roles: Array(101).fill('r') }],
    ['roles', { userId: 'ada', roles: ['r'.repeat(101)] }],
    ['permissions', { userId: 'ada', permissions: Array(1000).fill('p') }],
    ['permissions', { userId: 'ada', permissions: ['p'.repeat(201)] }],
  ])('names %s when that is wrong or too large: %.80j', (key, data) => {
    expect(check(data)).toThrow(InvalidVisitorError);
    expect(check(data)).toThrow(`"${key}"`);
  });
});
