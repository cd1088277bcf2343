import { describe, expect, it } from '@jest/globals';
import { CsrfConfig, type CsrfOptions, type CsrfSite } from '../../../lib/access/csrf/csrf-config.js';
import { CsrfDecision } from '../../../lib/access/csrf/csrf-decision.js';
import { type ChangingRequest, CsrfGuard, mayChange } from '../../../lib/access/csrf/csrf-guard.js';
import { CsrfTokens } from '../../../lib/access/csrf/csrf-tokens.js';
import { Secrets } from '../../../lib/session/cookies/secrets.js';
import { SecurityEvents } from '../../../lib/session/security-events.js';
import { draftOf, Session } from '../../../lib/session/session.js';
import { call } from '../../support/guarded-request.js';
import { RememberingLog } from '../../support/guards.js';
import { recordOf } from '../../support/records.js';

const SELF = 'http://site.example';
const EVIL = 'https://evil.example';
const tokens = new CsrfTokens(new Secrets(['k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa']));

interface Sent extends Partial<Omit<ChangingRequest, 'headers'>> {
  headers?: Record<string, string>;
  body?: BodyInit;
}

function sent(
  address: string,
  { method = 'POST', headers = { Origin: SELF }, body, ...parts }: Sent = {},
): ChangingRequest {
  const request = new Request(SELF, { method, headers, ...(body && { body }) });
  const arrived = { headers: request.headers, sentTo: new URL(SELF), sentMethod: method };
  return { ...call(address, { method }), ...arrived, copy: () => request.clone(), ...parts };
}

function guardWith(given: boolean | CsrfOptions = true, site: CsrfSite = {}, Guard = CsrfGuard) {
  const log = new RememberingLog();
  return { guard: new Guard(new CsrfConfig(given, site), tokens, log, new SecurityEvents()), log };
}

/** Returns the status of the refusal, or `undefined` for a request that may go on. */
async function refusalOf(request: ChangingRequest, given: boolean | CsrfOptions = true, session = new Session()) {
  return (await guardWith(given).guard.inspect(request, session))?.status;
}

const foreign = { headers: { Origin: EVIL } };

describe('A trusted origin', () => {
  const APP = 'capacitor://localhost';
  const trusting = { trustedOrigins: [APP, 'https://app.site.example'] };
  const from = (headers: Record<string, string>) => sent('/page', { headers });

  it('may send requests, but not without the token that they require', async () => {
    expect(await refusalOf(from({ Origin: APP }), trusting)).toBeUndefined();
    expect(await refusalOf(from({ Origin: APP, 'Sec-Fetch-Site': 'cross-site' }), trusting)).toBeUndefined();
    expect(await refusalOf(from({ Origin: APP }), { ...trusting, requireToken: true })).toBe(403);
    expect(await refusalOf(from({ Origin: 'ionic://localhost' }), trusting)).toBe(403);
    expect(await refusalOf(from({ Origin: APP }))).toBe(403);
  });

  it('is named in the log, once, when a neighbouring site or an app is refused', async () => {
    for (const headers of [
      { Origin: 'https://b.site.example', 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'https://c.site.example', 'Sec-Fetch-Site': 'same-site' },
    ]) {
      const { guard, log } = guardWith(trusting);
      for (let times = 0; times < 2; times++) await guard.inspect(from(headers), new Session());
      expect(log.forgeries).toEqual([expect.stringContaining(`set csrf: { trustedOrigins: ['${headers.Origin}'] }`)]);
    }
    const { guard, log } = guardWith();
    await guard.inspect(from({ Origin: EVIL, 'Sec-Fetch-Site': 'cross-site' }), new Session());
    expect(log.forgeries).toEqual([]);
    await guard.inspect(from({ Origin: APP }), new Session());
    expect(log.forgeries).toEqual([expect.stringContaining(`set csrf: { trustedOrigins: ['${APP}'] }`)]);
  });
});

