import { describe, expect, it } from '@jest/globals';
import { partsOf } from '../../lib/base/address.js';

describe('The parts of a URL', () => {
  it.each([
    ['http://site.example/a/b?c=d', '/a/b', '?c=d'],
    ['https://site.example:8443/a%2Fb/../c', '/a%2Fb/../c', undefined],
    ['http://site.example?c', '', '?c'],
    ['http://site.example//a#b?c', '//a', undefined],
    ['http://[::1]:4321/', '/', undefined],
  ])('are path and query as they were sent: %s', (url, path, query) => {
    const [, ...parts] = partsOf(url);
    expect(parts).toEqual([path, query]);
  });

  it('are empty for a string that is not an absolute URL', () => {
    expect(partsOf('/a')).toEqual([]);
  });
});
