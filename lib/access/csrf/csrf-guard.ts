import { injectable } from '../../injectable.js';
import { printable } from '../../session/printable.js';
import { SecurityEvents, subjectOf } from '../../session/security-events.js';
import type { Session } from '../../session/session.js';
import { pathAskedFor } from '../access-events.js';
import { DecisionLog } from '../decision-log.js';
import type { GuardedRequest } from '../guarded-request.js';
import { GuardedPaths } from '../paths/guarded-paths.js';
import { actionError, asAnswer, plain, problem, unavailable } from '../refusal.js';
import { CsrfConfig } from './csrf-config.js';
import { CsrfDecision, type ForgeryCode } from './csrf-decision.js';
import { CsrfTokens } from './csrf-tokens.js';
import { formField } from './form-field.js';
import { checkOrigin, type OriginFinding, type SentRequest } from './origin-check.js';

/** The field of a form that holds the token. */
export const TOKEN_FIELD = '_csrf';
/** The header that holds it, for scripts. It counts before the field. */
export const TOKEN_HEADER = 'X-CSRF-Token';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
/** A header may be as long as it likes, a line of the log may not. */
const MOST_CHARACTERS = 300;
const NO_TOKEN = `it carries no token: put <CsrfField /> into the form, or send ${TOKEN_HEADER}`;
const DETAILS: Record<ForgeryCode, string> = {
  CSRF_REFUSED: 'The request does not come from a page of this site.',
  CSRF_TOKEN_REFUSED: 'This form is out of date. Open its page again, and send it once more.',
};

/** What the guard needs to know of a request that may change something. */
export interface ChangingRequest extends GuardedRequest, SentRequest {
  /** The method it arrived with. */
  readonly sentMethod: string;
  /** A copy of the request, whose body can be read without taking it from the page. */
  copy(): Request;
}

/** Why a request is refused as forged, and what is answered. */
export interface CsrfVerdict {
  readonly response: Response;
  /** Left out while nobody can tell, because sessions cannot be had. */
  readonly decision?: CsrfDecision | undefined;
}

/**
 * What a guard of somebody's own gives may be anything; nothing at all is what lets a request through.
 *
 * @throws {TypeError} For what is neither nothing nor a verdict.
 */
export function asCsrfVerdict(given: unknown): CsrfVerdict | undefined {
  if (given === undefined) return undefined;
  const { response } = (given ?? {}) as Partial<CsrfVerdict>;
  if (response instanceof Response) return given as CsrfVerdict;
  throw new TypeError('judge() gave no CsrfVerdict: return what super.judge(…) gives, or { response } to refuse');
}

/** Whether a request of this method may change something. There are more of these than anybody could list. */
export function mayChange(method: string): boolean {
  return !SAFE_METHODS.has(method);
}