describe('The CSRF guard', () => {
  it('does not take a promise from an overridden configuration for an exception', async () => {
    class Late extends CsrfConfig {
      override excepts(): boolean {
        return Promise.resolve(true) as unknown as boolean;
      }
    }
    const log = new RememberingLog();
    const guard = new CsrfGuard(new Late(), tokens, log, new SecurityEvents());
    expect((await guard.inspect(sent('/page', foreign), new Session()))?.status).toBe(403);
  });

  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE'])('ignores %s requests', async (method) => {
    expect(mayChange(method)).toBe(false);
    const request = { ...sent('/page', foreign), method, sentMethod: method };
    expect(await refusalOf(request, { requireToken: true })).toBeUndefined();
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'QUERY', 'MKCOL', 'get', 'Head'])('checks %s requests', async (method) => {
    expect(mayChange(method)).toBe(true);
    const asked = { ...sent('/page', foreign), method, sentMethod: method };
    expect(await refusalOf(asked)).toBe(403);
    expect(await refusalOf({ ...asked, headers: new Headers({ Origin: SELF }) })).toBeUndefined();
  });

  it('considers the method that was sent, whatever other headers and fields contain', async () => {
    const headers = {
      Origin: EVIL,
      'X-HTTP-Method-Override': 'GET',
      'Content-Type': 'application/x-www-form-urlencoded',
    };
    expect(await refusalOf(sent('/page?_method=GET', { headers, body: '_method=GET' }))).toBe(403);
    expect(await refusalOf({ ...sent('/page', foreign), method: 'GET' })).toBe(403);
  });

  it.each(['application/json', 'text/plain', 'application/reports+json', ' application/json', 'x', ''])(
    'ignores the content type of the body: %s',
    async (type) => {
      expect(await refusalOf(sent('/page', { headers: { Origin: EVIL, 'Content-Type': type }, body: '{}' }))).toBe(403);
    },
  );

  it('ignores every request when it is switched off', async () => {
    expect(await refusalOf(sent('/page', foreign), false)).toBeUndefined();
  });

  it('accepts cross-site requests to excepted paths and to no others', async () => {
    const given = { except: ['/webhooks/**'], requireToken: true };
    expect(await refusalOf(sent('/webhooks/a', { headers: {} }), given)).toBeUndefined();
    expect(await refusalOf(sent('/account', { headers: {} }), given)).toBe(403);
    expect(await refusalOf(sent('/webhooks/a', { headers: {}, routePattern: '/account' }), given)).toBe(403);
    expect(await refusalOf(sent('/', { headers: {}, pathname: '/webhooks/%ff' }), given)).toBe(403);
  });
});

describe('A pattern of the CSRF guard on a site with a base', () => {
  it('is written without the base', async () => {
    const { guard } = guardWith({ except: ['/webhooks/**'] }, { base: '/app/' });
    const inspected = (address: string) =>
      guard.inspect(sent(address, { ...foreign, routePattern: '/webhooks/a' }), new Session());
    expect(await inspected('/app/webhooks/a')).toBeUndefined();
    expect((await inspected('/other/webhooks/a'))?.status).toBe(403);
  });
});

describe('A refusal', () => {
  const answer = async (parts: Sent) => {
    const response = await guardWith().guard.inspect(sent('/page', { ...foreign, ...parts }), new Session());
    if (!response) throw new Error('nothing was refused');
    return { response, type: response.headers.get('content-type'), text: await response.text() };
  };

  it('is a problem document with a code for programs', async () => {
    const { response, type, text } = await answer({});
    expect([response.status, type]).toEqual([403, 'application/problem+json']);
    expect(JSON.parse(text)).toEqual({
      type: 'about:blank',
      title: 'Forbidden',
      status: 403,
      detail: 'The request does not come from a page of this site.',
      code: 'CSRF_REFUSED',
    });
  });

  it('is a sentence for visitors who open a page', async () => {
    for (const opens of [{ accept: 'text/html,*/*' }, { accept: '*/*', 'sec-fetch-mode': 'navigate' }]) {
      const { type, text } = await answer({ headers: { origin: EVIL, ...opens } });
      expect([type, text]).toEqual([
        'text/plain; charset=utf-8',
        'The request does not come from a page of this site.',
      ]);
    }
  });

  it('does not reveal whether the address is a page or an endpoint', async () => {
    const [page, endpoint] = [await answer({ isNavigation: true }), await answer({ isNavigation: false })];
    expect([page.type, page.text]).toEqual([endpoint.type, endpoint.text]);
  });

  it('is an ActionError for an action', async () => {
    const { text } = await answer({ action: { name: 'a', calledFrom: 'rpc' } });
    expect(JSON.parse(text)).toMatchObject({ type: 'AstroActionError', code: 'FORBIDDEN', status: 403 });
  });

  it.each<Sent>([{}, { isNavigation: true }, { action: { name: 'a', calledFrom: 'rpc' } }])(
    'is never cached (%#)',
    async (parts) => {
      const { response } = await answer(parts);
      expect(response.headers.get('cache-control')).toBe('private, no-store');
      expect(response.headers.get('vary')).toBe('Cookie, Sec-Fetch-Site, Origin, Referer');
    },
  );
});

