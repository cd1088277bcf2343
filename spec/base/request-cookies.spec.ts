import { describe, expect, it } from '@jest/globals';
import { RequestCookies } from '../../lib/base/request-cookies.js';

const sent = (cookie: string) => new RequestCookies(new Headers({ cookie }));

describe('The cookies of a request', () => {
  it('are read by name, and decoded', () => {
    const cookies = sent('theme=dark; city=S%C3%A3o%20Paulo; empty=; odd=%E0%A4%A');
    expect(['theme', 'city', 'empty', 'odd', 'none'].map((name) => cookies.get(name))).toEqual([
      'dark',
      'São Paulo',
      '',
      '%E0%A4%A',
      undefined,
    ]);
    expect(['theme', 'empty', 'none'].map((name) => cookies.has(name))).toEqual([true, true, false]);
  });

  it('are none without the header, and without a request', () => {
    expect(new RequestCookies(new Headers()).has('theme')).toBe(false);
    expect(new RequestCookies().get('theme')).toBeUndefined();
  });

  it('have no names but those that were sent', () => {
    const cookies = sent('__proto__=x; a=1; a=2');
    expect(['constructor', 'toString', 'hasOwnProperty'].map((name) => cookies.has(name))).toEqual([
      false,
      false,
      false,
    ]);
    expect([cookies.get('__proto__'), cookies.get('a')]).toEqual(['x', '1']);
  });
});
