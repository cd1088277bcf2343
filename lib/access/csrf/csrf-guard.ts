import { onOneLine, printable, shortened } from '../../base/text.js';
import { injectable } from '../../injectable.js';
import type { CookieJar } from '../../session/cookies/cookie-jar.js';
import { type RequestSubject, SecurityEvents, subjectOf } from '../../session/security-events.js';
import type { Session } from '../../session/session.js';
import { pathAskedFor } from '../guard/access-events.js';
import { DecisionLog } from '../guard/decision-log.js';
import type { GuardedRequest } from '../guard/guarded-request.js';
import { GuardedPaths, normalized, pathOnly } from '../paths/guarded-paths.js';
import { actionError, asAnswer, plain, problem, unavailable } from '../refusal/refusal.js';
import { PendingSignIn } from '../sign-in/pending-sign-in.js';
import { CsrfConfig } from './csrf-config.js';
import { CsrfDecision, type ForgeryCode } from './csrf-decision.js';
import { CsrfTokens } from './csrf-tokens.js';
import { formField, formTypeOf } from './form-field.js';
import { checkOrigin, type OriginFinding, type SentRequest } from './site-origins.js';

/** The form field that holds the token. */
export const TOKEN_FIELD = '_csrf';
/** The header that holds the token, for scripts. It takes precedence over the field. */
const TOKEN_HEADER = 'X-CSRF-Token';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
/** Maximum number of characters in a log line, because headers may be of any length. */
const MOST_CHARACTERS = 300;
const NO_TOKEN = `it carries no token: put <CsrfField /> into the form, or send ${TOKEN_HEADER}`;
const DETAILS: Record<ForgeryCode, string> = {
  CSRF_REFUSED: 'The request does not come from a page of this site.',
  CSRF_TOKEN_REFUSED: 'This form is out of date. Open its page again, and send it once more.',
};

/** The properties of a request that the guard needs to decide whether it was forged. */
export interface ChangingRequest extends GuardedRequest, SentRequest {
  /** The method it arrived with. */
  readonly sentMethod: string;
  /** The user, when something other than the session identifies the visitor. */
  readonly identifiedAs?: Pick<RequestSubject, 'userId' | 'via'> | undefined;
  /** The cookies of the request and of its answer, in which a sign-in may be pending. */
  readonly cookieJar?: CookieJar | undefined;
  /** Returns a copy of the request. Reading its body does not take it from the page. */
  copy(): Request;
}

/** The refusal of a request: forged, or not to be checked because sessions are unavailable (503). With the decision, if any. */
export interface CsrfVerdict {
  readonly response: Response;
  /** `undefined` when the check was impossible, because the session store is unavailable. */
  readonly decision?: CsrfDecision | undefined;
}

/**
 * Checks the result of a guard that the application has overridden. Only `undefined` lets a request through.
 *
 * @throws {TypeError} For a value that is neither `undefined` nor a verdict.
 */
export function asCsrfVerdict(given: unknown): CsrfVerdict | undefined {
  if (given === undefined) return undefined;
  const { response } = (given ?? {}) as Partial<CsrfVerdict>;
  if (response instanceof Response) return given as CsrfVerdict;
  throw new TypeError(
    'judge() returned no CsrfVerdict: return the result of super.judge(…), or { response ' + '} to refuse',
  );
}

/**
 * Checks whether a request with this method may change something. Only known methods are safe, because new ones can be
 * invented.
 */
export function mayChange(method: string): boolean {
  return !SAFE_METHODS.has(method);
}

/**
 * Protects against forged requests: allows a request that may change something only if a page of this site sent it. The
 * real method counts; fields and headers that name another method are ignored.
 *
 * @example
 * class WebhookGuard extends CsrfGuard {
 *   // The body is signed with a secret that only the sender and this site know.
 *   override async check(request: ChangingRequest, session: Session) {
 *     const isSigned = await hasValidSignature(request.copy());
 *     return isSigned ? this.trust('it is signed') : super.check(request, session);
 *   }
 * }
 */
@injectable()
export class CsrfGuard {
  #hasAdvised = false;

  constructor(
    private readonly config: CsrfConfig,
    private readonly tokens: CsrfTokens,
    private readonly log: DecisionLog,
    private readonly events: SecurityEvents,
    private readonly pending?: PendingSignIn,
  ) {}

  /** @returns The refusal to answer with, or `undefined` when the request is allowed. */
  async inspect(request: ChangingRequest, session: Session): Promise<Response | undefined> {
    return (await this.judge(request, session))?.response;
  }

  /** @returns The same as {@link inspect}, with the decision. */
  async judge(request: ChangingRequest, session: Session): Promise<CsrfVerdict | undefined> {
    if (!this.config.isOn || !mayChange(request.sentMethod)) return undefined;
    const decision: unknown = await this.check(request, session);
    if (!(decision instanceof CsrfDecision)) {
      throw new TypeError('check() returned no CsrfDecision: return this.trust(…), this.suspect(…) or super.check(…)');
    }
    if (decision.isTrusted === true) return undefined;
    // The store may be available again in a moment, and then the token can be checked.
    if (decision.code === 'CSRF_TOKEN_REFUSED' && session.isUnavailable) return { response: unavailable() };
    this.#report(request, decision);
    this.#emit(request, decision, session);
    return { response: asAnswer(await this.refuse(request, decision)), decision };
  }

