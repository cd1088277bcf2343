import { describe, expect, it } from '@jest/globals';
import { problemOf, problemOfData, type SignInStart } from '../../../lib/access/sign-in/sign-in-attempt.js';

describe('The options of an attempt to sign in', () => {
  it.each<SignInStart>([
    {},
    { provider: 'google', data: { userId: 'ada', list: [1, true, null] }, expiresIn: 60, formPost: '/auth/callback' },
    { expiresIn: 10 },
    { expiresIn: 3600 },
    { data: null },
    { data: Object.assign(Object.create(null), { a: 1 }) },
  ])('may be %j', (start) => {
    expect(problemOf(start)).toBeUndefined();
  });

  it.each<[string, SignInStart | Record<string, unknown>]>([
    ['expiresIn', { expiresIn: 9 }],
    ['expiresIn', { expiresIn: 3601 }],
    ['expiresIn', { expiresIn: Number.NaN }],
    ['expiresIn', { expiresIn: '60' }],
    ['provider', { provider: '' }],
    ['provider', { provider: 'x'.repeat(101) }],
    ['provider', { provider: 7 }],
    ['formPost', { formPost: 'callback' }],
    ['formPost', { formPost: '//evil.example' }],
    ['formPost', { formPost: 'https://site.example/callback' }],
    ['formPost', { formPost: true }],
    ['data', { data: 'x'.repeat(1024) }],
    ['data', { data: '€'.repeat(400) }],
    ['data', { data: new Date() }],
    ['data', { data: { at: new Map() } }],
    ['data', { data: [undefined] }],
    ['data', { data: Number.POSITIVE_INFINITY }],
    ['data', { data: JSON.parse('{"__proto__":{"admin":true}}') }],
  ])('name %s when they are %j', (option, start) => {
    expect(problemOf(start as SignInStart)).toContain(option);
  });

  it('refuse data that is nested without end', () => {
    const data: Record<string, unknown> = {};
    data.self = data;
    expect(problemOfData(data, 1024)).toContain('not plain JSON');
  });
});
