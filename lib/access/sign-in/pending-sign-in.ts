import { Clock } from '../../base/clock.js';
import { InvalidCallError } from '../../errors/index.js';
import { injectable } from '../../injectable.js';
import type { CookieJar } from '../../session/cookies/cookie-jar.js';
import { Seals } from '../../session/cookies/seals.js';
import { Secrets } from '../../session/cookies/secrets.js';
import type { LoginRejection } from '../../session/event-reasons.js';
import { SecurityEvents } from '../../session/security-events.js';
import { SessionConfig } from '../../session/session-config.js';
import { CsrfConfig } from '../csrf/csrf-config.js';
import { isState, PendingCookies } from './pending-cookies.js';
import { type BegunSignIn, problemOf, type SignInStart, type TakenSignIn } from './sign-in-attempt.js';
import { challengeOf, randomText } from './sign-in-secrets.js';
import { keyOf, UsedTokens } from './used-tokens.js';

/** Seconds for which an attempt counts, unless it says otherwise. */
const LIFETIME = 600;
/** Maximum length of a return path in an attempt: browsers store no cookie of more than 4 KB. */
const LONGEST_RETURN = 1024;

/** An attempt as it is sealed. */
interface Attempt extends TakenSignIn {
  /** Milliseconds since the epoch. */
  readonly begunAt: number;
  readonly until: number;
  readonly formPost?: string | undefined;
}

/** What a sign-in is taken with. */
export interface SignInReturn {
  /** The `state` that the request carries, if it carries exactly one. */
  readonly state: string | undefined;
  /** The name that the attempt must have begun with; `undefined` for one without a name. */
  readonly provider?: string | undefined;
}

/** The result of {@link PendingSignIn.take}: the attempt, or the reason why there is none. */
export type SignInOutcome =
  | { readonly signIn: TakenSignIn; readonly rejection?: undefined; readonly returnTo?: undefined }
  | {
      readonly signIn?: undefined;
      readonly rejection: LoginRejection;
      /** The page to return to after another attempt, when this one was the browser's own and has expired. */
      readonly returnTo?: string | undefined;
    };

/**
 * Remembers a sign-in while the visitor is away: at an identity provider, in a mailbox, or on the page of a second
 * factor. What must be there on the return is sealed in a cookie of its own, so that only the browser that left can come
 * back, within ten minutes, and once. The session of the browser is not touched. Several tabs may do this at a time.
 *
 * Pages call `beginSignIn` and `takeSignIn`.
 *
 * @see RFC 9700 (OAuth 2.0 Security Best Current Practice); RFC 7636 (PKCE); OpenID Connect Core 1.0, 3.1.2.1, 15.5.2
 */
@injectable()
export class PendingSignIn {
  readonly #cookies: PendingCookies;
  readonly #seals: Seals;

  constructor(
    secrets: Secrets,
    config: SessionConfig,
    private readonly used: UsedTokens,
    private readonly events: SecurityEvents,
    private readonly clock: Clock,
    private readonly csrf: CsrfConfig = new CsrfConfig(),
  ) {
    this.#cookies = new PendingCookies(config);
    this.#seals = new Seals(secrets, this.#cookies.purpose);
  }