  /** Checks whether the visitor sent the request intentionally. */
  async check(request: ChangingRequest, session: Session): Promise<CsrfDecision> {
    const paths = GuardedPaths.of(request, this.config.base, this.config.errorPages);
    // Compared with true, because an override may return a promise.
    if (paths && this.config.excepts(paths) === true) return this.trust('it is excepted');
    const finding = checkOrigin(request, this.config.origins);
    if (this.config.credentials.excuse(request.headers, finding.isOwn)) {
      return this.trust('it carries credentials that no browser adds by itself');
    }
    if (!finding.isOwn && paths && (await this.#answersSignIn(request, paths))) {
      return this.trust('it answers a sign-in that is pending in this browser');
    }
    if (!finding.isOwn) return this.suspect('CSRF_REFUSED', finding.reason, adviceFor(finding, request));
    if (!this.config.asksForToken(paths)) return this.trust(finding.reason);
    // Only a script of the site can set the header; without it, the form's field counts.
    const token = request.headers.get(TOKEN_HEADER) ?? (await this.#fieldOf(request, TOKEN_FIELD));
    if (await this.tokens.verify(token, session)) return this.trust('its token is of this session');
    return this.suspect('CSRF_TOKEN_REFUSED', token === undefined ? NO_TOKEN : 'its token is not of this session');
  }

  /** Creates the refusal. Programs get a code; the answer never says which header failed. */
  protected refuse(request: ChangingRequest, decision: CsrfDecision): Response {
    const response = this.#refusal(request, decision.code === 'TRUSTED' ? 'CSRF_REFUSED' : decision.code);
    for (const header of ['Sec-Fetch-Site', 'Origin', 'Referer']) response.headers.append('Vary', header);
    return response;
  }

  /** @param reason A phrase for the log. */
  protected trust(reason: string): CsrfDecision {
    return new CsrfDecision(true, 'TRUSTED', reason);
  }

  /**
   * @param reason A phrase for the log.
   * @param advice A sentence for the log that tells operators how to change the configuration.
   */
  protected suspect(code: ForgeryCode, reason: string, advice?: string): CsrfDecision {
    return new CsrfDecision(false, code, reason, advice);
  }

  /**
   * Chooses the kind of answer from the request alone, not from the route at its address, because that may be hidden.
   */
  #refusal({ action, headers }: ChangingRequest, code: ForgeryCode): Response {
    if (action?.calledFrom === 'rpc') return actionError(403);
    return opensPage(headers) ? plain(403, DETAILS[code]) : problem(403, { code, reason: DETAILS[code], missing: [] });
  }

  /**
   * Checks for the answer of an identity provider that is posted as a form: to the path that the pending sign-in names,
   * under each of its paths, and with its state, which only this browser and the provider know.
   */
  async #answersSignIn(request: ChangingRequest, paths: GuardedPaths): Promise<boolean> {
    const { cookieJar: cookies, sentMethod, headers, method } = request;
    if (!cookies || !this.pending || sentMethod !== 'POST' || method !== 'POST' || !formTypeOf(headers)) return false;
    // Most refused requests come from browsers without such a cookie, and their bodies need not be read.
    if (!this.pending.isIn(cookies)) return false;
    const path = await this.pending.formPostPath(cookies, await this.#fieldOf(request, 'state'));
    const expected = path === undefined ? undefined : normalized(pathOnly(path, this.config.base));
    return expected !== undefined && paths.every((each) => normalized(each) === expected);
  }

  async #fieldOf(request: ChangingRequest, name: string): Promise<string | undefined> {
    try {
      return await formField(request.copy(), name);
    } catch {
      // The body was read before.
      return undefined;
    }
  }

  #emit(request: ChangingRequest, { code, reason }: CsrfDecision, session: Session): void {
    this.events.emit('csrf.refused', () => {
      const { session: hash, ...own } = subjectOf(session);
      const { userId, ...how } = request.identifiedAs ?? { ...own, via: 'session' };
      const user = userId === undefined ? {} : { userId, ...how };
      return { method: request.sentMethod, path: pathAskedFor(request), code, reason, session: hash, ...user };
    });
  }

  /** Logs a refusal when explanations are on. Advice for operators is always logged, once. */
  #report(request: ChangingRequest, { code, reason, advice }: CsrfDecision): void {
    const isNews = advice !== undefined && !this.#hasAdvised;
    if (!this.config.explains && !isNews) return;
    this.#hasAdvised ||= isNews;
    const { method, pathname, routePattern } = request;
    const line = `${method} ${printable(pathname)} (route ${routePattern}): ${code}: ${shortened(reason, MOST_CHARACTERS)}${advice ? `. ${advice}` : ''}`;
    this.log.forgery(onOneLine(line));
  }
}

/** Checks whether a browser states that it is opening a page. */
function opensPage(headers: Headers): boolean {
  return headers.get('accept')?.includes('text/html') === true || headers.get('sec-fetch-mode') === 'navigate';
}

/**
 * Returns advice for a site that does not know its own name behind a proxy, or does not list its other origins. The headers
 * that are read here influence no decision.
 */
function adviceFor({ origin, listable }: OriginFinding, { headers, sentTo }: ChangingRequest): string | undefined {
  if (listable !== undefined) {
    return (
      `If that is a site or an app of your own, whose pages may send requests in the names of visitors, set csrf: ` +
      `{ trustedOrigins: ['${listable}'] }`
    );
  }
  if (!origin || headers.has('sec-fetch-site')) return undefined;
  const [forwarded = ''] = (headers.get('x-forwarded-host') ?? headers.get('host') ?? '').split(',');
  if (forwarded.trim().toLowerCase() !== origin.host && sentTo.hostname !== origin.hostname) return undefined;
  const port = origin.port && `, port: '${origin.port}'`;
  return (
    `If that is the address of this site, it is behind a proxy that Astro does not know of. Set security: ` +
    `{ allowedDomains: [{ protocol: '${origin.protocol.slice(0, -1)}', hostname: '${origin.hostname}'${port} ` +
    `}] } in astro.config`
  );
}
