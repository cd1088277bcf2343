import { describe, expect, it } from '@jest/globals';
import { CsrfConfig } from '../../../lib/access/csrf/csrf-config.js';
import { type ChangingRequest, CsrfGuard } from '../../../lib/access/csrf/csrf-guard.js';
import { CsrfTokens } from '../../../lib/access/csrf/csrf-tokens.js';
import { PendingSignIn } from '../../../lib/access/sign-in/pending-sign-in.js';
import { UsedTokens } from '../../../lib/access/sign-in/used-tokens.js';
import { Secrets } from '../../../lib/session/cookies/secrets.js';
import { SecurityEvents } from '../../../lib/session/security-events.js';
import { Session } from '../../../lib/session/session.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { NoRevocationList } from '../../../lib/session/stores/revocation-list.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { call } from '../../support/guarded-request.js';
import { RememberingLog } from '../../support/guards.js';

const SITE = 'http://site.example';
const CALLBACK = '/auth/callback';
const secrets = new Secrets(['k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa']);
const config = SessionConfig.from({}, { isProduction: true });
const clock = new FrozenClock();
const events = new SecurityEvents();
const pending = new PendingSignIn(
  secrets,
  config,
  new UsedTokens(new NoRevocationList(), config, clock),
  events,
  clock,
);

function guardAt(base: string, isWaiting = true): CsrfGuard {
  const parts = [new CsrfConfig({ requireToken: true }, { base }), new CsrfTokens(secrets)] as const;
  return new CsrfGuard(...parts, new RememberingLog(), events, isWaiting ? pending : undefined);
}

/** A form that a provider has the browser post, with the state of an attempt that the browser has begun. */
async function posted(address: string, formPost: string | undefined, parts: Partial<ChangingRequest> = {}) {
  const jar = new FakeCookieJar();
  const { state } = await pending.begin(jar, { formPost });
  const headers = { origin: 'https://provider.example', 'sec-fetch-site': 'cross-site' };
  const body = new URLSearchParams({ state, code: '1' });
  const request = new Request(SITE + CALLBACK, { method: 'POST', headers, body });
  const arrived = { headers: request.headers, sentTo: new URL(SITE), sentMethod: 'POST', copy: () => request.clone() };
  return { ...call(address, { method: 'POST' }), ...arrived, cookieJar: jar.next(), ...parts };
}
const isAdmitted = async (request: ChangingRequest, base = '', isWaiting = true) =>
  (await guardAt(base, isWaiting).inspect(request, new Session())) === undefined;

describe('An answer that a provider posts', () => {
  it.each([CALLBACK, `${CALLBACK}/`, '/auth//callback', '/auth/%63allback'])(
    'is admitted at %s, by which the site serves that page',
    async (address) => {
      expect(await isAdmitted(await posted(address, CALLBACK, { routePattern: CALLBACK }))).toBe(true);
    },
  );

  it('is admitted at the page of a site with a base, written with or without it', async () => {
    for (const formPost of [CALLBACK, `/base${CALLBACK}`]) {
      const request = await posted(`/base${CALLBACK}`, formPost, { routePattern: CALLBACK });
      expect(await isAdmitted(request, '/base')).toBe(true);
    }
  });

  it.each<[string, string, string | undefined, Partial<ChangingRequest>]>([
    ['at another page', '/account', CALLBACK, {}],
    ['below the page', `${CALLBACK}/more`, CALLBACK, {}],
    ['at a page that it is rewritten to', '/account', CALLBACK, { originalPathname: CALLBACK }],
    ['at the page after a rewrite from another', CALLBACK, CALLBACK, { originalPathname: '/account' }],
    ['with an action', CALLBACK, CALLBACK, { action: { name: 'remove', calledFrom: 'form' } }],
    ['with another method', CALLBACK, CALLBACK, { method: 'PUT', sentMethod: 'PUT' }],
    ['to an attempt that expects a redirect', CALLBACK, undefined, {}],
    ['in a browser without the cookie', CALLBACK, CALLBACK, { cookieJar: new FakeCookieJar() }],
    ['where the cookies are unknown', CALLBACK, CALLBACK, { cookieJar: undefined }],
    [
      'at an address that could be read in several ways',
      '/auth/%2e%2e/callback',
      CALLBACK,
      { routePattern: '/auth/[...page]' },
    ],
  ])('is refused %s', async (_, address, formPost, parts) => {
    expect(await isAdmitted(await posted(address, formPost, parts))).toBe(false);
  });

  it('is refused by a guard that was created without pending sign-ins', async () => {
    expect(await isAdmitted(await posted(CALLBACK, CALLBACK), '', false)).toBe(false);
  });

  it('is refused when the body was read before, and so is one that cannot be read', async () => {
    const copy = () => {
      throw new TypeError('Body is unusable');
    };
    expect(await isAdmitted(await posted(CALLBACK, CALLBACK, { copy }))).toBe(false);
    const headers = new Headers({ origin: 'https://provider.example', 'content-type': 'text/plain' });
    expect(await isAdmitted(await posted(CALLBACK, CALLBACK, { headers }))).toBe(false);
  });
});
