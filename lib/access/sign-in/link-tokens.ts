import { Clock } from '../../base/clock.js';
import { InvalidCallError } from '../../errors/index.js';
import { injectable } from '../../injectable.js';
import { Seals } from '../../session/cookies/seals.js';
import { Secrets } from '../../session/cookies/secrets.js';
import { SessionId } from '../../session/record/session-id.js';
import { problemOfData } from './sign-in-attempt.js';
import { randomText } from './sign-in-secrets.js';
import { keyOf, UsedTokens } from './used-tokens.js';

/** A value that changes when a link is used: a password's hash, the time of a confirmation. */
export type OnceValue = string | number | boolean | Date | null;

/** What a link is for. */
export interface LinkOptions {
  /** The one thing that the link can be used for: `reset-password`. */
  purpose: string;
  /** The user whom it is for. */
  userId: string;
  /**
   * The present value of something that the use of the link changes. As soon as it has changed, for whatever reason, the
   * link opens nothing any more.
   */
  once?: OnceValue;
  /** A further value, such as the address to confirm: plain JSON, up to 1024 bytes. */
  data?: unknown;
  /** Seconds for which the link can be used: 60 to 2592000, which is 30 days. Default 3600. */
  expiresIn?: number | undefined;
}

/** What a link must be for. */
export interface LinkExpectation {
  purpose: string;
  /**
   * Returns the present value of what was passed as `once` when the link was created; `undefined` when there is no such
   * user.
   */
  once?: (link: OpenedLink) => OnceValue | undefined | Promise<OnceValue | undefined>;
}

/** A link that is valid. @template Data The type of the further value that it was created with. */
export interface OpenedLink<Data = unknown> {
  readonly userId: string;
  readonly data: Data;
}

interface Sealed extends OpenedLink {
  readonly id: string;
  readonly purpose: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly once?: string | undefined;
}

/** Seconds. */
const [SHORTEST, LIFETIME, LONGEST] = [60, 3600, 30 * 24 * 3600];
const MOST_BYTES = 1024;
const LONGEST_TOKEN = 8192;
/** The parts of a seal that are the same in each. Its separator is not usable everywhere that recognizes addresses. */
const [START, END, SEPARATOR] = ['Fe26.2*', '~2', '*'];
const TOKEN = /^[\w-]+(?:\.[\w-]*)+$/;

/**
 * Creates and opens tokens for links in messages: to set a new password, to confirm an address, to sign in. A token is
 * sealed with the secrets of the application, for one purpose, one user and a limited time, so nothing has to be stored.
 *
 * A link counts once if it is bound to a value that its use changes (`once`), or if its use is remembered ({@link use}).
 *
 * @example
 * const links = context.locals.services.get(LinkTokens);
 * const token = await links.create({ purpose: 'reset-password', userId: 'u1', once: 'the present hash' });
 * // later, in the page that the link leads to
 * const once = ({ userId }: OpenedLink) => 'the hash of that moment';
 * const link = await links.open(token, { purpose: 'reset-password', once });
 * @see OWASP Forgot Password Cheat Sheet; ASVS 5.0 6.4.3, 6.5.1
 */
@injectable()
export class LinkTokens {
  readonly #seals: Seals;

  constructor(
    secrets: Secrets,
    private readonly used: UsedTokens,
    private readonly clock: Clock,
  ) {
    this.#seals = new Seals(secrets, 'link');
  }