describe('The log', () => {
  const told = async (site: CsrfSite, ...requests: ChangingRequest[]) => {
    const { guard, log } = guardWith(true, site);
    for (const request of requests) await guard.inspect(request, new Session());
    return log.forgeries;
  };

  it('explains every refusal on one line when the guard explains', async () => {
    expect(await told({ explains: true }, sent('/page', foreign), sent('/page'))).toEqual([
      'POST /page (route /page): CSRF_REFUSED: Origin https://evil.example is not http://site.example',
    ]);
    expect(await told({ explains: true }, sent('/hook', { headers: {} }))).toEqual([
      expect.stringMatching(/no Sec-Fetch-Site, Origin or Referer.*add its path to csrf\.except$/),
    ]);
  });

  it('contains one line of limited length, whatever a header contains', async () => {
    const odd = sent('/page', { headers: { Origin: `a\tb\u00e9${'x'.repeat(10_000)}` }, pathname: '/a\nb' });
    const [line = ''] = await told({ explains: true }, odd);
    expect(line).toMatch(/^POST \/a%0Ab .*Origin "a%09b/);
    expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    expect(line.length).toBeLessThan(500);
  });

  it('stays empty when the guard does not explain', async () => {
    expect(await told({}, sent('/page', foreign))).toEqual([]);
  });

  it.each<[string, Record<string, string>, string]>([
    ['the same host', { Origin: 'https://site.example' }, "protocol: 'https', hostname: 'site.example' }"],
    [
      "the host of the request's Host header",
      { Origin: 'https://shop.example', Host: 'shop.example' },
      "hostname: 'shop.example' }",
    ],
    [
      'a forwarded host',
      { Origin: 'https://shop.example:8443', 'X-Forwarded-Host': 'shop.example:8443' },
      "hostname: 'shop.example', port: '8443' }",
    ],
    ['a host known by Referer', { Referer: 'https://shop.example/a', Host: 'shop.example' }, "'shop.example'"],
  ])('names the setting once when Origin may be the site behind a proxy: %s', async (_, headers, domain) => {
    const lines = await told({}, sent('/page', { headers }), sent('/page', { headers }));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('Set security: { allowedDomains: [');
    expect(lines[0]).toContain(domain);
  });

  it('does not name the setting where the browser reports a cross-site request', async () => {
    const headers = { Origin: 'https://site.example', 'Sec-Fetch-Site': 'cross-site' };
    expect(await told({}, sent('/page', { headers }))).toEqual([]);
  });
});

describe('A guard that requires a token', () => {
  const given = { requireToken: true };
  const session = new Session(recordOf({ values: { userId: 'u1' } }));
  const form = (token: string) => ({ body: new URLSearchParams({ _csrf: token }) });
  const header = (token: string) => ({ headers: { Origin: SELF, 'X-CSRF-Token': token } });

  it('refuses a same-origin request without one, with a code of its own', async () => {
    const { guard, log } = guardWith(given, { explains: true });
    const response = await guard.inspect(sent('/page'), session);
    expect(await response?.json()).toMatchObject({ code: 'CSRF_TOKEN_REFUSED', status: 403 });
    expect(log.forgeries).toEqual([expect.stringMatching(/carries no token.*<CsrfField \/>.*X-CSRF-Token$/)]);
  });

  it('accepts it in a field or in a header', async () => {
    const token = await tokens.issue(session);
    expect(await refusalOf(sent('/page', form(token)), given, session)).toBeUndefined();
    expect(await refusalOf(sent('/page', header(token)), given, session)).toBeUndefined();
  });

  it('prefers the header to the field', async () => {
    const token = await tokens.issue(session);
    const { body } = form(token);
    expect(await refusalOf(sent('/page', { ...header(token), ...form('none') }), given, session)).toBeUndefined();
    expect(await refusalOf(sent('/page', { ...header('none'), body }), given, session)).toBe(403);
    expect(await refusalOf(sent('/page', { ...header(''), body }), given, session)).toBe(403);
  });

  it('does not accept it in the query, in a cookie or in JSON', async () => {
    const token = await tokens.issue(session);
    expect(await refusalOf(sent(`/page?_csrf=${token}`), given, session)).toBe(403);
    const headers = { Origin: SELF, Cookie: `_csrf=${token}`, 'Content-Type': 'application/json' };
    expect(await refusalOf(sent('/page', { headers, body: JSON.stringify({ _csrf: token }) }), given, session)).toBe(
      403,
    );
  });

  it('refuses a request with two tokens', async () => {
    const token = await tokens.issue(session);
    const twice = new URLSearchParams([
      ['_csrf', token],
      ['_csrf', token],
    ]);
    expect(await refusalOf(sent('/page', { body: twice }), given, session)).toBe(403);
    expect(await refusalOf(sent('/page', header(`${token}, ${token}`)), given, session)).toBe(403);
  });

  it('answers 503 while the session is unknown, unless the origin is foreign', async () => {
    const unknown = new Session();
    draftOf(unknown).failure = new Error('down');
    expect(await refusalOf(sent('/page', form('any')), given, unknown)).toBe(503);
    expect(await refusalOf(sent('/page', foreign), given, unknown)).toBe(403);
  });

  it('does not accept it in place of the right origin', async () => {
    const token = await tokens.issue(session);
    for (const origin of [{ Origin: EVIL }, {}]) {
      const headers = { ...origin, 'X-CSRF-Token': token };
      expect(await refusalOf(sent('/page', { headers }), given, session)).toBe(403);
    }
  });

  it('refuses a form whose body was already read', async () => {
    const request = sent('/page', {
      copy: () => {
        throw new TypeError('Body has already been used');
      },
    });
    expect(await refusalOf(request, given, session)).toBe(403);
  });

  it('does not read the bodies of other requests', async () => {
    const request = sent('/page', {
      copy: () => {
        throw new Error('was read');
      },
    });
    expect(await refusalOf(request, { requireToken: ['/other'] }, session)).toBeUndefined();
  });
});

describe('A request with credentials that no browser adds', () => {
  const site = { cookieNames: ['gatehouse'] };
  const inspected = async (headers: Record<string, string>, given: boolean | CsrfOptions = true) =>
    (await guardWith(given, site).guard.inspect(sent('/api', { headers }), new Session()))?.status;
  const bearer = { Authorization: 'Bearer 1' };

  it('needs no origin and no token', async () => {
    expect(await inspected({})).toBe(403);
    expect(await inspected(bearer)).toBeUndefined();
    expect(await inspected({ ...bearer, Origin: EVIL })).toBeUndefined();
    expect(await inspected(bearer, { requireToken: true })).toBeUndefined();
    expect(await inspected({ 'X-API-Key': '1' })).toBe(403);
    expect(await inspected({ 'X-API-Key': '1' }, { credentialHeaders: ['X-API-Key'] })).toBeUndefined();
  });

  it('is checked as any other with a cookie of this application, with credentials of a browser, and when told to', async () => {
    const cookie = { Cookie: 'gatehouse=x' };
    expect(await inspected({ ...bearer, ...cookie })).toBe(403);
    expect(await inspected({ ...bearer, ...cookie, Origin: EVIL })).toBe(403);
    expect(await inspected({ ...bearer, ...cookie, Origin: SELF })).toBeUndefined();
    expect(await inspected({ ...bearer, ...cookie, Origin: SELF }, { requireToken: true })).toBe(403);
    expect(await inspected({ Authorization: 'Basic YTpi', Origin: EVIL })).toBe(403);
    expect(await inspected(bearer, { credentialHeaders: false })).toBe(403);
  });
});

describe('A custom guard', () => {
  class SignatureGuard extends CsrfGuard {
    override async check(request: ChangingRequest, session: Session): Promise<CsrfDecision> {
      return request.headers.has('x-signature') ? this.trust('is signed') : super.check(request, session);
    }
  }

  it('can trust further requests', async () => {
    const { guard } = guardWith(true, {}, SignatureGuard);
    const keyed = sent('/api', { headers: { 'X-Signature': '1' } });
    expect(await guard.inspect(keyed, new Session())).toBeUndefined();
    expect((await guard.inspect(sent('/api', foreign), new Session()))?.status).toBe(403);
  });

  it.each([undefined, true, { isTrusted: true }])('lets no request through by returning %j', async (answer) => {
    class Careless extends CsrfGuard {
      override async check(): Promise<CsrfDecision> {
        return answer as unknown as CsrfDecision;
      }
    }
    const { guard } = guardWith(true, {}, Careless);
    await expect(guard.inspect(sent('/api'), new Session())).rejects.toThrow('check() returned no CsrfDecision');
  });
});

describe('The response of a custom guard to a refusal', () => {
  const guardOf = (answer: () => unknown) => {
    class Own extends CsrfGuard {
      protected override refuse(): Response {
        return answer() as Response;
      }
    }
    return guardWith(true, {}, Own).guard;
  };
  const foreign = { headers: { Origin: EVIL } };

  it('may be returned synchronously or as a promise', async () => {
    for (const answer of [() => new Response(null, { status: 418 }), async () => new Response(null, { status: 418 })]) {
      expect((await guardOf(answer).inspect(sent('/page', foreign), new Session()))?.status).toBe(418);
    }
  });

  it.each([undefined, null, { status: 418 }])('must be a Response and not %j', async (answer) => {
    const asked = guardOf(() => answer).inspect(sent('/page', foreign), new Session());
    await expect(asked).rejects.toThrow('returned no Response');
  });
});
