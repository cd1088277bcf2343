import { describe, expect, it } from '@jest/globals';
import { TrustedOrigins } from '../../../lib/access/csrf/trusted-origins.js';
import { GuardConfig } from '../../../lib/access/guard/guard-config.js';
import { askedReturnPath } from '../../../lib/access/sign-in/asked-return-path.js';
import type { LostReturnPath } from '../../../lib/access/sign-in/lost-return-path.js';

const SITE = 'http://site.example';

interface Asked {
  readonly query?: string;
  readonly referer?: string;
  readonly lost?: LostReturnPath;
}

function asked({ query = '', referer, lost }: Asked): string | undefined {
  const headers = new Headers(referer === undefined ? {} : { referer });
  const request = { url: new URL(`/base/api/login${query}`, SITE), headers };
  return askedReturnPath(request, new GuardConfig({}, { base: '/base' }), () => lost);
}

describe('The page that a visitor wanted to open', () => {
  it('may be of a trusted origin, wherever it is found, and is a path where that is this site', () => {
    const APP = 'https://app.example';
    const config = new GuardConfig({}, { base: '/base' });
    const at = (query: string, referer?: string, returnTo = '') => {
      const request = {
        url: new URL(`/base/api/login${query}`, SITE),
        headers: new Headers(referer ? { referer } : {}),
      };
      return askedReturnPath(
        request,
        config,
        () => ({ form: '/base/login', returnTo }),
        new TrustedOrigins([APP, SITE]),
      );
    };
    expect(at(`?returnTo=${APP}/inbox`)).toBe(`${APP}/inbox`);
    expect(at('', `${SITE}/base/login?returnTo=${APP}/inbox`)).toBe(`${APP}/inbox`);
    expect(at('', `${SITE}/base/login`, `${APP}/inbox`)).toBe(`${APP}/inbox`);
    expect(at('?returnTo=https://app.example.evil.example/')).toBeUndefined();
    expect(at(`?returnTo=${SITE}/base/a?b`)).toBe('/base/a?b');
    expect(at(`?returnTo=${SITE}/base/login`)).toBeUndefined();
    expect(at(`?returnTo=${SITE}`)).toBe('/');
  });

  const lost = { form: '/base/login', returnTo: '/base/lost' };
  it.each<[string, Asked, string | undefined]>([
    ['the query', { query: '?returnTo=/base/a', referer: `${SITE}/base/login?returnTo=/base/b`, lost }, '/base/a'],
    ['the page before', { referer: `${SITE}/base/login?returnTo=/base/b`, lost }, '/base/b'],
    ['what is remembered for the page before', { referer: `${SITE}/base/login`, lost }, '/base/lost'],
    ['nothing that is remembered for another page', { referer: `${SITE}/base/join`, lost }, undefined],
    ['nothing that is remembered, without a page before', { lost }, undefined],
    ['nothing of another site', { referer: 'https://evil.example/base/login?returnTo=/base/b', lost }, undefined],
    ['nothing that leads to another site', { query: '?returnTo=//evil.example' }, undefined],
    [
      'nothing that leads there from memory',
      { referer: `${SITE}/base/login`, lost: { ...lost, returnTo: '//evil.example' } },
      undefined,
    ],
    ['no login page', { query: '?returnTo=/base/login/' }, undefined],
    ['no address of Astro itself', { query: '?returnTo=/base/_actions/a' }, undefined],
    ['nothing, when nothing was asked for', {}, undefined],
  ])('is %s', (_, from, path) => {
    expect(asked(from)).toBe(path);
  });
});
