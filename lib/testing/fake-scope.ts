import { parseCookie, stringifyCookie } from 'cookie';
import { AccessConfig, type AccessOptions } from '../access/access-options.js';
import { GuardConfig } from '../access/guard/guard-config.js';
import type { GuardedRequest } from '../access/guard/guarded-request.js';
import type { RequestedPage } from '../access/pages/requested-page.js';
import type { PolicyOptions } from '../access/policies/policies.js';
import type { ReturningRequest } from '../access/sign-in/returning-request.js';
import type { VisitorData } from '../access/visitor.js';
import { assertVisitorData } from '../access/visitor.js';
import { Clock } from '../base/clock.js';
import { defaultServices } from '../container/default-services.js';
import { registerPolicies } from '../container/policies/register-policies.js';
import { currentRequest } from '../container/scope/current-request.js';
import { type RequestScope, ScopedRequest } from '../container/scope/request-scope.js';
import type { Services } from '../container/services.js';
import { Secrets } from '../session/cookies/secrets.js';
import { MadeClasses } from '../session/made-classes.js';
import { madeSession } from '../session/made-session.js';
import { draftOf, type Session } from '../session/session.js';
import { SessionConfig } from '../session/session-config.js';
import { MemorySessionStore } from '../session/stores/memory-session-store.js';
import { FakeCookieJar } from './fake-cookie-jar.js';
import { FrozenClock } from './frozen-clock.js';

const NOWHERE = 'http://localhost/';

/** The properties of a fake request. */
export interface FakeRequest {
  /** The signed-in user. Default: a guest. */
  user?: VisitorData | undefined;
  /** Further values in the session. */
  values?: Readonly<Record<string, unknown>> | undefined;
  /** The option `access` of the application. */
  access?: AccessOptions | undefined;
  /** The policies of the application. */
  policies?: PolicyOptions | undefined;
  /** Registers services, as `services` of `defineGatehouse` does. */
  services?: ((services: Services) => unknown) | undefined;
  /** The parameters of its route: `{ slug: 'hello' }`. */
  params?: Readonly<Record<string, string | undefined>> | undefined;
  /** The request itself: its method, headers and URL. Each of these may also be set by itself. Default: a GET request without headers. */
  request?: Request | undefined;
  /** The page that it belongs to. Default: the request's own route. */
  page?: Partial<RequestedPage> | undefined;
  /** Its URL, or path and query. Default: that of `request`, or else the front page. */
  url?: string | URL | undefined;
  /** Its method. Default: that of `request`. */
  method?: string | undefined;
  /** Its headers: `{ authorization: 'Bearer …' }`. Default: those of `request`. */
  headers?: HeadersInit | undefined;
  /** Its cookies, other than the session's: `{ theme: 'dark' }`. */
  cookies?: Readonly<Record<string, string>> | undefined;
  /** The address of its client. Default: unknown. */
  clientAddress?: string | undefined;
  /** The clock of the scope. Default: one that stands still at the start of 2030. */
  clock?: FrozenClock | undefined;
}

/** The scope of a fake request, with the `locals` that helpers receive in a test. */
export interface FakeScope extends RequestScope {
  /** @example await signIn({ userId: 'ada' }, { locals: scope.locals }); */
  readonly locals: App.Locals;
  /**
   * Runs code as part of the request, so that helpers find it without a context.
   *
   * @example const answer = await scope.run(() => POST(context));
   */
  run<Result>(code: () => Result): Result;
  /**
   * The cookies with which the browser's next request comes, other than the session's: after `beginSignIn`, for the scope
   * in which `takeSignIn` is called.
   *
   * @example const back = fakeScope({ url: '/callback?state=…', cookies: scope.nextCookies });
   */
  readonly nextCookies: Readonly<Record<string, string>>;
}

/** A request whose cookies are set nowhere but in a test. */
class FakeScopedRequest extends ScopedRequest {
  readonly #sent: Request;
  readonly #jar: FakeCookieJar;

  constructor(services: Services, session: Session, headers: Headers, url: URL, sent: Request) {
    super(services, session, headers, url);
    this.#sent = sent;
    const carried = Object.entries(parseCookie(headers.get('cookie') ?? ''));
    this.#jar = new FakeCookieJar(new Map(carried.map(([name, value = '']) => [name, [value]])));
  }