/**
 * Stands before everything that may change something: lets those requests through that a page of this site sent, in
 * whatever form. Methods are what they are; fields and headers that name another do not count.
 *
 * @example
 * class TokenApiGuard extends CsrfGuard {
 *   // Other sites cannot make a browser send this header.
 *   override async check(request: ChangingRequest, session: Session) {
 *     const isApi = request.headers.get('authorization')?.startsWith('Bearer ');
 *     return isApi ? this.trust('brings its own key') : super.check(request, session);
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
  ) {}

  /** @returns What to answer instead of doing what the request asks for, or `undefined` when it may be done. */
  async inspect(request: ChangingRequest, session: Session): Promise<Response | undefined> {
    return (await this.judge(request, session))?.response;
  }

  /** @returns As {@link inspect}, and why. */
  async judge(request: ChangingRequest, session: Session): Promise<CsrfVerdict | undefined> {
    if (!this.config.isOn || !mayChange(request.sentMethod)) return undefined;
    const decision: unknown = await this.check(request, session);
    if (!(decision instanceof CsrfDecision)) {
      throw new TypeError('check() gave no CsrfDecision: return this.trust(…), this.suspect(…) or super.check(…)');
    }
    if (decision.isTrusted === true) return undefined;
    // Whose session it is can be told again in a moment.
    if (decision.code === 'CSRF_TOKEN_REFUSED' && session.isUnavailable) return { response: unavailable() };
    this.#report(request, decision);
    this.#tell(request, decision, session);
    return { response: asAnswer(await this.refuse(request, decision)), decision };
  }

  /** Whether the request is the visitor's own doing. */
  async check(request: ChangingRequest, session: Session): Promise<CsrfDecision> {
    const paths = GuardedPaths.of(request, this.config.base, this.config.errorPages);
    if (paths && this.config.excepts(paths)) return this.trust('it is excepted');
    const finding = checkOrigin(request, this.config.origins);
    if (!finding.isOwn) return this.suspect('CSRF_REFUSED', finding.reason, adviceFor(finding, request));
    if (!this.config.asksForToken(paths)) return this.trust(finding.reason);
    // In a header, a script of the site put it there; a form's field counts where there is none.
    const token = request.headers.get(TOKEN_HEADER) ?? (await this.#tokenInForm(request));
    if (await this.tokens.verify(token, session)) return this.trust('its token is of this session');
    return this.suspect('CSRF_TOKEN_REFUSED', token === undefined ? NO_TOKEN : 'its token is not of this session');
  }

  /** What is answered. Programs are told a code; nobody is told what was looked at. */
  protected refuse(request: ChangingRequest, decision: CsrfDecision): Response {
    const response = this.#refusal(request, decision.code === 'TRUSTED' ? 'CSRF_REFUSED' : decision.code);
    for (const header of ['Sec-Fetch-Site', 'Origin', 'Referer']) response.headers.append('Vary', header);
    return response;
  }

  /** @param reason A sentence for the log. */
  protected trust(reason: string): CsrfDecision {
    return new CsrfDecision(true, 'TRUSTED', reason);
  }

  /** @param reason A sentence for the log. */
  protected suspect(code: ForgeryCode, reason: string, advice?: string): CsrfDecision {
    return new CsrfDecision(false, code, reason, advice);
  }

  /** Chosen by what is asked for alone, not by what stands at the address: that may be hidden. */
  #refusal({ action, headers }: ChangingRequest, code: ForgeryCode): Response {
    if (action?.calledFrom === 'rpc') return actionError(403);
    return opensPage(headers) ? plain(403, DETAILS[code]) : problem(403, { code, reason: DETAILS[code], missing: [] });
  }

  async #tokenInForm(request: ChangingRequest): Promise<string | undefined> {
    try {
      return await formField(request.copy(), TOKEN_FIELD);
    } catch {
      // Somebody has read the body before.
      return undefined;
    }
  }

  #tell(request: ChangingRequest, { code, reason }: CsrfDecision, session: Session): void {
    this.events.tell('csrf.refused', () => ({
      method: request.sentMethod,
      path: pathAskedFor(request),
      code,
      reason,
      ...subjectOf(session),
    }));
  }

  /** What an operator has to know of is said once, whatever the log is to hold otherwise. */
  #report(request: ChangingRequest, { code, reason, advice }: CsrfDecision): void {
    const isNews = advice !== undefined && !this.#hasAdvised;
    if (!this.config.explains && !isNews) return;
    this.#hasAdvised ||= isNews;
    const { method, pathname, routePattern } = request;
    const said = reason.length > MOST_CHARACTERS ? `${reason.slice(0, MOST_CHARACTERS)}…` : reason;
    const line = `${method} ${printable(pathname)} (route ${routePattern}): ${code}: ${said}${advice ? `. ${advice}` : ''}`;
    this.log.forgery(line.replace(/[^\x20-\x7e…]+/gu, ' '));
  }
}

/** Whether a browser says that it is opening a page, whatever is there. */
function opensPage(headers: Headers): boolean {
  return headers.get('accept')?.includes('text/html') === true || headers.get('sec-fetch-mode') === 'navigate';
}

/** Behind a proxy a site may not know its own name. Nothing that is read here decides anything. */
function adviceFor({ origin }: OriginFinding, { headers, sentTo }: ChangingRequest): string | undefined {
  if (!origin || headers.has('sec-fetch-site')) return undefined;
  const [forwarded = ''] = (headers.get('x-forwarded-host') ?? headers.get('host') ?? '').split(',');
  if (forwarded.trim().toLowerCase() !== origin.host && sentTo.hostname !== origin.hostname) return undefined;
  const port = origin.port && `, port: '${origin.port}'`;
  return (
    `If that is the address of this site, a proxy stands before it of which Astro does not know. Set security: ` +
    `{ allowedDomains: [{ protocol: '${origin.protocol.slice(0, -1)}', hostname: '${origin.hostname}'${port} }] } in astro.config`
  );
}
