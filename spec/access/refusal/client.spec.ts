import { describe, expect, it } from '@jest/globals';
import { CLIENT_HEADERS, clientOf, pageShown, type RefusedClient } from '../../../lib/access/refusal/client.js';

type Sent = Record<string, string>;

const HTML = 'text/html,application/xhtml+xml,*/*;q=0.8';
const OPENED: Sent = { accept: HTML, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const FETCHED: Sent = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
const HTMX: Sent = { ...FETCHED, accept: '*/*', 'hx-request': 'true' };

/** The table of docs/pages.md, row by row. */
const ROWS: readonly [who: string, sent: Sent, page: RefusedClient, endpoint: RefusedClient][] = [
  ['a browser opens the address', OPENED, 'browser', 'browser'],
  ['a browser opens it in a frame', { ...OPENED, 'sec-fetch-dest': 'iframe' }, 'browser', 'program'],
  ['a browser opens it for a plugin', { ...OPENED, 'sec-fetch-dest': 'object' }, 'browser', 'program'],
  ['a browser of a few years ago opens it', { accept: HTML, 'sec-fetch-mode': 'navigate' }, 'browser', 'browser'],
  ['a browser that sends no fetch metadata opens it', { accept: HTML }, 'browser', 'old browser'],
  ['a navigation accepts anything', { ...OPENED, accept: '*/*' }, 'browser', 'browser'],
  ['a program names no wishes', {}, 'browser', 'program'],
  ['curl asks', { accept: '*/*' }, 'browser', 'program'],
  ['a program asks for JSON', { accept: 'application/json' }, 'program', 'program'],
  ['a program asks for JSON, or anything', { accept: 'application/json, */*' }, 'program', 'program'],
  ["a program's fetch asks for HTML", { accept: 'text/html', 'sec-fetch-mode': 'cors' }, 'browser', 'program'],
  ['a script fetches', { ...FETCHED, accept: '*/*' }, 'program', 'program'],
  ['ClientRouter fetches a page', { ...FETCHED, accept: '*/*' }, 'program', 'program'],
  ['a script fetches a part of a page', { ...FETCHED, accept: 'text/html' }, 'program', 'program'],
  [
    'a script asks by XMLHttpRequest',
    { accept: 'text/html, */*; q=0.01', 'x-requested-with': 'XMLHttpRequest' },
    'program',
    'program',
  ],
  [
    'a page is prefetched',
    { accept: HTML, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty' },
    'program',
    'program',
  ],
  [
    'an image is shown',
    { accept: 'image/*', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    'program',
    'program',
  ],
  [
    'a script is loaded',
    { accept: '*/*', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
    'program',
    'program',
  ],
  ['Turbo opens a page', { ...FETCHED, accept: 'text/html, application/xhtml+xml' }, 'program', 'program'],
  ['Turbo fetches a frame', { accept: 'text/html', 'turbo-frame': 'comments' }, 'program', 'program'],
  ['Turbo sends a form', { accept: 'text/vnd.turbo-stream.html, text/html' }, 'program', 'program'],
  ['htmx fetches a part of a page', HTMX, 'htmx part', 'htmx part'],
  ['htmx of version 4 does', { ...HTMX, accept: 'text/html' }, 'htmx part', 'htmx part'],
  ['htmx follows a boosted link', { ...HTMX, 'hx-boosted': 'true' }, 'htmx page', 'htmx page'],
  ['htmx restores a page', { ...HTMX, 'hx-history-restore-request': 'true' }, 'htmx page', 'htmx page'],
  ['a header of htmx has another value', { ...OPENED, 'hx-request': 'false' }, 'browser', 'browser'],
];

describe('A client', () => {
  it.each(ROWS)('is recognised: %s', (_, sent, page, endpoint) => {
    const headers = new Headers(sent);
    expect([clientOf(headers, true), clientOf(headers, false)]).toEqual([page, endpoint]);
  });

  it('is recognised by headers that are all named for caches', () => {
    const named = CLIENT_HEADERS.toLowerCase().split(', ');
    const used = new Set(ROWS.flatMap(([, sent]) => Object.keys(sent)));
    expect([...used].filter((name) => !named.includes(name))).toEqual([]);
  });
});

describe('The page that htmx shows', () => {
  const URL_OF_PART = new URL('https://site.example/parts/comments');

  it.each([
    ['https://site.example/posts/1?page=2#end', '/posts/1?page=2'],
    ['http://site.example/posts/1', '/posts/1'],
    ['https://other.example/posts/1', undefined],
    ['https://site.example:8443/posts/1', undefined],
    ['https://site.example@other.example/', undefined],
    ['javascript:alert(1)', undefined],
    ['data://site.example/x', undefined],
    ['//other.example/posts', undefined],
    ['/posts/1', undefined],
    ['https://site.example//other.example', undefined],
    ['https://site.example/%2F%2Fother.example', undefined],
    ['https://site.example/\\other.example', undefined],
    ['', undefined],
  ])('is taken from its header if it is one of this site: %s', (shown, expected) => {
    expect(pageShown(new Headers({ 'hx-current-url': shown }), URL_OF_PART)).toBe(expected);
  });

  it('is unknown without the header', () => {
    expect(pageShown(new Headers(), URL_OF_PART)).toBeUndefined();
  });
});
