import { describe, expect, it } from '@jest/globals';
import { AccessRule } from '../../lib/access/access-rule.js';
import { RuleList } from '../../lib/access/rule-list.js';

describe('A list of rules', () => {
  const deleting = new AccessRule({ pattern: '/posts/**', methods: ['DELETE'] });
  const reading = new AccessRule({ pattern: '/posts/new', methods: ['GET'] });
  const any = new AccessRule({ pattern: '/posts/**' });
  const list = new RuleList([deleting, reading, any]);

  it.each([
    ['DELETE', '/posts/new', deleting],
    ['GET', '/posts/new', reading],
    ['HEAD', '/posts/new', reading],
    ['POST', '/posts/new', any],
    ['GET', '/posts/1', any],
    ['GET', '/', undefined],
  ])('is asked first to last about %s %s', (method, path, expected) => {
    expect(list.first(path, method)).toBe(expected);
  });

  it('takes a rule for HEAD alone for no rule about GET', () => {
    const heads = new RuleList([new AccessRule({ pattern: '/a', methods: ['HEAD'] })]);
    expect([heads.first('/a', 'HEAD')?.pattern, heads.first('/a', 'GET')]).toEqual(['/a', undefined]);
  });
});
