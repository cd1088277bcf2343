import { describe, expect, it } from '@jest/globals';
import { formField } from '../../../lib/access/csrf/form-field.js';

const MEGABYTE = 1024 * 1024;

function post(body: BodyInit, type?: string): Request {
  const headers = type === undefined ? undefined : { 'Content-Type': type };
  return new Request('http://site.example/', { method: 'POST', body, ...(headers && { headers }) });
}

function multipart(...fields: [string, string | Blob][]): FormData {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  return form;
}

const field = (request: Request) => formField(request.clone(), '_csrf');
const long = 'x'.repeat(300_000);

describe('A field', () => {
  it.each<[string, Request]>([
    ['a URL-encoded form', post(new URLSearchParams({ a: '1', _csrf: 'token' }))],
    [
      'a form with a parameter after its content type',
      post('_csrf=token', 'Application/X-WWW-Form-Urlencoded; charset=utf-8'),
    ],
    ['a multipart form', post(multipart(['a', '1'], ['_csrf', 'token']))],
    ['a form with a long text after it', post(new URLSearchParams({ _csrf: 'token', a: long }))],
    ['a form with a long file after it', post(multipart(['_csrf', 'token'], ['file', new Blob([long])]))],
  ])('is found in %s', async (_, request) => {
    expect(await field(request)).toBe('token');
  });

  it.each<[string, Request]>([
    ['is missing', post(new URLSearchParams({ a: '1' }))],
    ['occurs twice', post('_csrf=token&_csrf=token', 'application/x-www-form-urlencoded')],
    ['occurs twice in a multipart form', post(multipart(['_csrf', 'token'], ['_csrf', 'other']))],
    ['is a list', post('_csrf[]=token', 'application/x-www-form-urlencoded')],
    ['is a file', post(multipart(['_csrf', new Blob(['token'])]))],
    ['is in JSON', post('{"_csrf":"token"}', 'application/json')],
    ['is in plain text', post('_csrf=token', 'text/plain')],
    ['is in a body without a content type', post('_csrf=token', '')],
    ['comes after a long text', post(new URLSearchParams({ a: long, _csrf: 'token' }))],
    ['comes after a long file', post(multipart(['file', new Blob([long])], ['_csrf', 'token']))],
    [
      'is in an unterminated multipart body',
      post('--b\r\nContent-Disposition: form-data; name="_csrf"', 'multipart/form-data; boundary=b'),
    ],
    ['is in a multipart body without a boundary', post('_csrf=token', 'multipart/form-data')],
    ['is cut off at the reading limit', post(`_csrf=${long}`, 'application/x-www-form-urlencoded')],
  ])('is ignored when it %s', async (_, request) => {
    expect(await field(request)).toBeUndefined();
  });

  it('is not found in an empty request', async () => {
    expect(await field(new Request('http://site.example/', { method: 'POST' }))).toBeUndefined();
  });
});

describe('A very long form', () => {
  it('is read only at its beginning, and is left complete for the page', async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const isFirst = sent === 0;
        sent += 1;
        if (sent > 64) return controller.close();
        const text = isFirst ? '_csrf=token&a=' : 'x'.repeat(MEGABYTE / 16);
        controller.enqueue(new TextEncoder().encode(text));
      },
    });
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const streamed = { method: 'POST', body, headers, duplex: 'half' };
    const request = new Request('http://site.example/', streamed);
    expect(await field(request)).toBe('token');
    expect(sent).toBeLessThan(10);
    expect((await request.text()).length).toBe('_csrf=token&a='.length + (63 * MEGABYTE) / 16);
  });
});