  override returning(): ReturningRequest {
    const { url = new URL(NOWHERE), headers = new Headers() } = this;
    const copy = () => (this.#sent.bodyUsed ? undefined : this.#sent.clone());
    return { method: this.guarded?.method ?? 'GET', url, headers, cookies: this.#jar, copy };
  }

  get nextCookies(): Readonly<Record<string, string>> {
    const next = this.#jar.next();
    return Object.fromEntries(next.names.map((name) => [name, next.values(name)[0] ?? '']));
  }
}

/**
 * Creates the scope of a request without HTTP, to test a class together with the services it needs. Sessions are kept
 * in memory.
 *
 * @throws {GatehouseError} Any error that would stop the application at its start.
 * @example
 * const scope = fakeScope({
 *   user: { userId: 'ada', role: 'staff' },
 *   services: (services) => services.override(AccessChecker, TeamChecker),
 * });
 * const decision = await scope.get(AccessChecker).check(new AccessRule({ pattern: '/', role: 'admin' }), scope.visitor);
 */
export function fakeScope({
  user,
  values = {},
  access,
  policies,
  services,
  params = {},
  page = {},
  request = new Request(NOWHERE),
  url = request.url,
  method = request.method,
  headers = request.headers,
  cookies = {},
  clientAddress,
  clock = new FrozenClock(),
}: FakeRequest = {}): FakeScope {
  const parts = defaultServices({
    session: SessionConfig.from({ maxAccounts: 5 }, { isProduction: false }),
    secrets: new Secrets(['a secret of tests, which seals nothing that leaves them']),
    guard: new GuardConfig(),
    access: new AccessConfig(access),
    policies,
    store: MemorySessionStore,
  }).override(Clock, () => clock);
  services?.(parts);
  registerPolicies(parts, policies);
  const booted = parts.boot();
  const made = booted.get(MadeClasses);
  const session = madeSession(made);
  for (const [key, value] of Object.entries(values)) session.set<string>(key, value);
  if (user) {
    assertVisitorData(user);
    draftOf(session).signIn(user, clock.now());
  }
  const address = new URL(url, NOWHERE);
  const scoped = new FakeScopedRequest(booted, session, fakeHeaders(headers, cookies), address, request);
  const ofPage = { url: address, routePattern: address.pathname, params, isClaimed: false, ...page };
  scoped.guarded = fakeRequest(scoped, address, { method: method.toUpperCase(), params, page: ofPage, clientAddress });
  if (scoped.looksAtRoutes) scoped.identity.enter(scoped.guarded);
  const { scope } = scoped;
  const own = {
    locals: localsOf(scope),
    run: <Result>(code: () => Result) => currentRequest.enter(scoped, code),
  };
  return Object.defineProperty(Object.assign(scope, own), 'nextCookies', {
    get: () => scoped.nextCookies,
  }) as FakeScope;
}

function fakeHeaders(given: HeadersInit | undefined, cookies: Readonly<Record<string, string>>): Headers {
  const headers = new Headers(given);
  const sent = [headers.get('cookie'), stringifyCookie(cookies)].filter((part) => part);
  if (sent.length > 0) headers.set('cookie', sent.join('; '));
  return headers;
}

function fakeRequest(
  request: ScopedRequest,
  url: URL,
  given: Pick<GuardedRequest, 'method' | 'params' | 'page' | 'clientAddress'>,
): GuardedRequest {
  const { headers = new Headers(), cookies } = request;
  const { pathname, search } = url;
  return {
    ...given,
    url,
    pathname,
    search,
    routePattern: pathname,
    isNavigation: true,
    headers,
    cookies,
    get signedInFor() {
      return request.signedInFor;
    },
    get isOnlyRemembered() {
      return request.isOnlyRemembered;
    },
  };
}

function localsOf(scope: RequestScope): FakeScope['locals'] {
  return {
    session: scope.session,
    services: scope,
    get visitor() {
      return scope.visitor;
    },
    get decision() {
      return scope.decision;
    },
  };
}