  /**
   * Creates a token, for the query of an address: letters, digits, `.`, `_` and `-`.
   *
   * @throws {InvalidCallError} When an option is not valid, or `once` is there and `undefined`.
   */
  async create(options: LinkOptions): Promise<string> {
    const problem = problemOf(options);
    if (problem) throw new InvalidCallError('LinkTokens.create(options)', problem);
    const { purpose, userId, once, data, expiresIn = LIFETIME } = options;
    const until = this.clock.now() + expiresIn * 1000;
    const hash = once === undefined ? undefined : hashOf(once);
    const seal = await this.#seals.seal({
      id: randomText(),
      purpose,
      userId,
      data,
      until,
      once: hash,
    } satisfies Sealed);
    return seal.slice(START.length, -END.length).replaceAll(SEPARATOR, '.');
  }

  /**
   * Opens a token without using it up, as for the page with the form.
   *
   * @returns `undefined` when it is not valid for this purpose (any more).
   * @throws {InvalidCallError} When the link is bound to a value, and `expected.once` is missing.
   */
  async open<Data = unknown>(token: unknown, expected: LinkExpectation): Promise<OpenedLink<Data> | undefined>;
  async open(token: unknown, expected: LinkExpectation): Promise<OpenedLink | undefined> {
    const link = await this.#valid(token, expected);
    return link && !(await this.used.isUsed(keyOf('link', link.id))) ? contentOf(link) : undefined;
  }

  /**
   * Opens a token and uses it up. Only needed for a link that is not bound to a value which its use changes.
   *
   * @returns `undefined` when it is not valid for this purpose (any more), or was used before.
   * @throws {InvalidCallError} As {@link open}.
   * @throws {StoreUnavailableError} When it cannot be known whether it was used.
   */
  async use<Data = unknown>(token: unknown, expected: LinkExpectation): Promise<OpenedLink<Data> | undefined>;
  async use(token: unknown, expected: LinkExpectation): Promise<OpenedLink | undefined> {
    const link = await this.#valid(token, expected);
    return link && (await this.used.use(keyOf('link', link.id), link.until)) ? contentOf(link) : undefined;
  }

  async #valid(token: unknown, { purpose, once }: LinkExpectation): Promise<Sealed | undefined> {
    if (typeof token !== 'string' || token.length > LONGEST_TOKEN || !TOKEN.test(token)) return undefined;
    const content = await this.#seals.open(START + token.replaceAll('.', SEPARATOR) + END);
    const link = content as Sealed | undefined;
    if (!link || link.purpose !== purpose || link.until <= this.clock.now()) return undefined;
    if (link.once === undefined) return once ? undefined : link;
    if (!once) {
      throw new InvalidCallError(
        'LinkTokens.open(token, { purpose, once })',
        'was called without the function once, for a link that was created with once',
      );
    }
    const now = await once(contentOf(link));
    return now !== undefined && hashOf(now) === link.once ? link : undefined;
  }
}

function contentOf({ userId, data }: Sealed): OpenedLink {
  return { userId, data };
}

function hashOf(once: OnceValue): string {
  return SessionId.fingerprint(`${once instanceof Date ? 'date' : typeof once} ${JSON.stringify(once)}`);
}

function problemOf(options: LinkOptions): string | undefined {
  const { purpose, userId, once, data, expiresIn = LIFETIME } = options;
  if (typeof purpose !== 'string' || purpose === '') return 'was given a purpose that is not a non-empty string';
  if (typeof userId !== 'string' || userId === '' || userId.length > MOST_BYTES) {
    return 'was given a userId that is not a non-empty string';
  }
  // A misspelt column would otherwise make a link that can be used again and again.
  if ('once' in options && !isOnceValue(once)) {
    return 'was given a once that is not a string, a number, a boolean, a Date or null';
  }
  if (!(Number.isFinite(expiresIn) && expiresIn >= SHORTEST && expiresIn <= LONGEST)) {
    return `was given expiresIn: ${expiresIn}, which is not a number of seconds from ${SHORTEST} to ${LONGEST}`;
  }
  const problem = data === undefined ? undefined : problemOfData(data, MOST_BYTES);
  return problem && `was given data that ${problem}`;
}

function isOnceValue(once: unknown): once is OnceValue {
  if (once === null || typeof once === 'string' || typeof once === 'boolean') return true;
  return once instanceof Date ? Number.isFinite(once.getTime()) : typeof once === 'number' && Number.isFinite(once);
}
