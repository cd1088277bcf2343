import { describe, expect, it } from '@jest/globals';
import { type ReturningRequest, stateOf } from '../../../lib/access/sign-in/returning-request.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';

const ADDRESS = 'http://site.example/callback';

function returning(query: string, body?: BodyInit, method = body === undefined ? 'GET' : 'POST'): ReturningRequest {
  const request = new Request(ADDRESS + query, { method, ...(body !== undefined && { body }) });
  const { headers } = request;
  const copy = () => (request.bodyUsed ? undefined : request.clone());
  return { method, url: new URL(request.url), headers, cookies: new FakeCookieJar(), copy };
}

function multipart(): FormData {
  const form = new FormData();
  form.append('state', 'here');
  form.append('picture', new Blob(['…']), 'picture.png');
  return form;
}

const lost = (): never => {
  throw new Error('read before');
};

describe('The state of a request', () => {
  it.each([
    ['the query', returning('?code=1&state=here')],
    ['a form', returning('', new URLSearchParams({ state: 'here' }))],
    ['a form with files', returning('', multipart())],
    ['the query of a form without it', returning('?state=here', new URLSearchParams({ code: '1' }))],
    ['a form, before the query', returning('?state=other', new URLSearchParams({ state: 'here' }))],
  ])('is read from %s', async (_, request) => {
    expect(await stateOf(request, lost)).toBe('here');
  });

  it.each([
    ['is nowhere', returning('?code=1')],
    ['is there twice', returning('?state=one&state=two')],
    ['is there twice in a form', returning('', 'state=one&state=two')],
    ['is in a body that is no form', returning('', '{"state":"here"}')],
  ])('is none when it %s', async (_, request) => {
    expect(await stateOf(request, lost)).toBeUndefined();
  });

  it('leaves the form to the page, and says when the page has read it', async () => {
    const request = new Request(ADDRESS, { method: 'POST', body: new URLSearchParams({ state: 'here' }) });
    const asked = { ...returning('', ''), headers: request.headers };
    const copy = () => (request.bodyUsed ? undefined : request.clone());
    expect(await stateOf({ ...asked, copy }, lost)).toBe('here');
    expect((await request.formData()).get('state')).toBe('here');
    await expect(stateOf({ ...asked, copy }, lost)).rejects.toThrow('read before');
  });
});