  /**
   * Begins an attempt, and sets its cookie.
   *
   * @param cookies The cookies of the request.
   * @throws {InvalidCallError} When an option is not valid.
   */
  async begin(cookies: CookieJar, start: SignInStart = {}): Promise<BegunSignIn> {
    const problem = problemOf(start);
    if (problem) throw new InvalidCallError('PendingSignIn.begin(cookies, start)', problem);
    const { returnTo, provider, data, formPost, expiresIn = LIFETIME } = start;
    const carried = await this.#cookies.carried(cookies, async (value) => (await this.#liveIn(value))?.begunAt);
    const slot = this.#cookies.slotBeside(carried);
    const [state, nonce, codeVerifier] = [slot + randomText(), randomText(), randomText()];
    const begunAt = this.clock.now();
    const attempt: Attempt = {
      ...{ state, nonce, codeVerifier, provider, data, formPost, begunAt },
      returnTo:
        returnTo !== undefined && returnTo.length <= LONGEST_RETURN ? this.csrf.trusted.targetIn(returnTo) : undefined,
      until: begunAt + expiresIn * 1000,
    };
    const how = { maxAge: expiresIn, isPosted: formPost !== undefined };
    this.#cookies.put(cookies, slot, await this.#seals.seal(attempt), how, carried);
    const codeChallenge = await challengeOf(codeVerifier);
    const parameters = { state, nonce, code_challenge: codeChallenge, code_challenge_method: 'S256' } as const;
    return { state, nonce, codeVerifier, codeChallenge, parameters };
  }

  /**
   * Takes the attempt that a request returns from, and removes its cookie. Nothing is taken without a `state`.
   *
   * @throws {StoreUnavailableError} When it cannot be known whether it was taken before.
   */
  async take(cookies: CookieJar, { state, provider }: SignInReturn): Promise<SignInOutcome> {
    const outcome = await this.#take(cookies, state, provider);
    const { rejection } = outcome;
    if (rejection) this.events.emit('login.rejected', () => ({ reason: rejection, provider }));
    return outcome;
  }

  /** Checks whether the browser may have a pending attempt, without opening its cookie. */
  isIn(cookies: CookieJar): boolean {
    return this.#cookies.namedIn(cookies).length > 0;
  }

  /**
   * Returns the path to which a provider may post the answer to an attempt of this browser (`response_mode=form_post`);
   * `undefined` when there is no such attempt.
   */
  async formPostPath(cookies: CookieJar, state: string | undefined): Promise<string | undefined> {
    const found = await this.#find(cookies, state);
    return found.attempt && found.attempt.until > this.clock.now() ? found.attempt.formPost : undefined;
  }

  async #take(cookies: CookieJar, state: string | undefined, provider: string | undefined): Promise<SignInOutcome> {
    const { attempt, name, rejection = 'unknown' } = await this.#find(cookies, state);
    if (!attempt) return { rejection };
    const { begunAt, until, formPost, ...signIn } = attempt;
    const isLive = until > this.clock.now();
    if (isLive && !(await this.used.use(keyOf('sign-in', attempt.state), until))) return { rejection: 'used' };
    // Only now, because an attempt stays when it cannot be known whether it was used.
    this.#cookies.remove(cookies, name);
    if (!isLive) return { rejection: 'expired', returnTo: signIn.returnTo };
    // Also without a name: an attempt that waits for a second factor must not be finished by the page of another.
    return provider === signIn.provider ? { signIn } : { rejection: 'provider' };
  }

  async #find(
    cookies: CookieJar,
    state: string | undefined,
  ): Promise<
    | { attempt: Attempt; name: string; rejection?: undefined }
    | { attempt?: undefined; name?: undefined; rejection: LoginRejection }
  > {
    if (!state) return { rejection: 'no-state' };
    if (!isState(state)) return { rejection: 'unknown' };
    const carried = this.#cookies.valuesFor(state, cookies);
    for (const { name, value } of carried) {
      const attempt = await this.#open(value);
      // Compared as hashes, so that the time it takes reveals nothing of the state.
      if (attempt && keyOf('sign-in', attempt.state) === keyOf('sign-in', state)) return { attempt, name };
    }
    return { rejection: carried.length === 0 ? 'no-cookie' : 'unknown' };
  }

  async #liveIn(value: string): Promise<Attempt | undefined> {
    const attempt = await this.#open(value);
    return attempt && attempt.until > this.clock.now() ? attempt : undefined;
  }

  async #open(value: string): Promise<Attempt | undefined> {
    const content = await this.#seals.open(value);
    return content && typeof content.state === 'string' && typeof content.until === 'number'
      ? (content as unknown as Attempt)
      : undefined;
  }
}
