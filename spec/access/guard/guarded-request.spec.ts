import { describe, expect, it } from '@jest/globals';
import { isNavigation } from '../../../lib/access/guard/guarded-request.js';

describe('A navigation', () => {
  it.each<[string, Record<string, string>, boolean, boolean]>([
    ['a browser opens a page', { accept: 'text/html,*/*;q=0.8', 'sec-fetch-mode': 'navigate' }, true, true],
    ['an old browser opens a page', { accept: 'text/html' }, true, true],
    ['a program opens a page without an Accept header', {}, true, true],
    ['a navigation accepts anything', { accept: '*/*', 'sec-fetch-mode': 'navigate' }, true, true],
    ['a script fetches a page', { accept: '*/*', 'sec-fetch-mode': 'cors' }, true, false],
    ['a program asks a page for JSON', { accept: 'application/json' }, true, false],
    ['a browser opens an endpoint', { accept: 'text/html', 'sec-fetch-mode': 'navigate' }, false, false],
    ['a program calls an endpoint', {}, false, false],
  ])('is distinguished from a call: %s', (_, headers, routeIsPage, expected) => {
    expect(isNavigation(new Headers(headers), routeIsPage)).toBe(expected);
  });
});
