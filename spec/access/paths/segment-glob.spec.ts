import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileGlob, whatIsWrongWithGlob } from '../../../lib/access/paths/segment-glob.js';

describe('A glob within a segment', () => {
  it.each([
    '*.pdf',
    'a*b*c*d',
    `*${'a'.repeat(90)}*`,
    'file?.txt',
    '{a,b}*',
    '{a*,b*}*',
    '[ab]*',
    '!(a)',
    '(a|b)',
    '@(a|b)*',
    '+(a)',
    '(a+)x',
    '{,x}y',
    'a\\{b',
    '[{]a',
    '[]a]',
    '[!a]',
    '{a,b{c,d}}',
  ])('may be %s', (glob) => {
    expect(whatIsWrongWithGlob(glob)).toBeUndefined();
  });

  it.each(['*[ab]*', '*(a)*', '(a*)*', '+(a*)', '!(a)*', '*(*)', '[a]**[b]'])(
    'is rejected when it is %s: several repetitions beside brackets are ambiguous',
    (glob) => {
      expect(whatIsWrongWithGlob(glob)).toContain('one "*" or "+" is enough');
    },
  );

  it.each(['(a+)+x', '(a+)+', '([a-z]+)+x', '[a]+[a]+[a]+x', '(x+x+)+y'])(
    'is rejected when it is %s: a plus after a bracket repeats, too',
    (glob) => {
      expect(whatIsWrongWithGlob(glob)).toContain('one "*" or "+" is enough');
    },
  );

  it.each(['+(a|aa)', '*(a|aa)', '(a|aa)+x', '(?:a|aa)+', '((a|aa))+', '+(?(a)a)'])(
    'is rejected when it is %s: a repeated choice is ambiguous',
    (glob) => {
      expect(whatIsWrongWithGlob(glob)).toContain('repeated group cannot offer a choice');
    },
  );

  it.each(['@(a|aa)@(a|aa)x', '(a|)(a|)', '?(a)?(a)'])(
    'is rejected when it is %s: several groups can match the same text in many ways',
    (glob) => {
      expect(whatIsWrongWithGlob(glob)).toContain('one group in parentheses is enough');
    },
  );

  it.each([
    ['{1..999}{1..999}', 'more than 100 alternatives'],
    [`*${'a'.repeat(200)}`, 'more than 100 characters'],
    ['[slug].pdf', 'write "*" for a parameter'],
    ['[lang]-[id]', 'write "*" for a parameter'],
    ['admin\\panel', 'write "/" for a backslash'],
    ['[...slug].json', 'write "**/*" for a rest parameter'],
    ['{admin', 'where "{" has no counterpart'],
    ['users,staff}', 'where "}" has no counterpart'],
    ['[a', 'where "[" has no counterpart'],
    ['a]', 'where "]" has no counterpart'],
    ['@(a|{b)}', 'where "(" has no counterpart'],
    ['{,x}', 'may stand for nothing'],
    ['{a,{b,}}', 'may stand for nothing'],
  ])('is rejected when it is %s', (glob, reason) => {
    expect(whatIsWrongWithGlob(glob)).toContain(reason);
  });

  it('is rejected with an alternative when it is a negation', () => {
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
    ['[!a]', 'b', true],
    ['[!a]', 'a', false],
    ['[!a]*', '.env', true],
    ['[!ab].txt', '!.txt', true],
    ['!(a)', '.b', true],
    ['!(a)', 'a', false],
    ['{x,y}z', 'yz', true],
    ['{x,y}z', 'z', false],
  ])('is matched with a segment: %s matches %j: %s', (glob, text, expected) => {
    expect(compileGlob(glob).some(({ test }) => test(text))).toBe(expected);
  });

  it('matches like a regular expression when it has only wildcards, and knows its prefix and suffix', () => {
    const texts = (maxLength: number, ...units: string[]) =>
      fc.array(fc.constantFrom(...units), { minLength: 1, maxLength }).map((picked) => picked.join(''));
    fc.assert(
      fc.property(texts(9, 'a', 'b', 'é', '?', '*', '*'), texts(12, 'a', 'b', 'é', '漢', '?'), (glob, text) => {
        const expected = new RegExp(`^${glob.replaceAll('?', '.').replace(/\*+/g, '.*')}$`, 's').test(text);
        const [compiled] = compileGlob(glob);
        if (!compiled) throw new Error(`${glob} has no test`);
        const { prefix, suffix, test } = compiled;
        expect(test(text)).toBe(expected);
        if (expected) expect(text.startsWith(prefix) && text.endsWith(suffix)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['a*.pdf', 0],
    ['*abc*', 5],
    ['a*b*cd*e', 4],
    ['[ab]*', 5],
  ])('limits its comparisons: %s compares each character at most %i times', (glob, comparisons) => {
    expect(compileGlob(glob).map((one) => one.comparisons)).toEqual([comparisons]);
  });
});
