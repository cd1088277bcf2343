import { describe, expect, it } from '@jest/globals';
import { isNavigation } from '../../../lib/access/guard/guarded-request.js';

describe('A request', () => {
  it.each<[string, Record<string, string>, boolean, boolean]>([
    ['a browser that opens a page', { accept: 'text/html,*/*;q=0.8', 'sec-fetch-mode': 'navigate' }, true, true],
    ['an old browser that opens a page', { accept: 'text/html' }, true, true],
    ['a program without a wish, on a page', {}, true, true],
    ['a navigation that takes anything', { accept: '*/*', 'sec-fetch-mode': 'navigate' }, true, true],
    ['a fetch of a page', { accept: '*/*', 'sec-fetch-mode': 'cors' }, true, false],
    ['a program that wants JSON of a page', { accept: 'application/json' }, true, false],
    ['a browser that opens an endpoint', { accept: 'text/html', 'sec-fetch-mode': 'navigate' }, false, false],
    ['a program at an endpoint', {}, false, false],
  ])('of %s', (_, headers, routeIsPage, expected) => {
    expect(isNavigation(new Headers(headers), routeIsPage)).toBe(expected);
  });
});
