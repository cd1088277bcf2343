import { describe, expect, it } from '@jest/globals';
import { cookieValues } from '../../../lib/astro/request/astro-cookie-jar.js';

describe('The values of one name in a Cookie header', () => {
  it.each<[string, string | null, string[]]>([
    ['no header', null, []],
    ['an empty header', '', []],
    ['one', 'sid=a', ['a']],
    ['one among others', 'x=1; sid=a; y=2', ['a']],
    ['several, in their order', 'sid=b;sid=a ;  sid=c', ['b', 'a', 'c']],
    ['blanks around it', ' \tsid=a \t; x=1', ['a']],
    ['nothing behind the name', 'sid=; sid= ; sid', []],
    ['the sign of equality in a value', 'sid=a=b==', ['a=b==']],
    ['names that end with it', 'notsid=a; not sid=a; x.sid=a', []],
    ['names that begin with it', 'sid.1=a; sid2=b', []],
    ['the name in a value', 'x=sid=a; y=1 sid=b; sid=c', ['c']],
    ['another case', 'SID=a', []],
  ])('are found: %s', (_, header, values) => {
    expect(cookieValues(header, 'sid')).toEqual(values);
  });

  it('are no more than eight, and the rest of the header is not looked at', () => {
    expect(cookieValues('sid=a; '.repeat(1_000_000), 'sid')).toEqual(Array(8).fill('a'));
    expect(cookieValues(`${'x=1; '.repeat(1_000_000)}sid=a`, 'sid')).toEqual(['a']);
    expect(cookieValues(`${' '.repeat(5_000_000)}sid=a`, 'sid')).toEqual(['a']);
    expect(cookieValues('sid='.repeat(1_000_000), 'sid')).toHaveLength(1);
  });
});
