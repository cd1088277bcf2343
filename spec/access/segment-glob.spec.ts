import { describe, expect, it } from '@jest/globals';
import { compileGlob, whatIsWrongWithGlob } from '../../lib/access/segment-glob.js';

describe('A glob within a segment', () => {
  it.each([
    '*.pdf',
    'a*b*c*d',
    'file?.txt',
    '{a,b}*',
    '{a*,b*}*',
    '[ab]*',
    '!(a)',
    '(a|b)',
    '@(a|b)*',
    '+(a)',
    '(a+)x',
  ])('may be %s', (glob) => {
    expect(whatIsWrongWithGlob(glob)).toBeUndefined();
  });

  it.each(['*[ab]*', '*(a)*', '(a*)*', '+(a*)', '!(a)*', '*(*)', '[a]**[b]'])(
    'is refused when it is %s: several repetitions beside brackets can be tried in too many ways',
    (glob) => {
      expect(whatIsWrongWithGlob(glob)).toContain('one "*" or "+" is enough');
    },
  );

  it.each(['(a+)+x', '(a+)+', '([a-z]+)+x', '[a]+[a]+[a]+x', '(x+x+)+y'])(
    'is refused when it is %s: behind a bracket a plus repeats, too',
    (glob) => {
      expect(whatIsWrongWithGlob(glob)).toContain('one "*" or "+" is enough');
    },
  );

  it.each(['+(a|aa)', '*(a|aa)', '(a|aa)+x', '(?:a|aa)+', '((a|aa))+', '+(?(a)a)'])(
    'is refused when it is %s: a repeated choice can be read in many ways',
    (glob) => {
      expect(whatIsWrongWithGlob(glob)).toContain('repeated group cannot offer a choice');
    },
  );

  it.each(['@(a|aa)@(a|aa)x', '(a|)(a|)', '?(a)?(a)'])(
    'is refused when it is %s: several groups can share a text in many ways',
    (glob) => {
      expect(whatIsWrongWithGlob(glob)).toContain('one group in parentheses is enough');
    },
  );

  it.each([
    ['{1..999}{1..999}', 'more than 100 alternatives'],
    [`*${'a'.repeat(200)}`, 'more than 100 characters'],
    [`*${'a'.repeat(32)}*`, 'more than 31 characters between two "*"'],
    ['[slug].pdf', 'write "*" for a parameter'],
    ['[lang]-[id]', 'write "*" for a parameter'],
    ['admin\\panel', 'write "/" for a backslash'],
  ])('is refused when it is %s', (glob, reason) => {
    expect(whatIsWrongWithGlob(glob)).toContain(reason);
  });

  it('says what is wrong with a negation', () => {
    expect(whatIsWrongWithGlob('!admin')).toContain('list what is to be protected');
  });

  it.each([
    ['*', '', true],
    ['a*', 'a', true],
    ['*a', 'ba', true],
    ['*a', 'ab', false],
    ['a*a', 'a', false],
    ['a**a', 'aa', true],
    ['?', '', false],
    ['*?', 'x', true],
    ['a.c', 'abc', false],
    ['+(a)', 'aaa', true],
    ['+(a)', 'b', false],
    ['[^a]', 'b', true],
    ['[^a]', 'a', false],
    ['!(a)', '.b', true],
    ['!(a)', 'a', false],
    ['{x,y}z', 'yz', true],
    ['{x,y}z', 'z', false],
  ])('%s against %j: %s', (glob, text, expected) => {
    expect(compileGlob(glob).some(({ test }) => test(text))).toBe(expected);
  });
});
