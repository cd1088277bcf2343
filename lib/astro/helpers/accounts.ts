import type { Visitor } from '../../access/visitor.js';
import { VisitorResolver } from '../../access/visitor-resolver.js';
import type { ScopedRequest } from '../../container/scope/request-scope.js';
import { InvalidCallError, OutsideRequestError } from '../../errors/index.js';
import { AccountCookies } from '../../session/cookies/account-cookies.js';
import type { CookieJar } from '../../session/cookies/cookie-jar.js';
import { SessionManager } from '../../session/manager/session-manager.js';
import { draftOf, type Session } from '../../session/session.js';
import { SessionConfig } from '../../session/session-config.js';
import { HeaderCookieJar } from '../outside/header-cookie-jar.js';
import { HelperCall, type WithLocals } from './helper-call.js';
import { type SignOutOptions, signOut } from './sign-in.js';

/** An account to which the browser is signed in. */
export interface SignedInAccount {
  /** Names the account in this browser, for {@link switchAccount}. It is no secret, and no id of a session. */
  readonly key: string;
  /** The visitor, as the account's session names them; that of this request for the current account. */
  readonly visitor: Visitor;
  /** True for the account of this request. */
  readonly isCurrent: boolean;
}

const ACCOUNTS = new HelperCall<[]>('accounts(context?)');
const SWITCH = new HelperCall<[key: string]>('switchAccount(key, context?)');
const ADD = new HelperCall<[]>('addAccount(context?)');
const SIGN_OUT = new HelperCall<[options?: SignOutOptions]>('signOutOfAll(options?, context?)');
const OFF = 'needs the option session.maxAccounts: the number of accounts that one browser may be signed in to';

/**
 * Lists the accounts to which the browser is signed in, in the order of their numbers. Each other account costs one read
 * of the store. Requires the option `session.maxAccounts`.
 *
 * @param context The Astro context. Default: that of the request that is being answered.
 * @throws {InvalidCallError} Without the option.
 * @throws {StoreUnavailableError} When the store cannot be read.
 * @throws {OutsideRequestError} Outside of a request.
 */
export function accounts(context?: WithLocals): Promise<readonly SignedInAccount[]>;
export async function accounts(...given: unknown[]): Promise<readonly SignedInAccount[]> {
  const { request } = ACCOUNTS.within(given);
  return signedIn(request, cookiesOf(request, ACCOUNTS));
}

/**
 * Makes another account the current one, from the next request on: redirect after it. The session of this request stays
 * that of the former account until then.
 *
 * @param key The `key` of an account of {@link accounts}.
 * @param context The Astro context. Default: that of the request that is being answered.
 * @returns Whether the browser is signed in to that account. If not, nothing changes.
 * @throws {InvalidCallError} Without the option `session.maxAccounts`.
 * @throws {SessionCommittedError} When the headers were sent.
 * @throws {OutsideRequestError} Outside of a request.
 * @example
 * const [first] = await accounts(context);
 * if (first) await switchAccount(first.key, context);
 * return context.redirect('/');
 */
export function switchAccount(key: string, context?: WithLocals): Promise<boolean>;
export async function switchAccount(...given: unknown[]): Promise<boolean> {
  const {
    request,
    others: [key],
  } = SWITCH.within(given);
  const all = cookiesOf(request, SWITCH);
  const jar = answeredCookies(request, SWITCH);
  const found = (await signedIn(request, all)).find((account) => account.key === key);
  if (found) all.select(jar, Number(found.key));
  return found !== undefined;
}

/**
 * Makes room for one more account: from the next request on the visitor is a guest, who can sign in, and the other
 * accounts stay signed in. Redirect to the login page after it. For a guest nothing changes.
 *
 * @param context The Astro context. Default: that of the request that is being answered.
 * @returns `false` when the browser has as many accounts as `session.maxAccounts` allows.
 * @throws {InvalidCallError} Without the option `session.maxAccounts`.
 * @throws {SessionCommittedError} When the headers were sent.
 * @throws {OutsideRequestError} Outside of a request.
 */
export function addAccount(context?: WithLocals): Promise<boolean>;
export async function addAccount(...given: unknown[]): Promise<boolean> {
  const { request } = ADD.within(given);
  const all = cookiesOf(request, ADD);
  const jar = answeredCookies(request, ADD);
  if (request.visitor.isGuest) return true;
  const taken = new Set((await signedIn(request, all)).map(({ key }) => Number(key)));
  const free = all.numbers.find((number) => !taken.has(number));
  if (free !== undefined) all.select(jar, free);
  return free !== undefined;
}

/**
 * Signs the browser out of every account, those included that it has from a time when `session.maxAccounts` was higher.
 * `signOut()` ends the current one alone.
 *
 * @param context The Astro context. Default: that of the request that is being answered.
 * @throws {InvalidCallError} Without the option `session.maxAccounts`.
 * @throws {StoreUnavailableError} When the store cannot end a session.
 * @throws {SessionCommittedError} When the headers were sent.
 * @throws {OutsideRequestError} Outside of a request.
 */
export function signOutOfAll(options?: SignOutOptions, context?: WithLocals): Promise<void>;
export async function signOutOfAll(...given: unknown[]): Promise<void> {
  const {
    request,
    context,
    others: [options],
  } = SIGN_OUT.within(given);
  const all = cookiesOf(request, SIGN_OUT);
  const jar = answeredCookies(request, SIGN_OUT);
  for (const number of all.numbersEver) {
    if (number === all.currentIn(jar)) continue;
    const own = all.of(jar, number);
    const session = await openOther(request, own);
    const { isNew, superseded } = draftOf(session);
    // A former id of a session ends it too.
    if (!isNew || superseded !== undefined) await request.services.get(SessionManager).end(session, own);
  }
  const [first = 1] = all.numbers;
  all.select(jar, first);
  await signOut(options, context);
}

function cookiesOf(request: ScopedRequest, { signature }: Pick<HelperCall<[]>, 'signature'>): AccountCookies {
  const cookies = new AccountCookies(request.services.get(SessionConfig));
  if (!cookies.isOn) throw new InvalidCallError(signature, OFF);
  return cookies;
}

/** Returns the cookies of the request and of its answer. */
function answeredCookies(request: ScopedRequest, { name }: Pick<HelperCall<[]>, 'name'>): CookieJar {
  const exchange = request.returning(`${name}()`);
  if (!exchange) throw new OutsideRequestError(`${name}()`);
  return exchange.cookies;
}

async function signedIn(request: ScopedRequest, all: AccountCookies): Promise<readonly SignedInAccount[]> {
  const jar = new HeaderCookieJar(request.headers ?? new Headers());
  const current = all.currentIn(jar);
  const resolver = request.services.get(VisitorResolver);
  // The answer then is for this browser alone.
  request.draft.isUsed = true;
  const found: SignedInAccount[] = [];
  for (const number of all.numbers) {
    const isCurrent = number === current;
    const visitor = isCurrent ? request.visitor : resolver.fromSession(await openOther(request, all.of(jar, number)));
    if (!visitor.isGuest) found.push({ key: String(number), visitor, isCurrent });
  }
  return found;
}

/** Opens the session of another account. It is not committed: reading it neither renews nor changes it. */
async function openOther({ services }: ScopedRequest, jar: CookieJar): Promise<Session> {
  const session = await services.get(SessionManager).open(jar, false);
  const { failure } = draftOf(session);
  if (failure) throw failure;
  return session;
}
