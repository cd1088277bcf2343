import { describe, expect, it } from '@jest/globals';
import { AccessRule } from '../../../lib/access/access-rule.js';
import { includesMethod, isForMethod, MethodIndex } from '../../../lib/access/paths/method-index.js';

describe('Patterns for methods', () => {
  const deleting = new AccessRule({ pattern: '/posts/**', methods: ['DELETE'] });
  const reading = new AccessRule({ pattern: '/posts/new', methods: ['GET'] });
  const any = new AccessRule({ pattern: '/posts/**' });
  const list = new MethodIndex([deleting, reading, any]);

  it.each([
    ['DELETE', '/posts/new', deleting],
    ['GET', '/posts/new', reading],
    ['HEAD', '/posts/new', reading],
    ['POST', '/posts/new', any],
    ['GET', '/posts/1', any],
    ['GET', '/', undefined],
  ])('are searched from first to last for %s %s', (method, path, expected) => {
    expect(list.first(path, method)).toBe(expected);
  });

  it('do not apply to GET when they are for HEAD', () => {
    const heads = new MethodIndex([new AccessRule({ pattern: '/a', methods: ['HEAD'] })]);
    expect([heads.first('/a', 'HEAD')?.pattern, heads.first('/a', 'GET')]).toEqual(['/a', undefined]);
  });

  it('match with a result of choice where a path would take too long', () => {
    const patterns = Array.from({ length: 200 }, (_, at) => new AccessRule({ pattern: `/**/a${at}/**/z` }));
    const index = new MethodIndex(patterns);
    const path = `/${Array.from({ length: 200 }, (_, at) => `a${at}`).join('/')}/z`;
    expect([index.matches(path, 'GET', true), index.matches(path, 'GET', false)]).toEqual([true, false]);
    expect(() => index.first(path, 'GET')).toThrow();
    expect(index.matches('/a1/z', 'POST', false)).toBe(true);
  });

  it('include HEAD where they include GET', () => {
    expect(includesMethod(['GET'], 'HEAD')).toBe(true);
    expect(includesMethod(['HEAD'], 'GET')).toBe(false);
    expect([isForMethod({}, 'QUERY'), isForMethod({ methods: ['GET'] }, 'QUERY')]).toEqual([true, false]);
  });
});
